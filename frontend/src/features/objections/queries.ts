import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  erasureList,
  ObjectionDetail,
  objectionCounts,
  objectionList,
  objectionNotices,
  objectionQuery,
} from "../../../../backend/features/objections/objection-schemas.ts";
import { api } from "../../lib/api.ts";

export type ObjectionFilter = z.output<typeof objectionQuery>["state"];

export const objectionsQuery = (state: ObjectionFilter, page = 1) =>
  queryOptions({
    queryKey: ["objections", "list", state, page],
    queryFn: ({ signal }) => api.get<z.infer<typeof objectionList>>("/objections", { state, page }, signal),
  });

export const objectionQueryOf = (id: string) =>
  queryOptions({
    queryKey: ["objections", id],
    queryFn: ({ signal }) => api.get<ObjectionDetail>(`/objections/${encodeURIComponent(id)}`, undefined, signal),
  });

export const noticesQuery = queryOptions({
  queryKey: ["objections", "notices"],
  queryFn: ({ signal }) => api.get<z.infer<typeof objectionNotices>>("/objection-notices", undefined, signal),
  refetchInterval: 30_000,
});

export const countsQuery = queryOptions({
  queryKey: ["objections", "counts"],
  queryFn: ({ signal }) => api.get<z.infer<typeof objectionCounts>>("/objection-counts", undefined, signal),
});

export const erasuresQuery = (page: number) =>
  queryOptions({
    queryKey: ["objections", "erasures", page],
    queryFn: ({ signal }) => api.get<z.infer<typeof erasureList>>("/erasures", { page }, signal),
  });
