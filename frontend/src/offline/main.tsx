import { App as AntApp, Button, ConfigProvider } from "antd";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { config } from "zod";
import { theme } from "../app/theme.ts";
import "../app/styles.css";
import { PageHeader } from "../components/page-header.tsx";
import { VerifyPanel } from "../features/verify/verify-panel.tsx";
import { chooseLanguage, startI18n } from "../lib/i18n.ts";
import { rememberedDeployment } from "../lib/proof/deployment.ts";

/* The page to keep: one file that checks proofs with nothing but a node, also when there is no platform any more. */

// Compiled checks need eval, which the content security policy forbids.
config({ jitless: true });

function KeptPage() {
  const { t, i18n } = useTranslation("verify");
  const other = i18n.language === "en" ? "zh-CN" : "en";
  return (
    <ConfigProvider locale={i18n.language === "en" ? enUS : zhCN} theme={theme}>
      <AntApp>
        <main className="rq-main">
          <div className="rq-medium rq-stack">
            <PageHeader
              title={t("title")}
              description={t("keep.explain")}
              actions={
                <Button lang={other} onClick={() => void chooseLanguage(other)} data-testid="language">
                  {other === "en" ? "EN" : "中文"}
                </Button>
              }
            />
            <VerifyPanel known={rememberedDeployment()} />
          </div>
        </main>
      </AntApp>
    </ConfigProvider>
  );
}

await startI18n();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <KeptPage />
  </StrictMode>,
);
