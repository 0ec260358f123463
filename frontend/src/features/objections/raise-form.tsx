import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type ObjectionView,
  objectionGround,
  objectionInput,
} from "../../../../backend/features/objections/objection-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import type { RecordView } from "../../lib/queries.ts";
import { schemaRule } from "../../lib/schema-rule.ts";
import { useAction } from "../../lib/use-action.ts";

interface Wish {
  ground: ObjectionView["ground"];
  text: string;
  field?: string;
  value?: string;
}

/** Objecting to one record: why, in words, and what it should say. */
export function RaiseForm({ record }: { record: RecordView }) {
  const { t } = useTranslation("objections");
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const raise = useAction(async ({ ground, text, field, value }: Wish) => {
    const wished = field && value ? { field, value } : undefined;
    await api.post<ObjectionView>(`/records/${encodeURIComponent(record.id)}/objections`, {
      ground,
      text,
      ...(wished ? { wished } : {}),
    });
    setOpen(false);
    // Wherever the record is shown it is marked from now on.
    await client.invalidateQueries();
  });
  if (!open) {
    return (
      <Button onClick={() => setOpen(true)} data-testid="objection-open">
        {t("raise.open")}
      </Button>
    );
  }
  return (
    <Form<Wish>
      layout="vertical"
      requiredMark={false}
      initialValues={{ ground: "wrongValue" }}
      onFinish={(wish) => void raise.run(wish)}
      data-testid="objection-form"
    >
      <Form.Item name="ground" label={t("ground")}>
        <Select
          data-testid="objection-ground"
          options={objectionGround.options.map((value) => ({ value, label: t(`grounds.${value}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="text"
        label={t("raise.text")}
        extra={t("raise.textHint")}
        rules={[
          { required: true, message: t("raise.textMissing") },
          schemaRule(objectionInput.shape.text, t("raise.textMissing")),
        ]}
      >
        <Input.TextArea rows={3} maxLength={1000} showCount data-testid="objection-text" />
      </Form.Item>
      <Form.Item name="field" label={t("raise.field")}>
        <Select
          allowClear
          data-testid="objection-field"
          options={record.fields.map(({ name, label }) => ({ value: name, label: localized(label) }))}
        />
      </Form.Item>
      <Form.Item name="value" label={t("raise.value")} extra={t("raise.valueHint")}>
        <Input maxLength={400} data-testid="objection-value" />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" loading={raise.pending} data-testid="objection-raise">
          {t("raise.submit")}
        </Button>
        <Button onClick={() => setOpen(false)}>{t("common:cancel")}</Button>
      </Space>
      {raise.error !== undefined && <ProblemAlert error={raise.error} />}
    </Form>
  );
}
