import { type Connection, type Model, Schema } from "mongoose";
import type { Effect, LeafPayload } from "../../lib/effects.ts";
import { buildMerkleNodes, type MerkleNodes } from "../../lib/merkle/tree-builder.ts";
import { merklePathIn } from "../../lib/merkle/tree-path.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import { createTreeStore, type StoredTree, type TreeStore } from "./tree-store.ts";

/** Bytes as the driver gives them. */
type StoredBytes = Uint8Array | { buffer: Uint8Array };
const bytesOf = (stored: StoredBytes): Uint8Array => (stored instanceof Uint8Array ? stored : stored.buffer);

/** Leaves a write. */
const MARK_SIZE = 2_000;

export interface LeafDocument {
  _id: string;
  kind: string;
  commitment: string;
  order: string;
  createdAt: Date;
  /** Absent until it is in a batch. */
  batchId?: string | undefined;
}

export interface MerkleBatchDocument extends AggregateFields, StoredTree {
  kind: string;
  root: string;
  /** Of single leaves: to be marked with this batch. Empty for batches of records, and once that is done. */
  leafIds: string[];
  /** False until the leaves are marked: what a crash left is finished later. */
  marked: boolean;
  actId: string;
  createdAt: Date;
}

export interface LeafStore {
  readonly leaves: Model<LeafDocument>;
  readonly batches: Model<MerkleBatchDocument>;
  readonly trees: TreeStore;
  add(payload: LeafPayload, order: string): Promise<void>;
  /** Writes the tree, then the batch that makes it count. False when a batch with this id is there already. */
  insertBatch(
    id: string,
    fields: Omit<MerkleBatchDocument, keyof AggregateFields | keyof StoredTree>,
    nodes: MerkleNodes,
    effects: readonly Effect[],
  ): Promise<boolean>;
  /** The siblings of a leaf on its way to the batch's root. Undefined when the batch doesn't have the leaf. */
  pathOf(batch: MerkleBatchDocument, leaf: Uint8Array): Promise<Uint8Array[] | undefined>;
  /** Says of a batch's leaves that they are in it. */
  markLeaves(batch: Pick<MerkleBatchDocument, "_id" | "leafIds">): Promise<void>;
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
    top: { type: Buffer, required: true },
    treeId: String,
    leafIds: [String],
    marked: { type: Boolean, required: true },
    actId: { type: String, required: true },
    createdAt: { type: Date, required: true },
  });
  batchSchema.index({ marked: 1 });
  batchSchema.set("collection", "merkleBatches");
  const leaves = connection.model("Leaf", leafSchema) as unknown as Model<LeafDocument>;
  const batches = connection.model("MerkleBatch", batchSchema) as unknown as Model<MerkleBatchDocument>;
  const trees = createTreeStore(connection);
  return {
    leaves,
    batches,
    trees,
    async add({ id, kind, commitment }, order) {
      try {
        await leaves.create({ _id: id, kind, commitment, order, createdAt: new Date() });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async insertBatch(id, fields, nodes, effects) {
      const tree = await trees.write(id, nodes);
      try {
        await batches.create({ ...fields, ...tree, _id: id, ...withEffects(effects) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const other = await batches.findById(id, { treeId: 1 }).lean<MerkleBatchDocument>();
        // Its own when the write was repeated because its answer was lost.
        if (other?.treeId !== tree.treeId) await trees.drop(tree);
        return false;
      }
      await trees.keep(tree);
      return true;
    },
    async pathOf(batch, leaf) {
      // Earlier versions kept all values in the document, and no tree.
      const { values } = batch as { values?: StoredBytes };
      if (values) return merklePathIn(buildMerkleNodes(bytesOf(values)), leaf);
      return trees.path({ ...batch, top: bytesOf(batch.top) }, leaf);
    },
    async markLeaves({ _id, leafIds }) {
      for (let at = 0; at < leafIds.length; at += MARK_SIZE) {
        const some = leafIds.slice(at, at + MARK_SIZE);
        await leaves.updateMany({ _id: { $in: some } }, { $set: { batchId: _id } });
      }
      await batches.updateOne({ _id }, { $set: { marked: true, leafIds: [] } });
    },
  };
}
