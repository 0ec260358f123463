import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { bid, bidInput, bidList } from "./bid-schemas.ts";
import type { BidService } from "./bid-service.ts";

export function bidRoutes(api: Api, bids: BidService): void {
  api.add({
    method: "post",
    path: "/requests/:id/bids",
    access: ["institution"],
    summary: "Bid sealed: signed, and on chain only as a leaf of a batch",
    params: idParam,
    body: bidInput,
    answer: bid,
    status: 201,
    handle: ({ actor, params, body }) => bids.submit(actor.participantId, params.id, body),
  });
  api.add({
    method: "get",
    path: "/requests/:id/bids",
    access: ["enterprise", "institution"],
    summary: "The enterprise: all bids by all-in rate; an institution: its own",
    params: idParam,
    answer: bidList,
    handle: async ({ actor, params }) => ({ items: await bids.list(actor, params.id) }),
  });
}
