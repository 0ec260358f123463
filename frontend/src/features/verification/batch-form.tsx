import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Form, Input, Select, Tag, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BatchItem, BatchResult } from "../../../../backend/features/verification/verification-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { csvText } from "../../lib/csv.ts";
import { downloadText } from "../../lib/download-text.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { type Asker, type GroundsWish, groundsOf } from "./grounds.ts";
import { GroundsFields } from "./grounds-fields.tsx";
import { filledParams, ParamFields } from "./param-fields.tsx";
import { kindsQuery } from "./queries.ts";

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

/** One check of many enterprises: each is answered, refused or invalid by itself. */
export function BatchForm({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const client = useQueryClient();
  const [form] = Form.useForm<Wish>();
  const [result, setResult] = useState<BatchResult>();
  const kinds = useQuery(kindsQuery).data?.items ?? [];
  const code = Form.useWatch("kind", form);
  const kind = kinds.find((one) => one.code === code);
  const ask = useAction(async (wish: Wish) => {
    setResult(undefined);
    const body = {
      kind: wish.kind,
      params: filledParams(wish.params),
      subjects: codesIn(wish.subjects).map((uscc) => ({ uscc })),
      ...groundsOf(asker, wish),
    };
    setResult(await api.post<BatchResult>("/verification-batches", body));
    await client.invalidateQueries({ queryKey: ["verifications", "list"] });
  });
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
      <Card>
        <Form<Wish>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ purpose: "creditReview" }}
          onFinish={(wish) => void ask.run(wish)}
        >
          <Form.Item name="kind" label={t("check.kind")} rules={[{ required: true, message: t("check.kindMissing") }]}>
            <Select
              showSearch
              optionFilterProp="label"
              data-testid="batch-kind"
              onChange={() => form.resetFields(["params"])}
              options={kinds.map(({ code: value, question }) => ({ value, label: localized(question) }))}
            />
          </Form.Item>
          {kind && <ParamFields kind={kind} />}
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
          <GroundsFields asker={asker} prefix="batch" />
          {ask.error !== undefined && (
            <Form.Item>
              <ProblemAlert error={ask.error} />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" loading={ask.pending} data-testid="batch-submit">
            {t("batch.submit")}
          </Button>
        </Form>
      </Card>
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
