import { getAddress, Interface, type Result, verifyTypedData, ZeroHash } from "ethers";
import type { GrantProofPack } from "../../backend/features/audit/audit-schemas.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { verifyMerkleProof } from "../../backend/lib/merkle.ts";
import {
  type ActName,
  anchorKinds,
  bidHash,
  type Domain,
  financingDomain,
  grantHash,
  type Messages,
  participantKinds,
  participantsDomain,
  types,
} from "../../contracts/typed-data.ts";
import { unixSeconds } from "./times.ts";

/** One thing that was checked; `expected` comes from the pack, `found` from the recomputation or the chain. */
export interface ProofLine {
  readonly id: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly found: string;
}

/** A read-only call of any node of the chain: method and params as in JSON-RPC. */
export type ChainCall = (method: string, params: readonly unknown[]) => Promise<unknown>;

const LEDGER = new Interface([
  "function requestOf(address) view returns (tuple(uint128 amountFen, uint64 closesAt, uint64 expiresAt, bytes32 termsCommitment, uint8 state, uint128 grantedFen, uint64 grantsEndAt, uint128 drawnFen, uint128 repaidFen))",
  "function awardOf(address) view returns (tuple(bytes32 bidHash, address institution, uint64 validUntil, uint128 amountFen, uint128 grantedFen))",
  "function grantOf(bytes32) view returns (tuple(address requestKey, uint64 expiresAt, address institution, uint64 grantedAt, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint128 drawnFen, uint128 repaidFen))",
  "event RequestOpened(address indexed requestKey, bytes32 termsCommitment, uint128 amountFen, uint64 closesAt, uint64 expiresAt)",
  "event Granted(address indexed requestKey, bytes32 indexed grantId, address indexed institution, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint64 expiresAt)",
]);
const PARTICIPANTS = new Interface([
  "function participantOf(address) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
]);
const ANCHORS = new Interface([
  "function anchorOf(bytes32) view returns (uint64 anchoredAt, uint8 kind, uint32 count)",
]);

class Lines {
  readonly lines: ProofLine[] = [];

  same(id: string, expected: unknown, found: unknown): void {
    const [left, right] = [String(expected), String(found)];
    this.lines.push({ id, ok: left.toLowerCase() === right.toLowerCase(), expected: left, found: right });
  }

  holds(id: string, ok: boolean, expected: string, found: string): void {
    this.lines.push({ id, ok, expected, found });
  }
}

function signerOf<Name extends ActName>(
  domain: Domain,
  name: Name,
  message: Messages[Name],
  signature: string,
): string {
  try {
    return verifyTypedData(domain, types[name], message, signature);
  } catch {
    return "no valid signature";
  }
}

const bidOf = ({ request, bid }: GrantProofPack) => ({
  requestKey: request.requestKey,
  institution: bid.institution,
  termsCommitment: bid.termsCommitment,
  amountFen: BigInt(bid.amountFen),
  validUntil: unixSeconds(bid.validUntil),
  salt: bid.salt,
});

const grantOf = ({ request, bid, grant }: GrantProofPack) => ({
  requestKey: request.requestKey,
  bidHash: bid.bidHash,
  termsCommitment: grant.termsCommitment,
  amountFen: BigInt(grant.amountFen),
  expiresAt: unixSeconds(grant.expiresAt),
  salt: grant.salt,
});

/** What the pack alone can show: commitments open, hashes and signatures fit, the bid is in its batch. */
export function verifyGrantProofOffline(pack: GrantProofPack): ProofLine[] {
  const { chainId, contracts, request, bid, grant } = pack;
  const financing = financingDomain(chainId, contracts.financing);
  const participants = participantsDomain(chainId, contracts.participants);
  const { requestKey, termsCommitment } = request;
  const lines = new Lines();
  lines.same("requestTerms", termsCommitment, commitment(request.salt, request.terms));
  lines.same("requestAmount", request.amountFen, request.terms.amountFen);
  lines.same(
    "requestEndorsement",
    request.enterprise,
    signerOf(participants, "RequestEndorsement", { requestKey, termsCommitment }, request.endorsement),
  );
  lines.same("bidTerms", bid.termsCommitment, commitment(bid.termsSalt, bid.terms));
  lines.same("bidAmount", bid.amountFen, bid.terms.amountFen);
  lines.same("bidHash", bid.bidHash, bidHash(bidOf(pack)));
  lines.same("bidSignature", bid.institution, signerOf(financing, "Bid", bidOf(pack), bid.signature));
  const inBatch = verifyMerkleProof(bid.root, bid.bidHash, bid.path);
  lines.holds("bidInBatch", inBatch, bid.root, inBatch ? bid.root : "the path leads to another root");
  lines.same("grantTerms", grant.termsCommitment, commitment(grant.termsSalt, grant.terms));
  lines.same("grantAmount", grant.amountFen, grant.terms.amountFen);
  lines.same("grantId", grant.grantId, grantHash(grantOf(pack)));
  lines.same("grantSignature", bid.institution, signerOf(financing, "Grant", grantOf(pack), grant.signature));
  return lines.lines;
}

