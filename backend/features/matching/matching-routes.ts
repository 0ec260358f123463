import { z } from "zod";
import { idParam, positiveFenText } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { ProfileView } from "../profiles/profile-schemas.ts";
import { matchList } from "./matching-schemas.ts";
import type { MatchingService, WantedLoan } from "./matching-service.ts";

const matchQuery = z.object({
  amountFen: positiveFenText.optional(),
  termMonths: z.coerce.number().int().min(1).max(360).optional(),
});

export function matchingRoutes(
  api: Api,
  matching: MatchingService,
  profileOf: (participantId: string) => Promise<ProfileView>,
  ownRequest: (participantId: string, id: string) => Promise<{ terms: WantedLoan }>,
): void {
  api.add({
    method: "get",
    path: "/matches",
    access: ["enterprise"],
    summary: "Products against the enterprise's profile, with reasons",
    query: matchQuery,
    answer: matchList,
    handle: async ({ actor, query }) => ({
      items: await matching.matches(await profileOf(actor.participantId), query),
    }),
  });
  api.add({
    method: "get",
    path: "/requests/:id/matches",
    access: ["enterprise"],
    summary: "Products against one request and the profile behind it",
    params: idParam,
    answer: matchList,
    async handle({ actor, params }) {
      const { terms } = await ownRequest(actor.participantId, params.id);
      return { items: await matching.matches(await profileOf(actor.participantId), terms) };
    },
  });
}
