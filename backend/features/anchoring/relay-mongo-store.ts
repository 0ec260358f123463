import { type Connection, type Model, Schema } from "mongoose";
import type { ActFailure, OpenTransaction, RelayStore, TransactionOutcome } from "../../platform/chain/relay-store.ts";
import type { ActStore } from "./act-store.ts";

/** So often an act is tried before its refusal is final. */
const MAX_REFUSALS = 4;

interface RelayTransactionDocument {
  _id: string;
  nonce: number;
  hash: string;
  raw: string;
  earlierHashes: string[];
  actIds: string[];
  sentAt: Date;
  state: "open" | "closing" | "closed";
  outcome?: TransactionOutcome | undefined;
  failed?: ActFailure[] | undefined;
}

/**
 * The relayer's memory. The transaction's document is the truth about its acts: it is written first, the acts follow,
 * and what a crash left between the two is finished by resume() before anything else is done.
 */
export async function createRelayMongoStore(connection: Connection, acts: ActStore): Promise<RelayStore> {
  const schema = new Schema<RelayTransactionDocument>(
    {
      _id: { type: String, required: true },
      nonce: { type: Number, required: true },
      hash: { type: String, required: true },
      raw: { type: String, required: true },
      earlierHashes: [String],
      actIds: [String],
      sentAt: { type: Date, required: true },
      state: { type: String, required: true },
      outcome: Schema.Types.Mixed,
      failed: Schema.Types.Mixed,
    },
    { strict: "throw", versionKey: false, minimize: false, collection: "relayTransactions" },
  );
  schema.index({ state: 1, nonce: 1 });
  schema.index({ nonce: 1 });
  const model = connection.model("RelayTransaction", schema) as unknown as Model<RelayTransactionDocument>;
  await model.createCollection();
  await model.createIndexes();

  const open = (): Promise<RelayTransactionDocument[]> =>
    model.find({ state: "open" }).sort({ nonce: 1 }).lean<RelayTransactionDocument[]>();

  async function finish({ _id, actIds, outcome, failed }: RelayTransactionDocument): Promise<void> {
    const final = new Set<string>();
    for (const act of outcome?.acts ?? []) {
      final.add(act.actId);
      // A refusal may pass (the act that it builds on is in the same queue), so it is final only when it comes again.
      const retried =
        !act.ok &&
        (await acts.model.updateOne(
          { _id: act.actId, state: "sent", $or: [{ refusals: null }, { refusals: { $lt: MAX_REFUSALS - 1 } }] },
          { $set: { state: "queued", reason: act.reason ?? "" }, $inc: { refusals: 1 } },
        ));
      if (retried && retried.modifiedCount > 0) continue;
      await acts.model.updateOne(
        { _id: act.actId, state: act.ok ? { $in: ["sent", "queued"] } : "sent" },
        {
          $set: {
            state: act.ok ? "confirmed" : "failed",
            transactionHash: outcome!.transactionHash,
            blockNumber: outcome!.blockNumber,
            blockHash: outcome!.blockHash,
            confirmedAt: new Date(outcome!.timestamp * 1000),
            ...(act.reason ? { reason: act.reason } : {}),
          },
          ...(act.ok ? { $unset: { reason: 1 } } : {}),
        },
      );
    }
    for (const { actId, reason } of failed ?? []) {
      final.add(actId);
      await acts.model.updateOne({ _id: actId }, { $set: { state: "failed", reason } });
    }
    const again = actIds.filter((id) => !final.has(id));
    if (again.length > 0)
      await acts.model.updateMany({ _id: { $in: again }, state: "sent" }, { $set: { state: "queued" } });
    await model.updateOne({ _id }, { $set: { state: "closed" } });
  }

  async function close(nonce: number, end: { outcome?: TransactionOutcome; failed?: ActFailure[] }): Promise<void> {
    const closing = await model
      .findOneAndUpdate({ nonce, state: "open" }, { $set: { ...end, state: "closing" } }, { returnDocument: "after" })
      .lean<RelayTransactionDocument>();
    if (closing) await finish(closing);
  }

  for (const left of await model.find({ state: "closing" }).lean<RelayTransactionDocument[]>()) await finish(left);
  for (const { actIds } of await open()) {
    await acts.model.updateMany({ _id: { $in: actIds }, state: "queued" }, { $set: { state: "sent" } });
  }

  return {
    async takeQueued(limit) {
      // Of a transaction that was kept while its acts' own documents could not be written, none is taken again.
      const underway = new Set((await open()).flatMap(({ actIds }) => actIds));
      const queued = await acts.model.find({ state: "queued" }).sort({ order: 1 }).limit(limit).lean();
      return queued
        .filter(({ _id }) => !underway.has(_id))
        .map(({ _id, target, data, gasLimit }) => ({ id: _id, target, data, gasLimit }));
    },
    async saveTransaction({ nonce, hash, raw, actIds }) {
      await model.create({ _id: hash, nonce, hash, raw, earlierHashes: [], actIds, sentAt: new Date(), state: "open" });
      await acts.model.updateMany({ _id: { $in: actIds } }, { $set: { state: "sent", nonce } });
    },
    async openTransactions() {
      return (await open()).map(
        ({ nonce, hash, raw, earlierHashes, actIds, sentAt }): OpenTransaction => ({
          nonce,
          hash,
          raw,
          earlierHashes,
          actIds,
          sentAt: sentAt.toISOString(),
        }),
      );
    },
    async replaceTransaction(nonce, next) {
      const current = await model.findOne({ nonce, state: "open" }).lean<RelayTransactionDocument>();
      if (!current) return;
      await model.updateOne(
        { _id: current._id, hash: current.hash },
        { $set: { ...next, sentAt: new Date() }, $push: { earlierHashes: current.hash } },
      );
    },
    settle: (nonce, outcome) => close(nonce, { outcome }),
    abandon: (nonce, failed) => close(nonce, { failed }),
  };
}
