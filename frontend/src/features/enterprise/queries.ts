import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { accessLog } from "../../../../backend/features/consents/consent-schemas.ts";
import type { matchList } from "../../../../backend/features/matching/matching-schemas.ts";
import type { ProfileView } from "../../../../backend/features/profiles/profile-schemas.ts";
import { api } from "../../lib/api.ts";

export const profileQuery = queryOptions({
  queryKey: ["profile"],
  queryFn: ({ signal }) => api.get<ProfileView>("/profile", undefined, signal),
  staleTime: 30_000,
});

export const matchesQuery = (wish: { amountFen?: string | undefined; termMonths?: number | undefined } = {}) =>
  queryOptions({
    queryKey: ["matches", wish],
    queryFn: ({ signal }) => api.get<z.infer<typeof matchList>>("/matches", wish, signal),
  });

export const accessLogQuery = (page: number) =>
  queryOptions({
    queryKey: ["access-log", page],
    queryFn: ({ signal }) => api.get<z.infer<typeof accessLog>>("/access-log", { page }, signal),
  });
