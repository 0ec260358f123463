import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Space } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProofCheck } from "../../../backend/lib/proof/lines.ts";
import type { ProofPack } from "../../../backend/lib/proof/pack.ts";
import { isProblem } from "../lib/api-problem.ts";
import { downloadJson } from "../lib/download.ts";
import { metaQuery } from "../lib/queries.ts";
import { useAction } from "../lib/use-action.ts";
import { ProblemAlert } from "./problem-alert.tsx";
import { ProofQr } from "./proof-qr.tsx";
import { ProofResult } from "./proof-result.tsx";

interface Props<Pack extends ProofPack> {
  pack(): Promise<Pack>;
  /** What the file is of: its name begins with it. */
  of: string;
  testIds: { check: string; download: string };
  disabled?: boolean;
  /** More of a pack that was checked. */
  children?(pack: Pack): ReactNode;
}

/** A proof pack: to check here, in the browser, against the chain, to download, and to show as a QR code. */
export function ProofActions<Pack extends ProofPack>({ pack, of, testIds, disabled = false, children }: Props<Pack>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [checked, setChecked] = useState<{ pack: Pack; check: ProofCheck }>();
  const download = useAction(async () => downloadJson(`${of}.proof.json`, await pack()));
  const verify = useAction(async () => {
    setChecked(undefined);
    const { checkOnPlatform } = await import("../lib/proof/platform-check.ts");
    const read = await pack();
    setChecked({ pack: read, check: await checkOnPlatform(read, await client.ensureQueryData(metaQuery)) });
  });
  const error = verify.error ?? download.error;
  return (
    <div className="rq-stack">
      <Space wrap>
        <Button
          type="primary"
          icon={<SafetyCertificateOutlined />}
          disabled={disabled}
          loading={verify.pending}
          onClick={() => void verify.run()}
          data-testid={testIds.check}
        >
          {t("proof.check")}
        </Button>
        <Button
          icon={<DownloadOutlined />}
          disabled={disabled}
          loading={download.pending}
          onClick={() => void download.run()}
          data-testid={testIds.download}
        >
          {t("proof.download")}
        </Button>
        <ProofQr pack={pack} disabled={disabled} />
      </Space>
      {isProblem(error, "grant.notConfirmed") ? (
        <Alert type="info" showIcon title={t("proof.notConfirmed")} />
      ) : (
        error !== undefined && <ProblemAlert error={error} />
      )}
      {checked && <ProofResult check={checked.check} />}
      {checked && children?.(checked.pack)}
    </div>
  );
}
