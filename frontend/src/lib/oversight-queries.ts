import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { platformStatus } from "../../../backend/features/audit/audit-schemas.ts";
import type { Role } from "../../../backend/features/identity/identity-schemas.ts";
import type { participantList } from "../../../backend/features/participants/participant-schemas.ts";
import { api } from "./api.ts";

/* What the operator and the regulator both read. */

export type PlatformStatus = z.infer<typeof platformStatus>;

export const participantsQuery = (filter: { kind?: Role | undefined; query?: string | undefined; page?: number }) =>
  queryOptions({
    queryKey: ["participants", filter],
    queryFn: ({ signal }) => api.get<z.infer<typeof participantList>>("/participants", filter, signal),
  });

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => api.get<PlatformStatus>("/status", undefined, signal),
  refetchInterval: 3_000,
});
