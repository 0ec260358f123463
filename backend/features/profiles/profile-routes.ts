import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { readPurpose } from "../consents/consent-schemas.ts";
import { profile } from "./profile-schemas.ts";
import type { ProfileService } from "./profile-service.ts";

export function profileRoutes(
  api: Api,
  profiles: ProfileService,
  nameOf: (participantId: string) => Promise<string>,
): void {
  api.add({
    method: "get",
    path: "/profile",
    access: ["enterprise"],
    summary: "The enterprise's own credit profile",
    answer: profile,
    handle: ({ actor }) => profiles.own(actor.participantId),
  });
  api.add({
    method: "get",
    path: "/requests/:id/profile",
    access: ["institution"],
    summary: "The credit profile behind a request, under a live consent",
    params: idParam,
    query: readPurpose,
    answer: profile,
    handle: async ({ actor, params, query }) =>
      profiles.read({ id: actor.participantId, name: await nameOf(actor.participantId) }, params.id, query.purpose),
  });
}
