import { type Connection, type Model, Schema } from "mongoose";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";
import type { LedgerEvent } from "./domain/ledger-events.ts";
import { entitiesOf } from "./domain/projections.ts";

/** With the entities that it is a part of: what a reorganisation touches is found by them. */
type EventDocument = LedgerEvent & { entities: string[] };

const CHUNK = 1_000;

export interface EventStore {
  /** Those that are there already are left as they are. */
  add(events: readonly LedgerEvent[]): Promise<void>;
  /** Entities with an event after the block, a chunk at a time. */
  touchedAfter(blockNumber: number): AsyncIterable<string[]>;
  /** Events up to the block of these entities, in the order of the chain. */
  of(entities: readonly string[], upTo: number): AsyncIterable<LedgerEvent>;
  hasAfter(blockNumber: number): Promise<boolean>;
  removeAfter(blockNumber: number): Promise<void>;
  /** Up to the block, in the order of their ids: to compare. */
  all(upTo: number): AsyncIterable<LedgerEvent>;
  find(id: string): Promise<LedgerEvent | null>;
  countByName(): Promise<Map<string, number>>;
  clear(): Promise<void>;
}

export function createEventStore(connection: Connection, slot: string): EventStore {
  const schema = new Schema<EventDocument>(
    {
      _id: { type: String, required: true },
      blockNumber: { type: Number, required: true },
      blockHash: { type: String, required: true },
      blockTime: { type: Number, required: true },
      transactionHash: { type: String, required: true },
      logIndex: { type: Number, required: true },
      name: { type: String, required: true },
      args: { type: Schema.Types.Mixed, required: true },
      entities: [String],
    },
    { strict: "throw", versionKey: false, minimize: false, collection: `ledgerEvents.${slot}` },
  );
  schema.index({ blockNumber: 1, logIndex: 1 });
  schema.index({ entities: 1 });
  const model = connection.model(`LedgerEvent.${slot}`, schema) as unknown as Model<EventDocument>;
  // Past mongoose's documents: tens of thousands at once, made by the fold and not by a caller.
  const events = model.collection;

  return {
    async add(found) {
      for (let i = 0; i < found.length; i += CHUNK) {
        const chunk = found.slice(i, i + CHUNK).map((event) => ({ ...event, entities: entitiesOf(event) }));
        try {
          await events.insertMany(chunk as never[], { ordered: false });
        } catch (error) {
          const errors = [(error as { writeErrors?: unknown }).writeErrors ?? error].flat();
          if (!errors.every(isDuplicateKey)) throw error;
        }
      }
    },
    async *touchedAfter(blockNumber) {
      let chunk = new Set<string>();
      for await (const { entities } of model
        .find({ blockNumber: { $gt: blockNumber } }, { entities: 1 })
        .lean<EventDocument[]>()
        .cursor()) {
        for (const id of entities) chunk.add(id);
        if (chunk.size < CHUNK) continue;
        yield [...chunk];
        chunk = new Set();
      }
      if (chunk.size > 0) yield [...chunk];
    },
    of: (entities, upTo) =>
      model
        .find({ entities: { $in: [...entities] }, blockNumber: { $lte: upTo } })
        .sort({ blockNumber: 1, logIndex: 1 })
        .lean<LedgerEvent[]>()
        .cursor() as unknown as AsyncIterable<LedgerEvent>,
    hasAfter: async (blockNumber) => (await model.exists({ blockNumber: { $gt: blockNumber } })) !== null,
    async removeAfter(blockNumber) {
      await model.deleteMany({ blockNumber: { $gt: blockNumber } });
    },
    all: (upTo) =>
      model
        .find({ blockNumber: { $lte: upTo } }, { entities: 0 })
        .sort({ _id: 1 })
        .lean<LedgerEvent[]>()
        .cursor() as unknown as AsyncIterable<LedgerEvent>,
    find: (id) => model.findById(id).lean<EventDocument>(),
    async countByName() {
      const counted = await model.aggregate<{ _id: string; count: number }>([
        { $group: { _id: "$name", count: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ]);
      return new Map(counted.map(({ _id, count }) => [_id, count]));
    },
    async clear() {
      await model.deleteMany({});
    },
  };
}
