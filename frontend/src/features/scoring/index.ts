import { BarChartOutlined, CalculatorOutlined, FundOutlined } from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

const scorecardRoutes: RouteObject[] = [
  { path: "scorecards", lazy: async () => ({ Component: (await import("./scorecards-page.tsx")).ScorecardsPage }) },
  { path: "scorecards/:id", lazy: async () => ({ Component: (await import("./scorecard-page.tsx")).ScorecardPage }) },
];
const detailRoute: RouteObject = {
  path: "scores/:id",
  lazy: async () => ({ Component: (await import("./score-detail-page.tsx")).ScoreDetailPage }),
};

/** Children of /enterprise. */
export const enterpriseScoringRoutes: RouteObject[] = [
  { path: "score", lazy: async () => ({ Component: (await import("./own-score-page.tsx")).OwnScorePage }) },
  detailRoute,
  ...scorecardRoutes.slice(1),
];
/** Children of /operator. */
export const operatorScoringRoutes: RouteObject[] = scorecardRoutes;
/** Children of /institution and of /regulator. */
export const scoringRoutes: RouteObject[] = [
  ...scorecardRoutes,
  { path: "scores", lazy: async () => ({ Component: (await import("./scores-page.tsx")).ScoresPage }) },
  detailRoute,
];

export const enterpriseScoringMenu: MenuEntry[] = [
  { path: "/enterprise/score", label: "scoring:own.menu", icon: FundOutlined },
];
export const scorecardsMenu = (role: "institution" | "operator" | "regulator"): MenuEntry => ({
  path: `/${role}/scorecards`,
  label: "scoring:cards.menu",
  icon: CalculatorOutlined,
});
export const scoresMenu = (role: "institution" | "regulator"): MenuEntry => ({
  path: `/${role}/scores`,
  label: "scoring:scores.menu",
  icon: BarChartOutlined,
});
