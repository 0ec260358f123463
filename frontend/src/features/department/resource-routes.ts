import { ApiOutlined, DashboardOutlined } from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /department. */
export const departmentSourceRoutes: RouteObject[] = [
  {
    path: "resources",
    lazy: async () => ({ Component: (await import("./resources-page.tsx")).DepartmentResourcesPage }),
  },
  {
    path: "resources/new",
    lazy: async () => ({ Component: (await import("./resource-edit-page.tsx")).DepartmentResourceNewPage }),
  },
  {
    path: "resources/:id",
    lazy: async () => ({ Component: (await import("./resource-page.tsx")).DepartmentResourcePage }),
  },
  {
    path: "resources/:id/edit",
    lazy: async () => ({ Component: (await import("./resource-edit-page.tsx")).DepartmentResourceEditPage }),
  },
  {
    path: "scoreboard",
    lazy: async () => ({ Component: (await import("./scoreboard-page.tsx")).DepartmentScoreboardPage }),
  },
];
export const departmentSourceMenu: MenuEntry[] = [
  { path: "/department/resources", label: "sources:menu.resources", icon: ApiOutlined },
  { path: "/department/scoreboard", label: "sources:menu.scoreboard", icon: DashboardOutlined },
];

/** A child of /regulator and of /operator. */
export const scoreboardRoute: RouteObject = {
  path: "scoreboard",
  lazy: async () => ({ Component: (await import("./scoreboard-page.tsx")).ScoreboardOversightPage }),
};
export const scoreboardMenu = (role: "operator" | "regulator"): MenuEntry => ({
  path: `/${role}/scoreboard`,
  label: "sources:menu.scoreboard",
  icon: DashboardOutlined,
});
