import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /operator. */
export const operatorRoutes: RouteObject[] = [];
export const operatorMenu: MenuEntry[] = [];
