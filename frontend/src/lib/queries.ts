import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { totals } from "../../../backend/features/audit/audit-schemas.ts";
import type { bidList } from "../../../backend/features/bids/bid-schemas.ts";
import type { consentList } from "../../../backend/features/consents/consent-schemas.ts";
import type { catalogList, recordView } from "../../../backend/features/data-exchange/data-exchange-schemas.ts";
import type { GrantView, grantList } from "../../../backend/features/grants/grant-schemas.ts";
import type { Account, meta } from "../../../backend/features/identity/identity-schemas.ts";
import type { matchList } from "../../../backend/features/matching/matching-schemas.ts";
import type { participantList } from "../../../backend/features/participants/participant-schemas.ts";
import type { productList } from "../../../backend/features/products/product-schemas.ts";
import type { RequestView, requestList } from "../../../backend/features/requests/request-schemas.ts";
import type { Receipt } from "../../../backend/lib/schemas.ts";
import { api } from "./api.ts";
import { isProblem } from "./api-problem.ts";

/*
 * A query is a value: pages pass these to useQuery and invalidate by their keys. What only one role reads lives in that
 * role's folder.
 */

export type Meta = z.infer<typeof meta>;
export type Totals = z.infer<typeof totals>;
export type RecordView = z.infer<typeof recordView>;

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: ({ signal }) => api.get<Meta>("/meta", undefined, signal),
  staleTime: 5 * 60_000,
});

export const totalsQuery = queryOptions({
  queryKey: ["totals"],
  queryFn: ({ signal }) => api.get<Totals>("/totals", undefined, signal),
  refetchInterval: 5_000,
});

/** The signed-in account, or null. */
export const accountQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }): Promise<Account | null> => {
    try {
      return await api.get<Account>("/me", undefined, signal);
    } catch (error) {
      if (isProblem(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

const finalReceipt = (receipt: Receipt | undefined): boolean =>
  receipt?.state === "confirmed" || receipt?.state === "failed";

/** Polls until the act is confirmed or failed. */
export const receiptQuery = (receipt: Receipt) =>
  queryOptions({
    queryKey: ["receipts", receipt.id],
    queryFn: ({ signal }) => api.get<Receipt>(`/receipts/${receipt.id}`, undefined, signal),
    initialData: receipt,
    initialDataUpdatedAt: 0,
    enabled: !finalReceipt(receipt),
    refetchInterval: (query) => (finalReceipt(query.state.data) ? false : 1_000),
  });

export const productsQuery = queryOptions({
  queryKey: ["products"],
  queryFn: ({ signal }) => api.get<z.infer<typeof productList>>("/products", undefined, signal),
});

export const institutionsQuery = queryOptions({
  queryKey: ["institutions"],
  queryFn: ({ signal }) => api.get<z.infer<typeof participantList>>("/institutions", undefined, signal),
});

export const catalogsQuery = queryOptions({
  queryKey: ["catalogs"],
  queryFn: ({ signal }) => api.get<z.infer<typeof catalogList>>("/catalogs", undefined, signal),
});

export const requestsQuery = (filter: { state?: string | undefined; page?: number | undefined } = {}) =>
  queryOptions({
    queryKey: ["requests", "list", filter],
    queryFn: ({ signal }) => api.get<z.infer<typeof requestList>>("/requests", filter, signal),
  });

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ["requests", id],
    queryFn: ({ signal }) => api.get<RequestView>(`/requests/${encodeURIComponent(id)}`, undefined, signal),
  });

export const requestMatchesQuery = (id: string) =>
  queryOptions({
    queryKey: ["requests", id, "matches"],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof matchList>>(`/requests/${encodeURIComponent(id)}/matches`, undefined, signal),
  });

/** The bids that the reader may see: all of its request for the enterprise, its own for an institution. */
export const bidsQuery = (requestId: string) =>
  queryOptions({
    queryKey: ["requests", requestId, "bids"],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof bidList>>(`/requests/${encodeURIComponent(requestId)}/bids`, undefined, signal),
  });

export const grantsQuery = (page = 1) =>
  queryOptions({
    queryKey: ["grants", "list", page],
    queryFn: ({ signal }) => api.get<z.infer<typeof grantList>>("/grants", { page }, signal),
  });

export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ["grants", id],
    queryFn: ({ signal }) => api.get<GrantView>(`/grants/${encodeURIComponent(id)}`, undefined, signal),
  });

export const consentsQuery = queryOptions({
  queryKey: ["consents"],
  queryFn: ({ signal }) => api.get<z.infer<typeof consentList>>("/consents", undefined, signal),
});
