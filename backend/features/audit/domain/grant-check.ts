import { anchorKinds, nameOf, participantKinds, requestStates } from "../../../../contracts/codes.ts";
import { bidHash, financingDomain, grantHash, participantsDomain } from "../../../../contracts/typed-data.ts";
import { commitment } from "../../../lib/commitment.ts";
import { verifyMerkleProof } from "../../../lib/merkle.ts";
import type { CheckLine, GrantProofPack } from "../audit-schemas.ts";
import { type ChainFacts, GRANTED_TOPIC } from "./chain-facts.ts";
import { bidMessage, fenFromText, grantMessage, signerOf, unixSeconds } from "./grant-messages.ts";

export {
  type ChainCall,
  type ChainFacts,
  GRANTED_TOPIC,
  namesContracts,
  type ReceiptLookup,
  readChainFacts,
  type TransactionFact,
} from "./chain-facts.ts";

/*
 * A credit grant against the chain, line by line. Everything that a pack claims is worked out again from its parts, and
 * what the chain keeps is compared with that. Runs in the browser too: whoever holds the pack needs only a node.
 */

type Finding = Omit<CheckLine, "id">;

const NONE = "—";

const same = (...texts: (string | undefined)[]): boolean =>
  texts.every((text) => text !== undefined && text.toLowerCase() === texts[0]?.toLowerCase());

/** Of what the chain keeps; one that a hostile node made up must not break the check. */
const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

const amountText = (fen: bigint): string => `${fen} fen`;

function requestTerms({ request }: GrantProofPack, facts: ChainFacts): Finding {
  const recomputed = commitment(request.salt, request.terms);
  const kept = facts.request?.termsCommitment;
  return { ok: same(recomputed, request.termsCommitment, kept), stored: recomputed, onChain: kept ?? NONE };
}

/** The enterprise's own key must stand behind the one-time key, and be an enrolled enterprise's. */
function requestEndorsement({ chainId, contracts, request }: GrantProofPack, facts: ChainFacts): Finding {
  const { requestKey, termsCommitment, endorsement, enterprise } = request;
  const domain = participantsDomain(chainId, contracts.participants);
  const signer = signerOf(domain, "RequestEndorsement", { requestKey, termsCommitment }, endorsement);
  const enrolled = facts.enterprise?.kind === participantKinds.enterprise && facts.enterprise.status > 0;
  return {
    ok: same(signer, enterprise) && enrolled,
    stored: signer,
    onChain: enrolled ? enterprise : NONE,
  };
}

function requestOnChain({ request }: GrantProofPack, { request: kept }: ChainFacts): Finding {
  const amountFen = fenFromText(request.amountFen);
  const closesAt = unixSeconds(request.closesAt);
  const expiresAt = unixSeconds(request.expiresAt);
  const text = (fen: bigint, closes: number, expires: number): string =>
    `${amountText(fen)}, ${timeText(closes)} – ${timeText(expires)}`;
  const stored = text(amountFen, closesAt, expiresAt);
  if (!kept) return { ok: false, stored, onChain: NONE };
  const state = nameOf(requestStates, kept.state);
  return {
    ok:
      (state === "granted" || state === "active" || state === "settled") &&
      kept.amountFen === amountFen &&
      kept.closesAt === closesAt &&
      kept.expiresAt === expiresAt,
    stored,
    onChain: `${text(kept.amountFen, kept.closesAt, kept.expiresAt)}, ${state}`,
  };
}

/** A bid's terms are on chain only inside its hash: opened, they must lead to the very bid that was granted. */
function bidTerms(pack: GrantProofPack, facts: ChainFacts): Finding {
  const { bid } = pack;
  const recomputed = commitment(bid.termsSalt, bid.terms);
  const stored = bidHash({ ...bidMessage(pack), termsCommitment: recomputed });
  const kept = facts.grant?.bidHash;
  return {
    ok: same(recomputed, bid.termsCommitment) && same(stored, bid.bidHash, kept),
    stored,
    onChain: kept ?? NONE,
  };
}

function bidSignature(pack: GrantProofPack, facts: ChainFacts): Finding {
  const { chainId, contracts, bid } = pack;
  const signer = signerOf(financingDomain(chainId, contracts.financing), "Bid", bidMessage(pack), bid.signature);
  const kept = facts.award?.institution;
  return { ok: same(signer, bid.institution, kept), stored: signer, onChain: kept ?? NONE };
}

/** Committed to by closing time: in an anchored batch of bids, or placed by the institution's own hand. */
function bidAnchored(pack: GrantProofPack, { anchor, request }: ChainFacts): Finding {
  const { bid } = pack;
  const hash = bidHash(bidMessage(pack));
  const placed = /^0x0{64}$/.test(bid.root);
  const inBatch = placed ? bid.path.length === 0 : verifyMerkleProof(bid.root, hash, bid.path);
  return {
    ok:
      same(hash, bid.bidHash) &&
      inBatch &&
      !!anchor &&
      anchor.at > 0 &&
      anchor.kind === anchorKinds.bids &&
      !!request &&
      anchor.at <= request.closesAt,
    stored: bid.root,
    onChain: anchor ? `${nameOf(anchorKinds, anchor.kind)}, ${timeText(anchor.at)}` : NONE,
  };
}

