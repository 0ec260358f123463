import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Entity } from "./domain/facts.ts";
import type { LedgerEvent } from "./domain/ledger-events.ts";
import { ENTITY_KINDS } from "./domain/projections.ts";
import type { LedgerIndex } from "./index-service.ts";
import { type LedgerStore, SLOTS, type Slot, type SlotStore } from "./projection-store.ts";

export interface LedgerSummary {
  indexedBlock: number;
  /** By event name. */
  events: Record<string, number>;
  /** By kind of entity. */
  entities: Record<string, number>;
  /** SHA-256 over all entities, each in canonical JSON, in the order of their ids. */
  digest: string;
}

export interface Difference {
  /** Of the entity or the event. */
  id: string;
  /** Absent: only the other side has it. */
  stored?: string;
  replayed?: string;
}

export interface RebuildOptions {
  confirmations: number;
  log(line: string): void;
  /** Called after every range of blocks. */
  progress(indexedBlock: number): Promise<void>;
}

export interface LedgerRebuild {
  summary(slot?: Slot): Promise<LedgerSummary>;
  /** Replays everything in the free slot, which then becomes the one that answers: no reader waits meanwhile. */
  rebuild(options: RebuildOptions): Promise<LedgerSummary>;
  /** Replays in the free slot as far as the stored index goes, compares, and leaves everything as it was. */
  check(options: RebuildOptions): Promise<{ summary: LedgerSummary; differences: Difference[] }>;
}

/** A running indexer is writing while it is compared with: what differs is looked at again, so often and so far apart. */
const ROUNDS = 10;
const ROUND_MS = 300;

const entityText = ({ _id, facts, blockNumber, logIndex, events }: Entity): string =>
  canonicalJson({ _id, facts, blockNumber, logIndex, events });

const eventText = ({ _id, name, args, blockNumber, blockTime, transactionHash, logIndex }: LedgerEvent): string =>
  canonicalJson({ _id, name, args, blockNumber, blockTime, transactionHash, logIndex });

/** Items of two sorted streams that differ, by id. */
async function* unlike<T extends { _id: string }>(
  left: AsyncIterable<T>,
  right: AsyncIterable<T>,
  textOf: (item: T) => string,
): AsyncIterable<string> {
  const [lefts, rights] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()];
  let [a, b] = [await lefts.next(), await rights.next()];
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value._id < b.value._id)) {
      yield a.value._id;
      a = await lefts.next();
    } else if (!b.done && (a.done || b.value._id < a.value._id)) {
      yield b.value._id;
      b = await rights.next();
    } else if (!a.done && !b.done) {
      if (textOf(a.value) !== textOf(b.value)) yield a.value._id;
      [a, b] = [await lefts.next(), await rights.next()];
    }
  }
}

export function createLedgerRebuild(store: LedgerStore, index: LedgerIndex): LedgerRebuild {
  const indexedBlockOf = async ({ cursor }: SlotStore): Promise<number> =>
    (await cursor.load())?.trail[0]?.blockNumber ?? -1;

  /** The cursor first: whatever a crash leaves behind is gone before anything is read. */
  async function clear({ cursor, entities, events }: SlotStore): Promise<void> {
    await cursor.clear();
    await entities.clear();
    await events.clear();
  }

  /** The free slot, emptied, and what reads into it. */
  async function freeSlot(options: RebuildOptions, upTo?: () => Promise<number>) {
    const current = await store.current();
    const free = SLOTS.find((slot) => slot !== current)!;
    const slot = store.slots[free];
    await clear(slot);
    const { step } = index.slotIndexer(free, { ...options, ...(upTo ? { upTo } : {}) });
    const catchUp = async (): Promise<void> => {
      let more = true;
      while (more) {
        more = await step();
        await options.progress(await indexedBlockOf(slot));
      }
    };
    return { current, free, slot, catchUp };
  }

  async function differencesIn(ids: readonly string[], stored: SlotStore, fresh: SlotStore): Promise<Difference[]> {
    const found: Difference[] = [];
    const [left, right] = [await stored.entities.find(ids), await fresh.entities.find(ids)];
    for (const id of ids) {
      const text = async (entity: Entity | undefined, { events }: SlotStore): Promise<string | undefined> => {
        if (entity) return entityText(entity);
        const event = await events.find(id);
        return event ? eventText(event) : undefined;
      };
      const [a, b] = [await text(left.get(id), stored), await text(right.get(id), fresh)];
      if (a !== b) found.push({ id, ...(a ? { stored: a } : {}), ...(b ? { replayed: b } : {}) });
    }
    return found;
  }

  const service: LedgerRebuild = {
    async summary(slot) {
      const parts = store.slots[slot ?? (await store.current())];
      const hash = createHash("sha256");
      for await (const entity of parts.entities.all()) hash.update(`${entityText(entity)}\n`);
      const entities: Record<string, number> = {};
      for (const kind of ENTITY_KINDS) entities[kind] = await parts.entities.count(kind);
      return {
        indexedBlock: await indexedBlockOf(parts),
        events: Object.fromEntries(await parts.events.countByName()),
        entities,
        digest: hash.digest("hex"),
      };
    },

    async rebuild(options) {
      const { current, free, catchUp } = await freeSlot(options);
      await catchUp();
      const summary = await service.summary(free);
      // What was mined meanwhile is read by whoever runs the index, from here on in this slot.
      await store.makeCurrent(free);
      await clear(store.slots[current]);
      return summary;
    },

    async check(options) {
      const stored = store.slots[await store.current()];
      const { slot: fresh, catchUp } = await freeSlot(options, () => indexedBlockOf(stored));
      await catchUp();
      const ids: string[] = [];
      for await (const id of unlike(stored.entities.all(), fresh.entities.all(), entityText)) ids.push(id);
      const upTo = Math.min(await indexedBlockOf(stored), await indexedBlockOf(fresh));
      for await (const id of unlike(stored.events.all(upTo), fresh.events.all(upTo), eventText)) ids.push(id);
      let differences = await differencesIn(ids, stored, fresh);
      for (let round = 0; differences.length > 0 && round < ROUNDS; round++) {
        await sleep(ROUND_MS);
        await catchUp();
        differences = await differencesIn(
          differences.map(({ id }) => id),
          stored,
          fresh,
        );
      }
      const summary = await service.summary();
      await clear(fresh);
      return { summary, differences };
    },
  };
  return service;
}
