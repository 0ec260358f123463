import type { Model } from "mongoose";
import type { AggregateFields, OutboxEntry } from "./aggregate.ts";

export type EffectHandler = (payload: unknown, entryId: string) => Promise<void>;

export interface OutboxDispatcher {
  /** Carries out what waits. True when there may be more. */
  runOnce(): Promise<boolean>;
  waiting(): Promise<number>;
  /** An entry of this type that still waits, by the id in its payload. */
  find(type: string, payloadId: string): Promise<OutboxEntry | undefined>;
}

const BATCH = 100;

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

  interface Found {
    model: Model<AggregateFields>;
    documentId: string;
    entry: OutboxEntry;
  }

  async function read(): Promise<Found[]> {
    const all: Found[] = [];
    for (const model of models) {
      const documents = (await model
        .find(waitingFilter, { outbox: 1 })
        .sort({ outboxSince: 1 })
        .limit(BATCH)
        .lean()) as unknown as AggregateFields[];
      for (const { _id, outbox } of documents) for (const entry of outbox) all.push({ model, documentId: _id, entry });
      // A document without entries was left between the two writes of its clearing.
      for (const { _id, outbox } of documents) if (outbox.length === 0) await clear(model, _id, []);
    }
    return all.sort((a, b) => (a.entry._id < b.entry._id ? -1 : 1));
  }

  /**
   * Collections are read one after the other, so an effect (a grant's act) can be seen without its cause in another
   * collection (the award's act) that was written before it. A second reading has every cause of the first: what it
   * shows up to the newest effect of the first is complete, and is carried out in the order of its making.
   */
  async function readInOrder(): Promise<Found[]> {
    const newest = (await read()).at(-1)?.entry._id;
    return newest === undefined ? [] : (await read()).filter(({ entry }) => entry._id <= newest);
  }

  async function clear(model: Model<AggregateFields>, _id: string, entryIds: readonly string[]): Promise<void> {
    if (entryIds.length > 0) await model.updateOne({ _id }, { $pull: { outbox: { _id: { $in: [...entryIds] } } } });
    await model.updateOne({ _id, outbox: { $size: 0 } }, { $unset: { outboxSince: 1 } });
  }

  async function carryOut({ entry }: Found): Promise<boolean> {
    try {
      const handler = handlers[entry.type];
      if (!handler) throw new Error(`no handler for the effect ${entry.type}`);
      await handler(entry.payload, entry._id);
      return true;
    } catch (error) {
      onFailure(error, entry);
      return false;
    }
  }

  return {
    async runOnce() {
      const found = await readInOrder();
      const done = new Map<string, { model: Model<AggregateFields>; ids: string[] }>();
      const stuck = new Map<string, Model<AggregateFields>>();
      for (const one of found) {
        // Within a document strictly in order: what follows a failed effect waits for it.
        if (stuck.has(one.documentId)) continue;
        if (await carryOut(one)) {
          const of = done.get(one.documentId) ?? { model: one.model, ids: [] };
          of.ids.push(one.entry._id);
          done.set(one.documentId, of);
        } else stuck.set(one.documentId, one.model);
      }
      for (const [documentId, { model, ids }] of done) await clear(model, documentId, ids);
      // To the end of the queue, so that one bad effect doesn't hold up the others.
      for (const [_id, model] of stuck) await model.updateOne({ _id }, { $set: { outboxSince: new Date() } });
      return done.size > 0;
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
