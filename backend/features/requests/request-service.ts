import { getAddress } from "ethers";
import type { z } from "zod";
import { awardHash, type FinancingRequest, requestHash, structHash } from "../../../contracts/typed-data.ts";
import type { Actor } from "../../lib/actor.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { actEffect, type Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Receipt } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import { nextRequestState, type RequestAction, shownState } from "./domain/request-states.ts";
import type { awardInput, RequestView, requestInput, requestQuery } from "./request-schemas.ts";
import type { RequestDocument, RequestFilter, RequestStore } from "./request-store.ts";

const PAGE_SIZE = 30;

/** A bid as the award needs it. */
export interface AwardableBid {
  id: string;
  bidHash: string;
  institutionId: string;
  message: {
    requestKey: string;
    institution: string;
    termsCommitment: string;
    amountFen: bigint;
    validUntil: number;
    salt: string;
  };
  signature: string;
}

interface Ports {
  requireActive(
    participantId: string,
  ): Promise<{ _id: string; name: string; uscc?: string | undefined; address: string }>;
  findParticipants(
    ids: readonly string[],
  ): Promise<Map<string, { _id: string; name: string; uscc?: string | undefined }>>;
  /** District and industry of an enterprise, shown to institutions before consent. */
  outline(uscc: string): Promise<{ district: string; industry: string }>;
  receiptsOf(acts: readonly { actId: string; kind: string; createdAt: Date }[]): Promise<Receipt[]>;
  liveConsents(recipientId: string): Promise<{ holderId: string; requestId?: string | undefined; id: string }[]>;
  bidsOf(requestIds: readonly string[]): Promise<Map<string, { id: string; institutionId: string }[]>>;
  awardableBid(requestId: string, bidId: string): Promise<AwardableBid | null>;
  /** Marks the accepted bid and the others. The outbox does it as well, for when this process doesn't get there. */
  decideBids(requestId: string, acceptedBidId: string): Promise<void>;
  /** Null while the bid's batch isn't confirmed on chain. */
  bidProof(bidId: string): Promise<{ root: string; path: string[] } | null>;
}

export interface RequestService {
  open(enterpriseId: string, input: z.output<typeof requestInput>): Promise<RequestView>;
  list(actor: Actor, query: z.output<typeof requestQuery>): Promise<{ items: RequestView[]; total: number }>;
  get(actor: Actor, id: string): Promise<RequestView>;
  award(enterpriseId: string, id: string, input: z.output<typeof awardInput>): Promise<RequestView>;
  withdraw(enterpriseId: string, id: string, signature: string): Promise<RequestView>;
  /** Counts a grant into the request, with its effects in the same write. */
  recordGrant(request: RequestDocument, amountFen: bigint, effects: readonly Effect[]): Promise<void>;
  find(id: string): Promise<RequestDocument | null>;
  isOpenForBids(request: RequestDocument): boolean;
  own(enterpriseId: string, id: string): Promise<RequestDocument>;
  /** With its terms and their salt: for the enterprise and the regulator. */
  visible(actor: Actor, id: string): Promise<RequestDocument>;
}

