import type { Model } from "mongoose";
import { timeOfId } from "../../lib/ids.ts";
import type { AggregateFields, OutboxEntry } from "./aggregate.ts";

/** One effect at a time, or many of a kind at once, in the order of their making. */
export type EffectHandler =
  | ((payload: unknown, entryId: string) => Promise<void>)
  | { readonly many: (entries: readonly OutboxEntry[]) => Promise<void> };

export interface OutboxDispatcher {
  /** Carries out what waits. True when there may be more. */
  runOnce(): Promise<boolean>;
  waiting(): Promise<number>;
  /** An entry of this type that still waits, by the id in its payload. */
  find(type: string, payloadId: string): Promise<OutboxEntry | undefined>;
}

/** Documents of a collection in one reading. */
const BATCH = 1_000;
/** Documents whose effects are carried out at the same time, where each is a call of its own. */
const AT_ONCE = 8;

interface Found {
  model: Model<AggregateFields>;
  documentId: string;
  entry: OutboxEntry;
}

interface Reading {
  found: Found[];
  /** Entries made from this time on (unix ms) may be missing, as a collection held more than was read. */
  completeBefore: number;
  more: boolean;
}

/**
 * Carries out the effects that documents ask for, oldest first within a document, at least once: every handler is
 * idempotent. An entry leaves its outbox only after its handler is done, so a crash anywhere repeats, never loses.
 */
