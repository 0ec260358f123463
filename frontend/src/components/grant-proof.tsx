import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GrantProofPack } from "../../../backend/features/audit/audit-schemas.ts";
import { api } from "../lib/api.ts";
import { isProblem } from "../lib/api-problem.ts";
import { downloadJson } from "../lib/download.ts";
import { platformChain } from "../lib/proof/chain-reader.ts";
import type { CheckResult } from "../lib/proof/check.ts";
import { metaQuery } from "../lib/queries.ts";
import { useAction } from "../lib/use-action.ts";
import { CheckLines } from "./check-lines.tsx";
import { ProblemAlert } from "./problem-alert.tsx";

/** A grant's proof pack: to download, and to check here, in the browser, against the chain. */
export function GrantProof({ grantId }: { grantId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [lines, setLines] = useState<CheckResult[]>();

  const pack = () => api.get<GrantProofPack>(`/grants/${encodeURIComponent(grantId)}/proof`);
  const download = useAction(async () => downloadJson(`grant-${grantId}.proof.json`, await pack()));
  const verify = useAction(async () => {
    setLines(undefined);
    const { checkGrantPack } = await import("../lib/proof/grant-pack.ts");
    setLines(await checkGrantPack(await pack(), await client.ensureQueryData(metaQuery), platformChain));
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
      </Space>
      {isProblem(error, "grant.notConfirmed") ? (
        <Alert type="info" showIcon title={t("proof.notConfirmed")} />
      ) : (
        error !== undefined && <ProblemAlert error={error} />
      )}
      {lines && <CheckLines lines={lines} />}
    </section>
  );
}
