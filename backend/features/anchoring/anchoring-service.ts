import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { getBytes, hexlify, id as keccakOfText } from "ethers";
import { type AnchorKind, anchorKinds } from "../../../contracts/codes.ts";
import { actEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import { newId } from "../../lib/ids.ts";
import { buildTree } from "../../lib/merkle/build-tree.ts";
import { HASH, nodeOf, writeHashes } from "../../lib/merkle/tree-builder.ts";
import { merkleLeaf, verifyMerkleProof } from "../../lib/merkle.ts";
import type { AnchorState, Receipt } from "../../lib/schemas.ts";
import type { ActDocument, ActStore } from "./act-store.ts";
import type { LeafDocument, LeafStore, MerkleBatchDocument } from "./leaf-store.ts";

/** The most commitments that a set of records is anchored with; larger ones are cut into several. */
export const MAX_LEAVES = 200_000;
/** The most single leaves of one round. */
const MAX_SINGLE_LEAVES = 32_768;
/** Commitments turned into bytes before others have their turn. */
const SLICE = 10_000;
/** Removal of what crashes left is looked for so often. */
const CLEANING_MS = 600_000;
const LEAST_BIDS = 8;

export interface LeafProof {
  root: Hex32;
  path: Hex32[];
  anchor: AnchorState;
}

export interface AnchoringService {
  /** The receipt of an act that was asked for at `createdAt`; pending until the relayer has it. */
  receiptOf(actId: Hex32, kind: string, createdAt: Date): Promise<Receipt>;
  receiptsOf(acts: readonly { actId: Hex32; kind: string; createdAt: Date }[]): Promise<Receipt[]>;
  receipt(actId: Hex32): Promise<Receipt>;
  /** Where single leaves stand, by leaf id. */
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  /** Where a batch of commitments stands. */
  batchAnchor(batchId: string): Promise<AnchorState>;
  /** Null while the leaf isn't in a batch. */
  proofOfLeaf(leafId: string): Promise<LeafProof | null>;
  /** Null when there is no such batch, or the commitment isn't in it. */
  proofInBatch(batchId: string, commitment: Hex32): Promise<LeafProof | null>;
  /** Anchors a set of commitments as one batch; the same batch id again changes nothing. */
  anchorBatch(batchId: string, kind: AnchorKind, commitments: readonly Hex32[]): Promise<void>;
  /** Puts the single leaves that wait into batches. True when there may be more. */
  batchLeaves(): Promise<boolean>;
  waitingLeaves(): Promise<{ count: number; oldestSeconds: number }>;
}

const WAITING: AnchorState = { state: "waiting" };

export const receiptOfAct = (act: ActDocument): Receipt => ({
  id: act._id,
  kind: act.kind,
  state: act.state === "queued" ? "pending" : act.state,
  createdAt: act.createdAt.toISOString(),
  ...(act.transactionHash ? { transactionHash: act.transactionHash } : {}),
  ...(act.blockNumber === undefined ? {} : { blockNumber: act.blockNumber }),
  ...(act.blockHash ? { blockHash: act.blockHash } : {}),
  ...(act.confirmedAt ? { confirmedAt: act.confirmedAt.toISOString() } : {}),
  ...(act.reason ? { reason: act.reason } : {}),
});

function anchorOfAct(root: Hex32, act: ActDocument | undefined): AnchorState {
  const state = act?.state === "confirmed" || act?.state === "failed" ? act.state : "pending";
  return {
    state,
    root,
    ...(act?.transactionHash ? { transactionHash: act.transactionHash } : {}),
    ...(act?.blockNumber === undefined ? {} : { blockNumber: act.blockNumber }),
    ...(act?.confirmedAt ? { anchoredAt: act.confirmedAt.toISOString() } : {}),
  };
}

async function bytesOf(commitments: readonly Hex32[], padding: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array((commitments.length + padding) * HASH);
  for (let at = 0; at < commitments.length; at += SLICE) {
    if (at > 0) await nextTurn();
    writeHashes(bytes, commitments.slice(at, at + SLICE), at * HASH);
  }
  bytes.set(randomBytes(padding * HASH), commitments.length * HASH);
  return bytes;
}

/**
 * A bid batch is filled up with random commitments, nobody's, to a power of two: the chain shows a batch's count, and
 * that a lone institution has bid is not for the others to know.
 */
const paddingOf = (kind: AnchorKind, count: number): number =>
  kind === "bids" ? Math.max(LEAST_BIDS, 2 ** Math.ceil(Math.log2(count))) - count : 0;

export function createAnchoringService(
  acts: ActStore,
  store: LeafStore,
  registry: { address: string; encodeAnchor(root: Hex32, kind: number, count: number): string },
  onWork: () => void,
): AnchoringService {
  const { leaves, batches } = store;
  let nextCleaning = 0;

  async function insertBatch(
    batchId: string,
    kind: AnchorKind,
    commitments: readonly Hex32[],
    leafIds: string[],
  ): Promise<void> {
    const nodes = await buildTree(await bytesOf(commitments, paddingOf(kind, commitments.length)));
    const root = hexlify(nodeOf(nodes, 1));
    // One root is one act, whoever asks: the registry takes a root once.
    const actId = keccakOfText(`anchor:${root}`);
    const data = registry.encodeAnchor(root, anchorKinds[kind], nodes.count);
    const effect = actEffect({ id: actId, kind: `anchor.${kind}`, target: registry.address, data, gasLimit: 400_000 });
    const inserted = await store.insertBatch(
      batchId,
      { kind, root, leafIds, marked: leafIds.length === 0, actId, createdAt: new Date() },
      nodes,
      [effect],
    );
    if (inserted) onWork();
  }

  async function proofFrom(batchId: string, commitment: Hex32): Promise<LeafProof | null> {
    const batch = await batches.findById(batchId).lean<MerkleBatchDocument>();
    const siblings = batch && (await store.pathOf(batch, getBytes(merkleLeaf(commitment))));
    if (!siblings) return null;
    const path = siblings.map((hash) => hexlify(hash));
    // A piece that was damaged in the store must not pass for a proof.
    if (!verifyMerkleProof(batch.root, commitment, path)) throw new Error(`the Merkle tree of ${batchId} is damaged`);
    return { root: batch.root, path, anchor: anchorOfAct(batch.root, (await acts.find(batch.actId)) ?? undefined) };
  }

  async function removeAbandonedTrees(): Promise<void> {
    if (Date.now() < nextCleaning) return;
    await store.trees.removeAbandoned(
      async (batchId) => (await batches.findById(batchId, { treeId: 1 }).lean<MerkleBatchDocument>())?.treeId,
    );
    nextCleaning = Date.now() + CLEANING_MS;
  }

  const service: AnchoringService = {
    async receiptsOf(wanted) {
      const found = await acts.findMany(wanted.map(({ actId }) => actId));
      return wanted.map(({ actId, kind, createdAt }) => {
        const act = found.get(actId);
        return act
          ? receiptOfAct(act)
          : { id: actId, kind, state: "pending" as const, createdAt: createdAt.toISOString() };
      });
    },
    async receiptOf(actId, kind, createdAt) {
      return (await service.receiptsOf([{ actId, kind, createdAt }]))[0]!;
    },
    async receipt(actId) {
      const act = await acts.find(actId);
      if (!act) throw new DomainError("notFound", "there is no receipt with this id");
      return receiptOfAct(act);
    },
    async anchorsOf(leafIds) {
      const found = await leaves.find({ _id: { $in: [...leafIds] } }).lean<LeafDocument[]>();
      const batchIds = [...new Set(found.flatMap(({ batchId }) => batchId ?? []))];
      const roots = await batches.find({ _id: { $in: batchIds } }, { root: 1, actId: 1 }).lean<MerkleBatchDocument[]>();
      const actOf = await acts.findMany(roots.map(({ actId }) => actId));
      const byBatch = new Map(roots.map(({ _id, root, actId }) => [_id, anchorOfAct(root, actOf.get(actId))]));
      return new Map(found.map(({ _id, batchId }) => [_id, (batchId && byBatch.get(batchId)) || WAITING]));
    },
    async batchAnchor(batchId) {
      const batch = await batches.findById(batchId, { root: 1, actId: 1 }).lean<MerkleBatchDocument>();
      return batch ? anchorOfAct(batch.root, (await acts.find(batch.actId)) ?? undefined) : WAITING;
    },
    async proofOfLeaf(leafId) {
      const leaf = await leaves.findById(leafId).lean<LeafDocument>();
      if (!leaf?.batchId) return null;
      return proofFrom(leaf.batchId, leaf.commitment);
    },
    proofInBatch: proofFrom,
    async anchorBatch(batchId, kind, commitments) {
      if (await batches.exists({ _id: batchId })) return;
      await insertBatch(batchId, kind, commitments, []);
    },
    async batchLeaves() {
      await removeAbandonedTrees();
      for (const left of await batches.find({ marked: false }, { leafIds: 1 }).lean<MerkleBatchDocument[]>())
        await store.markLeaves(left);
      const waiting = await leaves
        .find({ batchId: null })
        .sort({ order: 1 })
        .limit(MAX_SINGLE_LEAVES)
        .lean<LeafDocument[]>();
      for (const kind of new Set(waiting.map((leaf) => leaf.kind))) {
        const chosen = waiting.filter((leaf) => leaf.kind === kind);
        const batch = { _id: newId(), leafIds: chosen.map(({ _id }) => _id) };
        await insertBatch(
          batch._id,
          kind as AnchorKind,
          chosen.map(({ commitment }) => commitment),
          batch.leafIds,
        );
        await store.markLeaves(batch);
      }
      return waiting.length === MAX_SINGLE_LEAVES;
    },
    async waitingLeaves() {
      const count = await leaves.countDocuments({ batchId: null });
      const [oldest] = await leaves.find({ batchId: null }).sort({ order: 1 }).limit(1).lean<LeafDocument[]>();
      return {
        count,
        oldestSeconds: oldest ? Math.max(0, Math.round((Date.now() - oldest.createdAt.getTime()) / 1000)) : 0,
      };
    },
  };
  return service;
}
