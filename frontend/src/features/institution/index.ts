import {
  AuditOutlined,
  CheckSquareOutlined,
  FileSearchOutlined,
  SafetyOutlined,
  ShopOutlined,
} from "@ant-design/icons";
import type { RouteObject } from "react-router";
import type { MenuEntry } from "../../app/role-menu.ts";
import { institutionLicenceMenu, institutionLicenceRoutes } from "../licences/index.ts";
import { scorecardsMenu, scoresMenu, scoringRoutes } from "../scoring/index.ts";

/** Children of /institution. */
export const institutionRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./requests-page.tsx")).InstitutionRequestsPage }) },
  {
    path: "requests/:id",
    lazy: async () => ({ Component: (await import("./request-page.tsx")).InstitutionRequestPage }),
  },
  ...scoringRoutes,
  ...institutionLicenceRoutes,
  { path: "grants", lazy: async () => ({ Component: (await import("./grants-page.tsx")).InstitutionGrantsPage }) },
  { path: "grants/:id", lazy: async () => ({ Component: (await import("./grant-page.tsx")).InstitutionGrantPage }) },
  {
    path: "products",
    lazy: async () => ({ Component: (await import("./products-page.tsx")).InstitutionProductsPage }),
  },
  {
    path: "consents",
    lazy: async () => ({ Component: (await import("./consents-page.tsx")).InstitutionConsentsPage }),
  },
  {
    path: "verification",
    lazy: async () => ({
      Component: (await import("../verification/verification-page.tsx")).InstitutionVerificationPage,
    }),
  },
];
export const institutionMenu: MenuEntry[] = [
  { path: "/institution", label: "institution:menu.requests", icon: FileSearchOutlined },
  { path: "/institution/grants", label: "institution:menu.grants", icon: AuditOutlined },
  { path: "/institution/products", label: "institution:menu.products", icon: ShopOutlined },
  scoresMenu("institution"),
  scorecardsMenu("institution"),
  ...institutionLicenceMenu,
  { path: "/institution/consents", label: "institution:menu.consents", icon: SafetyOutlined },
  { path: "/institution/verification", label: "verification:menu.verify", icon: CheckSquareOutlined },
];
