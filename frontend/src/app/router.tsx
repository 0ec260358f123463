import { createBrowserRouter, Outlet, type RouteObject } from "react-router";
import type { Role } from "../../../backend/features/identity/identity-schemas.ts";
import { PageLoading } from "../components/page-loading.tsx";
import { departmentMenu, departmentRoutes } from "../features/department/index.ts";
import { enterpriseMenu, enterpriseRoutes } from "../features/enterprise/index.ts";
import { institutionMenu, institutionRoutes } from "../features/institution/index.ts";
import { publicLicenceRoutes } from "../features/licences/index.ts";
import { operatorMenu, operatorRoutes } from "../features/operator/index.ts";
import { regulatorMenu, regulatorRoutes } from "../features/regulator/index.ts";
import { RequireRole } from "../features/session/require-role.tsx";
import { CrashPage, NotFoundPage } from "./fallback-pages.tsx";
import { PublicLayout } from "./public-layout.tsx";
import { RoleLayout } from "./role-layout.tsx";
import type { MenuEntry } from "./role-menu.ts";

const roleRoute = (role: Role, menu: MenuEntry[], children: RouteObject[]): RouteObject => ({
  path: role,
  element: <RequireRole role={role} />,
  HydrateFallback: PageLoading,
  children: [
    {
      element: <RoleLayout menu={menu} />,
      children: [
        {
          errorElement: <CrashPage />,
          children: [...children, { path: "*", Component: NotFoundPage }],
        },
      ],
    },
  ],
});

const publicRoutes: RouteObject = {
  element: <PublicLayout />,
  children: [
    {
      errorElement: <CrashPage />,
      children: [
        { index: true, lazy: async () => ({ Component: (await import("../features/home/home-page.tsx")).HomePage }) },
        {
          path: "login",
          lazy: async () => ({ Component: (await import("../features/session/login-page.tsx")).LoginPage }),
        },
        { path: "join", lazy: async () => ({ Component: (await import("../features/join/join-page.tsx")).JoinPage }) },
        {
          path: "verify",
          lazy: async () => ({ Component: (await import("../features/verify/verify-page.tsx")).VerifyPage }),
        },
        ...publicLicenceRoutes,
        {
          path: "answers/:number?",
          lazy: async () => ({
            Component: (await import("../features/verification/number-page.tsx")).AnswerNumberPage,
          }),
        },
        { path: "*", Component: NotFoundPage },
      ],
    },
  ],
};

export const router = createBrowserRouter([
  {
    element: <Outlet />,
    errorElement: <CrashPage />,
    HydrateFallback: PageLoading,
    children: [
      roleRoute("enterprise", enterpriseMenu, enterpriseRoutes),
      roleRoute("institution", institutionMenu, institutionRoutes),
      roleRoute("department", departmentMenu, departmentRoutes),
      roleRoute("operator", operatorMenu, operatorRoutes),
      roleRoute("regulator", regulatorMenu, regulatorRoutes),
      publicRoutes,
    ],
  },
]);
