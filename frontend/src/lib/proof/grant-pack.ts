import { verifyTypedData } from "ethers";
import type { GrantProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { verifyMerkleProof } from "../../../../backend/lib/merkle.ts";
import {
  anchorKinds,
  bidHash as bidStructHash,
  financingDomain,
  grantHash,
  participantsDomain,
  types,
} from "../../../../contracts/typed-data.ts";
import type { Meta } from "../queries.ts";
import { unixSeconds } from "../time.ts";
import { type ChainReader, callView, transactionReceipt } from "./chain-reader.ts";
import { type CheckResult, check, equal, skipped } from "./check.ts";

const bidMessage = ({ request, bid }: GrantProofPack) => ({
  requestKey: request.requestKey,
  institution: bid.institution,
  termsCommitment: bid.termsCommitment,
  amountFen: BigInt(bid.amountFen),
  validUntil: unixSeconds(bid.validUntil),
  salt: bid.salt,
});

const grantMessage = ({ request, bid, grant }: GrantProofPack) => ({
  requestKey: request.requestKey,
  bidHash: bid.bidHash,
  termsCommitment: grant.termsCommitment,
  amountFen: BigInt(grant.amountFen),
  expiresAt: unixSeconds(grant.expiresAt),
  salt: grant.salt,
});

/** What the pack alone can show: hashes, signatures, path and amounts. */
async function checkDocuments(pack: GrantProofPack): Promise<CheckResult[]> {
  const { request, bid, grant } = pack;
  const financing = financingDomain(pack.chainId, pack.contracts.financing);
  return [
    await check("requestTerms", () =>
      equal(
        ["termsCommitment", commitment(request.salt, request.terms), request.termsCommitment],
        ["amountFen", request.terms.amountFen, request.amountFen],
      ),
    ),
    await check("requestEndorsement", () =>
      equal([
        "signer",
        verifyTypedData(
          participantsDomain(pack.chainId, pack.contracts.participants),
          types.RequestEndorsement,
          { requestKey: request.requestKey, termsCommitment: request.termsCommitment },
          request.endorsement,
        ),
        request.enterprise,
      ]),
    ),
    await check("bidTerms", () =>
      equal(
        ["termsCommitment", commitment(bid.termsSalt, bid.terms), bid.termsCommitment],
        ["amountFen", bid.terms.amountFen, bid.amountFen],
        ["bidHash", bidStructHash(bidMessage(pack)), bid.bidHash],
      ),
    ),
    await check("bidSignature", () =>
      equal(["signer", verifyTypedData(financing, types.Bid, bidMessage(pack), bid.signature), bid.institution]),
    ),
    await check("bidPath", () => verifyMerkleProof(bid.root, bid.bidHash, bid.path) || "root"),
    await check("grantTerms", () =>
      equal(
        ["termsCommitment", commitment(grant.termsSalt, grant.terms), grant.termsCommitment],
        ["amountFen", grant.terms.amountFen, grant.amountFen],
        ["grantId", grantHash(grantMessage(pack)), grant.grantId],
      ),
    ),
    await check("grantSignature", () =>
      equal(["signer", verifyTypedData(financing, types.Grant, grantMessage(pack), grant.signature), bid.institution]),
    ),
    await check("amounts", () => {
      const [asked, offered, granted] = [request.amountFen, bid.amountFen, grant.amountFen].map(BigInt);
      return (granted! <= offered! && granted! <= asked!) || `${granted} > ${offered} / ${asked}`;
    }),
  ];
}

/** What only the chain can show. */
async function checkChain(pack: GrantProofPack, read: ChainReader): Promise<CheckResult[]> {
  const { request, bid, grant, contracts } = pack;
  return [
    await check("chain", async () => equal(["chainId", BigInt(String(await read("eth_chainId", []))), pack.chainId])),
    await check("requestOnChain", async () => {
      const [stored] = await callView(read, contracts.financing, "requestOf", [request.requestKey]);
      return equal(
        ["termsCommitment", stored.termsCommitment, request.termsCommitment],
        ["amountFen", stored.amountFen, request.amountFen],
        ["closesAt", stored.closesAt, unixSeconds(request.closesAt)],
        ["expiresAt", stored.expiresAt, unixSeconds(request.expiresAt)],
      );
    }),
    await check("bidAnchored", async () => {
      const [anchoredAt, kind] = await callView(read, contracts.anchors, "anchorOf", [bid.root]);
      if (anchoredAt === 0n) return "anchoredAt: 0";
      if (anchoredAt > BigInt(unixSeconds(request.closesAt))) return `anchoredAt: ${anchoredAt} > closesAt`;
      return equal(["kind", kind, anchorKinds.bids]);
    }),
    await check("awardOnChain", async () => {
      const [stored] = await callView(read, contracts.financing, "awardOf", [request.requestKey]);
      return equal(
        ["bidHash", stored.bidHash, bid.bidHash],
        ["institution", stored.institution, bid.institution],
        ["amountFen", stored.amountFen, bid.amountFen],
      );
    }),
    await check("grantOnChain", async () => {
      const [stored] = await callView(read, contracts.financing, "grantOf", [grant.grantId]);
      return equal(
        ["requestKey", stored.requestKey, request.requestKey],
        ["bidHash", stored.bidHash, bid.bidHash],
        ["institution", stored.institution, bid.institution],
        ["termsCommitment", stored.termsCommitment, grant.termsCommitment],
        ["amountFen", stored.amountFen, grant.amountFen],
        ["expiresAt", stored.expiresAt, unixSeconds(grant.expiresAt)],
      );
    }),
    grant.transactionHash
      ? await check("transaction", async () => {
          const receipt = await transactionReceipt(read, grant.transactionHash!);
          if (!receipt) return "transaction: not found";
          return equal(
            ["status", BigInt(receipt.status), 1n],
            ["blockNumber", Number(receipt.blockNumber), grant.blockNumber ?? Number(receipt.blockNumber)],
            ["blockHash", receipt.blockHash, grant.blockHash ?? receipt.blockHash],
          );
        })
      : skipped("transaction"),
  ];
}

const chainLines = ["chain", "requestOnChain", "bidAnchored", "awardOnChain", "grantOnChain", "transaction"];

/** Recomputes a grant's proof. Without a chain the lines that need one are skipped. */
export async function checkGrantPack(pack: GrantProofPack, meta?: Meta, read?: ChainReader): Promise<CheckResult[]> {
  const contracts = meta
    ? await check("contracts", () =>
        equal(
          ["chainId", pack.chainId, meta.chainId],
          ["participants", pack.contracts.participants, meta.contracts.participants],
          ["anchors", pack.contracts.anchors, meta.contracts.anchors],
          ["financing", pack.contracts.financing, meta.contracts.financing],
        ),
      )
    : skipped("contracts");
  const onChain = read ? await checkChain(pack, read) : chainLines.map(skipped);
  return [...(await checkDocuments(pack)), contracts, ...onChain];
}
