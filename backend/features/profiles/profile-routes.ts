import type { z } from "zod";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { readPurpose } from "../consents/consent-schemas.ts";
import { indicatorList, profile, profilePack, recomputeRun, recomputeState } from "./profile-schemas.ts";
import type { ProfileService } from "./profile-service.ts";
import type { RecomputeService } from "./recompute-service.ts";

interface Parts {
  profiles: ProfileService;
  recomputing: RecomputeService;
  indicators(): z.infer<typeof indicatorList>;
  nameOf(participantId: string): Promise<string>;
}

export function profileRoutes(api: Api, { profiles, recomputing, indicators, nameOf }: Parts): void {
  api.add({
    method: "get",
    path: "/indicators",
    access: "public",
    summary: "Every indicator of a credit profile: what it says, how it is worked out, from which catalog",
    answer: indicatorList,
    handle: async () => indicators(),
  });
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
    path: "/profile/export",
    access: ["enterprise"],
    summary: "The enterprise's own credit profile as a file, with the proof pack of every record behind it",
    answer: profilePack,
    handle: ({ actor }) => profiles.export(actor),
  });
  api.add({
    method: "get",
    path: "/snapshots/:id/export",
    access: ["enterprise", "institution", "regulator"],
    summary: "A profile as it was read, as a file: with its own proof pack and those of the records behind it",
    params: idParam,
    answer: profilePack,
    handle: ({ actor, params }) => profiles.exportCopy(actor, params.id),
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
  api.add({
    method: "post",
    path: "/profile-runs",
    access: ["operator"],
    summary: "Works out every enterprise's profile again, in the background",
    answer: recomputeRun,
    status: 202,
    handle: () => recomputing.start(),
  });
  api.add({
    method: "get",
    path: "/profile-runs/latest",
    access: ["operator", "regulator"],
    summary: "How far the newest pass over all profiles is",
    answer: recomputeState,
    handle: () => recomputing.state(),
  });
}
