import { id as hashOfText, verifyTypedData } from "ethers";
import type { CheckLine, GrantProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { verifyMerkleProof } from "../../../../backend/lib/merkle.ts";
import { anchorKinds, participantKinds } from "../../../../contracts/codes.ts";
import {
  type Bid,
  bidHash,
  type Domain,
  financingDomain,
  type Grant,
  grantHash,
  participantsDomain,
  types,
} from "../../../../contracts/typed-data.ts";
import {
  type ChainReader,
  callView,
  type TransactionReceipt,
  transactionReceipt,
} from "../../lib/proof/chain-reader.ts";
import { unixSeconds } from "../../lib/time.ts";

/*
 * The check of a credit grant, computed here in the browser: every commitment, hash and signature of the proof pack is
 * recomputed and held against what the contracts answer. Nothing that the platform says about the result is used.
 */

export interface BrowserCheck {
  matches: boolean;
  blockNumber: number;
  lines: CheckLine[];
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const amountOf = (terms: Record<string, unknown>): string => String(terms.amountFen ?? "");

/** What a computation gives, or why it can't be done: terms or signatures that are broken are a finding, not a crash. */
function attempt(compute: () => string): string {
  try {
    return compute();
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 80) : String(error);
  }
}

const signerOf = (on: Domain, name: "RequestEndorsement" | "Bid" | "Grant", message: object, signature: string) =>
  attempt(() => verifyTypedData(on, types[name], message as Record<string, unknown>, signature));
const committed = (salt: string, terms: unknown) => attempt(() => commitment(salt, terms));
/** An amount that can't be read becomes one that no message can hold, so its hash can't be computed. */
const fenOf = (text: string): bigint => (/^\d{1,38}$/.test(text) ? BigInt(text) : -1n);

const bidOf = (pack: GrantProofPack): Bid => ({
  requestKey: pack.request.requestKey,
  institution: pack.bid.institution,
  termsCommitment: pack.bid.termsCommitment,
  amountFen: fenOf(pack.bid.amountFen),
  validUntil: unixSeconds(pack.bid.validUntil),
  salt: pack.bid.salt,
});

const grantOf = (pack: GrantProofPack): Grant => ({
  requestKey: pack.request.requestKey,
  bidHash: pack.bid.bidHash,
  termsCommitment: pack.grant.termsCommitment,
  amountFen: fenOf(pack.grant.amountFen),
  expiresAt: unixSeconds(pack.grant.expiresAt),
  salt: pack.grant.salt,
});

/** Topic of the ledger's Granted event. */
const GRANTED = hashOfText("Granted(address,bytes32,address,bytes32,bytes32,uint128,uint64)");

const viewOne = async (chain: ChainReader, to: string, name: string, args: unknown[]) =>
  (await callView(chain, to, name, args))[0];

async function requestLines(pack: GrantProofPack, chain: ChainReader): Promise<CheckLine[]> {
  const { request } = pack;
  const [onChain, enterprise] = await Promise.all([
    viewOne(chain, pack.contracts.financing, "requestOf", [request.requestKey]),
    callView(chain, pack.contracts.participants, "participantOf", [request.enterprise]),
  ]);
  const opened = committed(request.salt, request.terms);
  const endorsed = { requestKey: request.requestKey, termsCommitment: onChain.termsCommitment };
  const signer = signerOf(
    participantsDomain(pack.chainId, pack.contracts.participants),
    "RequestEndorsement",
    endorsed,
    request.endorsement,
  );
  const storedNumbers = [request.amountFen, unixSeconds(request.closesAt), unixSeconds(request.expiresAt)].join(" · ");
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

async function bidLines(pack: GrantProofPack, chain: ChainReader): Promise<CheckLine[]> {
  const { request, bid } = pack;
  const message = bidOf(pack);
  const hash = attempt(() => bidHash(message));
  const opened = committed(bid.termsSalt, bid.terms);
  const signer = signerOf(financingDomain(pack.chainId, pack.contracts.financing), "Bid", message, bid.signature);
  const [award, [anchoredAt, anchorKind], onChain] = await Promise.all([
    viewOne(chain, pack.contracts.financing, "awardOf", [request.requestKey]),
    callView(chain, pack.contracts.anchors, "anchorOf", [bid.root]),
    viewOne(chain, pack.contracts.financing, "requestOf", [request.requestKey]),
  ]);
  const leads = attempt(() => String(verifyMerkleProof(bid.root, hash, bid.path))) === "true";
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
      ok: leads && anchoredAt > 0n && anchoredAt <= onChain.closesAt && Number(anchorKind) === anchorKinds.bids,
      stored: leads ? bid.root : `${hash} ↛ ${bid.root}`,
      onChain: anchoredAt > 0n ? `${bid.root} · ${new Date(Number(anchoredAt) * 1000).toISOString()}` : "–",
    },
    {
      id: "awardOnChain",
      ok: same(hash, award.bidHash) && same(bid.bidHash, award.bidHash) && same(bid.institution, award.institution),
      stored: hash,
      onChain: award.bidHash,
    },
  ];
}

async function grantLines(pack: GrantProofPack, chain: ChainReader, stored: GrantView): Promise<CheckLine[]> {
  const { request, bid, grant } = pack;
  const message = grantOf(pack);
  const id = attempt(() => grantHash(message));
  const opened = committed(grant.termsSalt, grant.terms);
  const signer = signerOf(financingDomain(pack.chainId, pack.contracts.financing), "Grant", message, grant.signature);
  const [onChain, requestOnChain, award] = await Promise.all([
    viewOne(chain, pack.contracts.financing, "grantOf", [grant.grantId]),
    viewOne(chain, pack.contracts.financing, "requestOf", [request.requestKey]),
    viewOne(chain, pack.contracts.financing, "awardOf", [request.requestKey]),
  ]);
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
    { id: "grantSignature", ok: same(signer, bid.institution), stored: bid.institution, onChain: signer },
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
        unixSeconds(stored.expiresAt) === Number(onChain.expiresAt),
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

interface LoggedReceipt extends TransactionReceipt {
  logs: { address: string; topics: string[] }[];
}

async function transactionLine(pack: GrantProofPack, chain: ChainReader): Promise<CheckLine> {
  const { transactionHash, blockNumber, blockHash, grantId } = pack.grant;
  const stored = `${transactionHash ?? "–"} · ${blockNumber ?? "–"}`;
  const receipt = transactionHash ? ((await transactionReceipt(chain, transactionHash)) as LoggedReceipt | null) : null;
  if (!receipt) return { id: "transaction", ok: false, stored, onChain: "–" };
  const logged = receipt.logs.some(
    (log) =>
      same(log.address, pack.contracts.financing) && log.topics[0] === GRANTED && same(log.topics[2] ?? "", grantId),
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
    chain("eth_blockNumber", []),
    requestLines(pack, chain),
    bidLines(pack, chain),
    grantLines(pack, chain, stored),
    transactionLine(pack, chain),
  ]);
  const lines = [...request, ...bid, ...grant, transaction];
  return { matches: lines.every((line) => line.ok), blockNumber: Number(blockNumber), lines };
}