function awardOnChain(pack: GrantProofPack, { award }: ChainFacts): Finding {
  const { bid } = pack;
  const hash = bidHash(bidMessage(pack));
  return {
    ok: same(hash, bid.bidHash, award?.bidHash) && same(bid.institution, award?.institution),
    stored: `${hash}, ${bid.institution}`,
    onChain: award ? `${award.bidHash}, ${award.institution}` : NONE,
  };
}

function grantTerms({ grant }: GrantProofPack, facts: ChainFacts): Finding {
  const recomputed = commitment(grant.termsSalt, grant.terms);
  const kept = facts.grant?.termsCommitment;
  return { ok: same(recomputed, grant.termsCommitment, kept), stored: recomputed, onChain: kept ?? NONE };
}

/** Signed by the awarded account, or by a key that the registry ties to it by rotations. */
function grantSignature(pack: GrantProofPack, facts: ChainFacts): Finding {
  const { chainId, contracts, bid, grant } = pack;
  const signer = signerOf(financingDomain(chainId, contracts.financing), "Grant", grantMessage(pack), grant.signature);
  const kept = facts.grant?.institution;
  const { institutionNow, grantSignerNow } = facts;
  const rotated = institutionNow !== null && grantSignerNow !== null && same(institutionNow, grantSignerNow);
  return {
    ok: same(bid.institution, kept) && (same(signer, kept) || rotated),
    stored: signer,
    onChain: kept ?? NONE,
  };
}

function grantOnChain(pack: GrantProofPack, { grant: kept }: ChainFacts): Finding {
  const { request, bid, grant } = pack;
  const message = grantMessage(pack);
  const stored = grantHash(message);
  if (!kept) return { ok: false, stored, onChain: NONE };
  // The chain keeps no salt: with the pack's, what it does keep must hash to the same id.
  const { requestKey, termsCommitment, amountFen, expiresAt } = kept;
  const onChain = grantHash({
    requestKey,
    bidHash: kept.bidHash,
    termsCommitment,
    amountFen,
    expiresAt,
    salt: grant.salt,
  });
  return {
    ok:
      same(stored, grant.grantId, onChain) &&
      kept.grantedAt > 0 &&
      same(requestKey, request.requestKey) &&
      same(kept.institution, bid.institution),
    stored,
    onChain: `${onChain}, ${timeText(kept.grantedAt)}`,
  };
}

/** Every amount in its three places, and none beyond what it was given under. */
function amounts({ request, bid, grant }: GrantProofPack, facts: ChainFacts): Finding {
  const requested = fenFromText(request.amountFen);
  const offered = fenFromText(bid.amountFen);
  const granted = fenFromText(grant.amountFen);
  const kept = facts.request;
  const keptGrant = facts.grant;
  return {
    ok:
      fenFromText(request.terms.amountFen) === requested &&
      fenFromText(bid.terms.amountFen) === offered &&
      fenFromText(grant.terms.amountFen) === granted &&
      kept?.amountFen === requested &&
      keptGrant?.amountFen === granted &&
      granted > 0n &&
      granted <= offered &&
      offered <= requested &&
      granted <= kept.grantedFen &&
      kept.grantedFen <= requested,
    stored: `${amountText(granted)} / ${amountText(offered)} / ${amountText(requested)}`,
    onChain: kept && keptGrant ? `${amountText(keptGrant.amountFen)} / ${amountText(kept.amountFen)}` : NONE,
  };
}

function transaction({ contracts, request, grant }: GrantProofPack, { transaction: found }: ChainFacts): Finding {
  const isGranted = (log: { address: string; topics: readonly string[] }): boolean =>
    same(log.address, contracts.financing) &&
    same(log.topics[0], GRANTED_TOPIC) &&
    same(log.topics[1]?.slice(-40), request.requestKey.slice(-40)) &&
    same(log.topics[2], grant.grantId);
  return {
    ok:
      !!found &&
      found.status === 1 &&
      same(found.hash, grant.transactionHash) &&
      same(found.blockHash, grant.blockHash) &&
      found.blockNumber === grant.blockNumber &&
      (found.logs === undefined || found.logs.some(isGranted)),
    stored: `${grant.transactionHash ?? NONE}, ${grant.blockNumber ?? NONE}, ${grant.blockHash ?? NONE}`,
    onChain: found ? `${found.hash}, ${found.blockNumber}, ${found.blockHash}` : NONE,
  };
}

const CHECKS: Readonly<Record<CheckLine["id"], (pack: GrantProofPack, facts: ChainFacts) => Finding>> = {
  requestTerms,
  requestEndorsement,
  requestOnChain,
  bidTerms,
  bidSignature,
  bidAnchored,
  awardOnChain,
  grantTerms,
  grantSignature,
  grantOnChain,
  amounts,
  transaction,
};

/**
 * All lines, in order. Never throws: a part of the pack that can't be read makes the lines that need it not ok. The
 * grant matches when every line is ok; whether the pack names the right contracts is namesContracts.
 */
export const checkGrant = (pack: GrantProofPack, facts: ChainFacts): CheckLine[] =>
  (Object.keys(CHECKS) as CheckLine["id"][]).map((id) => {
    try {
      return { id, ...CHECKS[id](pack, facts) };
    } catch {
      return { id, ok: false, stored: "?", onChain: "?" };
    }
  });
