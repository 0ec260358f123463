import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /department. */
export const departmentRoutes: RouteObject[] = [];
export const departmentMenu: MenuEntry[] = [];
