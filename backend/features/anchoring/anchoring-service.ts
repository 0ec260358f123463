import { id as keccakOfText } from "ethers";
import { type AnchorKind, anchorKinds } from "../../../contracts/typed-data.ts";
import { actEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import { newId } from "../../lib/ids.ts";
import { merkleTree } from "../../lib/merkle.ts";
import type { AnchorState, Receipt } from "../../lib/schemas.ts";
import type { ActDocument, ActStore } from "./act-store.ts";
import type { LeafDocument, LeafStore, MerkleBatchDocument } from "./leaf-store.ts";

/** The most commitments in one tree; larger sets are cut into several. */
export const MAX_LEAVES = 200_000;
const MAX_SINGLE_LEAVES = 2_000;

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

const bytesOf = (commitments: readonly Hex32[]): Buffer =>
  Buffer.concat(commitments.map((commitment) => Buffer.from(commitment.slice(2), "hex")));

function commitmentsIn(values: Buffer | { buffer: Uint8Array }): Hex32[] {
  const bytes = Buffer.from("buffer" in values && !(values instanceof Uint8Array) ? values.buffer : (values as Buffer));
  return Array.from({ length: bytes.length / 32 }, (_, i) => `0x${bytes.toString("hex", i * 32, i * 32 + 32)}`);
}

export function createAnchoringService(
  acts: ActStore,
  store: LeafStore,
  registry: { address: string; encodeAnchor(root: Hex32, kind: number, count: number): string },
  onWork: () => void,
): AnchoringService {
  const { leaves, batches } = store;

  async function insertBatch(
    batchId: string,
    kind: AnchorKind,
    commitments: readonly Hex32[],
    leafIds: string[],
  ): Promise<void> {
    const { root } = merkleTree(commitments);
    // One root is one act, whoever asks: the registry takes a root once.
    const actId = keccakOfText(`anchor:${root}`);
    const data = registry.encodeAnchor(root, anchorKinds[kind], commitments.length);
    const effect = actEffect({ id: actId, kind: `anchor.${kind}`, target: registry.address, data, gasLimit: 400_000 });
    const inserted = await store.insertBatch(
      batchId,
      {
        kind,
        root,
        count: commitments.length,
        values: bytesOf(commitments),
        leafIds,
        marked: leafIds.length === 0,
        actId,
        createdAt: new Date(),
      },
      [effect],
    );
    if (inserted) onWork();
  }

  async function markLeaves(batch: Pick<MerkleBatchDocument, "_id" | "leafIds">): Promise<void> {
    await leaves.updateMany({ _id: { $in: batch.leafIds } }, { $set: { batchId: batch._id } });
    await batches.updateOne({ _id: batch._id }, { $set: { marked: true } });
  }

  async function proofFrom(batch: MerkleBatchDocument | null, commitment: Hex32): Promise<LeafProof | null> {
    if (!batch) return null;
    const act = (await acts.find(batch.actId)) ?? undefined;
    const path = merkleTree(commitmentsIn(batch.values)).proof(commitment);
    return { root: batch.root, path, anchor: anchorOfAct(batch.root, act) };
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
      return proofFrom(await batches.findById(leaf.batchId).lean<MerkleBatchDocument>(), leaf.commitment);
    },
    async proofInBatch(batchId, commitment) {
      return proofFrom(await batches.findById(batchId).lean<MerkleBatchDocument>(), commitment);
    },
    anchorBatch: (batchId, kind, commitments) => insertBatch(batchId, kind, commitments, []),
    async batchLeaves() {
      for (const left of await batches.find({ marked: false }, { leafIds: 1 }).lean<MerkleBatchDocument[]>())
        await markLeaves(left);
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
        await markLeaves(batch);
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
