import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Deployment } from "../../../../backend/features/audit/audit-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { downloadText } from "../../lib/download-text.ts";
import { platformChain } from "../../lib/proof/chain-reader.ts";
import { rememberDeployment, rememberedDeployment, withDeployment } from "../../lib/proof/deployment.ts";
import { useAction } from "../../lib/use-action.ts";
import { useAccount } from "../session/use-account.ts";
import { VerifyPanel } from "./verify-panel.tsx";

const KEPT_PAGE = "verify-offline.html";

/** Public: recomputes a proof in the browser, and compares it with the chain through a node of the reader's choice. */
export function VerifyPage() {
  const { t } = useTranslation("verify");
  const account = useAccount();
  const remembered = useMemo(rememberedDeployment, []);
  const { data } = useQuery({
    queryKey: ["deployment"],
    queryFn: ({ signal }) => api.get<Deployment>("/deployment", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (data) rememberDeployment(data);
  }, [data]);
  const known = data ?? remembered;
  const keep = useAction(async () => {
    const answer = await fetch(`/${KEPT_PAGE}`);
    if (!answer.ok) throw new Error(t("keep.away"));
    downloadText("rongqiao-verify.html", withDeployment(await answer.text(), known), "text/html");
  });
  return (
    <div className="rq-medium rq-stack">
      <PageHeader
        title={t("title")}
        description={t("explain")}
        actions={
          <Button
            icon={<DownloadOutlined />}
            loading={keep.pending}
            onClick={() => void keep.run()}
            title={t("keep.explain")}
            data-testid="verify-keep"
          >
            {t("keep.label")}
          </Button>
        }
      />
      {keep.error !== undefined && <ProblemAlert error={keep.error} />}
      <VerifyPanel platform={{ chain: account ? platformChain : undefined }} known={known} />
    </div>
  );
}
