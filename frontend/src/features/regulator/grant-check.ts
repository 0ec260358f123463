import { verifyTypedData } from "ethers";
import type { CheckLine, GrantProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import {
  anchorKinds,
  type Bid,
  bidHash,
  type Domain,
  financingDomain,
  type Grant,
  grantHash,
  participantKinds,
  participantsDomain,
  types,
} from "../../../../contracts/typed-data.ts";
import type { ChainReader } from "./chain-reader.ts";
import { ledgerAbi } from "./ledger-abi.ts";
import { rootFrom } from "./merkle-path.ts";

/*
 * The check of a credit grant, computed here in the browser: every commitment, hash and signature of the proof pack is
 * recomputed and held against what the contracts answer. Nothing that the platform says about the result is used.
 */

export interface BrowserCheck {
  matches: boolean;
  blockNumber: number;
  lines: CheckLine[];
}

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const amountOf = (terms: Record<string, unknown>): string => String(terms.amountFen ?? "");

/** Who signed, or why nobody can be named: a broken signature is a finding, not a crash. */
function signerOf(on: Domain, name: "RequestEndorsement" | "Bid" | "Grant", message: object, signature: string): string {
  try {
    return verifyTypedData(on, types[name], message as Record<string, unknown>, signature);
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 80) : "unreadable signature";
  }
}

/** The same for a commitment: terms that JSON or hex can't carry are a finding too. */
function committed(salt: string, terms: unknown): string {
  try {
    return commitment(salt, terms);
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 80) : "unreadable terms";
  }
}

function hashed(hash: () => string): string {
  try {
    return hash();
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 80) : "unreadable message";
  }
}

export const bidOf = (pack: GrantProofPack): Bid => ({
  requestKey: pack.request.requestKey,
  institution: pack.bid.institution,
  termsCommitment: pack.bid.termsCommitment,
  amountFen: BigInt(pack.bid.amountFen),
  validUntil: seconds(pack.bid.validUntil),
  salt: pack.bid.salt,
});

export const grantOf = (pack: GrantProofPack): Grant => ({
  requestKey: pack.request.requestKey,
  bidHash: pack.bid.bidHash,
  termsCommitment: pack.grant.termsCommitment,
  amountFen: BigInt(pack.grant.amountFen),
  expiresAt: seconds(pack.grant.expiresAt),
  salt: pack.grant.salt,
});

type LinesOf = CheckLine[];

async function requestLines(pack: GrantProofPack, chain: ChainReader): Promise<LinesOf> {
  const { request } = pack;
  const [onChain, enterprise] = await Promise.all([
    chain.requestOf(request.requestKey),
    chain.participantOf(request.enterprise),
  ]);
  const opened = committed(request.salt, request.terms);
  const endorsed = { requestKey: request.requestKey, termsCommitment: onChain.termsCommitment };
  const signer = signerOf(
    participantsDomain(pack.chainId, pack.contracts.participants),
    "RequestEndorsement",
    endorsed,
    request.endorsement,
  );
  const storedNumbers = [request.amountFen, seconds(request.closesAt), seconds(request.expiresAt)].join(" · ");
  const chainNumbers = [onChain.amountFen, onChain.closesAt, onChain.expiresAt].join(" · ");
  return [
    {
      id: "requestTerms",
      ok: same(opened, onChain.termsCommitment) && same(request.termsCommitment, onChain.termsCommitment),
      stored: opened,
      onChain: onChain.termsCommitment,
    },
    {
      id: "requestEndorsement",
      ok:
        same(signer, request.enterprise) &&
        Number(enterprise.kind) === participantKinds.enterprise &&
        enterprise.enrolledAt > 0n,
      stored: request.enterprise,
      onChain: signer,
    },
    {
      id: "requestOnChain",
      ok: storedNumbers === chainNumbers && onChain.state !== 0n,
      stored: storedNumbers,
      onChain: chainNumbers,
    },
  ];
}

async function bidLines(pack: GrantProofPack, chain: ChainReader): Promise<LinesOf> {
  const { request, bid } = pack;
  const message = bidOf(pack);
  const hash = hashed(() => bidHash(message));
  const opened = committed(bid.termsSalt, bid.terms);
  const signer = signerOf(financingDomain(pack.chainId, pack.contracts.financing), "Bid", message, bid.signature);
  const placedDirectly = /^0x0{64}$/.test(bid.root);
  const [award, anchor, placedAt, onChain] = await Promise.all([
    chain.awardOf(request.requestKey),
    chain.anchorOf(bid.root),
    placedDirectly ? chain.bidPlacedAt(request.requestKey, bid.bidHash, bid.institution) : Promise.resolve(0n),
    chain.requestOf(request.requestKey),
  ]);
  const root = placedDirectly ? bid.root : hashed(() => rootFrom(hash, bid.path));
  const anchored = placedDirectly
    ? placedAt > 0n
    : same(root, bid.root) &&
      anchor.at > 0n &&
      anchor.at <= onChain.closesAt &&
      Number(anchor.kind) === anchorKinds.bids;
  const anchoredAt = placedDirectly ? placedAt : anchor.at;
  return [
    // The bid's hash holds the commitment and the award holds the hash, so the terms are compared through both.
    {
      id: "bidTerms",
      ok: same(opened, bid.termsCommitment) && same(hash, award.bidHash),
      stored: opened,
      onChain: bid.termsCommitment,
    },
    { id: "bidSignature", ok: same(signer, bid.institution), stored: bid.institution, onChain: signer },
    {
      id: "bidAnchored",
      ok: anchored,
      stored: root,
      onChain: anchoredAt > 0n ? `${bid.root} @ ${new Date(Number(anchoredAt) * 1000).toISOString()}` : "–",
    },
    {
      id: "awardOnChain",
      ok: same(hash, award.bidHash) && same(bid.bidHash, award.bidHash) && same(bid.institution, award.institution),
      stored: hash,
      onChain: award.bidHash,
    },
  ];
}

