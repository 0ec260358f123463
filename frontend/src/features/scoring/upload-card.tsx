import { CheckCircleOutlined, UploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Space, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { ScorecardDetail } from "../../../../backend/features/scoring/score-schemas.ts";
import { type ScorecardPackage, scorecardPackage } from "../../../../backend/features/scoring/training-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSignedIn } from "../session/use-account.ts";

const LARGEST_BYTES = 1_000_000;
const SHOWN_FAULTS = 30;

type Checked =
  | { readonly name: string; readonly card: ScorecardPackage }
  | { readonly name: string; readonly faults: readonly { field: string; reason: string }[] };

/** What the rules say in English, in the reader's words; what isn't among them stays as it is. */
const FAULTS: readonly (readonly [pattern: RegExp, key: string])[] = [
  [/^an attribute of a natural person \((.*)\) may not count$/, "personal"],
  [/^begins where the one before it ends$/, "begins"],
  [/^only the last one is open$/, "open"],
  [/^is empty$/, "empty"],
  [/^names something twice$/, "twice"],
  [/^goes against the trend$/, "trend"],
  [/^grades stand from A to E$/, "grades"],
  [/^a whole number as text/, "whole"],
  [/^Unrecognized keys?: (.*)$/, "unknownField"],
  [/^Too small/, "tooSmall"],
  [/^Too big/, "tooBig"],
  [/^Invalid input: expected (.*)$/, "expected"],
];

/** The server's own rules, applied here first: what is wrong is told before anything is sent. */
async function check(file: File, tooLarge: string, noJson: string): Promise<Checked> {
  const { name } = file;
  if (file.size > LARGEST_BYTES) return { name, faults: [{ field: name, reason: tooLarge }] };
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch {
    return { name, faults: [{ field: name, reason: noJson }] };
  }
  const parsed = scorecardPackage.safeParse(value);
  if (parsed.success) return { name, card: parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) => ({ field: path.join(".") || name, reason: message }));
  return { name, faults: faults.slice(0, SHOWN_FAULTS) };
}

/** Chooses the file that train-scorecard wrote, checks it, and keeps it as a draft. */
export function UploadCard() {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [checked, setChecked] = useState<Checked>();
  function inWords(reason: string): string {
    for (const [pattern, key] of FAULTS) {
      const found = pattern.exec(reason);
      if (found) return t(`upload.fault.${key}`, { what: found[1] ?? "", defaultValue: reason });
    }
    return reason;
  }
  const upload = useAction(async (card: ScorecardPackage) => {
    const { id } = await api.post<ScorecardDetail>("/scorecards", card);
    await client.invalidateQueries({ queryKey: ["scorecards"] });
    await navigate(`/${role}/scorecards/${id}`);
  });
  return (
    <Card title={t("upload.title")} data-testid="scorecard-upload">
      <div className="rq-stack">
        <Typography.Text>{t("upload.explain")}</Typography.Text>
        <Space wrap>
          <Upload
            accept=".json,application/json"
            maxCount={1}
            showUploadList={false}
            beforeUpload={(file) => {
              upload.reset();
              void check(file, t("upload.tooLarge"), t("upload.noJson")).then(setChecked);
              // It is sent when the person says so.
              return false;
            }}
          >
            <Button icon={<UploadOutlined />}>{t("upload.choose")}</Button>
          </Upload>
          {checked && "card" in checked && (
            <Button
              type="primary"
              loading={upload.pending}
              onClick={() => void upload.run(checked.card)}
              data-testid="scorecard-upload-send"
            >
              {t("upload.send")}
            </Button>
          )}
        </Space>
        {checked && "faults" in checked && (
          <Alert
            type="error"
            showIcon
            data-testid="scorecard-faults"
            title={t("upload.faults", { name: checked.name, count: checked.faults.length })}
            description={
              <ul className="rq-problem-fields">
                {checked.faults.map(({ field, reason }) => (
                  <li key={`${field}:${reason}`}>
                    <code>{field}</code>: {inWords(reason)}
                  </li>
                ))}
              </ul>
            }
          />
        )}
        {checked && "card" in checked && (
          <>
            <Alert
              type="success"
              showIcon
              icon={<CheckCircleOutlined />}
              title={t("upload.valid", { name: checked.name })}
            />
            <Descriptions
              size="small"
              column={{ xs: 1, md: 2 }}
              items={[
                {
                  key: "card",
                  label: t("card.one"),
                  children: `${checked.card.scorecard.id} · ${t("card.version", { version: checked.card.scorecard.version })}`,
                },
                { key: "author", label: t("card.author"), children: checked.card.about.author },
                { key: "target", label: t("card.target"), children: checked.card.scorecard.target },
                { key: "population", label: t("card.population"), children: checked.card.about.population },
                { key: "auc", label: t("report.auc"), children: checked.card.report.holdout.auc },
                { key: "count", label: t("card.indicators"), children: checked.card.scorecard.characteristics.length },
              ]}
            />
          </>
        )}
        {upload.error !== undefined && <ProblemAlert error={upload.error} />}
      </div>
    </Card>
  );
}
