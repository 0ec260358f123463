import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { GrantCheckView, reconciliation } from "../../../../backend/features/audit/audit-schemas.ts";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { type ProofCheck, verdictOf } from "../../../../backend/lib/proof/lines.ts";
import type { GrantPack } from "../../../../backend/lib/proof/pack.ts";
import { checkStored } from "../../../../backend/lib/proof/stored-grant.ts";
import { api } from "../../lib/api.ts";
import { checkOnPlatform } from "../../lib/proof/platform-check.ts";
import type { Meta } from "../../lib/queries.ts";

export type Reconciliation = z.infer<typeof reconciliation>;

/** Compares every grant with the chain: asked for, never on its own. */
export const reconciliationQuery = queryOptions({
  queryKey: ["audit", "reconciliation"],
  queryFn: ({ signal }) => api.get<Reconciliation>("/audit/reconciliation", undefined, signal),
  refetchOnWindowFocus: false,
});

/** The platform's own recheck of a grant. */
export const serverCheckQuery = (id: string) =>
  queryOptions({
    queryKey: ["audit", "grants", id],
    queryFn: ({ signal }) => api.get<GrantCheckView>(`/audit/grants/${encodeURIComponent(id)}`, undefined, signal),
    refetchOnWindowFocus: false,
    retry: false,
  });

/** The recheck made in this browser: proof pack and contracts, nothing else; and that the grant shown is that one. */
export const browserCheckQuery = (grant: GrantView, meta: Meta) =>
  queryOptions({
    queryKey: ["audit", "grants", grant.id, "browser", grant],
    queryFn: async (): Promise<ProofCheck> => {
      const pack = await api.get<GrantPack>(`/grants/${encodeURIComponent(grant.id)}/proof`);
      const lines = [await checkStored(pack, grant), ...(await checkOnPlatform(pack, meta)).lines];
      return { verdict: verdictOf(lines), lines };
    },
    refetchOnWindowFocus: false,
    retry: false,
  });
