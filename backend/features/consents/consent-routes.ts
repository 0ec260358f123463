import { z } from "zod";
import { hex32 } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { accessLog, consent, consentChangeInput, consentInput, consentList } from "./consent-schemas.ts";
import type { ConsentService } from "./consent-service.ts";

export function consentRoutes(api: Api, consents: ConsentService): void {
  api.add({
    method: "post",
    path: "/consents",
    access: ["enterprise"],
    summary: "Give a consent, signed",
    body: consentInput,
    answer: consent,
    status: 201,
    handle: ({ actor, body }) => consents.give(actor.participantId, body),
  });
  api.add({
    method: "get",
    path: "/consents",
    access: ["enterprise", "institution"],
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
    summary: "Who read the enterprise's data, and who was refused",
    query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) }),
    answer: accessLog,
    handle: ({ actor, query }) => consents.accessLog(actor.participantId, query.page),
  });
}
