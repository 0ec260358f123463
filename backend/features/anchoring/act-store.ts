import { type Connection, type Model, Schema } from "mongoose";
import type { ActPayload } from "../../lib/effects.ts";
import { insertNew } from "../../platform/mongo/aggregate.ts";
import { batchedFind, foundOf } from "../../platform/mongo/batched-find.ts";

export interface ActDocument extends Omit<ActPayload, "id"> {
  _id: string;
  /** Of the outbox entry that asked for it, a UUIDv7: the order in which acts go to the chain. */
  order: string;
  state: "queued" | "sent" | "confirmed" | "failed";
  /** `order` while it is queued, absent else: what a queue of millions of settled acts is searched by. */
  waiting?: string | undefined;
  createdAt: Date;
  nonce?: number | undefined;
  transactionHash?: string | undefined;
  blockNumber?: number | undefined;
  blockHash?: string | undefined;
  confirmedAt?: Date | undefined;
  reason?: string | undefined;
  /** How often the chain has refused it. */
  refusals?: number | undefined;
  /** Present in state failed. */
  failedAt?: Date | undefined;
}

export interface ActStore {
  readonly model: Model<ActDocument>;
  /** Asking twice for one act is one act. */
  add(acts: readonly { payload: ActPayload; order: string }[]): Promise<void>;
  find(id: string): Promise<ActDocument | null>;
  /** Without their data. */
  findMany(ids: readonly string[]): Promise<Map<string, ActDocument>>;
  /** Newest failure first. */
  failed(limit: number, before?: Date): Promise<ActDocument[]>;
  countQueued(): Promise<number>;
  countFailed(): Promise<number>;
  /** A failed act goes into the queue again, in its old place. Null when it isn't a failed one. */
  retry(id: string): Promise<ActDocument | null>;
}

export function createActStore(connection: Connection): ActStore {
  const schema = new Schema<ActDocument>(
    {
      _id: { type: String, required: true },
      kind: { type: String, required: true },
      target: { type: String, required: true },
      data: { type: String, required: true },
      gasLimit: { type: Number, required: true },
      order: { type: String, required: true },
      state: { type: String, required: true },
      waiting: String,
      createdAt: { type: Date, required: true },
      nonce: Number,
      transactionHash: String,
      blockNumber: Number,
      blockHash: String,
      confirmedAt: Date,
      reason: String,
      refusals: Number,
      failedAt: Date,
    },
    { strict: "throw", versionKey: false, collection: "acts" },
  );
  schema.index({ waiting: 1 }, { sparse: true });
  schema.index({ failedAt: 1 }, { sparse: true });
  const model = connection.model("Act", schema) as unknown as Model<ActDocument>;
  const findLight = batchedFind(model, { data: 0 });
  return {
    model,
    add: (acts) =>
      insertNew(
        model,
        acts.map(({ payload: { id, kind, target, data, gasLimit }, order }) => ({
          ...{ _id: id, kind, target, data, gasLimit, order },
          ...{ state: "queued" as const, waiting: order, createdAt: new Date() },
        })),
      ),
    find: batchedFind(model),
    findMany: (ids) => foundOf(findLight, ids),
    failed: (limit, before = new Date(8.64e15)) =>
      model
        .find({ failedAt: { $lt: before } }, { data: 0 })
        .sort({ failedAt: -1 })
        .limit(limit)
        .lean<ActDocument[]>(),
    // A range, which takes the sparse index; {$exists: true} would not on every store.
    countQueued: () => model.countDocuments({ waiting: { $gt: "" } }),
    countFailed: () => model.countDocuments({ failedAt: { $gt: new Date(0) } }),
    async retry(id) {
      const act = await model.findOne({ _id: id, state: "failed" }).lean<ActDocument>();
      if (!act) return null;
      return model
        .findOneAndUpdate(
          { _id: id, state: "failed" },
          { $set: { state: "queued", waiting: act.order }, $unset: { refusals: 1, failedAt: 1, reason: 1 } },
          { returnDocument: "after" },
        )
        .lean<ActDocument>();
    },
  };
}
