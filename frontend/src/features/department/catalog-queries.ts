import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  CatalogDetail,
  CatalogVersionView,
  catalogDetails,
  catalogField,
} from "../../../../backend/features/data-exchange/catalog-schemas.ts";
import { api } from "../../lib/api.ts";

export type { CatalogDetail, CatalogVersionView };
export type CatalogDefinition = CatalogVersionView["definition"];
export type CatalogField = z.infer<typeof catalogField>;

export const catalogQuery = (id: string) =>
  queryOptions({
    queryKey: ["catalogs", "one", id],
    queryFn: ({ signal }) => api.get<CatalogDetail>(`/catalogs/${encodeURIComponent(id)}`, undefined, signal),
  });

export const waitingCatalogsQuery = queryOptions({
  queryKey: ["catalogs", "waiting"],
  queryFn: ({ signal }) => api.get<z.infer<typeof catalogDetails>>("/catalog-versions/waiting", undefined, signal),
});
