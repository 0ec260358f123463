import type { CursorStore, LocatedLog, LogReader } from "../../platform/chain/log-reader.ts";
import type { Entity, EntityKind } from "./domain/facts.ts";
import { createDecoder, type IndexedContract, type LedgerEvent } from "./domain/ledger-events.ts";
import { applyEvent, entitiesOf, entityId } from "./domain/projections.ts";
import type { LedgerOrigin, LedgerStore, Slot, SlotStore } from "./projection-store.ts";

/** What a reader of logs is told; compose makes it over the node. */
export interface ReaderParts {
  cursorStore: CursorStore;
  confirmations: number;
  /** The last block to read, where that is not the chain's head. */
  upTo?: () => Promise<number>;
  handle(logs: readonly LocatedLog[], range: { from: number; to: number }): Promise<void>;
  onReorg(lastGoodBlock: number): Promise<void>;
  log(line: string): void;
}

export type IndexerOptions = Pick<ReaderParts, "confirmations" | "upTo" | "log">;

interface Ports {
  createReader(parts: ReaderParts): Pick<LogReader, "runOnce">;
  blockNumber(): Promise<number>;
  countLogs(fromBlock: number, toBlock: number): Promise<number>;
}

export interface Indexer {
  /** Reads and folds one range. True when there is more. */
  step(): Promise<boolean>;
}

export interface LedgerIndex {
  /** The index that answers now, whichever slot it stands in. One process at a time runs it. */
  indexer(options: IndexerOptions): Indexer;
  /** The same for one slot. */
  slotIndexer(slot: Slot, options: IndexerOptions): Indexer;
  find<Kind extends EntityKind>(kind: Kind, keys: readonly string[]): Promise<Map<string, Entity<Kind>>>;
  /** In the order of their keys, after a key ("" for the first). */
  page<Kind extends EntityKind>(kind: Kind, after: string, size: number): Promise<Entity<Kind>[]>;
  indexedBlock(): Promise<number>;
  /** `eventsWaiting` counts as far as the next range of blocks goes. */
  status(): Promise<{ headBlock: number; indexedBlock: number; eventsWaiting: number }>;
}

/** Blocks of which the waiting events are counted, at most. */
const COUNTED_BLOCKS = 2_000;

/** Takes events and entities back to how they stood after a block. */
async function undoAfter({ events, entities }: SlotStore, blockNumber: number): Promise<void> {
  let any = false;
  for await (const ids of events.touchedAfter(blockNumber)) {
    any = true;
    const folded = new Map<string, Entity | undefined>(ids.map((id) => [id, undefined]));
    for await (const event of events.of(ids, blockNumber)) {
      for (const id of new Set(entitiesOf(event))) {
        if (folded.has(id)) folded.set(id, applyEvent(folded.get(id), id, event));
      }
    }
    await entities.overwrite(folded);
  }
  // Last, so that after a crash before it the same is found and done again.
  if (any || (await events.hasAfter(blockNumber))) await events.removeAfter(blockNumber);
}

/** Adds the events to their entities. Those that are in already change nothing. */
async function fold({ entities }: SlotStore, found: readonly LedgerEvent[]): Promise<void> {
  const before = await entities.find([...new Set(found.flatMap(entitiesOf))]);
  const after = new Map<string, Entity | undefined>(before);
  for (const event of found) {
    for (const id of new Set(entitiesOf(event))) after.set(id, applyEvent(after.get(id), id, event));
  }
  const changes = [...after].flatMap(([id, entity]) =>
    entity && entity !== before.get(id) ? [{ before: before.get(id), after: entity }] : [],
  );
  await entities.write(changes);
}

export function createLedgerIndex(
  store: LedgerStore,
  contracts: readonly IndexedContract[],
  origin: LedgerOrigin,
  ports: Ports,
): LedgerIndex {
  const decode = createDecoder(contracts);
  const currentSlot = async (): Promise<SlotStore> => store.slots[await store.current()];
  const indexedIn = async ({ cursor }: SlotStore): Promise<number> =>
    (await cursor.load())?.trail[0]?.blockNumber ?? origin.startBlock - 1;

  const index: LedgerIndex = {
    slotIndexer(slot, options) {
      const parts = store.slots[slot];
      /** Up to here everything is in order. What a crash, an error or another process left after it has to go first. */
      let doneTo: number | undefined;
      const reader = ports.createReader({
        ...options,
        cursorStore: parts.cursor,
        async handle(logs, { from, to }) {
          if (doneTo !== from - 1 || !parts.cursor.isOwn()) await undoAfter(parts, from - 1);
          doneTo = undefined;
          const found = logs.flatMap(({ log: entry, block }) => decode(entry, block.timestamp) ?? []);
          // Events first: what is in an entity is always among the events, so it can be taken back.
          await parts.events.add(found);
          await fold(parts, found);
          doneTo = to;
        },
        async onReorg(lastGood) {
          doneTo = undefined;
          await undoAfter(parts, lastGood);
        },
      });
      return { step: () => reader.runOnce() };
    },

    indexer(options) {
      const indexers = { a: index.slotIndexer("a", options), b: index.slotIndexer("b", options) };
      let claimed = false;
      return {
        async step() {
          if (!claimed) await store.claimOrigin(origin);
          claimed = true;
          return indexers[await store.current()].step();
        },
      };
    },

    async find<Kind extends EntityKind>(kind: Kind, keys: readonly string[]) {
      const { entities } = await currentSlot();
      const found = await entities.find(keys.map((key) => entityId(kind, key)));
      return new Map([...found.values()].map((entity) => [entity.key, entity as Entity<Kind>]));
    },
    page: async (kind, after, size) => (await currentSlot()).entities.page(kind, after, size),
    indexedBlock: async () => indexedIn(await currentSlot()),
    async status() {
      const indexedBlock = await index.indexedBlock();
      const headBlock = await ports.blockNumber();
      const last = Math.min(headBlock, indexedBlock + COUNTED_BLOCKS);
      const eventsWaiting = last > indexedBlock ? await ports.countLogs(indexedBlock + 1, last) : 0;
      return { headBlock, indexedBlock, eventsWaiting };
    },
  };
  return index;
}
