import type { GrantProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import type { GrantPack } from "../../../../backend/lib/proof/pack.ts";
import { actHash } from "../../../../backend/lib/proof/signed-act.ts";

const iso = (seconds: string | undefined): string => new Date(Number(seconds) * 1000).toISOString();
const terms = (document: unknown) => (document ?? {}) as Record<string, unknown>;
const NO_ROOT = `0x${"0".repeat(64)}`;

/** A grant's proof pack in the words of the regulator's comparison. */
export function evidenceOf({ chainId, contracts, request, bid, grant }: GrantPack): GrantProofPack {
  const [asked, offered, given] = [request, bid, grant].map(({ act }) => act.message) as [
    Record<string, string>,
    Record<string, string>,
    Record<string, string>,
  ];
  const signature = ({ signatures }: { signatures: { signature: string }[] }) => signatures[0]!.signature;
  return {
    chainId,
    contracts,
    request: {
      requestKey: asked.requestKey ?? "",
      terms: terms(request.document),
      salt: request.salt,
      termsCommitment: asked.termsCommitment ?? "",
      amountFen: asked.amountFen ?? "",
      closesAt: iso(asked.closesAt),
      expiresAt: iso(asked.expiresAt),
      endorsement: signature(request.endorsement),
      enterprise: request.endorsement.signatures[0]!.signer,
      transactionHash: request.transaction.hash,
    },
    bid: {
      institution: offered.institution ?? "",
      terms: terms(bid.document),
      termsSalt: bid.salt,
      termsCommitment: offered.termsCommitment ?? "",
      amountFen: offered.amountFen ?? "",
      validUntil: iso(offered.validUntil),
      salt: offered.salt ?? "",
      signature: signature(bid.act),
      bidHash: given.bidHash ?? "",
      root: bid.anchor?.root ?? NO_ROOT,
      path: bid.anchor?.path ?? [],
      ...(bid.transaction ? { transactionHash: bid.transaction.hash } : {}),
    },
    grant: {
      grantId: actHash(grant.act),
      terms: terms(grant.document),
      termsSalt: grant.salt,
      termsCommitment: given.termsCommitment ?? "",
      amountFen: given.amountFen ?? "",
      expiresAt: iso(given.expiresAt),
      salt: given.salt ?? "",
      signature: signature(grant.act),
      transactionHash: grant.transaction.hash,
      blockNumber: grant.transaction.blockNumber,
      blockHash: grant.transaction.blockHash,
    },
  };
}
