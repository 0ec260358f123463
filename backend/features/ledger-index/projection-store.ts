import { type Connection, type Model, Schema } from "mongoose";
import { DomainError } from "../../lib/errors.ts";
import type { CursorStore, LogCursor } from "../../platform/chain/log-reader.ts";
import type { Entity, EntityKind } from "./domain/facts.ts";
import { createEventStore, type EventStore } from "./event-store.ts";

/** The index stands in one of two slots while the other is free to build it anew. */
export const SLOTS = ["a", "b"] as const;
export type Slot = (typeof SLOTS)[number];

const CHUNK = 1_000;

/** Where the events are read from; kept beside them, so that another chain is never taken for it. */
export interface LedgerOrigin {
  chainId: number;
  startBlock: number;
  contracts: Record<string, string>;
}

export interface EntityChange {
  before: Entity | undefined;
  after: Entity;
}

export interface EntityStore {
  find(ids: readonly string[]): Promise<Map<string, Entity>>;
  /** Throws ledger.contended when one of them isn't as it was before any more. */
  write(changes: readonly EntityChange[]): Promise<void>;
  /** Whatever was there: undefined takes the entity away. */
  overwrite(entities: ReadonlyMap<string, Entity | undefined>): Promise<void>;
  /** In the order of their ids. */
  all(): AsyncIterable<Entity>;
  /** Of one kind in the order of their keys, after a key. */
  page<Kind extends EntityKind>(kind: Kind, after: string, size: number): Promise<Entity<Kind>[]>;
  count(kind: EntityKind): Promise<number>;
  clear(): Promise<void>;
}

export interface CursorOfSlot extends CursorStore {
  /** Takes the cursor away: everything is read again. */
  clear(): Promise<void>;
  /** True when the cursor is the one that this process saved last: nobody else wrote in between. */
  isOwn(): boolean;
}

export interface SlotStore {
  events: EventStore;
  entities: EntityStore;
  cursor: CursorOfSlot;
}

export interface LedgerStore {
  slots: Readonly<Record<Slot, SlotStore>>;
  current(): Promise<Slot>;
  makeCurrent(slot: Slot): Promise<void>;
  origin(): Promise<LedgerOrigin | undefined>;
  /** Throws ledger.otherChain when the store's index is of other contracts. */
  claimOrigin(origin: LedgerOrigin): Promise<void>;
}

interface StateDocument {
  _id: string;
  slot?: Slot | undefined;
  trail?: LogCursor["trail"] | undefined;
  version?: number | undefined;
  origin?: LedgerOrigin | undefined;
}

const contended = (): DomainError =>
  new DomainError("ledger.contended", "another process writes the index of the ledger at the same time");

function createEntityStore(connection: Connection, slot: Slot): EntityStore {
  const schema = new Schema<Entity>(
    {
      _id: { type: String, required: true },
      kind: { type: String, required: true },
      key: { type: String, required: true },
      facts: { type: Schema.Types.Mixed, required: true },
      blockNumber: { type: Number, required: true },
      logIndex: { type: Number, required: true },
      events: { type: Number, required: true },
    },
    { strict: "throw", versionKey: false, minimize: false, collection: `ledgerEntities.${slot}` },
  );
  const model = connection.model(`LedgerEntity.${slot}`, schema) as unknown as Model<Entity>;
  const ofKind = (kind: EntityKind, after = "") => ({ _id: { $gt: `${kind}:${after}`, $lt: `${kind};` } });

  const store: EntityStore = {
    async find(ids) {
      const found = new Map<string, Entity>();
      for (let i = 0; i < ids.length; i += CHUNK) {
        const chunk = await model.find({ _id: { $in: ids.slice(i, i + CHUNK) } }).lean<Entity[]>();
        for (const entity of chunk) found.set(entity._id, entity);
      }
      return found;
    },
    async write(changes) {
      for (let i = 0; i < changes.length; i += CHUNK) {
        const operations = changes.slice(i, i + CHUNK).map(({ before, after }) => {
          if (!before) return { insertOne: { document: after } };
          const { _id, blockNumber, logIndex } = before;
          return { replaceOne: { filter: { _id, blockNumber, logIndex }, replacement: after } };
        });
        const done = await model.collection.bulkWrite(operations as never[], { ordered: false });
        if (done.insertedCount + done.matchedCount !== operations.length) throw contended();
      }
    },
    async overwrite(entities) {
      const operations = [...entities].map(([_id, entity]) =>
        entity
          ? { replaceOne: { filter: { _id }, replacement: entity, upsert: true } }
          : { deleteOne: { filter: { _id } } },
      );
      if (operations.length > 0) await model.collection.bulkWrite(operations as never[], { ordered: false });
    },
    all: () => model.find({}).sort({ _id: 1 }).lean<Entity[]>().cursor() as unknown as AsyncIterable<Entity>,
    page: <Kind extends EntityKind>(kind: Kind, after: string, size: number) =>
      model.collection
        .find(ofKind(kind, after) as never)
        .sort({ _id: 1 })
        .limit(size)
        .toArray() as unknown as Promise<Entity<Kind>[]>,
    count: (kind) => model.countDocuments(ofKind(kind)),
    async clear() {
      await model.deleteMany({});
    },
  };
  return store;
}

function createCursor(model: Model<StateDocument>, slot: Slot): CursorOfSlot {
  const _id = `cursor.${slot}`;
  let version = 0;
  let savedHere: number | undefined;
  return {
    async load() {
      const found = await model.findById(_id).lean<StateDocument>();
      version = found?.version ?? 0;
      return found?.trail ? { trail: found.trail } : null;
    },
    async save({ trail }) {
      const next = version + 1;
      if (version === 0) await model.create({ _id, trail, version: next });
      else if ((await model.updateOne({ _id, version }, { $set: { trail, version: next } })).matchedCount === 0) {
        throw contended();
      }
      version = next;
      savedHere = next;
    },
    isOwn: () => version === savedHere,
    async clear() {
      await model.deleteOne({ _id });
      savedHere = undefined;
    },
  };
}

export function createLedgerStore(connection: Connection): LedgerStore {
  const schema = new Schema<StateDocument>(
    { _id: { type: String, required: true }, slot: String, trail: Array, version: Number, origin: Schema.Types.Mixed },
    { strict: "throw", versionKey: false, minimize: false, collection: "ledgerIndex" },
  );
  const model = connection.model("LedgerIndex", schema) as unknown as Model<StateDocument>;
  const slotOf = (slot: Slot): SlotStore => ({
    events: createEventStore(connection, slot),
    entities: createEntityStore(connection, slot),
    cursor: createCursor(model, slot),
  });
  const store: LedgerStore = {
    slots: { a: slotOf("a"), b: slotOf("b") },
    current: async () => (await model.findById("current").lean<StateDocument>())?.slot ?? "a",
    async makeCurrent(slot) {
      await model.updateOne({ _id: "current" }, { $set: { slot } }, { upsert: true });
    },
    origin: async () => (await model.findById("origin").lean<StateDocument>())?.origin,
    async claimOrigin(origin) {
      const kept = await store.origin();
      if (!kept) await model.updateOne({ _id: "origin" }, { $set: { origin } }, { upsert: true });
      else if (kept.chainId !== origin.chainId || kept.contracts.financing !== origin.contracts.financing) {
        throw new DomainError(
          "ledger.otherChain",
          "the store's index of the ledger is of contracts on another chain; point CHAIN_RPC_URL back to it, or use a new database",
        );
      }
    },
  };
  return store;
}
