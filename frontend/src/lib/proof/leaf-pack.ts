import type { z } from "zod";
import type { leafProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { verifyMerkleProof } from "../../../../backend/lib/merkle.ts";
import { anchorKinds } from "../../../../contracts/typed-data.ts";
import type { Meta } from "../queries.ts";
import { type ChainReader, callView, transactionReceipt } from "./chain-reader.ts";
import { type CheckResult, check, equal, skipped } from "./check.ts";

export type LeafProofPack = z.infer<typeof leafProofPack>;

/** Recomputes a leaf proof. Without a chain the lines that need one are skipped. */
export async function checkLeafPack(pack: LeafProofPack, meta?: Meta, read?: ChainReader): Promise<CheckResult[]> {
  const kind = anchorKinds[pack.kind as keyof typeof anchorKinds];
  return [
    await check("leafCommitment", () => equal(["commitment", commitment(pack.salt, pack.document), pack.commitment])),
    await check("leafPath", () => verifyMerkleProof(pack.root, pack.commitment, pack.path) || "root"),
    meta
      ? await check("contracts", () =>
          equal(["chainId", pack.chainId, meta.chainId], ["anchors", pack.anchors, meta.contracts.anchors]),
        )
      : skipped("contracts"),
    read
      ? await check("leafAnchored", async () => {
          const [anchoredAt, anchoredKind] = await callView(read, pack.anchors, "anchorOf", [pack.root]);
          if (anchoredAt === 0n) return "anchoredAt: 0";
          return kind === undefined ? `kind: ${pack.kind}` : equal(["kind", anchoredKind, kind]);
        })
      : skipped("leafAnchored"),
    read && pack.transactionHash
      ? await check("transaction", async () => {
          const receipt = await transactionReceipt(read, pack.transactionHash!);
          if (!receipt) return "transaction: not found";
          return equal(
            ["status", BigInt(receipt.status), 1n],
            ["blockNumber", Number(receipt.blockNumber), pack.blockNumber ?? Number(receipt.blockNumber)],
          );
        })
      : skipped("transaction"),
  ];
}
