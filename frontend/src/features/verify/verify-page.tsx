import { FileProtectOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input, Radio, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CheckLines } from "../../components/check-lines.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { type ChainReader, nodeAt, platformChain } from "../../lib/proof/chain-reader.ts";
import type { CheckResult } from "../../lib/proof/check.ts";
import { checkGrantPack } from "../../lib/proof/grant-pack.ts";
import { checkLeafPack } from "../../lib/proof/leaf-pack.ts";
import { metaQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { useAccount } from "../session/use-account.ts";
import { PackSummary } from "./pack-summary.tsx";
import { type Pack, readPack } from "./read-pack.ts";

type Source = "none" | "platform" | "own";
const LARGEST_PACK = 5 * 1024 * 1024;

/** Public: recomputes a proof pack in the browser, and compares it with the chain through a node of the reader's choice. */
export function VerifyPage() {
  const { t } = useTranslation("verify");
  const account = useAccount();
  const meta = useQuery(metaQuery).data;
  const [loaded, setLoaded] = useState<{
    name: string;
    outcome: ReturnType<typeof readPack> | { fault: "tooLarge" };
  }>();
  const [chosen, setChosen] = useState<Source>();
  const [url, setUrl] = useState("");
  const [lines, setLines] = useState<CheckResult[]>();
  const source = chosen ?? (account ? "platform" : "none");

  const verify = useAction(async (pack: Pack) => {
    setLines(undefined);
    const reader: ChainReader | undefined =
      source === "platform" ? platformChain : source === "own" ? nodeAt(url.trim()) : undefined;
    setLines(
      pack.kind === "grant"
        ? await checkGrantPack(pack.pack, meta, reader)
        : await checkLeafPack(pack.pack, meta, reader),
    );
  });

  function open(name: string, text: string) {
    setLines(undefined);
    verify.reset();
    setLoaded({ name, outcome: readPack(text) });
  }

  const outcome = loaded?.outcome;
  return (
    <div className="rq-medium rq-stack">
      <PageHeader title={t("title")} description={t("explain")} />
      <Card>
        <Upload.Dragger
          accept=".json,application/json"
          maxCount={1}
          showUploadList={false}
          data-testid="verify-file"
          beforeUpload={async (file) => {
            if (file.size > LARGEST_PACK) setLoaded({ name: file.name, outcome: { fault: "tooLarge" } });
            else open(file.name, await file.text());
            return false;
          }}
        >
          <p className="rq-verify-icon">
            <FileProtectOutlined />
          </p>
          <p>{t("drop")}</p>
          <p className="rq-small rq-skipped">{t("dropHint")}</p>
        </Upload.Dragger>
        {loaded && outcome && "fault" in outcome && (
          <Alert
            className="rq-top-gap"
            type="error"
            showIcon
            role="alert"
            data-testid="verify-fault"
            title={t(`fault.${outcome.fault}`, { name: loaded.name })}
            description={"at" in outcome && outcome.at ? <code>{outcome.at}</code> : undefined}
          />
        )}
      </Card>
      {loaded && outcome && "pack" in outcome && (
        <Card title={loaded.name} data-testid="verify-pack">
          <div className="rq-stack">
            <PackSummary pack={outcome} />
            <Form layout="vertical">
              <Form.Item label={t("source")}>
                <Radio.Group
                  value={source}
                  onChange={(event) => setChosen(event.target.value as Source)}
                  className="rq-verify-sources"
                  options={[
                    { value: "platform", label: t("sources.platform"), disabled: !account },
                    { value: "own", label: t("sources.own") },
                    { value: "none", label: t("sources.none") },
                  ]}
                />
              </Form.Item>
              {source === "own" && (
                <Form.Item label={t("url")} htmlFor="verify-url">
                  <Input
                    id="verify-url"
                    inputMode="url"
                    placeholder="http://127.0.0.1:8545"
                    value={url}
                    onChange={(event) => setUrl(event.target.value)}
                    data-testid="verify-url"
                  />
                </Form.Item>
              )}
              <Button
                type="primary"
                loading={verify.pending}
                disabled={source === "own" && !/^https?:\/\/\S+$/.test(url.trim())}
                onClick={() => void verify.run(outcome)}
                data-testid="verify-submit"
              >
                {t("submit")}
              </Button>
            </Form>
            {verify.error !== undefined && <ProblemAlert error={verify.error} />}
            {lines && <CheckLines lines={lines} />}
          </div>
        </Card>
      )}
    </div>
  );
}
