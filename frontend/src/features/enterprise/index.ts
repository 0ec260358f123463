import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /enterprise. */
export const enterpriseRoutes: RouteObject[] = [];
export const enterpriseMenu: MenuEntry[] = [];
