import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  alertList,
  MonitoringList,
  ScorecardDetail,
  ScoreView,
  scorecardList,
  scoreList,
} from "../../../../backend/features/scoring/score-schemas.ts";
import { api } from "../../lib/api.ts";

const path = (id: string): string => encodeURIComponent(id);
/** Until it is on the chain the page follows it. */
const anchoring = (states: readonly (string | undefined)[]): number | false =>
  states.some((state) => state === "waiting" || state === "pending") ? 2_000 : false;

export const ownScoreQuery = queryOptions({
  queryKey: ["scores", "own"],
  queryFn: ({ signal }) => api.get<ScoreView>("/score", undefined, signal),
  refetchInterval: ({ state }) => anchoring([state.data?.anchor.state]),
});

export const scoresQuery = (filter: { uscc?: string | undefined; page: number }) =>
  queryOptions({
    queryKey: ["scores", "list", filter],
    queryFn: ({ signal }) => api.get<z.infer<typeof scoreList>>("/scores", filter, signal),
    placeholderData: keepPreviousData,
  });

/** For others than the enterprise each fetch is an entry in its access log: not on every focus of the window. */
export const scoreQuery = (id: string) =>
  queryOptions({
    queryKey: ["scores", "one", id],
    queryFn: ({ signal }) => api.get<ScoreView>(`/scores/${path(id)}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });

export const snapshotScoresQuery = (snapshotId: string) =>
  queryOptions({
    queryKey: ["snapshot-scores", snapshotId],
    queryFn: () => api.post<{ items: ScoreView[] }>(`/snapshots/${path(snapshotId)}/scores`),
    staleTime: Number.POSITIVE_INFINITY,
    // No copy is kept in the browser: what is no longer shown is read again, if that is still allowed.
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });

export const scorecardsQuery = queryOptions({
  queryKey: ["scorecards", "list"],
  queryFn: ({ signal }) => api.get<z.infer<typeof scorecardList>>("/scorecards", undefined, signal),
  refetchInterval: ({ state }) => anchoring(state.data?.items.map(({ anchor }) => anchor?.state) ?? []),
});

export const scorecardQuery = (id: string) =>
  queryOptions({
    queryKey: ["scorecards", id],
    queryFn: ({ signal }) => api.get<ScorecardDetail>(`/scorecards/${path(id)}`, undefined, signal),
    refetchInterval: ({ state }) => anchoring([state.data?.anchor?.state]),
  });

export const reportsQuery = (id: string) =>
  queryOptions({
    queryKey: ["scorecards", id, "reports"],
    queryFn: ({ signal }) => api.get<MonitoringList>(`/scorecards/${path(id)}/reports`, undefined, signal),
    refetchInterval: ({ state }) => (state.data?.running ? 2_000 : 30_000),
  });

export const alertsQuery = queryOptions({
  queryKey: ["scorecard-alerts"],
  queryFn: ({ signal }) => api.get<z.infer<typeof alertList>>("/scorecard-alerts", undefined, signal),
});
