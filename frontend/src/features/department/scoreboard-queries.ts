import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Scoreboard } from "../../../../backend/features/data-sources/scoreboard-schemas.ts";
import { api } from "../../lib/api.ts";

export type {
  CatalogScore,
  DepartmentScore,
  Scoreboard,
} from "../../../../backend/features/data-sources/scoreboard-schemas.ts";

export interface ScoreboardFilter {
  days: number;
  departmentCode?: string | undefined;
}

export const scoreboardQuery = ({ days, departmentCode }: ScoreboardFilter) =>
  queryOptions({
    queryKey: ["scoreboard", days, departmentCode],
    queryFn: ({ signal }) => api.get<Scoreboard>("/scoreboard", { days, departmentCode }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