export function createOutboxDispatcher(
  models: readonly Model<AggregateFields>[],
  handlers: Readonly<Record<string, EffectHandler>>,
  onFailure: (error: unknown, entry: OutboxEntry) => void,
): OutboxDispatcher {
  // The range takes the sparse index; {$exists: true} would not on every store.
  const waitingFilter = { outboxSince: { $gt: new Date(0) } };
  let newestBefore = "";

  async function read(): Promise<Reading> {
    const reading: Reading = { found: [], completeBefore: Number.POSITIVE_INFINITY, more: false };
    const readings = models.map(async (model) => {
      const documents = (await model
        .find(waitingFilter, { outbox: 1, outboxSince: 1 })
        .sort({ outboxSince: 1 })
        .limit(BATCH)
        .lean()) as unknown as AggregateFields[];
      if (documents.length === BATCH) {
        reading.more = true;
        const last = documents.at(-1)!.outboxSince!.getTime();
        // When all were made in one moment the bound would hold up everything.
        if (documents[0]!.outboxSince!.getTime() < last)
          reading.completeBefore = Math.min(reading.completeBefore, last);
      }
      for (const { _id, outbox } of documents) {
        for (const entry of outbox) reading.found.push({ model, documentId: _id, entry });
      }
      // A document without entries was left between the two writes of its clearing.
      const empty = documents.filter(({ outbox }) => outbox.length === 0).map(({ _id }) => _id);
      if (empty.length > 0) await unmark(model, empty);
    });
    await Promise.all(readings);
    reading.found.sort((a, b) => (a.entry._id < b.entry._id ? -1 : 1));
    return reading;
  }

  /**
   * Collections are not read in one moment, so an effect (a grant's act) can be seen without its cause in another
   * collection (the award's act) that was written before it. A reading has every cause of what the reading before it
   * showed: what is no newer than that is complete, and is carried out in the order of its making.
   */
  async function readInOrder(): Promise<Reading & { ready: Found[] }> {
    const before = newestBefore;
    const reading = await read();
    newestBefore = reading.found.at(-1)?.entry._id ?? "";
    const ready = reading.found.filter(
      ({ entry }) => entry._id <= before && timeOfId(entry._id).getTime() < reading.completeBefore,
    );
    return { ...reading, ready };
  }

  const unmark = (model: Model<AggregateFields>, ids: readonly string[]) =>
    model.updateMany({ _id: { $in: [...ids] }, outbox: { $size: 0 } }, { $unset: { outboxSince: 1 } });

  /** Mostly an outbox holds nothing but what is done, and one write empties it; else those entries are pulled out. */
  async function clear(model: Model<AggregateFields>, done: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const documents = [...done];
    const { modifiedCount } = await model.collection.bulkWrite(
      documents.map(([_id, ids]) => ({
        updateOne: {
          filter: { _id: _id as never, outbox: { $size: ids.length }, "outbox._id": { $all: [...ids] } },
          update: { $set: { outbox: [] }, $unset: { outboxSince: 1 } },
        },
      })),
      { ordered: false },
    );
    if (modifiedCount === documents.length) return;
    await model.collection.bulkWrite(
      documents.map(([_id, ids]) => ({
        updateOne: {
          filter: { _id: _id as never, "outbox._id": { $in: [...ids] } },
          update: { $pull: { outbox: { _id: { $in: [...ids] } } } as never },
        },
      })),
      { ordered: false },
    );
    await unmark(model, [...done.keys()]);
  }

  const isMany = (type: string): boolean => typeof handlers[type] === "object";

  async function carryOut(entries: readonly OutboxEntry[]): Promise<void> {
    const [first] = entries as readonly [OutboxEntry];
    const handler = handlers[first.type];
    if (!handler) throw new Error(`no handler for the effect ${first.type}`);
    if (typeof handler === "object") return handler.many(entries);
    for (const { payload, _id } of entries) await handler(payload, _id);
  }

  return {
    async runOnce() {
      const { ready, found, more } = await readInOrder();
      const done = new Map<Model<AggregateFields>, Map<string, string[]>>();
      const stuck = new Map<string, Model<AggregateFields>>();

      const finished = ({ model, documentId, entry }: Found): void => {
        const documents = done.get(model) ?? new Map<string, string[]>();
        documents.set(documentId, [...(documents.get(documentId) ?? []), entry._id]);
        done.set(model, documents);
      };
      async function one(each: Found): Promise<void> {
        // Within a document strictly in order: what follows a failed effect waits for it.
        if (stuck.has(each.documentId)) return;
        try {
          await carryOut([each.entry]);
          finished(each);
        } catch (error) {
          onFailure(error, each.entry);
          stuck.set(each.documentId, each.model);
        }
      }
      /** All of one kind, in one go. When that fails, one by one, which finds the one at fault. */
      async function together(group: readonly Found[]): Promise<void> {
        const free = group.filter(({ documentId }) => !stuck.has(documentId));
        if (free.length === 0) return;
        try {
          await carryOut(free.map(({ entry }) => entry));
          for (const each of free) finished(each);
        } catch {
          for (const each of free) await one(each);
        }
      }
      /** Several documents at a time, each one's effects in order. */
      async function apart(group: readonly Found[]): Promise<void> {
        const chains = [...Map.groupBy(group, ({ documentId }) => documentId).values()];
        const worker = async (): Promise<void> => {
          for (let chain = chains.shift(); chain; chain = chains.shift()) for (const each of chain) await one(each);
        };
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, chains.length) }, worker));
      }

      for (const group of groupsOf(ready, isMany)) {
        await (isMany(group[0]!.entry.type) ? together(group) : apart(group));
      }
      for (const [model, documents] of done) await clear(model, documents);
      // To the end of the queue, so that one bad effect doesn't hold up the others.
      for (const [_id, model] of stuck) await model.updateOne({ _id }, { $set: { outboxSince: new Date() } });
      return done.size > 0 || (more && stuck.size === 0) || ready.length < found.length;
    },
    async waiting() {
      let count = 0;
      for (const model of models) count += await model.countDocuments(waitingFilter);
      return count;
    },
    async find(type, payloadId) {
      for (const model of models) {
        const [found] = (await model
          .find({ ...waitingFilter, "outbox.payload.id": payloadId }, { outbox: 1 })
          .limit(1)
          .lean()) as unknown as AggregateFields[];
        const entry = found?.outbox.find(
          (one) => one.type === type && (one.payload as { id?: unknown }).id === payloadId,
        );
        if (entry) return entry;
      }
      return undefined;
    },
  };
}

/** Runs of one bulk kind, and runs of everything else between them, in order. */
function groupsOf(found: readonly Found[], isMany: (type: string) => boolean): Found[][] {
  const groups: Found[][] = [];
  for (const each of found) {
    const last = groups.at(-1);
    const type = last?.[0]?.entry.type;
    const joins = type !== undefined && (isMany(type) ? type === each.entry.type : !isMany(each.entry.type));
    if (last && joins) last.push(each);
    else groups.push([each]);
  }
  return groups;
}
