import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { StrictMode } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";
import { SignerProvider } from "../features/session/signer-provider.tsx";
import { ApiProblem } from "../lib/api-problem.ts";
import { router } from "./router.tsx";
import { theme } from "./theme.ts";

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const appTheme = still ? { ...theme, token: { ...theme.token, motion: false } } : theme;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // An answer that says no won't change by asking again; only silence is retried.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && error.code === "network",
    },
  },
});

export function App() {
  const { i18n } = useTranslation();
  return (
    <StrictMode>
      <ConfigProvider locale={i18n.language === "en" ? enUS : zhCN} theme={appTheme}>
        <AntApp>
          <QueryClientProvider client={queryClient}>
            <SignerProvider>
              <RouterProvider router={router} />
            </SignerProvider>
          </QueryClientProvider>
        </AntApp>
      </ConfigProvider>
    </StrictMode>
  );
}
