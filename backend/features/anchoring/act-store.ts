import { type Connection, type Model, Schema } from "mongoose";
import type { ActPayload } from "../../lib/effects.ts";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";

export interface ActDocument extends Omit<ActPayload, "id"> {
  _id: string;
  /** Of the outbox entry that asked for it, a UUIDv7: the order in which acts go to the chain. */
  order: string;
  state: "queued" | "sent" | "confirmed" | "failed";
  createdAt: Date;
  nonce?: number | undefined;
  transactionHash?: string | undefined;
  blockNumber?: number | undefined;
  blockHash?: string | undefined;
  confirmedAt?: Date | undefined;
  reason?: string | undefined;
  /** How often the chain has refused it. */
  refusals?: number | undefined;
}

export interface ActStore {
  readonly model: Model<ActDocument>;
  /** Asking twice for one act is one act. */
  add(payload: ActPayload, order: string): Promise<void>;
  find(id: string): Promise<ActDocument | null>;
  findMany(ids: readonly string[]): Promise<Map<string, ActDocument>>;
  failed(limit: number): Promise<ActDocument[]>;
  countQueued(): Promise<number>;
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
      createdAt: { type: Date, required: true },
      nonce: Number,
      transactionHash: String,
      blockNumber: Number,
      blockHash: String,
      confirmedAt: Date,
      reason: String,
      refusals: Number,
    },
    { strict: "throw", versionKey: false, collection: "acts" },
  );
  schema.index({ state: 1, order: 1 });
  const model = connection.model("Act", schema) as unknown as Model<ActDocument>;
  return {
    model,
    async add({ id, ...payload }, order) {
      try {
        await model.create({ ...payload, _id: id, order, state: "queued", createdAt: new Date() });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    find: (id) => model.findById(id).lean<ActDocument>(),
    async findMany(ids) {
      const found = await model.find({ _id: { $in: [...ids] } }).lean<ActDocument[]>();
      return new Map(found.map((act) => [act._id, act]));
    },
    failed: (limit) => model.find({ state: "failed" }).sort({ order: -1 }).limit(limit).lean<ActDocument[]>(),
    countQueued: () => model.countDocuments({ state: "queued" }),
  };
}
