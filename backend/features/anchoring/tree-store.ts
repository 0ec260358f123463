import { type Connection, type Model, Schema } from "mongoose";
import { newId } from "../../lib/ids.ts";
import { HASH, type MerkleNodes } from "../../lib/merkle/tree-builder.ts";
import { merklePath } from "../../lib/merkle/tree-path.ts";
import { type MerklePiece, merklePieces, placeOf } from "../../lib/merkle/tree-pieces.ts";

/** Pieces a write: two megabytes. */
const WRITE_SIZE = 64;
/** Far longer than any tree takes to be written. */
const ABANDONED_MS = 3_600_000;
const ABANDONED = new Date(0);

interface PieceDocument {
  /** The tree's id and the number of the node that the piece is under. */
  _id: string;
  nodes: Uint8Array;
}

/** There while a tree's pieces are written: what a crash leaves is found by it. */
interface DraftDocument {
  _id: string;
  batchId: string;
  startedAt: Date;
}

/** What a batch's document holds of its tree. */
export interface StoredTree {
  count: number;
  /** The top piece. */
  top: Uint8Array;
  /** Of the other pieces, where there are any. */
  treeId?: string | undefined;
}

export interface TreeStore {
  /**
   * Writes all pieces but the top, which goes into the document that makes the tree count. Every call writes a tree of
   * its own, so two that write one batch at a time can't mix theirs.
   */
  write(batchId: string, nodes: MerkleNodes): Promise<StoredTree>;
  /** The tree counts. */
  keep(tree: StoredTree): Promise<void>;
  /** The tree does not count. */
  drop(tree: Pick<StoredTree, "treeId">): Promise<void>;
  /** The siblings of a leaf, read from the few pieces that hold them. Undefined when the tree doesn't have the leaf. */
  path(tree: StoredTree, leaf: Uint8Array): Promise<Uint8Array[] | undefined>;
  /** Removes what was written for documents that never came. `treeOf` gives the tree that a batch counts with. */
  removeAbandoned(treeOf: (batchId: string) => Promise<string | undefined>, olderThanMs?: number): Promise<void>;
}

export function createTreeStore(connection: Connection): TreeStore {
  const pieceSchema = new Schema<PieceDocument>(
    { _id: { type: String, required: true }, nodes: { type: Buffer, required: true } } as never,
    { strict: "throw", versionKey: false, collection: "merklePieces" },
  );
  const draftSchema = new Schema<DraftDocument>(
    {
      _id: { type: String, required: true },
      batchId: { type: String, required: true },
      startedAt: { type: Date, required: true },
    },
    { strict: "throw", versionKey: false, collection: "merkleDrafts" },
  );
  const pieces = connection.model("MerklePiece", pieceSchema) as unknown as Model<PieceDocument>;
  const drafts = connection.model("MerkleDraft", draftSchema) as unknown as Model<DraftDocument>;

  async function drop(treeId: string): Promise<void> {
    // ";" comes after ":": all pieces of this tree and no other's.
    await pieces.deleteMany({ _id: { $gte: `${treeId}:`, $lt: `${treeId};` } });
    await drafts.deleteOne({ _id: treeId });
  }

  async function readPiece(treeId: string | undefined, under: number): Promise<Uint8Array> {
    const found = await pieces.findById(`${treeId}:${under}`).lean<{ nodes: { buffer: Uint8Array } }>();
    if (!found) throw new Error(`the piece ${treeId}:${under} of a Merkle tree is gone`);
    return found.nodes.buffer;
  }

  return {
    async write(batchId, nodes) {
      const all = merklePieces(nodes);
      const { bytes } = all.next().value as MerklePiece;
      const top = Buffer.from(bytes.buffer, 0, bytes.length);
      let next = all.next();
      if (next.done) return { count: nodes.count, top };
      const treeId = newId();
      await drafts.create({ _id: treeId, batchId, startedAt: new Date() });
      while (!next.done) {
        const group: PieceDocument[] = [];
        for (; !next.done && group.length < WRITE_SIZE; next = all.next())
          group.push({ _id: `${treeId}:${next.value.under}`, nodes: next.value.bytes });
        // Through the driver: mongoose would copy and check every piece.
        await pieces.collection.insertMany(group as never, { ordered: false });
      }
      const held = await drafts.updateOne({ _id: treeId, startedAt: { $gt: ABANDONED } }, { startedAt: new Date() });
      if (held.matchedCount === 0) throw new Error(`the Merkle tree of ${batchId} took so long that it was given up`);
      return { count: nodes.count, top, treeId };
    },
    async keep({ treeId }) {
      if (treeId) await drafts.deleteOne({ _id: treeId });
    },
    async drop({ treeId }) {
      if (treeId) await drop(treeId);
    },
    async path({ count, top, treeId }, leaf) {
      const read = new Map([[1, top]]);
      const search = merklePath(count, leaf);
      let step = search.next();
      while (!step.done) {
        const { under, at } = placeOf(count, step.value);
        const piece = read.get(under) ?? (await readPiece(treeId, under));
        read.set(under, piece);
        step = search.next(piece.subarray(at * HASH, (at + 1) * HASH));
      }
      return step.value;
    },
    async removeAbandoned(treeOf, olderThanMs = ABANDONED_MS) {
      const old = { startedAt: { $lte: new Date(Date.now() - olderThanMs) } };
      for (const { _id, batchId } of await drafts.find(old).lean<DraftDocument[]>()) {
        // Whoever still writes it sees by this that it may not count any more.
        const { matchedCount } = await drafts.updateOne({ _id, ...old }, { startedAt: ABANDONED });
        if (matchedCount === 0) continue;
        if ((await treeOf(batchId)) === _id) await drafts.deleteOne({ _id });
        else await drop(_id);
      }
    },
  };
}
