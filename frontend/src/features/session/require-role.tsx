import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";
import type { Role } from "../../../../backend/features/identity/identity-schemas.ts";
import { PageLoading } from "../../components/page-loading.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { accountQuery } from "../../lib/queries.ts";
import { homeOf } from "./use-account.ts";

/** Lets only accounts of a role in; others go to sign-in or to their own home. */
export function RequireRole({ role }: { role: Role }) {
  const query = useQuery(accountQuery);
  const location = useLocation();
  if (query.data === undefined)
    return query.error ? <ProblemAlert error={query.error} onRetry={() => query.refetch()} /> : <PageLoading />;
  if (query.data === null) return <Navigate to="/login" replace state={{ from: location.pathname }} />;
  if (query.data.role !== role) return <Navigate to={homeOf(query.data.role)} replace />;
  return <Outlet />;
}
