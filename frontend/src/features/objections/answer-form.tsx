import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Form, Input, Radio, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type ObjectionDetail,
  type ObjectionView,
  TEXT_LENGTH,
} from "../../../../backend/features/objections/objection-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";

type Field = NonNullable<ObjectionDetail["record"]>["fields"][number];

interface Answer {
  decision: "correction" | "removal" | "refusal";
  reason: string;
  cells?: Record<string, string | undefined>;
}

/** As the form starts: what the record says, in a file's words; a code by its canonical name. */
const cellsOf = (fields: readonly Field[]) =>
  Object.fromEntries(fields.map(({ name, type, value, cell }) => [name, type === "code" ? String(value ?? "") : cell]));

function CellInput({ field, ...props }: { field: Field; value?: string; onChange?: (value: string) => void }) {
  const test = { "data-testid": `answer-field-${field.name}` };
  if (field.codes)
    return (
      <Select
        {...props}
        {...test}
        allowClear={!field.required}
        options={field.codes.map(({ code, word }) => ({ value: code, label: word }))}
      />
    );
  return (
    <Input
      {...test}
      value={props.value ?? ""}
      maxLength={400}
      onChange={(event) => props.onChange?.(event.target.value)}
    />
  );
}

/** The department's answer: the record corrected field by field, deleted, or upheld with reasons. */
export function AnswerForm({ objection }: { objection: ObjectionDetail }) {
  const { t } = useTranslation("objections");
  const client = useQueryClient();
  const [decision, setDecision] = useState<Answer["decision"]>("correction");
  const fields = objection.record?.fields ?? [];
  const before = cellsOf(fields);
  const answer = useAction(async ({ reason, cells }: Answer) => {
    // The fields are only in the form while it corrects.
    const changed = fields
      .filter(({ name, correctable }) => correctable && cells && (cells[name] ?? "") !== before[name])
      .map(({ name }) => [name, cells?.[name] ?? ""]);
    const body = decision === "correction" ? { reason, fields: Object.fromEntries(changed) } : { reason };
    try {
      await api.post<ObjectionView>(`/objections/${objection.id}/${decision}`, body);
    } finally {
      await client.invalidateQueries({ queryKey: ["objections"] });
    }
  });
  return (
    <Card title={t("department.answer")} data-testid="answer-form">
      <Form<Answer>
        layout="vertical"
        requiredMark={false}
        initialValues={{ cells: before }}
        onFinish={(given) => void answer.run(given)}
      >
        <Form.Item>
          <Radio.Group
            value={decision}
            onChange={(event) => setDecision(event.target.value as Answer["decision"])}
            data-testid="answer-decision"
          >
            <Radio value="correction">{t("department.correct")}</Radio>
            <Radio value="removal">{t("department.remove")}</Radio>
            <Radio value="refusal">{t("department.uphold")}</Radio>
          </Radio.Group>
        </Form.Item>
        {decision === "correction" && (
          <div className="rq-form-grid">
            {fields.map((field) =>
              field.correctable ? (
                <Form.Item key={field.name} name={["cells", field.name]} label={localized(field.label)}>
                  <CellInput field={field} />
                </Form.Item>
              ) : (
                <Form.Item key={field.name} label={localized(field.label)}>
                  {field.cell} <Tag>{t("department.fixed")}</Tag>
                </Form.Item>
              ),
            )}
          </div>
        )}
        <Form.Item
          name="reason"
          label={t("reason")}
          extra={t("department.reasonHint")}
          rules={[{ required: true, min: 5, whitespace: true, message: t("department.reasonMissing") }]}
        >
          <Input.TextArea rows={3} maxLength={TEXT_LENGTH} showCount data-testid="answer-reason" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={answer.pending} data-testid="answer-submit">
          {t("department.submit")}
        </Button>
        {answer.error !== undefined && <ProblemAlert error={answer.error} />}
      </Form>
    </Card>
  );
}
