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

  async function drain(model: Model<AggregateFields>, document: AggregateFields): Promise<void> {
    const done: string[] = [];
    try {
      for (const entry of document.outbox) {
        const handler = handlers[entry.type];
        if (!handler) throw new Error(`no handler for the effect ${entry.type}`);
        try {
          await handler(entry.payload, entry._id);
        } catch (error) {
          onFailure(error, entry);
          throw error;
        }
        done.push(entry._id);
      }
    } catch {
      // Told above. The document goes to the end of the queue, so that one bad effect doesn't hold up the others.
      await model.updateOne(
        { _id: document._id },
        { $pull: { outbox: { _id: { $in: done } } }, $set: { outboxSince: new Date() } },
      );
      return;
    }
    await model.updateOne({ _id: document._id }, { $pull: { outbox: { _id: { $in: done } } } });
    await model.updateOne({ _id: document._id, outbox: { $size: 0 } }, { $unset: { outboxSince: 1 } });
  }

  return {
    async runOnce() {
      let more = false;
      for (const model of models) {
        const found = (await model
          .find(waitingFilter, { outbox: 1 })
          .sort({ outboxSince: 1 })
          .limit(BATCH)
          .lean()) as unknown as AggregateFields[];
        for (const document of found) await drain(model, document);
        more ||= found.length === BATCH;
      }
      return more;
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
