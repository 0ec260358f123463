import {
  AppstoreOutlined,
  CheckSquareOutlined,
  ExceptionOutlined,
  EyeOutlined,
  FileProtectOutlined,
  FileTextOutlined,
  HomeOutlined,
  IdcardOutlined,
  SafetyCertificateOutlined,
} from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";
import { enterpriseLicenceMenu, enterpriseLicenceRoutes } from "../licences/index.ts";
import { enterpriseScoringMenu, enterpriseScoringRoutes } from "../scoring/index.ts";

/** Children of /enterprise. */
export const enterpriseRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./overview-page.tsx")).OverviewPage }) },
  { path: "profile", lazy: async () => ({ Component: (await import("./profile-page.tsx")).ProfilePage }) },
  ...enterpriseScoringRoutes,
  { path: "products", lazy: async () => ({ Component: (await import("./products-page.tsx")).ProductsPage }) },
  { path: "requests", lazy: async () => ({ Component: (await import("./requests-page.tsx")).RequestsPage }) },
  { path: "requests/new", lazy: async () => ({ Component: (await import("./new-request-page.tsx")).NewRequestPage }) },
  { path: "requests/:id", lazy: async () => ({ Component: (await import("./request-page.tsx")).RequestPage }) },
  ...enterpriseLicenceRoutes,
  { path: "consents", lazy: async () => ({ Component: (await import("./consents-page.tsx")).ConsentsPage }) },
  {
    path: "verifications",
    lazy: async () => ({ Component: (await import("../verification/about-page.tsx")).VerificationsAboutPage }),
  },
  { path: "access-log", lazy: async () => ({ Component: (await import("./access-log-page.tsx")).AccessLogPage }) },
  { path: "objections", lazy: async () => ({ Component: (await import("./objections-page.tsx")).ObjectionsPage }) },
  { path: "grants", lazy: async () => ({ Component: (await import("./grants-page.tsx")).GrantsPage }) },
  { path: "grants/:id", lazy: async () => ({ Component: (await import("./grant-page.tsx")).GrantPage }) },
];

export const enterpriseMenu: MenuEntry[] = [
  { path: "/enterprise", label: "enterprise:menu.overview", icon: HomeOutlined },
  { path: "/enterprise/profile", label: "enterprise:menu.profile", icon: IdcardOutlined },
  ...enterpriseScoringMenu,
  { path: "/enterprise/products", label: "enterprise:menu.products", icon: AppstoreOutlined },
  { path: "/enterprise/requests", label: "enterprise:menu.requests", icon: FileTextOutlined },
  ...enterpriseLicenceMenu,
  { path: "/enterprise/consents", label: "enterprise:menu.consents", icon: SafetyCertificateOutlined },
  { path: "/enterprise/access-log", label: "enterprise:menu.accessLog", icon: EyeOutlined },
  { path: "/enterprise/verifications", label: "verification:menu.about", icon: CheckSquareOutlined },
  { path: "/enterprise/objections", label: "objections:own.menu", icon: ExceptionOutlined },
  { path: "/enterprise/grants", label: "enterprise:menu.grants", icon: FileProtectOutlined },
];
