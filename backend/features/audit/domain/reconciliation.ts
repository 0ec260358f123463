import { types } from "../../../../contracts/typed-data.ts";
import { quickCommitment, quickStructHash } from "./quick-hash.ts";

/*
 * What the store says and what the chain says about one participant, request or grant, side by side. Hashes are worked
 * out again from what they are said to be of, so a changed word in some terms shows as well as a changed amount.
 */

export const RECONCILED = ["participants", "requests", "grants"] as const;
export type ReconciledKind = (typeof RECONCILED)[number];

export interface FieldDifference {
  name: string;
  stored: string;
  onChain: string;
  /** An act that is still on its way may explain it. */
  mayBePending?: boolean;
}

export interface StoredParticipant {
  _id: string;
  address: string;
  kind: string;
  status: string;
  idCommitment: string;
  enrolActId?: string;
}
export interface StoredRequest {
  _id: string;
  requestKey: string;
  state: string;
  terms: { amountFen: string };
  salt: string;
  termsCommitment: string;
  closesAt: Date;
  expiresAt: Date;
  grantedFen: string;
  actId: string;
  award?: { bidHash: string; amountFen: string; actId: string };
}
export interface StoredGrant {
  _id: string;
  grantId: string;
  requestId: string;
  bidId: string;
  requestKey: string;
  institution: { address: string };
  amountFen: string;
  terms: { amountFen: string };
  termsSalt: string;
  termsCommitment: string;
  bidHash: string;
  salt: string;
  expiresAt: Date;
  actId: string;
}
export interface StoredBid {
  _id: string;
  institution: { address: string };
  terms: { amountFen: string };
  termsSalt: string;
  validUntil: Date;
  salt: string;
}

export interface ChainParticipant {
  status: string;
  kind?: string;
  idCommitment?: string;
  /** The account that this one took over from: kind and identity are that one's. */
  replaces?: string;
  replacedBy?: string;
}
export interface ChainRequest {
  state: string;
  termsCommitment: string;
  amountFen: string;
  closesAt: number;
  expiresAt: number;
  award: { bidHash: string; amountFen: string } | null;
  grantedFen: string;
}
export interface ChainGrant {
  requestKey: string;
  institution: string;
  bidHash: string;
  termsCommitment: string;
  amountFen: string;
  expiresAt: number;
}

/** What the ledger may say where the store says this: it goes on by itself after the grant. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  open: ["open"],
  awarded: ["awarded"],
  granted: ["granted", "active", "settled"],
  active: ["active"],
  settled: ["settled"],
  withdrawn: ["withdrawn"],
};

const grantHash = quickStructHash(types.Grant);
const bidHash = quickStructHash(types.Bid);
const UNREADABLE = "unreadable";

/** Of what lies in the store, which may be anything: what can't be hashed matches nothing. */
function attempt(work: () => string): string {
  try {
    return work();
  } catch {
    return UNREADABLE;
  }
}

const seconds = (time: unknown): string => attempt(() => String((time as Date).getTime() / 1000));

type Row = [name: string, stored: unknown, onChain: unknown, mayBePending?: boolean];

const unequal = (rows: readonly Row[]): FieldDifference[] =>
  rows
    .filter(([, stored, onChain]) => String(stored ?? "").toLowerCase() !== String(onChain ?? "").toLowerCase())
    .map(([name, stored, onChain, mayBePending]) => ({
      name,
      stored: String(stored ?? ""),
      onChain: String(onChain ?? ""),
      ...(mayBePending ? { mayBePending } : {}),
    }));

/** `first` is the account that was enrolled, when this one took over from it. */
export const participantDifferences = (
  stored: StoredParticipant,
  chain: ChainParticipant,
  first: ChainParticipant = chain,
): FieldDifference[] =>
  unequal([
    ["status", stored.status, chain.status, true],
    ["kind", stored.kind, first.kind],
    ["idCommitment", stored.idCommitment, first.idCommitment],
  ]);

export const requestDifferences = (stored: StoredRequest, chain: ChainRequest): FieldDifference[] =>
  unequal([
    ["state", stored.state, STATES[stored.state]?.includes(chain.state) ? stored.state : chain.state, true],
    ["grantedFen", stored.grantedFen, chain.grantedFen, true],
    ["awardedBid", stored.award?.bidHash, chain.award?.bidHash, true],
    ["awardedFen", stored.award?.amountFen, chain.award?.amountFen, true],
    ["amountFen", stored.terms?.amountFen, chain.amountFen],
    ["closesAt", seconds(stored.closesAt), chain.closesAt],
    ["expiresAt", seconds(stored.expiresAt), chain.expiresAt],
    ["termsCommitment", stored.termsCommitment, chain.termsCommitment],
    ["terms", attempt(() => quickCommitment(stored.salt, stored.terms)), chain.termsCommitment],
  ]);

export const grantDifferences = (
  stored: StoredGrant,
  chain: ChainGrant,
  bid: StoredBid | undefined,
): FieldDifference[] =>
  unequal([
    ["requestKey", stored.requestKey, chain.requestKey],
    ["institution", stored.institution?.address, chain.institution],
    ["amountFen", stored.amountFen, chain.amountFen],
    ["termsAmountFen", stored.terms?.amountFen, chain.amountFen],
    ["expiresAt", seconds(stored.expiresAt), chain.expiresAt],
    ["bidHash", stored.bidHash, chain.bidHash],
    ["termsCommitment", stored.termsCommitment, chain.termsCommitment],
    ["terms", attempt(() => quickCommitment(stored.termsSalt, stored.terms)), chain.termsCommitment],
    // The chain keeps no salt: with the stored one, what it does keep must hash to the grant's id.
    [
      "salt",
      stored.grantId,
      attempt(() =>
        grantHash({
          requestKey: chain.requestKey,
          bidHash: chain.bidHash,
          termsCommitment: chain.termsCommitment,
          amountFen: chain.amountFen,
          expiresAt: chain.expiresAt,
          salt: stored.salt,
        }),
      ),
    ],
    [
      "bid",
      attempt(() =>
        bidHash({
          requestKey: stored.requestKey,
          institution: bid!.institution.address,
          termsCommitment: quickCommitment(bid!.termsSalt, bid!.terms),
          amountFen: bid!.terms.amountFen,
          validUntil: bid!.validUntil.getTime() / 1000,
          salt: bid!.salt,
        }),
      ),
      chain.bidHash,
    ],
  ]);
