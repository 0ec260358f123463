import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /regulator. */
export const regulatorRoutes: RouteObject[] = [];
export const regulatorMenu: MenuEntry[] = [];
