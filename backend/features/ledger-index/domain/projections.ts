import {
  anchorKinds,
  consentStates,
  nameOf,
  participantKinds,
  participantStatuses,
  sealStatuses,
} from "../../../../contracts/codes.ts";
import type {
  AnchorFacts,
  ConsentFacts,
  Entity,
  EntityKind,
  FactsOf,
  GrantFacts,
  ParticipantFacts,
  PledgeFacts,
  RequestFacts,
  SealFacts,
} from "./facts.ts";
import type { LedgerEvent } from "./ledger-events.ts";

/*
 * What the contracts hold, folded from their events alone: an entity's facts follow from its own events in the order of
 * the chain, and from nothing else.
 */

interface Rule<Facts> {
  /** The argument that names the entity. */
  by: string;
  fold(facts: Facts | undefined, event: LedgerEvent): Facts;
}
type Rules<Facts> = Readonly<Record<string, Rule<Facts> | readonly Rule<Facts>[]>>;

const sum = (a: string, b = "0"): string => (BigInt(a) + BigInt(b)).toString();

/** A rule for an entity's first event. */
const begin = <Facts>(by: string, facts: (args: Record<string, string>, at: number) => Facts): Rule<Facts> => ({
  by,
  fold: (_, { args, blockTime }) => facts(args, blockTime),
});

/** A rule for a later event: what it changes. */
const change = <Facts extends object>(
  by: string,
  changes: (facts: Facts, args: Record<string, string>, at: number) => Partial<Facts>,
): Rule<Facts> => ({
  by,
  fold(facts, event) {
    if (!facts) throw new RangeError(`${event.name} at ${event._id} is about something that never began`);
    return { ...facts, ...changes(facts, event.args, event.blockTime) };
  },
});

const participants: Rules<ParticipantFacts> = {
  "participants.ParticipantEnrolled": begin("account", ({ kind, idCommitment }, since) => ({
    status: "active",
    since,
    kind: nameOf(participantKinds, BigInt(kind!)),
    idCommitment: idCommitment!,
  })),
  "participants.ParticipantStatusChanged": change("account", (_, { status }) => ({
    status: nameOf(participantStatuses, BigInt(status!)),
  })),
  "participants.ParticipantKeyRotated": [
    change("account", (_, { newAccount }) => ({ status: "rotated", replacedBy: newAccount! })),
    begin("newAccount", ({ account }, since) => ({ status: "active", since, replaces: account! })),
  ],
};

const requests: Rules<RequestFacts> = {
  "financing.RequestOpened": begin("requestKey", (args, openedAt) => ({
    state: "open",
    termsCommitment: args.termsCommitment!,
    amountFen: args.amountFen!,
    closesAt: Number(args.closesAt),
    expiresAt: Number(args.expiresAt),
    openedAt,
    placedBids: 0,
    award: null,
    grants: 0,
    grantedFen: "0",
    drawnFen: "0",
    repaidFen: "0",
  })),
  "financing.RequestWithdrawn": change<RequestFacts>("requestKey", () => ({ state: "withdrawn" })),
  "financing.BidPlaced": change("requestKey", ({ placedBids }) => ({ placedBids: placedBids + 1 })),
  "financing.Awarded": change("requestKey", (_, { bidHash, institution, amountFen, validUntil }, awardedAt) => ({
    state: "awarded",
    award: {
      bidHash: bidHash!,
      institution: institution!,
      amountFen: amountFen!,
      validUntil: Number(validUntil),
      awardedAt,
    },
  })),
  "financing.RequestReopened": change<RequestFacts>("requestKey", () => ({ state: "open", award: null })),
  "financing.Granted": change("requestKey", ({ state, grants, grantedFen }, { amountFen }) => ({
    state: state === "awarded" ? "granted" : state,
    grants: grants + 1,
    grantedFen: sum(grantedFen, amountFen),
  })),
  "financing.DrawnDown": change("requestKey", ({ state, drawnFen }, { amountFen }) => ({
    state: state === "granted" ? "active" : state,
    drawnFen: sum(drawnFen, amountFen),
  })),
  "financing.Repaid": change("requestKey", ({ repaidFen }, { principalFen }) => ({
    repaidFen: sum(repaidFen, principalFen),
  })),
  "financing.RequestSettled": change<RequestFacts>("requestKey", () => ({ state: "settled" })),
};

