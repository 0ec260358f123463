import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { awardInput, request, requestInput, requestList, requestQuery, withdrawalInput } from "./request-schemas.ts";
import type { RequestService } from "./request-service.ts";

const READERS = ["enterprise", "institution", "regulator"] as const;

export function requestRoutes(api: Api, requests: RequestService): void {
  api.add({
    method: "post",
    path: "/requests",
    access: ["enterprise"],
    summary: "Post a financing request, signed by a fresh key",
    body: requestInput,
    answer: request,
    status: 201,
    handle: ({ actor, body }) => requests.open(actor.participantId, body),
  });
  api.add({
    method: "get",
    path: "/requests",
    access: READERS,
    summary: "Financing requests",
    query: requestQuery,
    answer: requestList,
    handle: ({ actor, query }) => requests.list(actor, query),
  });
  api.add({
    method: "get",
    path: "/requests/:id",
    access: READERS,
    summary: "One financing request",
    params: idParam,
    answer: request,
    handle: ({ actor, params }) => requests.get(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/requests/:id/award",
    access: ["enterprise"],
    summary: "Award the request to a bid, signed by the request key",
    params: idParam,
    body: awardInput,
    answer: request,
    handle: ({ actor, params, body }) => requests.award(actor.participantId, params.id, body),
  });
  api.add({
    method: "post",
    path: "/requests/:id/withdrawal",
    access: ["enterprise"],
    summary: "Withdraw the request, signed by the request key",
    params: idParam,
    body: withdrawalInput,
    answer: request,
    handle: ({ actor, params, body }) => requests.withdraw(actor.participantId, params.id, body.signature),
  });
}
