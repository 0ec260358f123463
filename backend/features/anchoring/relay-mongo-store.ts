import { type Connection, type Model, mongo, Schema } from "mongoose";
import {
  type ActFailure,
  type OpenTransaction,
  type RelayStore,
  type Sender,
  TakenOver,
  type TransactionOutcome,
} from "../../platform/chain/relay-store.ts";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";
import type { ActStore } from "./act-store.ts";

/** So often an act is tried before its refusal is final. */
const MAX_REFUSALS = 4;

interface RelayTransactionDocument {
  /** Chain, key and nonce: one transaction a nonce, whoever saves it. */
  _id: string;
  sender: string;
  nonce: number;
  hash: string;
  earlierHashes: string[];
  sentAt: Date;
  /** abandoned: can never be mined, so its nonce is free again. */
  state: "open" | "closing" | "closed" | "abandoned";
  /** Of the lease under which it is held. */
  epoch: number;
  /** These three are gone when it is closed. */
  raw?: mongo.Binary | undefined;
  actIds?: string[] | undefined;
  outcome?: TransactionOutcome | undefined;
  failed?: ActFailure[] | undefined;
}

export interface MongoRelayStore extends RelayStore {
  /** Sent and not yet settled. */
  countOpen(): Promise<number>;
}

const senderOf = ({ chainId, address }: Sender) => `${chainId}:${address.toLowerCase()}`;

/**
 * The relayer's memory. The transaction's document is the truth about its acts: it is written first, the acts follow,
 * and what a crash left between the two is finished by begin() before anything else is done.
 */
