import { IdcardOutlined, PaperClipOutlined, QrcodeOutlined, ScanOutlined } from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";

const scan: RouteObject = {
  path: "code",
  lazy: async () => ({ Component: (await import("./scan-page.tsx")).ScanPage }),
};

/** Children of /enterprise. */
export const enterpriseLicenceRoutes: RouteObject[] = [
  { path: "licences", lazy: async () => ({ Component: (await import("./licences-page.tsx")).LicencesPage }) },
  { path: "code", lazy: async () => ({ Component: (await import("./code-page.tsx")).CodePage }) },
  { path: "materials", lazy: async () => ({ Component: (await import("./materials-page.tsx")).MaterialsPage }) },
];
export const enterpriseLicenceMenu: MenuEntry[] = [
  { path: "/enterprise/licences", label: "licences:menu.licences", icon: IdcardOutlined },
  { path: "/enterprise/code", label: "licences:menu.code", icon: QrcodeOutlined },
  { path: "/enterprise/materials", label: "licences:menu.materials", icon: PaperClipOutlined },
];

/** Children of /institution. */
export const institutionLicenceRoutes: RouteObject[] = [scan];
export const institutionLicenceMenu: MenuEntry[] = [
  { path: "/institution/code", label: "licences:menu.scan", icon: ScanOutlined },
];

/** Children of /department. */
export const departmentLicenceRoutes: RouteObject[] = [
  {
    path: "licences",
    lazy: async () => ({ Component: (await import("./department-licences-page.tsx")).DepartmentLicencesPage }),
  },
];
export const departmentLicenceMenu: MenuEntry[] = [
  { path: "/department/licences", label: "licences:menu.licences", icon: IdcardOutlined },
];

/** Of the public pages. */
export const publicLicenceRoutes: RouteObject[] = [scan];
