import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProofCheck } from "../../../backend/lib/proof/lines.ts";
import type { GrantPack } from "../../../backend/lib/proof/pack.ts";
import { api } from "../lib/api.ts";
import { isProblem } from "../lib/api-problem.ts";
import { downloadJson } from "../lib/download.ts";
import { metaQuery } from "../lib/queries.ts";
import { useAction } from "../lib/use-action.ts";
import { ProblemAlert } from "./problem-alert.tsx";
import { ProofQr } from "./proof-qr.tsx";
import { ProofResult } from "./proof-result.tsx";

/** A grant's proof pack: to download, and to check here, in the browser, against the chain. */
export function GrantProof({ grantId }: { grantId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [result, setResult] = useState<ProofCheck>();

  const pack = () => api.get<GrantPack>(`/grants/${encodeURIComponent(grantId)}/proof`);
  const download = useAction(async () => downloadJson(`grant-${grantId}.proof.json`, await pack()));
  const verify = useAction(async () => {
    setResult(undefined);
    const { checkOnPlatform } = await import("../lib/proof/platform-check.ts");
    setResult(await checkOnPlatform(await pack(), await client.ensureQueryData(metaQuery)));
  });
  const error = verify.error ?? download.error;

  return (
    <section className="rq-stack" aria-label={t("proof.title")} data-testid="grant-proof">
      <Typography.Text type="secondary">{t("proof.explain")}</Typography.Text>
      <Space wrap>
        <Button
          type="primary"
          icon={<SafetyCertificateOutlined />}
          loading={verify.pending}
          onClick={() => void verify.run()}
          data-testid="proof-check"
        >
          {t("proof.check")}
        </Button>
        <Button
          icon={<DownloadOutlined />}
          loading={download.pending}
          onClick={() => void download.run()}
          data-testid="proof-download"
        >
          {t("proof.download")}
        </Button>
        <ProofQr pack={pack} />
      </Space>
      {isProblem(error, "grant.notConfirmed") ? (
        <Alert type="info" showIcon title={t("proof.notConfirmed")} />
      ) : (
        error !== undefined && <ProblemAlert error={error} />
      )}
      {result && <ProofResult check={result} />}
    </section>
  );
}
