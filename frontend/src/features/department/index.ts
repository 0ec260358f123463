import {
  CheckSquareOutlined,
  CloudUploadOutlined,
  DatabaseOutlined,
  ExceptionOutlined,
  HistoryOutlined,
  InboxOutlined,
} from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";
import { departmentLicenceMenu, departmentLicenceRoutes } from "../licences/index.ts";
import { catalogMenu, ownCatalogRoutes } from "./catalog-pages.ts";
import { departmentSourceMenu, departmentSourceRoutes } from "./resource-routes.ts";

/** Children of /department. */
export const departmentRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./catalogs-page.tsx")).DepartmentCatalogsPage }) },
  { path: "upload", lazy: async () => ({ Component: (await import("./upload-page.tsx")).DepartmentUploadPage }) },
  { path: "batches", lazy: async () => ({ Component: (await import("./batches-page.tsx")).DepartmentBatchesPage }) },
  ...ownCatalogRoutes,
  ...departmentLicenceRoutes,
  ...departmentSourceRoutes,
  {
    path: "verification",
    lazy: async () => ({
      Component: (await import("../verification/verification-page.tsx")).DepartmentVerificationPage,
    }),
  },
  {
    path: "objections",
    lazy: async () => ({ Component: (await import("./objections-page.tsx")).DepartmentObjectionsPage }),
  },
  {
    path: "objections/:id",
    lazy: async () => ({ Component: (await import("./objection-page.tsx")).DepartmentObjectionPage }),
  },
  { path: "batches/:id", lazy: async () => ({ Component: (await import("./batch-page.tsx")).DepartmentBatchPage }) },
  { path: "records", lazy: async () => ({ Component: (await import("./batch-records-page.tsx")).BatchRecordsPage }) },
];
export const departmentMenu: MenuEntry[] = [
  { path: "/department", label: "department:menu.catalogs", icon: DatabaseOutlined },
  { path: "/department/upload", label: "department:menu.upload", icon: CloudUploadOutlined },
  { path: "/department/batches", label: "department:menu.batches", icon: InboxOutlined },
  { path: "/department/records", label: "ingestion:records.menu", icon: HistoryOutlined },
  catalogMenu("department"),
  ...departmentSourceMenu,
  ...departmentLicenceMenu,
  { path: "/department/objections", label: "objections:department.menu", icon: ExceptionOutlined },
  { path: "/department/verification", label: "verification:menu.verify", icon: CheckSquareOutlined },
];