export async function createRelayMongoStore(connection: Connection, acts: ActStore): Promise<MongoRelayStore> {
  const schema = new Schema<RelayTransactionDocument>(
    {
      _id: { type: String, required: true },
      sender: { type: String, required: true },
      nonce: { type: Number, required: true },
      hash: { type: String, required: true },
      earlierHashes: [String],
      sentAt: { type: Date, required: true },
      state: { type: String, required: true },
      epoch: { type: Number, required: true },
      raw: Buffer,
      actIds: { type: [String], default: undefined },
      outcome: Schema.Types.Mixed,
      failed: Schema.Types.Mixed,
    },
    { strict: "throw", versionKey: false, minimize: false, collection: "relayTransactions" },
  );
  schema.index({ sender: 1, nonce: 1 }, { unique: true });
  schema.index({ state: 1 });
  const model = connection.model("RelayTransaction", schema) as unknown as Model<RelayTransactionDocument>;
  await model.createCollection();
  await model.createIndexes();
  // Without mongoose's casting: hundreds of ids and 120 kB of bytes a document.
  const transactions = connection.collection<RelayTransactionDocument>("relayTransactions");
  const actDocuments = acts.model.collection;

  let sender = "";
  let epoch = 0;
  const idOf = (nonce: number) => `${sender}:${nonce}`;

  const markSent = (actIds: readonly string[], nonce: number) =>
    actDocuments.updateMany(
      { _id: { $in: actIds as never[] }, state: "queued" },
      { $set: { state: "sent", nonce }, $unset: { waiting: 1 } },
    );

  /** Only as long as the act is this transaction's: another may have taken it since. */
  const changeAct = (id: string, nonce: number, $set: object, more: object = {}) => ({
    updateOne: { filter: { _id: id, state: "sent", nonce }, update: { $set, ...more } },
  });

  async function finish({ _id, nonce, actIds = [], outcome, failed = [] }: RelayTransactionDocument): Promise<void> {
    const reasons = new Map([...failed, ...(outcome?.failed ?? [])].map(({ actId, reason }) => [actId, reason]));
    const others = actIds.filter((id) => !reasons.has(id));
    const place = outcome && {
      transactionHash: outcome.transactionHash,
      blockNumber: outcome.blockNumber,
      blockHash: outcome.blockHash,
      confirmedAt: new Date(outcome.timestamp * 1000),
    };
    const again: string[] = [];
    if (outcome?.kind === "done" && others.length > 0) {
      await actDocuments.updateMany(
        { _id: { $in: others as never[] }, state: { $in: ["sent", "queued"] } },
        { $set: { state: "confirmed", ...place }, $unset: { reason: 1, waiting: 1 } },
      );
    } else again.push(...others);

    const affected = [...again, ...reasons.keys()];
    if (affected.length > 0) {
      const found = await acts.model
        .find({ _id: { $in: affected } }, { order: 1, refusals: 1 })
        .lean<{ _id: string; order: string; refusals?: number }[]>();
      const operations = found.map(({ _id, order, refusals = 0 }) => {
        const reason = reasons.get(_id);
        // Into the queue again in its old place.
        const queued = { state: "queued", waiting: order };
        if (reason === undefined) return changeAct(_id, nonce, queued);
        // A refusal may pass (the act that it builds on is in the same queue), so it is final only when it comes again.
        if (outcome?.kind === "done" && refusals < MAX_REFUSALS - 1) {
          return changeAct(_id, nonce, { ...queued, reason }, { $inc: { refusals: 1 } });
        }
        return changeAct(_id, nonce, { state: "failed", reason, failedAt: new Date(), ...place });
      });
      await actDocuments.bulkWrite(operations as never, { ordered: false });
    }
    await transactions.updateOne(
      { _id, state: "closing" },
      {
        $set: { state: outcome ? ("closed" as const) : ("abandoned" as const) },
        $unset: { actIds: 1, outcome: 1, failed: 1, raw: 1 },
      },
    );
  }

  /** Nothing when it is closed already; throws TakenOver when another process holds it. */
  async function held(nonce: number): Promise<void> {
    const found = await transactions.findOne({ _id: idOf(nonce) }, { projection: { epoch: 1 } });
    if (found && found.epoch !== epoch) throw new TakenOver(`nonce ${nonce}`);
  }

  async function close(
    { nonce, hash }: { nonce: number; hash?: string },
    end: { outcome?: TransactionOutcome; failed?: ActFailure[] },
  ): Promise<void> {
    const closing = await transactions.findOneAndUpdate(
      { _id: idOf(nonce), state: "open", epoch, ...(hash ? { hash } : {}) },
      { $set: { ...end, state: "closing" } },
      { returnDocument: "after", projection: { raw: 0 } },
    );
    if (closing) await finish(closing);
    else await held(nonce);
  }

  return {
    async begin(who) {
      sender = senderOf(who);
      epoch = who.epoch;
      const later = await transactions.findOne({ state: "open", sender, epoch: { $gt: epoch } });
      if (later) throw new TakenOver(`epoch ${later.epoch}`);
      await transactions.updateMany({ state: "open", sender, epoch: { $lte: epoch } }, { $set: { epoch } });
      for (const left of await transactions.find({ state: "closing" }).toArray()) await finish(left);
      const found = await transactions.find({ state: "open", sender }).sort({ nonce: 1 }).toArray();
      for (const { actIds = [], nonce } of found) await markSent(actIds, nonce);
      const [last] = await transactions
        .find({ sender, state: { $in: ["closed", "closing"] } }, { projection: { nonce: 1 } })
        .sort({ nonce: -1 })
        .limit(1)
        .toArray();
      return {
        open: found.map(
          ({ nonce, hash, raw, earlierHashes, actIds = [], sentAt }): OpenTransaction => ({
            ...{ nonce, hash, earlierHashes, actIds, sentAt: sentAt.toISOString() },
            raw: `0x${Buffer.from(raw!.buffer).toString("hex")}`,
          }),
        ),
        nextNonce: last ? last.nonce + 1 : 0,
      };
    },

    async takeQueued(limit) {
      const queued = await acts.model
        .find({ waiting: { $gt: "" } }, { target: 1, data: 1, gasLimit: 1 })
        .sort({ waiting: 1 })
        .limit(limit)
        .lean();
      return queued.map(({ _id, target, data, gasLimit }) => ({ id: _id, target, data, gasLimit }));
    },

    async saveTransaction({ nonce, hash, raw, actIds }) {
      const bytes = new mongo.Binary(Buffer.from(raw.slice(2), "hex"));
      const fields = { sender, nonce, hash, raw: bytes, earlierHashes: [], actIds, epoch };
      try {
        // A nonce is taken once, unless what had it can never be mined.
        await transactions.updateOne(
          { _id: idOf(nonce), state: "abandoned" },
          { $set: { ...fields, sentAt: new Date(), state: "open" } },
          { upsert: true },
        );
      } catch (error) {
        if (isDuplicateKey(error)) throw new TakenOver(`nonce ${nonce}`);
        throw error;
      }
      await markSent(actIds, nonce);
    },

    async replaceTransaction(nonce, { hash, raw }) {
      const current = await transactions.findOne({ _id: idOf(nonce), state: "open", epoch });
      if (!current) throw new TakenOver(`nonce ${nonce}`);
      const bytes = new mongo.Binary(Buffer.from(raw.slice(2), "hex"));
      const { matchedCount } = await transactions.updateOne(
        { _id: current._id, hash: current.hash, state: "open", epoch },
        { $set: { hash, raw: bytes, sentAt: new Date() }, $push: { earlierHashes: current.hash } },
      );
      if (matchedCount === 0) throw new TakenOver(`nonce ${nonce}`);
    },
    settle: (nonce, outcome) => close({ nonce }, { outcome }),
    abandon: ({ nonce, hash }, failed) => close({ nonce, hash }, { failed }),
    countOpen: () => transactions.countDocuments({ state: { $in: ["open", "closing"] } }),
  };
}