/** The pack against the chain, through any node. `contracts` of a trusted source guard against made-up contracts. */
export async function verifyGrantProofOnChain(pack: GrantProofPack, call: ChainCall): Promise<ProofLine[]> {
  const { contracts, request, bid, grant } = pack;
  const lines = new Lines();
  const read = async (on: Interface, to: string, name: string, args: unknown[]): Promise<Result> => {
    const data = on.encodeFunctionData(name, args);
    return on.decodeFunctionResult(name, String(await call("eth_call", [{ to, data }, "latest"])));
  };
  lines.same("chainId", pack.chainId, Number(await call("eth_chainId", [])));

  const [stored] = (await read(LEDGER, contracts.financing, "requestOf", [request.requestKey])) as unknown as [Result];
  lines.same("request.amountFen", request.amountFen, stored.amountFen);
  lines.same("request.termsCommitment", request.termsCommitment, stored.termsCommitment);
  lines.same("request.closesAt", unixSeconds(request.closesAt), stored.closesAt);
  lines.same("request.expiresAt", unixSeconds(request.expiresAt), stored.expiresAt);

  const [award] = (await read(LEDGER, contracts.financing, "awardOf", [request.requestKey])) as unknown as [Result];
  lines.same("award.bidHash", bid.bidHash, award.bidHash);
  lines.same("award.institution", bid.institution, award.institution);

  const anchor = await read(ANCHORS, contracts.anchors, "anchorOf", [bid.root]);
  const anchoredAt = Number(anchor.anchoredAt);
  const closesAt = unixSeconds(request.closesAt);
  const inTime = anchoredAt > 0 && anchoredAt <= closesAt;
  lines.holds("bid.anchoredAt", inTime, `by ${closesAt}`, anchoredAt === 0 ? "never" : String(anchoredAt));
  lines.same("bid.batchKind", anchorKinds.bids, anchor.kind);

  const [given] = (await read(LEDGER, contracts.financing, "grantOf", [grant.grantId])) as unknown as [Result];
  lines.same("grant.requestKey", request.requestKey, given.requestKey);
  lines.same("grant.institution", bid.institution, given.institution);
  lines.same("grant.bidHash", bid.bidHash, given.bidHash);
  lines.same("grant.termsCommitment", grant.termsCommitment, given.termsCommitment);
  lines.same("grant.amountFen", grant.amountFen, given.amountFen);
  lines.same("grant.expiresAt", unixSeconds(grant.expiresAt), given.expiresAt);

  for (const [who, address, kind] of [
    ["enterprise", request.enterprise, participantKinds.enterprise],
    ["institution", bid.institution, participantKinds.institution],
  ] as const) {
    const participant = await read(PARTICIPANTS, contracts.participants, "participantOf", [address]);
    lines.same(`${who}.kind`, kind, participant.kind);
  }
  await checkTransaction(lines, pack, call);
  return lines.lines;
}

interface RpcReceipt {
  status: string;
  blockNumber: string;
  blockHash: string;
  logs: { address: string; topics: string[]; data: string }[];
}

/** The transaction that the pack names must hold the ledger's own event of this grant. */
async function checkTransaction(lines: Lines, pack: GrantProofPack, call: ChainCall): Promise<void> {
  const { contracts, grant } = pack;
  const receipt = (await call("eth_getTransactionReceipt", [grant.transactionHash ?? ZeroHash])) as RpcReceipt | null;
  lines.same("transaction.status", 1, receipt ? Number(receipt.status) : "no such transaction");
  if (!receipt) return;
  lines.same("transaction.blockNumber", grant.blockNumber, Number(receipt.blockNumber));
  lines.same("transaction.blockHash", grant.blockHash, receipt.blockHash);
  const event = receipt.logs
    .filter(({ address }) => getAddress(address) === getAddress(contracts.financing))
    .map((log) => LEDGER.parseLog(log))
    .find((log) => log?.name === "Granted" && log.args.grantId === grant.grantId);
  lines.same("transaction.grantId", grant.grantId, event?.args.grantId ?? "no such event");
}
