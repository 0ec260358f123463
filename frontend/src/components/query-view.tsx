import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { ProblemAlert } from "./problem-alert.tsx";

/** A query in its four states, in order: pending, error, empty, data. */
export function QueryView<T>(props: {
  query: UseQueryResult<T>;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const { query } = props;
  if (query.isPending) return <Skeleton active paragraph={{ rows: 4 }} />;
  if (query.data === undefined) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (props.isEmpty?.(query.data)) return <>{props.empty}</>;
  return (
    <>
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {props.children(query.data)}
    </>
  );
}
