import { type Connection, type Model, Schema } from "mongoose";
import type { Effect, LeafPayload } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";

export interface LeafDocument {
  _id: string;
  kind: string;
  commitment: string;
  order: string;
  createdAt: Date;
  /** Absent until it is in a batch. */
  batchId?: string | undefined;
}

export interface MerkleBatchDocument extends AggregateFields {
  kind: string;
  root: string;
  count: number;
  /** All commitments, 32 bytes each, in the order they were added. */
  values: Buffer;
  /** Of single leaves: to be marked with this batch. Empty for batches of records. */
  leafIds: string[];
  /** False until the leaves are marked: what a crash left is finished later. */
  marked: boolean;
  actId: string;
  createdAt: Date;
}

export interface LeafStore {
  readonly leaves: Model<LeafDocument>;
  readonly batches: Model<MerkleBatchDocument>;
  add(payload: LeafPayload, order: string): Promise<void>;
  /** False when a batch with this id is there already. */
  insertBatch(
    id: string,
    fields: Omit<MerkleBatchDocument, keyof AggregateFields>,
    effects: readonly Effect[],
  ): Promise<boolean>;
}

export function createLeafStore(connection: Connection): LeafStore {
  const leafSchema = new Schema<LeafDocument>(
    {
      _id: { type: String, required: true },
      kind: { type: String, required: true },
      commitment: { type: String, required: true },
      order: { type: String, required: true },
      createdAt: { type: Date, required: true },
      batchId: String,
    },
    { strict: "throw", versionKey: false, collection: "leaves" },
  );
  leafSchema.index({ batchId: 1, order: 1 });
  const batchSchema = aggregateSchema<MerkleBatchDocument>({
    kind: { type: String, required: true },
    root: { type: String, required: true },
    count: { type: Number, required: true },
    values: { type: Buffer, required: true },
    leafIds: [String],
    marked: { type: Boolean, required: true },
    actId: { type: String, required: true },
    createdAt: { type: Date, required: true },
  });
  batchSchema.index({ marked: 1 });
  batchSchema.set("collection", "merkleBatches");
  const leaves = connection.model("Leaf", leafSchema) as unknown as Model<LeafDocument>;
  const batches = connection.model("MerkleBatch", batchSchema) as unknown as Model<MerkleBatchDocument>;
  return {
    leaves,
    batches,
    async add({ id, kind, commitment }, order) {
      try {
        await leaves.create({ _id: id, kind, commitment, order, createdAt: new Date() });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async insertBatch(id, fields, effects) {
      try {
        await batches.create({ ...fields, _id: id, ...withEffects(effects) });
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return false;
      }
    },
  };
}
