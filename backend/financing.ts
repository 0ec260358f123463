import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import { bidMessage, createBidService } from "./features/bids/bid-service.ts";
import type { ConsentService } from "./features/consents/consent-service.ts";
import { createGrantService } from "./features/grants/grant-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import type { ProfileService } from "./features/profiles/profile-service.ts";
import { createRequestService, type RequestService } from "./features/requests/request-service.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  chain: ChainContext;
  participants: ParticipantService;
  anchoring: AnchoringService;
  profiles: Pick<ProfileService, "outline">;
  consents: Pick<ConsentService, "liveFor">;
  clock: Clock;
  onWork: () => void;
}

/** Requests, the bids for them, awards and grants. */
export function financingOf({ stores, chain, participants, anchoring, profiles, consents, clock, onWork }: Parts) {
  const bids = createBidService(
    stores.bids,
    chain,
    {
      requireActive: participants.requireActive,
      findRequest: stores.requests.find,
      isOpenForBids: async (requestId) => {
        const request = await stores.requests.find(requestId);
        return request !== null && requests.isOpenForBids(request);
      },
      anchorsOf: anchoring.anchorsOf,
    },
    clock,
    onWork,
  );
  const confirmedBidProof = async (bidId: string) => {
    const proof = await anchoring.proofOfLeaf(`bid:${bidId}`);
    return proof?.anchor.state === "confirmed" ? proof : null;
  };
  const requests: RequestService = createRequestService(
    stores.requests,
    chain,
    {
      requireActive: participants.requireActive,
      findParticipants: participants.findMany,
      outline: profiles.outline,
      receiptsOf: anchoring.receiptsOf,
      liveConsents: async (recipientId) =>
        (await consents.liveFor(recipientId, {})).map(({ _id, holder, terms }) => ({
          id: _id,
          holderId: holder.id,
          requestId: terms.requestId,
        })),
      async bidsOf(requestIds) {
        const grouped = new Map<string, { id: string; institutionId: string }[]>();
        for (const { _id, requestId, institution } of await stores.bids.ofRequests(requestIds)) {
          grouped.set(requestId, [...(grouped.get(requestId) ?? []), { id: _id, institutionId: institution.id }]);
        }
        return grouped;
      },
      async awardableBid(requestId, bidId) {
        const bid = await stores.bids.find(bidId);
        if (bid?.requestId !== requestId) return null;
        return {
          id: bidId,
          bidHash: bid.bidHash,
          institutionId: bid.institution.id,
          message: bidMessage(bid),
          signature: bid.signature,
        };
      },
      decideBids: stores.bids.decide,
      bidProof: confirmedBidProof,
    },
    clock,
    onWork,
  );
  const grants = createGrantService(
    stores.grants,
    chain,
    {
      requireActive: participants.requireActive,
      findRequest: stores.requests.find,
      async findBid(id) {
        const bid = await stores.bids.find(id);
        return bid && { _id: bid._id, terms: bid.terms, message: bidMessage(bid) };
      },
      recordGrant: requests.recordGrant,
      receiptsOf: anchoring.receiptsOf,
    },
    clock,
    onWork,
  );
  return { bids, requests, grants };
}
