import { DashboardOutlined, TeamOutlined, UserAddOutlined } from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";
import { catalogMenu, catalogRoutes } from "../department/catalog-pages.ts";
import { scoreboardMenu, scoreboardRoute } from "../department/resource-routes.ts";
import { operatorScoringRoutes, scorecardsMenu } from "../scoring/index.ts";

/** Children of /operator. */
export const operatorRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./admissions-page.tsx")).OperatorAdmissionsPage }) },
  {
    path: "participants",
    lazy: async () => ({ Component: (await import("./participants-page.tsx")).OperatorParticipantsPage }),
  },
  ...operatorScoringRoutes,
  scoreboardRoute,
  ...catalogRoutes,
  { path: "status", lazy: async () => ({ Component: (await import("./status-page.tsx")).OperatorStatusPage }) },
];
export const operatorMenu: MenuEntry[] = [
  { path: "/operator", label: "operator:menu.admissions", icon: UserAddOutlined },
  { path: "/operator/participants", label: "operator:menu.participants", icon: TeamOutlined },
  catalogMenu("operator"),
  scoreboardMenu("operator"),
  scorecardsMenu("operator"),
  { path: "/operator/status", label: "operator:menu.status", icon: DashboardOutlined },
];
