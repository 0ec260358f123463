import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import type { Account, Role } from "../../../../backend/features/identity/identity-schemas.ts";
import { accountQuery, type Meta, metaQuery } from "../../lib/queries.ts";

/** The signed-in account: undefined while loading, null when nobody is signed in. */
export const useAccount = (): Account | null | undefined => useQuery(accountQuery).data;

/** The account of a page behind RequireRole. */
export function useSignedIn(): Account {
  const account = useAccount();
  if (!account) throw new Error("useSignedIn outside RequireRole");
  return account;
}

/** Chain id and contract addresses. Suspends; role pages sit under a Suspense boundary. */
export const useMeta = (): Meta => useSuspenseQuery(metaQuery).data;

export const homeOf = (role: Role): string => `/${role}`;
