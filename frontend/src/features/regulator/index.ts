import {
  AuditOutlined,
  CheckSquareOutlined,
  DashboardOutlined,
  ExceptionOutlined,
  FileTextOutlined,
  InboxOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";
import { catalogMenu, catalogRoutes } from "../department/catalog-pages.ts";
import { scoreboardMenu, scoreboardRoute } from "../department/resource-routes.ts";
import { scorecardsMenu, scoresMenu, scoringRoutes } from "../scoring/index.ts";

/** Children of /regulator. */
export const regulatorRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./overview-page.tsx")).RegulatorOverviewPage }) },
  ...scoringRoutes,
  scoreboardRoute,
  ...catalogRoutes,
  { path: "grants", lazy: async () => ({ Component: (await import("./grants-page.tsx")).RegulatorGrantsPage }) },
  {
    path: "grants/:id",
    lazy: async () => ({ Component: (await import("./grant-audit-page.tsx")).RegulatorGrantAuditPage }),
  },
  { path: "requests", lazy: async () => ({ Component: (await import("./requests-page.tsx")).RegulatorRequestsPage }) },
  {
    path: "participants",
    lazy: async () => ({ Component: (await import("./participants-page.tsx")).RegulatorParticipantsPage }),
  },
  {
    path: "legal-uses",
    lazy: async () => ({ Component: (await import("../verification/legal-uses-page.tsx")).LegalUsesPage }),
  },
  {
    path: "objections",
    lazy: async () => ({ Component: (await import("../objections/oversight-view.tsx")).ObjectionOversightView }),
  },
  { path: "batches", lazy: async () => ({ Component: (await import("./batches-page.tsx")).RegulatorBatchesPage }) },
  { path: "batches/:id", lazy: async () => ({ Component: (await import("./batch-page.tsx")).RegulatorBatchPage }) },
];
export const regulatorMenu: MenuEntry[] = [
  { path: "/regulator", label: "regulator:menu.overview", icon: DashboardOutlined },
  { path: "/regulator/grants", label: "regulator:menu.grants", icon: AuditOutlined },
  { path: "/regulator/requests", label: "regulator:menu.requests", icon: FileTextOutlined },
  { path: "/regulator/participants", label: "regulator:menu.participants", icon: TeamOutlined },
  { path: "/regulator/batches", label: "regulator:menu.batches", icon: InboxOutlined },
  catalogMenu("regulator"),
  scoreboardMenu("regulator"),
  scoresMenu("regulator"),
  scorecardsMenu("regulator"),
  { path: "/regulator/objections", label: "objections:oversight.menu", icon: ExceptionOutlined },
  { path: "/regulator/legal-uses", label: "verification:menu.uses", icon: CheckSquareOutlined },
];
