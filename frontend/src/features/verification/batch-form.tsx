import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Form, Input, Tag, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BatchItem, BatchResult } from "../../../../backend/features/verification/verification-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { api } from "../../lib/api.ts";
import { csvText } from "../../lib/csv.ts";
import { downloadText } from "../../lib/download-text.ts";
import { AskCard } from "./ask-card.tsx";
import type { Asker, GroundsWish } from "./grounds.ts";
import { KindFields } from "./kind-fields.tsx";
import { filledParams } from "./param-fields.tsx";

interface Wish extends GroundsWish {
  kind: string;
  subjects: string;
  params?: Record<string, unknown>;
}

const MAX_SUBJECTS = 500;
const COLORS: Record<BatchItem["outcome"], string> = { answered: "success", refused: "error", invalid: "warning" };

/** The codes of a pasted list or of a file's first column. */
const codesIn = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace("\ufeff", "")
        .split(/[,\t;，；\s]/)[0]!
        .trim(),
    )
    .filter((code) => /\d/.test(code));

/** The enterprises: pasted, or out of a file. */
function SubjectsFields() {
  const { t } = useTranslation("verification");
  const form = Form.useFormInstance<Wish>();
  return (
    <>
      <Form.Item
        name="subjects"
        label={t("batch.subjects")}
        extra={t("batch.subjectsHint", { count: MAX_SUBJECTS })}
        rules={[
          {
            validator: (_, text: string = "") => {
              const { length } = codesIn(text);
              return length > 0 && length <= MAX_SUBJECTS
                ? Promise.resolve()
                : Promise.reject(new Error(t("batch.subjectsWrong", { count: MAX_SUBJECTS })));
            },
          },
        ]}
      >
        <Input.TextArea rows={5} spellCheck={false} data-testid="batch-subjects" />
      </Form.Item>
      <Form.Item>
        <Upload
          accept=".csv,.txt"
          showUploadList={false}
          beforeUpload={(file) => {
            void file.text().then((text) => form.setFieldValue("subjects", codesIn(text).join("\n")));
            return false;
          }}
        >
          <Button data-testid="batch-file">{t("batch.file")}</Button>
        </Upload>
      </Form.Item>
    </>
  );
}

/** One check of many enterprises: each is answered, refused or invalid by itself. */
export function BatchForm({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const [result, setResult] = useState<BatchResult>();
  async function ask({ kind, params, subjects }: Wish, grounds: object): Promise<void> {
    setResult(undefined);
    const body = {
      kind,
      params: filledParams(params),
      subjects: codesIn(subjects).map((uscc) => ({ uscc })),
      ...grounds,
    };
    setResult(await api.post<BatchResult>("/verification-batches", body));
  }
  const answerText = ({ verification, problem }: BatchItem): string => {
    const content = verification?.content;
    if (!content) return problem?.detail ?? "";
    return content.reason
      ? `${t(`answer.${content.answer}`)} · ${t(`reason.${content.reason}`)}`
      : t(`answer.${content.answer}`);
  };
  const columns: DataColumn<BatchItem>[] = [
    { key: "uscc", title: t("common:uscc"), lead: true, render: (item) => item.uscc },
    {
      key: "outcome",
      title: t("batch.outcome"),
      render: ({ outcome }) => <Tag color={COLORS[outcome]}>{t(`batch.${outcome}`)}</Tag>,
    },
    { key: "answer", title: t("batch.answer"), wrap: true, render: answerText },
    { key: "number", title: t("answer.number"), render: ({ verification }) => verification?.number ?? "—" },
  ];
  const save = ({ items }: BatchResult) =>
    downloadText(
      "verifications.csv",
      csvText([
        [t("common:uscc"), t("batch.outcome"), t("batch.answer"), t("answer.asOf"), t("answer.number")],
        ...items.map((item) => [
          item.uscc,
          t(`batch.${item.outcome}`),
          answerText(item),
          item.verification?.content?.asOf ?? "",
          item.verification?.number ?? "",
        ]),
      ]),
      "text/csv",
    );
  return (
    <div className="rq-stack">
      <AskCard asker={asker} prefix="batch" ask={ask}>
        <KindFields prefix="batch" />
        <SubjectsFields />
      </AskCard>
      {result && (
        <Card
          title={t("check.result")}
          extra={
            <Button icon={<DownloadOutlined />} onClick={() => save(result)} data-testid="batch-save">
              CSV
            </Button>
          }
        >
          <Flex vertical gap={12}>
            <Alert
              type="info"
              title={t("batch.counts", {
                answered: result.answered,
                refused: result.refused,
                invalid: result.invalid,
              })}
            />
            <DataTable
              label={t("check.result")}
              columns={columns}
              rows={result.items}
              rowKey={(item) => item.row}
              testId="batch-result"
            />
          </Flex>
        </Card>
      )}
    </div>
  );
}
