import { queryOptions } from "@tanstack/react-query";
import type { ConsentPurpose } from "../../../backend/features/consents/consent-schemas.ts";
import type { LeafPack } from "../../../backend/lib/proof/pack.ts";
import { api } from "./api.ts";
import type { RecordView } from "./queries.ts";

const pathOf = (recordId: string) => `/records/${encodeURIComponent(recordId)}`;

/** A record is read anew each time that it is opened: what a consent has let see isn't kept in the page. */
export const recordQuery = (recordId: string, purpose?: ConsentPurpose) =>
  queryOptions({
    queryKey: ["records", recordId, { purpose }],
    queryFn: ({ signal }) => api.get<RecordView>(pathOf(recordId), { purpose }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });

export const recordPack = (recordId: string, purpose?: ConsentPurpose): Promise<LeafPack> =>
  api.get<LeafPack>(`${pathOf(recordId)}/proof`, { purpose });
