import { BookOutlined } from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

/** Children of /department, /operator and /regulator. */
export const catalogRoutes: RouteObject[] = [
  {
    path: "catalogs",
    lazy: async () => ({ Component: (await import("./catalog-directory-page.tsx")).CatalogDirectoryPage }),
  },
  {
    path: "catalogs/:id",
    lazy: async () => ({ Component: (await import("./catalog-detail-page.tsx")).CatalogDetailPage }),
  },
];

/** Of a department only. */
export const ownCatalogRoutes: RouteObject[] = [
  {
    path: "catalogs/new",
    lazy: async () => ({ Component: (await import("./catalog-form-page.tsx")).CatalogNewPage }),
  },
  {
    path: "catalogs/:id/edit",
    lazy: async () => ({ Component: (await import("./catalog-form-page.tsx")).CatalogEditPage }),
  },
  ...catalogRoutes,
];

export const catalogMenu = (role: "department" | "operator" | "regulator"): MenuEntry => ({
  path: `/${role}/catalogs`,
  label: "catalogs:menu",
  icon: BookOutlined,
});
