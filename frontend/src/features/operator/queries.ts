import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { registeredEnterpriseList } from "../../../../backend/features/participants/participant-schemas.ts";
import type { RecomputeState } from "../../../../backend/features/profiles/profile-schemas.ts";
import { api } from "../../lib/api.ts";

export type RegisteredEnterprise = z.infer<typeof registeredEnterpriseList>["items"][number];

/** Enterprises of the business registration by name or USCC; asks from two characters on. */
export const registeredEnterprisesQuery = (query: string) =>
  queryOptions({
    queryKey: ["registered-enterprises", query],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof registeredEnterpriseList>>("/registered-enterprises", { query }, signal),
    enabled: query.trim().length >= 2,
  });

/** Passes that work out all profiles again. */
export const profilePassesQuery = queryOptions({
  queryKey: ["profile-runs"],
  queryFn: ({ signal }) => api.get<RecomputeState>("/profile-runs/latest", undefined, signal),
  refetchInterval: ({ state }) => (state.data?.run?.state === "running" ? 1_000 : 15_000),
});
