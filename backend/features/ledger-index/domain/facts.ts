import type {
  AnchorKind,
  ConsentState,
  ParticipantKind,
  ParticipantStatus,
  PledgeState,
  RequestState,
  SealStatus,
} from "../../../../contracts/codes.ts";

/* What the index holds of each entity. Amounts are decimal text in fen, times unix seconds. */

/** One account: after a rotation the new one `replaces` the old, which has kind and identity. */
export interface ParticipantFacts {
  status: ParticipantStatus;
  since: number;
  kind?: ParticipantKind;
  idCommitment?: string;
  replaces?: string;
  replacedBy?: string;
}
export interface RequestFacts {
  state: Exclude<RequestState, "none">;
  termsCommitment: string;
  amountFen: string;
  closesAt: number;
  expiresAt: number;
  openedAt: number;
  /** By institutions themselves, past the platform. */
  placedBids: number;
  award: { bidHash: string; institution: string; amountFen: string; validUntil: number; awardedAt: number } | null;
  grants: number;
  grantedFen: string;
  drawnFen: string;
  repaidFen: string;
}
export interface GrantFacts {
  requestKey: string;
  institution: string;
  bidHash: string;
  termsCommitment: string;
  amountFen: string;
  expiresAt: number;
  grantedAt: number;
  drawnFen: string;
  repaidFen: string;
  drawdowns: number;
  repayments: number;
}
export interface AnchorFacts {
  kind: AnchorKind;
  count: number;
  anchoredAt: number;
}
export interface ConsentFacts {
  state: Exclude<ConsentState, "none">;
  holder: string;
  commitment: string;
  startsAt: number;
  expiresAt: number;
  /** The lowest that the next change may have. */
  nextNonce: string;
}
/** "lapsed" comes by the clock alone: reserved, and later than `reservedUntil`. */
export interface PledgeFacts {
  state: Exclude<PledgeState, "none" | "lapsed">;
  assetHash: string;
  institution: string;
  pledgorKey: string;
  termsCommitment: string;
  reservedUntil: number;
}
export interface SealFacts {
  status: Exclude<SealStatus, "none">;
  holder: string;
  key: string;
  idCommitment: string;
  validFrom: number;
  validUntil: number;
  documents: number;
}

export interface FactsOf {
  participant: ParticipantFacts;
  request: RequestFacts;
  grant: GrantFacts;
  anchor: AnchorFacts;
  consent: ConsentFacts;
  pledge: PledgeFacts;
  seal: SealFacts;
}
export type EntityKind = keyof FactsOf;

export interface Entity<Kind extends EntityKind = EntityKind> {
  /** kind:key */
  _id: string;
  kind: Kind;
  /** Account, request key, grant id, root, consent, pledge or seal id. */
  key: string;
  facts: FactsOf[Kind];
  /** Of the last event in it, which is never taken twice. */
  blockNumber: number;
  logIndex: number;
  /** How many events made it. */
  events: number;
}