const grants: Rules<GrantFacts> = {
  "financing.Granted": begin("grantId", (args, grantedAt) => ({
    requestKey: args.requestKey!,
    institution: args.institution!,
    bidHash: args.bidHash!,
    termsCommitment: args.termsCommitment!,
    amountFen: args.amountFen!,
    expiresAt: Number(args.expiresAt),
    grantedAt,
    drawnFen: "0",
    repaidFen: "0",
    drawdowns: 0,
    repayments: 0,
  })),
  "financing.DrawnDown": change("grantId", ({ drawdowns, drawnFen }, { amountFen }) => ({
    drawdowns: drawdowns + 1,
    drawnFen: sum(drawnFen, amountFen),
  })),
  "financing.Repaid": change("grantId", ({ repayments, repaidFen }, { principalFen }) => ({
    repayments: repayments + 1,
    repaidFen: sum(repaidFen, principalFen),
  })),
};

const anchors: Rules<AnchorFacts> = {
  "anchors.BatchAnchored": begin("root", ({ kind, count }, anchoredAt) => ({
    kind: nameOf(anchorKinds, BigInt(kind!)),
    count: Number(count),
    anchoredAt,
  })),
};

const consents: Rules<ConsentFacts> = {
  "consents.ConsentGiven": begin("consentId", ({ holder, commitment, startsAt, expiresAt }) => ({
    state: "active",
    holder: holder!,
    commitment: commitment!,
    startsAt: Number(startsAt),
    expiresAt: Number(expiresAt),
    nextNonce: "0",
  })),
  "consents.ConsentChanged": change("consentId", (_, { state, nonce }) => ({
    state: nameOf(consentStates, BigInt(state!)) as ConsentFacts["state"],
    nextNonce: sum(nonce!, "1"),
  })),
};

const pledges: Rules<PledgeFacts> = {
  "pledges.PledgeReserved": begin("pledgeId", (args) => ({
    state: "reserved",
    assetHash: args.assetHash!,
    institution: args.institution!,
    pledgorKey: args.pledgorKey!,
    termsCommitment: args.termsCommitment!,
    reservedUntil: Number(args.reservedUntil),
  })),
  "pledges.PledgeConfirmed": change<PledgeFacts>("pledgeId", () => ({ state: "pledged" })),
  "pledges.PledgeReleased": change<PledgeFacts>("pledgeId", () => ({ state: "released" })),
};

const seals: Rules<SealFacts> = {
  "seals.SealIssued": begin("sealId", ({ holder, key, idCommitment, validFrom, validUntil }) => ({
    status: "issued",
    holder: holder!,
    key: key!,
    idCommitment: idCommitment!,
    validFrom: Number(validFrom),
    validUntil: Number(validUntil),
    documents: 0,
  })),
  "seals.SealStatusChanged": change("sealId", (_, { status }) => ({
    status: nameOf(sealStatuses, BigInt(status!)) as SealFacts["status"],
  })),
  "seals.DocumentSealed": change("sealId", ({ documents }) => ({ documents: documents + 1 })),
};

const PROJECTIONS: { readonly [Kind in EntityKind]: Rules<FactsOf[Kind]> } = {
  participant: participants,
  request: requests,
  grant: grants,
  anchor: anchors,
  consent: consents,
  pledge: pledges,
  seal: seals,
};

export const ENTITY_KINDS = Object.keys(PROJECTIONS) as EntityKind[];

interface Step {
  kind: EntityKind;
  rule: Rule<FactsOf[EntityKind]>;
}

/** Turned round: which entities an event is for. */
const STEPS = new Map<string, Step[]>();
for (const kind of ENTITY_KINDS) {
  for (const [name, rules] of Object.entries(PROJECTIONS[kind]) as [string, Step["rule"] | Step["rule"][]][]) {
    STEPS.set(name, [...(STEPS.get(name) ?? []), ...[rules].flat().map((rule) => ({ kind, rule }))]);
  }
}

export const entityId = (kind: EntityKind, key: string): string => `${kind}:${key}`;

/** Ids of the entities that the event is a part of. */
export const entitiesOf = ({ name, args }: Pick<LedgerEvent, "name" | "args">): string[] =>
  (STEPS.get(name) ?? []).map(({ kind, rule }) => entityId(kind, args[rule.by]!));

const isLater = (event: LedgerEvent, than: Entity): boolean =>
  event.blockNumber > than.blockNumber || (event.blockNumber === than.blockNumber && event.logIndex > than.logIndex);

/** The entity with the event in it; unchanged when the event is in it already, or is not about it. */
export function applyEvent(before: Entity | undefined, id: string, event: LedgerEvent): Entity | undefined {
  if (before && !isLater(event, before)) return before;
  let after = before;
  for (const { kind, rule } of STEPS.get(event.name) ?? []) {
    const key = event.args[rule.by]!;
    if (entityId(kind, key) !== id) continue;
    after = {
      _id: id,
      kind,
      key,
      facts: rule.fold(after?.facts, event),
      blockNumber: event.blockNumber,
      logIndex: event.logIndex,
      events: (before?.events ?? 0) + 1,
    };
  }
  return after;
}
