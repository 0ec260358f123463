import type { z } from "zod";
import type { Api } from "../../platform/http/endpoint.ts";
import {
  admission,
  participant,
  participantList,
  participantQuery,
  type registeredEnterprise,
  registeredEnterpriseList,
  registeredEnterpriseQuery,
} from "./participant-schemas.ts";
import type { ParticipantService } from "./participant-service.ts";

export function participantRoutes(
  api: Api,
  participants: ParticipantService,
  registrations: (query: string) => Promise<z.infer<typeof registeredEnterprise>[]>,
): void {
  api.add({
    method: "get",
    path: "/registered-enterprises",
    access: ["operator"],
    summary: "Enterprises of the business registration, to admit",
    query: registeredEnterpriseQuery,
    answer: registeredEnterpriseList,
    handle: async ({ query }) => ({ items: await registrations(query.query) }),
  });
  api.add({
    method: "post",
    path: "/participants",
    access: ["operator"],
    summary: "Admit a participant with a signed admission",
    body: admission,
    answer: participant,
    status: 201,
    handle: ({ body, actor }) => participants.admit(body, actor.participantId),
  });
  api.add({
    method: "get",
    path: "/participants",
    access: ["operator", "regulator"],
    summary: "All participants",
    query: participantQuery,
    answer: participantList,
    handle: ({ query: { page, ...filter } }) => participants.list(filter, page),
  });
  api.add({
    method: "get",
    path: "/institutions",
    access: "account",
    summary: "Active institutions",
    answer: participantList,
    handle: () => participants.list({ kind: "institution", status: "active" }, 1),
  });
}