async function grantLines(pack: GrantProofPack, chain: ChainReader, stored: GrantView): Promise<LinesOf> {
  const { request, bid, grant } = pack;
  const message = grantOf(pack);
  const id = hashed(() => grantHash(message));
  const opened = committed(grant.termsSalt, grant.terms);
  const signer = signerOf(financingDomain(pack.chainId, pack.contracts.financing), "Grant", message, grant.signature);
  const [onChain, requestOnChain, award] = await Promise.all([
    chain.grantOf(grant.grantId),
    chain.requestOf(request.requestKey),
    chain.awardOf(request.requestKey),
  ]);
  // A grant may be signed with the key that replaced the one of the bid.
  const current = same(signer, bid.institution) ? bid.institution : await chain.currentAccountOf(bid.institution);
  const amounts = [amountOf(request.terms), amountOf(bid.terms), amountOf(grant.terms), stored.amountFen].join(" · ");
  const chainAmounts = [requestOnChain.amountFen, award.amountFen, onChain.amountFen, onChain.amountFen].join(" · ");
  const storedGrant = [message.amountFen, message.expiresAt, grant.termsCommitment].join(" · ");
  const chainGrant = [onChain.amountFen, onChain.expiresAt, onChain.termsCommitment].join(" · ");
  return [
    {
      id: "grantTerms",
      ok: same(opened, onChain.termsCommitment) && same(committed(stored.termsSalt, stored.terms), opened),
      stored: opened,
      onChain: onChain.termsCommitment,
    },
    { id: "grantSignature", ok: same(signer, current), stored: current, onChain: signer },
    {
      id: "grantOnChain",
      ok:
        onChain.grantedAt > 0n &&
        same(id, grant.grantId) &&
        same(stored.grantId, grant.grantId) &&
        storedGrant === chainGrant &&
        same(onChain.requestKey, request.requestKey) &&
        same(onChain.bidHash, bid.bidHash) &&
        same(onChain.institution, bid.institution) &&
        seconds(stored.expiresAt) === Number(onChain.expiresAt),
      stored: storedGrant,
      onChain: chainGrant,
    },
    {
      id: "amounts",
      ok:
        amounts === chainAmounts &&
        onChain.amountFen <= award.amountFen &&
        award.grantedFen <= award.amountFen &&
        requestOnChain.grantedFen <= requestOnChain.amountFen,
      stored: amounts,
      onChain: chainAmounts,
    },
  ];
}

async function transactionLine(pack: GrantProofPack, chain: ChainReader): Promise<CheckLine> {
  const { transactionHash, blockNumber, blockHash, grantId } = pack.grant;
  const stored = `${transactionHash ?? "–"} · ${blockNumber ?? "–"}`;
  const receipt = transactionHash ? await chain.receiptOf(transactionHash) : null;
  if (!receipt) return { id: "transaction", ok: false, stored, onChain: "–" };
  const topic = ledgerAbi.getEvent("Granted")?.topicHash;
  const logged = receipt.logs.some(
    (log) =>
      same(log.address, pack.contracts.financing) && log.topics[0] === topic && same(log.topics[2] ?? "", grantId),
  );
  return {
    id: "transaction",
    ok:
      Number(receipt.status) === 1 &&
      logged &&
      Number(receipt.blockNumber) === blockNumber &&
      same(receipt.blockHash, blockHash ?? ""),
    stored,
    onChain: `${transactionHash} · ${Number(receipt.blockNumber)}`,
  };
}

/** Recomputes the whole proof pack against the chain. `stored` is the grant as the platform shows it. */
export async function checkGrant(pack: GrantProofPack, stored: GrantView, chain: ChainReader): Promise<BrowserCheck> {
  const [blockNumber, request, bid, grant, transaction] = await Promise.all([
    chain.blockNumber(),
    requestLines(pack, chain),
    bidLines(pack, chain),
    grantLines(pack, chain, stored),
    transactionLine(pack, chain),
  ]);
  const lines = [...request, ...bid, ...grant, transaction];
  return { matches: lines.every((line) => line.ok), blockNumber, lines };
}
