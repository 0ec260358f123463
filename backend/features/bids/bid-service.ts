import type { z } from "zod";
import { type Bid, bidHash } from "../../../contracts/typed-data.ts";
import type { Actor } from "../../lib/actor.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import type { BidView, bidInput, bidTerms } from "./bid-schemas.ts";
import type { BidDocument, BidStore } from "./bid-store.ts";
import { allInRate, bidRanking } from "./domain/loan.ts";

interface BiddableRequest {
  _id: string;
  requestKey: string;
  enterpriseId: string;
  terms: { amountFen: string };
}

interface Ports {
  requireActive(participantId: string): Promise<{ _id: string; name: string; address: string }>;
  findRequest(id: string): Promise<BiddableRequest | null>;
  isOpenForBids(requestId: string): Promise<boolean>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
}

export interface BidService {
  submit(institutionId: string, requestId: string, input: z.output<typeof bidInput>): Promise<BidView>;
  /** An enterprise: all bids for its request, the cheapest first; an institution: its own. */
  list(actor: Actor, requestId: string): Promise<BidView[]>;
  find(id: string): Promise<BidDocument | null>;
  /** The bid, for the institution that made it and the enterprise that it was made to. */
  visible(actor: Actor, id: string): Promise<BidDocument>;
  decide(requestId: string, acceptedBidId: string): Promise<void>;
}

export const bidMessage = (
  bid: Pick<BidDocument, "requestKey" | "institution" | "termsCommitment" | "terms" | "validUntil" | "salt">,
): Bid => ({
  requestKey: bid.requestKey,
  institution: bid.institution.address,
  termsCommitment: bid.termsCommitment,
  amountFen: BigInt(bid.terms.amountFen),
  validUntil: bid.validUntil.getTime() / 1000,
  salt: bid.salt,
});

const costOf = (terms: z.infer<typeof bidTerms>) =>
  allInRate({
    principalFen: BigInt(terms.amountFen),
    annualRateBps: terms.annualRateBps,
    termMonths: terms.termMonths,
    method: terms.repaymentMethod,
    fees: terms.fees.map(({ timing, amountFen }) => ({ timing, amountFen: BigInt(amountFen) })),
  });

export function createBidService(
  store: BidStore,
  chain: ChainContext,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): BidService {
  async function viewsOf(bids: readonly BidDocument[]): Promise<BidView[]> {
    const anchors = await ports.anchorsOf(bids.map(({ _id }) => `bid:${_id}`));
    return bids.map((bid) => {
      const cost = costOf(bid.terms);
      const expired = bid.state === "submitted" && bid.validUntil <= clock.now();
      return {
        id: bid._id,
        requestId: bid.requestId,
        state: expired ? "expired" : bid.state,
        institution: bid.institution,
        terms: bid.terms,
        termsSalt: bid.termsSalt,
        termsCommitment: bid.termsCommitment,
        salt: bid.salt,
        bidHash: bid.bidHash,
        validUntil: bid.validUntil.toISOString(),
        createdAt: bid.createdAt.toISOString(),
        signature: bid.signature,
        allInRateE6: cost.allInRateE6,
        effectiveRateE6: cost.effectiveRateE6,
        firstPaymentFen: cost.firstPaymentFen.toString(),
        totalCostFen: cost.totalCostFen.toString(),
        anchor: anchors.get(`bid:${bid._id}`) ?? { state: "waiting" },
      };
    });
  }

  return {
    async submit(institutionId, requestId, input) {
      const institution = await ports.requireActive(institutionId);
      const request = await ports.findRequest(requestId);
      if (!request) throw new DomainError("notFound", "there is no such request");
      if (!(await ports.isOpenForBids(requestId)))
        throw new DomainError("bid.closed", "this request takes no more bids");
      const { terms } = input;
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("bid.invalid", reason, { field, fix, status: 400 });
      if (terms.requestId !== requestId)
        throw bad("terms.requestId", "the terms name another request", `send ${requestId}`);
      if (terms.institution.id !== institutionId || terms.institution.name !== institution.name) {
        throw bad(
          "terms.institution",
          "the institution in the terms is not yours",
          `send ${institutionId} ${institution.name}`,
        );
      }
      if (BigInt(terms.amountFen) > BigInt(request.terms.amountFen)) {
        throw bad(
          "terms.amountFen",
          "the bid is for more than was requested",
          `bid at most ${request.terms.amountFen}`,
        );
      }
      const validUntil = wholeSeconds(input.validUntil, "validUntil");
      if (validUntil * 1000 <= clock.now().getTime())
        throw bad("validUntil", "the bid would have expired already", "give the enterprise some days");
      costOf(terms); // throws when the fees eat the loan
      const fields = {
        requestId,
        requestKey: request.requestKey,
        institution: { id: institutionId, name: institution.name, address: institution.address },
        state: "submitted" as const,
        terms,
        termsSalt: input.termsSalt,
        termsCommitment: commitment(input.termsSalt, terms),
        salt: input.salt,
        validUntil: new Date(validUntil * 1000),
        signature: input.signature,
        createdAt: clock.now(),
      };
      const message = bidMessage(fields);
      await chain.requireSignature(chain.financingDomain, "Bid", message, input.signature, institution.address);
      const id = newId();
      const hash = bidHash(message);
      const bid = await store.insert(id, { ...fields, bidHash: hash }, [
        leafEffect({ id: `bid:${id}`, kind: "bids", commitment: hash }),
      ]);
      onWork();
      return (await viewsOf([bid]))[0]!;
    },

    async list(actor, requestId) {
      const request = await ports.findRequest(requestId);
      if (!request || (actor.role === "enterprise" && request.enterpriseId !== actor.participantId)) {
        throw new DomainError("notFound", "there is no such request");
      }
      const bids = await store.ofRequest(requestId);
      // Sealed: no institution sees another's.
      return bidRanking(
        await viewsOf(
          actor.role === "enterprise" ? bids : bids.filter(({ institution }) => institution.id === actor.participantId),
        ),
      );
    },
    find: store.find,
    async visible(actor, id) {
      const bid = await store.find(id);
      const own =
        actor.role === "enterprise"
          ? bid && (await ports.findRequest(bid.requestId))?.enterpriseId === actor.participantId
          : bid?.institution.id === actor.participantId;
      if (!bid || !own) throw new DomainError("notFound", "there is no such bid");
      return bid;
    },
    decide: store.decide,
  };
}
