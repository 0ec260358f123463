import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  answerList,
  CheckView,
  KindList,
  ListQuery,
  NumberView,
  QueryView,
} from "../../../../backend/features/verification/verification-schemas.ts";
import { api } from "../../lib/api.ts";

export const kindsQuery = queryOptions({
  queryKey: ["verification-kinds"],
  queryFn: ({ signal }) => api.get<KindList>("/verification-kinds", undefined, signal),
  staleTime: 60_000,
});

export const answersQuery = (filter: Partial<ListQuery>) =>
  queryOptions({
    queryKey: ["verifications", "list", filter],
    queryFn: ({ signal }) => api.get<z.infer<typeof answerList>>("/verifications", filter, signal),
  });

/** Opening is a read that is logged: not again by itself. */
const once = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false, refetchOnWindowFocus: false } as const;

export const checkQuery = (id: string) =>
  queryOptions({
    queryKey: ["verifications", "check", id],
    queryFn: ({ signal }) => api.get<CheckView>(`/verifications/${encodeURIComponent(id)}`, undefined, signal),
    ...once,
  });

export const queryQuery = (id: string) =>
  queryOptions({
    queryKey: ["verifications", "query", id],
    queryFn: ({ signal }) => api.get<QueryView>(`/one-click-queries/${encodeURIComponent(id)}`, undefined, signal),
    ...once,
  });

export const numberQuery = (number: string) =>
  queryOptions({
    queryKey: ["verification-numbers", number],
    queryFn: ({ signal }) =>
      api.get<NumberView>(`/verification-numbers/${encodeURIComponent(number)}`, undefined, signal),
    enabled: number !== "",
    retry: false,
  });
