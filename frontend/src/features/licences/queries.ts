import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  codeItemList,
  codeUseList,
  departmentLicences,
  licenceKindList,
  licenceList,
} from "../../../../backend/features/licences/licence-schemas.ts";
import type {
  Dossier,
  dossierList,
  materialKindList,
  materialList,
} from "../../../../backend/features/licences/material-schemas.ts";
import { api } from "../../lib/api.ts";

export const licencesQuery = queryOptions({
  queryKey: ["licences"],
  queryFn: ({ signal }) => api.get<z.infer<typeof licenceList>>("/licences", undefined, signal),
});

export const licenceKindsQuery = queryOptions({
  queryKey: ["licence-kinds"],
  queryFn: ({ signal }) => api.get<z.infer<typeof licenceKindList>>("/licence-kinds", undefined, signal),
});

export const departmentLicencesQuery = (enterprise: string) =>
  queryOptions({
    queryKey: ["department-licences", enterprise],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof departmentLicences>>("/department-licences", { enterprise }, signal),
  });

export const codeItemsQuery = queryOptions({
  queryKey: ["enterprise-codes", "items"],
  queryFn: ({ signal }) => api.get<z.infer<typeof codeItemList>>("/enterprise-codes/items", undefined, signal),
});

export const codeUsesQuery = queryOptions({
  queryKey: ["enterprise-codes", "uses"],
  queryFn: ({ signal }) => api.get<z.infer<typeof codeUseList>>("/enterprise-codes", undefined, signal),
});

export const materialKindsQuery = queryOptions({
  queryKey: ["material-kinds"],
  queryFn: ({ signal }) => api.get<z.infer<typeof materialKindList>>("/material-kinds", undefined, signal),
  staleTime: 5 * 60_000,
});

export const materialsQuery = queryOptions({
  queryKey: ["materials", "own"],
  queryFn: ({ signal }) => api.get<z.infer<typeof materialList>>("/materials", undefined, signal),
});

export const dossiersQuery = queryOptions({
  queryKey: ["materials", "dossiers"],
  queryFn: ({ signal }) => api.get<z.infer<typeof dossierList>>("/material-dossiers", undefined, signal),
});

export const dossierQuery = (requestId: string) =>
  queryOptions({
    queryKey: ["materials", "dossier", requestId],
    queryFn: ({ signal }) =>
      api.get<Dossier>(`/requests/${encodeURIComponent(requestId)}/materials`, undefined, signal),
  });
