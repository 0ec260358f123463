import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  BatchView,
  batchList,
  quarantineList,
} from "../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { api } from "./api.ts";

export type Quarantine = z.infer<typeof quarantineList>;
export type QuarantinedRow = Quarantine["items"][number];

/** True when all rows were looked at and none was new: there is nothing to anchor. */
export const hasNothingToAnchor = (batch: BatchView): boolean =>
  batch.finishedAt !== undefined && batch.stored === 0 && batch.deleted === 0;

/** Whether a batch can still change: its rows are being checked, or its root is on the way to the chain. */
export const isBatchMoving = (batch: BatchView): boolean =>
  batch.state !== "rejected" &&
  !hasNothingToAnchor(batch) &&
  batch.anchor.state !== "failed" &&
  (batch.state !== "anchored" || batch.anchor.state !== "confirmed");

export const batchesQuery = (filter: { catalogId?: string | undefined; page?: number }) =>
  queryOptions({
    queryKey: ["batches", "list", filter],
    queryFn: ({ signal }) => api.get<z.infer<typeof batchList>>("/batches", filter, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isBatchMoving) ? 2_000 : 30_000),
  });

export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ["batches", id],
    queryFn: ({ signal }) => api.get<BatchView>(`/batches/${encodeURIComponent(id)}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && !isBatchMoving(state.data) ? false : 1_000),
  });

export const quarantinePage = (
  id: string,
  page: number,
  signal?: AbortSignal,
  state?: "open" | "replayed",
): Promise<Quarantine> => api.get<Quarantine>(`/batches/${encodeURIComponent(id)}/quarantine`, { page, state }, signal);

export const quarantineQuery = (id: string, page: number, state?: "open" | "replayed") =>
  queryOptions({
    queryKey: ["batches", id, "quarantine", page, state ?? "all"],
    queryFn: ({ signal }) => quarantinePage(id, page, signal, state),
  });

/** All quarantined rows, page by page; stops at a page that brings nothing new. */
export async function everyQuarantinedRow(id: string): Promise<Quarantine> {
  const first = await quarantinePage(id, 1);
  const items = [...first.items];
  for (let page = 2; items.length < first.total; page++) {
    const next = await quarantinePage(id, page);
    if (next.items.length === 0) break;
    items.push(...next.items);
  }
  return { ...first, items };
}
