import { z } from "zod";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { grant, grantInput, grantList } from "./grant-schemas.ts";
import type { GrantService } from "./grant-service.ts";

const READERS = ["enterprise", "institution", "regulator"] as const;

export function grantRoutes(api: Api, grants: GrantService): void {
  api.add({
    method: "post",
    path: "/requests/:id/grants",
    access: ["institution"],
    summary: "Grant the credit that was awarded, signed",
    params: idParam,
    body: grantInput,
    answer: grant,
    status: 201,
    handle: ({ actor, params, body }) => grants.grant(actor.participantId, params.id, body),
  });
  api.add({
    method: "get",
    path: "/grants",
    access: READERS,
    summary: "Credit grants",
    query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) }),
    answer: grantList,
    handle: ({ actor, query }) => grants.list(actor, query.page),
  });
  api.add({
    method: "get",
    path: "/grants/:id",
    access: READERS,
    summary: "One credit grant",
    params: idParam,
    answer: grant,
    handle: ({ actor, params }) => grants.get(actor, params.id),
  });
}
