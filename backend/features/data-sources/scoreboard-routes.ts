import type { Api } from "../../platform/http/endpoint.ts";
import { scoreboard, scoreboardQuery } from "./scoreboard-schemas.ts";
import type { ScoreboardService } from "./scoreboard-service.ts";

export function scoreboardRoutes(api: Api, scoreboards: ScoreboardService): void {
  api.add({
    method: "get",
    path: "/scoreboard",
    access: ["department", "regulator", "operator"],
    summary: "How well catalogs are shared and how much they are used: one's department's, or all, ranked",
    query: scoreboardQuery,
    answer: scoreboard,
    handle: ({ actor, query }) => scoreboards.read(actor, query),
  });
}
