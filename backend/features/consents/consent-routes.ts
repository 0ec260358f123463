import { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { type LeafPack, leafPack } from "../../lib/proof/pack.ts";
import { hex32, idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { AccessService } from "./access-service.ts";
import type { ConsentRequestService } from "./consent-request-service.ts";
import {
  accessLog,
  consent,
  consentChangeInput,
  consentInput,
  consentList,
  consentRejection,
  consentRequest,
  consentRequestInput,
  consentRequestList,
  copyContent,
  copyList,
  noticeList,
  noticesSeen,
  pageQuery,
  unreadCount,
} from "./consent-schemas.ts";
import type { ConsentService } from "./consent-service.ts";
import type { CopyService } from "./copy-service.ts";

interface Services {
  consents: ConsentService;
  consentRequests: ConsentRequestService;
  copies: CopyService;
  access: AccessService;
  proofOfLeaf(
    leafId: string,
    kind: "consents",
    opening: { document: object; salt: string; commitment: string },
  ): Promise<LeafPack>;
}

const BOTH = ["enterprise", "institution"] as const;
const asHolderOrInstitution = ({ role, participantId }: Actor) =>
  role === "enterprise" ? { holderId: participantId } : { institutionId: participantId };

export function consentRoutes(api: Api, services: Services): void {
  const { consents } = services;
  api.add({
    method: "post",
    path: "/consents",
    access: ["enterprise"],
    summary: "Give a consent, signed; also the answer to an institution's request",
    body: consentInput,
    answer: consent,
    status: 201,
    handle: ({ actor, body }) => consents.give(actor.participantId, body),
  });
  api.add({
    method: "get",
    path: "/consents",
    access: BOTH,
    summary: "Consents given, or received",
    answer: consentList,
    handle: async ({ actor }) => ({
      items: await consents.list(
        actor.role === "enterprise" ? { holderId: actor.participantId } : { recipientId: actor.participantId },
      ),
    }),
  });
  api.add({
    method: "post",
    path: "/consents/:id/changes",
    access: ["enterprise"],
    summary: "Pause, resume or revoke a consent, signed; it holds from the next request on",
    params: z.object({ id: hex32 }),
    body: consentChangeInput,
    answer: consent,
    handle: ({ actor, params, body }) => consents.change(actor.participantId, params.id, body),
  });
  api.add({
    method: "get",
    path: "/access-log",
    access: ["enterprise"],
    summary: "Who read what of the enterprise's data, what for and when, and who was refused",
    query: pageQuery,
    answer: accessLog,
    handle: ({ actor, query }) => services.access.list(actor.participantId, query.page),
  });
  addRequestRoutes(api, services.consentRequests);
  addCopyRoutes(api, services);
  addNoticeRoutes(api, services.access);
}

function addRequestRoutes(api: Api, requests: ConsentRequestService): void {
  api.add({
    method: "post",
    path: "/consent-requests",
    access: ["institution"],
    summary: "Ask an enterprise for a consent, by its code or by its financing request",
    body: consentRequestInput,
    answer: consentRequest,
    status: 201,
    handle: ({ actor, body }) => requests.ask(actor.participantId, body),
  });
  api.add({
    method: "get",
    path: "/consent-requests",
    access: BOTH,
    summary: "Requests for consent, newest first",
    query: pageQuery,
    answer: consentRequestList,
    handle: ({ actor, query }) => requests.list(asHolderOrInstitution(actor), query.page),
  });
  api.add({
    method: "post",
    path: "/consent-requests/:id/rejection",
    access: ["enterprise"],
    summary: "Reject a request for consent, with a reason",
    params: idParam,
    body: consentRejection,
    answer: consentRequest,
    handle: ({ actor, params, body }) => requests.reject(actor.participantId, params.id, body.reason),
  });
}

function addCopyRoutes(api: Api, { copies, proofOfLeaf }: Services): void {
  api.add({
    method: "get",
    path: "/copies",
    access: BOTH,
    summary: "What institutions have read, until when they are kept, and their deletion records",
    query: pageQuery,
    answer: copyList,
    handle: ({ actor, query }) => copies.list(asHolderOrInstitution(actor), query.page),
  });
  api.add({
    method: "get",
    path: "/copies/:id",
    access: BOTH,
    summary: "A copy with its content, as long as its data life and consent last",
    params: idParam,
    answer: copyContent,
    handle: ({ actor, params }) => copies.open(actor, params.id),
  });
  api.add({
    method: "get",
    path: "/copies/:id/deletion/proof",
    access: BOTH,
    summary: "The proof pack of a copy's deletion record",
    params: idParam,
    answer: leafPack.openapi("LeafProof"),
    handle: async ({ actor, params }) =>
      proofOfLeaf(`deletion:${params.id}`, "consents", await copies.deletionOpening(actor, params.id)),
  });
}

function addNoticeRoutes(api: Api, access: AccessService): void {
  api.add({
    method: "get",
    path: "/notices",
    access: BOTH,
    summary: "Notices of reads, requests for consent, consents and deletions; newest first",
    query: pageQuery,
    answer: noticeList,
    handle: ({ actor, query }) => access.notices(actor.participantId, query.page),
  });
  api.add({
    method: "get",
    path: "/notices/unread",
    access: BOTH,
    summary: "How many notices are not read",
    answer: unreadCount,
    handle: ({ actor }) => access.unread(actor.participantId),
  });
  api.add({
    method: "post",
    path: "/notices/seen",
    access: BOTH,
    summary: "Mark notices as read",
    body: noticesSeen,
    answer: unreadCount,
    handle: ({ actor, body }) => access.markSeen(actor.participantId, body.ids),
  });
}
