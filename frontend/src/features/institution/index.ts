import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /institution. */
export const institutionRoutes: RouteObject[] = [];
export const institutionMenu: MenuEntry[] = [];