export function createRequestService(
  store: RequestStore,
  chain: ChainContext,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): RequestService {
  const { financing } = chain;
  const target = chain.contracts.financing;

  function after(request: RequestDocument, action: RequestAction): RequestDocument["state"] {
    const next = nextRequestState(request.state, action);
    const state = shownState(request.state, request.expiresAt, clock.now());
    if (!next || state === "expired")
      throw new DomainError("request.state", `this request is ${state}: it can't ${action} now`, { state });
    return next;
  }

  async function viewsFor(actor: Actor, requests: readonly RequestDocument[]): Promise<RequestView[]> {
    const ids = requests.map(({ _id }) => _id);
    const acts = requests.flatMap((request) => [
      { actId: request.actId, kind: "request.open", createdAt: request.createdAt },
      ...(request.award
        ? [{ actId: request.award.actId, kind: "request.award", createdAt: request.award.awardedAt }]
        : []),
    ]);
    const [participants, receipts, bids, consents] = await Promise.all([
      ports.findParticipants(requests.map(({ enterpriseId }) => enterpriseId)),
      ports.receiptsOf(acts),
      ports.bidsOf(ids),
      actor.role === "institution" ? ports.liveConsents(actor.participantId) : [],
    ]);
    const receiptOf = new Map(receipts.map((receipt) => [receipt.id, receipt]));
    return requests.map((request) => {
      const { terms, award } = request;
      const consent = consents.find(
        ({ holderId, requestId }) => holderId === request.enterpriseId && (!requestId || requestId === request._id),
      );
      const chosen = award?.institutionId === actor.participantId;
      const named = actor.role !== "institution" || consent !== undefined || chosen;
      const opened = actor.role !== "institution" || chosen;
      const ownBid = bids.get(request._id)?.find(({ institutionId }) => institutionId === actor.participantId);
      const enterprise = participants.get(request.enterpriseId);
      return {
        id: request._id,
        state: shownState(request.state, request.expiresAt, clock.now()),
        version: request.version,
        requestKey: request.requestKey,
        ...(actor.role === "enterprise" ? { keyIndex: request.keyIndex } : {}),
        amountFen: terms.amountFen,
        termMonths: terms.termMonths,
        purpose: terms.purpose,
        repaymentMethod: terms.repaymentMethod,
        // Free text may name the enterprise: it is shown with the name, not before.
        description: named ? terms.description : "",
        district: request.district,
        industry: request.industry,
        ...(named && enterprise
          ? { enterprise: { id: enterprise._id, uscc: enterprise.uscc ?? "", name: enterprise.name } }
          : {}),
        termsCommitment: request.termsCommitment,
        ...(opened ? { salt: request.salt, endorsement: request.endorsement } : {}),
        closesAt: request.closesAt.toISOString(),
        expiresAt: request.expiresAt.toISOString(),
        createdAt: request.createdAt.toISOString(),
        ...(actor.role === "institution" ? {} : { bidCount: bids.get(request._id)?.length ?? 0 }),
        ...(award && (actor.role !== "institution" || chosen) ? { awardedBidId: award.bidId } : {}),
        ...(actor.role === "institution"
          ? { mine: { ...(consent ? { consentId: consent.id } : {}), ...(ownBid ? { bidId: ownBid.id } : {}) } }
          : {}),
        receipt: receiptOf.get(request.actId)!,
        ...(award && (actor.role !== "institution" || chosen) ? { awardReceipt: receiptOf.get(award.actId)! } : {}),
      };
    });
  }

  const viewFor = async (enterpriseId: string, request: RequestDocument): Promise<RequestView> =>
    (await viewsFor({ accountId: "", sessionId: "", role: "enterprise", participantId: enterpriseId }, [request]))[0]!;

  const service: RequestService = {
    async open(enterpriseId, input) {
      const enterprise = await ports.requireActive(enterpriseId);
      const { terms, salt } = input;
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("request.invalid", reason, { field, fix, status: 400 });
      if (terms.enterprise.uscc !== enterprise.uscc || terms.enterprise.name !== enterprise.name) {
        throw bad(
          "terms.enterprise",
          "the enterprise in the terms is not yours",
          `send ${enterprise.uscc} ${enterprise.name}`,
        );
      }
      const closesAt = wholeSeconds(input.closesAt, "closesAt");
      const expiresAt = wholeSeconds(input.expiresAt, "expiresAt");
      if (closesAt * 1000 < clock.now().getTime() + 10_000)
        throw bad("closesAt", "bids would close at once", "give the banks some time");
      if (expiresAt < closesAt)
        throw bad("expiresAt", "the request would expire before bids close", "let it expire after closesAt");
      const requestKey = getAddress(input.requestKey.toLowerCase());
      if (requestKey === getAddress(enterprise.address))
        throw bad("requestKey", "this is your main key", "take a fresh key: requests must not be linkable");
      const termsCommitment = commitment(salt, terms);
      const message: FinancingRequest = {
        requestKey,
        termsCommitment,
        amountFen: BigInt(terms.amountFen),
        closesAt,
        expiresAt,
      };
      await chain.requireSignature(chain.financingDomain, "FinancingRequest", message, input.signature, requestKey);
      await chain.requireSignature(
        chain.participantsDomain,
        "RequestEndorsement",
        { requestKey, termsCommitment },
        input.endorsement,
        enterprise.address,
        "endorsement",
      );
      const actId = requestHash(message);
      const data = financing.encodeFunctionData("openRequest", [message, input.signature]);
      const created = await store.insert(
        newId(),
        {
          enterpriseId,
          enterpriseAddress: enterprise.address,
          state: "open",
          requestKey,
          keyIndex: input.keyIndex,
          terms,
          salt,
          termsCommitment,
          endorsement: input.endorsement,
          signature: input.signature,
          ...(await ports.outline(terms.enterprise.uscc)),
          closesAt: new Date(closesAt * 1000),
          expiresAt: new Date(expiresAt * 1000),
          createdAt: clock.now(),
          actId,
          grantedFen: "0",
        },
        [actEffect({ id: actId, kind: "request.open", target, data, gasLimit: 400_000 })],
      );
      onWork();
      return viewFor(enterpriseId, created);
    },

    async list(actor, { state, page }) {
      const filter: RequestFilter = {
        ...(actor.role === "enterprise" ? { enterpriseId: actor.participantId } : {}),
        ...(actor.role === "institution" ? { forInstitution: actor.participantId } : {}),
        state,
      };
      const { items, total } = await store.list(filter, clock.now(), page, PAGE_SIZE);
      return { items: await viewsFor(actor, items), total };
    },

    async get(actor, id) {
      const request = await store.find(id);
      const hidden =
        !request ||
        (actor.role === "enterprise" && request.enterpriseId !== actor.participantId) ||
        (actor.role === "institution" &&
          request.state !== "open" &&
          request.award?.institutionId !== actor.participantId &&
          !(await ports.bidsOf([id])).get(id)?.some(({ institutionId }) => institutionId === actor.participantId)) ||
        actor.role === "department";
      if (hidden) throw new DomainError("notFound", "there is no such request");
      return (await viewsFor(actor, [request]))[0]!;
    },

    async visible(actor, id) {
      const request = await store.find(id);
      if (!request || (actor.role !== "regulator" && request.enterpriseId !== actor.participantId))
        throw new DomainError("notFound", "there is no such request");
      return request;
    },

    async own(enterpriseId, id) {
      const request = await store.find(id);
      if (request?.enterpriseId !== enterpriseId) throw new DomainError("notFound", "there is no such request");
      return request;
    },

    async award(enterpriseId, id, { bidId, signature }) {
      const request = await service.own(enterpriseId, id);
      if (request.award?.bidId === bidId) return viewFor(enterpriseId, request);
      const state = after(request, "award");
      const bid = await ports.awardableBid(id, bidId);
      if (!bid) throw new DomainError("notFound", "this request has no such bid");
      if (bid.message.validUntil * 1000 <= clock.now().getTime())
        throw new DomainError("bid.expired", "this bid is no longer valid", { field: "bidId" });
      const award = { requestKey: request.requestKey, bidHash: bid.bidHash };
      await chain.requireSignature(chain.financingDomain, "Award", award, signature, request.requestKey);
      const proof = await ports.bidProof(bidId);
      if (!proof)
        throw new DomainError(
          "bid.notAnchored",
          "this bid is on its way to the chain; it can be awarded in a few seconds",
        );
      const data = financing.encodeFunctionData("award", [
        award,
        signature,
        bid.message,
        bid.signature,
        proof.root,
        proof.path,
      ]);
      const actId = awardHash(award);
      const changed = await store.change(
        request,
        {
          state,
          award: {
            bidId,
            bidHash: bid.bidHash,
            institutionId: bid.institutionId,
            amountFen: bid.message.amountFen.toString(),
            actId,
            signature,
            awardedAt: clock.now(),
          },
        },
        [
          actEffect({ id: actId, kind: "request.award", target, data, gasLimit: 400_000 }),
          { type: "bids.decided", payload: { requestId: id, acceptedBidId: bidId } },
        ],
      );
      if (!changed) throw new DomainError("conflict", "the request changed at the same moment");
      await ports.decideBids(id, bidId);
      onWork();
      return viewFor(enterpriseId, changed);
    },

    async withdraw(enterpriseId, id, signature) {
      const request = await service.own(enterpriseId, id);
      if (request.state === "withdrawn") return viewFor(enterpriseId, request);
      const state = after(request, "withdraw");
      const message = { requestKey: request.requestKey };
      await chain.requireSignature(chain.financingDomain, "Withdrawal", message, signature, request.requestKey);
      const data = financing.encodeFunctionData("withdrawRequest", [message, signature]);
      const act = actEffect({
        id: structHash("Withdrawal", message),
        kind: "request.withdraw",
        target,
        data,
        gasLimit: 400_000,
      });
      const changed = await store.change(request, { state }, [act]);
      if (!changed) throw new DomainError("conflict", "the request changed at the same moment");
      onWork();
      return viewFor(enterpriseId, changed);
    },

    async recordGrant(request, amountFen, effects) {
      const state = nextRequestState(request.state, "grant");
      if (!state)
        throw new DomainError("request.state", `this request is ${request.state}: nothing can be granted now`);
      const grantedFen = (BigInt(request.grantedFen) + amountFen).toString();
      if (!(await store.change(request, { state, grantedFen }, effects))) {
        throw new DomainError("conflict", "the request changed at the same moment");
      }
    },

    find: store.find,
    isOpenForBids: (request) =>
      // The contract takes bids that were anchored by closing time, and anchoring takes a few seconds.
      request.state === "open" && request.closesAt.getTime() > clock.now().getTime() + 5_000,
  };
  return service;
}
