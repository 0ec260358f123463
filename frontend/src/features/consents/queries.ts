import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  consentRequestList,
  copyList,
  noticeList,
  unreadCount,
} from "../../../../backend/features/consents/consent-schemas.ts";
import { api } from "../../lib/api.ts";

export const consentRequestsQuery = (page: number) =>
  queryOptions({
    queryKey: ["consent-requests", page],
    queryFn: ({ signal }) => api.get<z.infer<typeof consentRequestList>>("/consent-requests", { page }, signal),
  });

export const copiesQuery = (page: number) =>
  queryOptions({
    queryKey: ["copies", page],
    queryFn: ({ signal }) => api.get<z.infer<typeof copyList>>("/copies", { page }, signal),
  });

/** Under the key of the notices, so that marking them as read counts again. */
export const unreadQuery = queryOptions({
  queryKey: ["notices", "unread"],
  queryFn: ({ signal }) => api.get<z.infer<typeof unreadCount>>("/notices/unread", undefined, signal),
  refetchInterval: 15_000,
});

export const noticesQuery = queryOptions({
  queryKey: ["notices"],
  queryFn: ({ signal }) => api.get<z.infer<typeof noticeList>>("/notices", undefined, signal),
  refetchInterval: 10_000,
});
