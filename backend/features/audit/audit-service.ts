import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { AnchorState, Receipt } from "../../lib/schemas.ts";
import type { CheckLine, GrantCheckView, GrantProofPack } from "./audit-schemas.ts";
import type { TransactionFact } from "./domain/chain-facts.ts";
import { checkGrant, readChainFacts } from "./domain/grant-check.ts";

interface StoredGrant {
  _id: string;
  grantId: string;
  requestId: string;
  bidId: string;
  amountFen: string;
  terms: Record<string, unknown>;
  termsSalt: string;
  termsCommitment: string;
  bidHash: string;
  salt: string;
  signature: string;
  expiresAt: Date;
  grantedAt: Date;
  actId: string;
}
interface StoredRequest {
  requestKey: string;
  terms: Record<string, unknown> & { amountFen: string };
  salt: string;
  termsCommitment: string;
  closesAt: Date;
  expiresAt: Date;
  createdAt: Date;
  endorsement: string;
  enterpriseAddress: string;
  actId: string;
}
interface StoredBid {
  _id: string;
  institution: { address: string };
  terms: Record<string, unknown> & { amountFen: string };
  termsSalt: string;
  termsCommitment: string;
  validUntil: Date;
  salt: string;
  signature: string;
  bidHash: string;
}

interface Ports {
  findRequest(id: string): Promise<StoredRequest | null>;
  findBid(id: string): Promise<StoredBid | null>;
  bidProof(bidId: string): Promise<{ root: string; path: string[]; anchor: AnchorState } | null>;
  receiptOf(actId: string, kind: string, createdAt: Date): Promise<Receipt>;
  grantByGrantId(grantId: string): Promise<StoredGrant | null>;
  /** Reading the chain, past any store of ours. */
  call(to: string, data: string): Promise<string>;
  transactionReceipt(hash: string): Promise<TransactionFact | null>;
  blockNumber(): Promise<number>;
}

export interface AuditService {
  check(grant: StoredGrant): Promise<GrantCheckView>;
  /** What the full check finds wrong; nothing when the grant can't be checked at all. */
  wrongLines(grantId: string): Promise<CheckLine[]>;
}

export function createAuditService(chain: ChainContext, ports: Ports, clock: Clock): AuditService {
  async function packOf(grant: StoredGrant): Promise<GrantProofPack> {
    const [request, bid] = await Promise.all([ports.findRequest(grant.requestId), ports.findBid(grant.bidId)]);
    if (!request || !bid) throw new DomainError("notFound", "the grant's request or bid is gone");
    // A bid that was changed since is no longer in its tree: the pack says so with an empty path, and the check fails.
    const proof = await ports.bidProof(bid._id).catch(() => null);
    const receipt = await ports.receiptOf(grant.actId, "grant", grant.grantedAt);
    const opened = await ports.receiptOf(request.actId, "request.open", request.createdAt);
    const { participants, anchors, financing } = chain.contracts;
    const zero = `0x${"0".repeat(64)}`;
    return {
      chainId: chain.chainId,
      contracts: { participants, anchors, financing },
      request: {
        requestKey: request.requestKey,
        terms: request.terms,
        salt: request.salt,
        termsCommitment: request.termsCommitment,
        amountFen: request.terms.amountFen,
        closesAt: request.closesAt.toISOString(),
        expiresAt: request.expiresAt.toISOString(),
        endorsement: request.endorsement,
        enterprise: request.enterpriseAddress,
        ...(opened.transactionHash ? { transactionHash: opened.transactionHash } : {}),
      },
      bid: {
        institution: bid.institution.address,
        terms: bid.terms,
        termsSalt: bid.termsSalt,
        termsCommitment: bid.termsCommitment,
        amountFen: bid.terms.amountFen,
        validUntil: bid.validUntil.toISOString(),
        salt: bid.salt,
        signature: bid.signature,
        bidHash: bid.bidHash,
        root: proof?.root ?? zero,
        path: proof?.path ?? [],
        ...(proof?.anchor.transactionHash ? { transactionHash: proof.anchor.transactionHash } : {}),
      },
      grant: {
        grantId: grant.grantId,
        terms: grant.terms,
        termsSalt: grant.termsSalt,
        termsCommitment: grant.termsCommitment,
        amountFen: grant.amountFen,
        expiresAt: grant.expiresAt.toISOString(),
        salt: grant.salt,
        signature: grant.signature,
        ...(receipt.transactionHash ? { transactionHash: receipt.transactionHash } : {}),
        ...(receipt.blockNumber === undefined ? {} : { blockNumber: receipt.blockNumber }),
        ...(receipt.blockHash ? { blockHash: receipt.blockHash } : {}),
      },
    };
  }

  async function linesOf(grant: StoredGrant): Promise<CheckLine[]> {
    const pack = await packOf(grant);
    return checkGrant(pack, await readChainFacts(pack, ports.call, ports.transactionReceipt));
  }

  return {
    async check(grant) {
      const lines = await linesOf(grant);
      return {
        grantId: grant.grantId,
        matches: lines.every(({ ok }) => ok),
        checkedAt: clock.now().toISOString(),
        blockNumber: await ports.blockNumber(),
        lines,
      };
    },
    async wrongLines(grantId) {
      const grant = await ports.grantByGrantId(grantId);
      const lines = grant ? await linesOf(grant).catch(() => []) : [];
      return lines.filter(({ ok }) => !ok);
    },
  };
}
