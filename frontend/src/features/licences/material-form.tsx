import { UploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, DatePicker, Form, Input, Progress, Select, Upload } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FILE_TYPES, MOST_FILE_BYTES } from "../../../../backend/features/licences/domain/material-kinds.ts";
import type { MaterialKindView, MaterialView } from "../../../../backend/features/licences/material-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api, uploadFile } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";

interface Fields {
  kind: string;
  title: string;
  period: [Dayjs, Dayjs];
  fields?: Record<string, string | undefined>;
}

const ACCEPT = FILE_TYPES.map(({ ending }) => `.${ending}`).join(",");
const day = (date: Dayjs): string => date.format("YYYY-MM-DD");

/** Hands a material in: a file, or a statement in fields. `kind`: the one that was asked for. */
export function MaterialForm({ kinds, kind }: { kinds: MaterialKindView[]; kind?: string | undefined }) {
  const { t } = useTranslation("licences");
  const client = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const [file, setFile] = useState<File>();
  const [part, setPart] = useState(0);
  const own = kinds.filter(({ source }) => source !== "licence");
  const chosenId = Form.useWatch("kind", form) ?? kind;
  const chosen = own.find(({ id }) => id === chosenId);
  const send = useAction(async ({ kind: id, title, period, fields }: Fields) => {
    const about = { kind: id, title, validFrom: day(period[0]), validUntil: day(period[1]) };
    if (chosen?.source === "statement") {
      const given = Object.entries(fields ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]));
      await api.post<MaterialView>("/material-statements", { ...about, fields: Object.fromEntries(given) });
    } else {
      if (!file) throw new Error(t("material.chooseFile"));
      await uploadFile<MaterialView>("/materials", file, { ...about, fileName: file.name }, setPart);
    }
    setFile(undefined);
    form.resetFields();
    await client.invalidateQueries({ queryKey: ["materials"] });
  });
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ ...(kind ? { kind } : {}), period: [dayjs(), dayjs().add(180, "day")] }}
      onFinish={(values) => void send.run(values)}
    >
      <Form.Item name="kind" label={t("material.kind")} htmlFor="material-kind" rules={[{ required: true }]}>
        <Select
          id="material-kind"
          options={own.map((one) => ({ value: one.id, label: localized(one.name) }))}
          data-testid="material-kind"
        />
      </Form.Item>
      <Form.Item
        name="title"
        label={t("material.name")}
        htmlFor="material-title"
        rules={[{ required: true, whitespace: true, max: 120 }]}
      >
        <Input id="material-title" data-testid="material-title" />
      </Form.Item>
      <Form.Item
        name="period"
        label={t("material.period")}
        rules={[{ required: true }]}
        extra={chosen?.maxDays ? t("material.maxDays", { count: chosen.maxDays }) : undefined}
      >
        <DatePicker.RangePicker allowClear={false} data-testid="material-period" />
      </Form.Item>
      {chosen?.source === "statement" ? (
        (chosen.fields ?? []).map((field) => (
          <Form.Item
            key={field.name}
            name={["fields", field.name]}
            label={localized(field.label)}
            htmlFor={`material-${field.name}`}
            rules={[{ required: field.amount }]}
          >
            {field.amount ? (
              <AmountInput id={`material-${field.name}`} data-testid={`material-${field.name}`} />
            ) : (
              <Input.TextArea id={`material-${field.name}`} rows={2} maxLength={500} />
            )}
          </Form.Item>
        ))
      ) : (
        <Form.Item label={t("material.file")} extra={t("material.limits", { size: MOST_FILE_BYTES / 1024 ** 2 })}>
          <Upload
            accept={ACCEPT}
            maxCount={1}
            fileList={file ? [{ uid: "1", name: file.name }] : []}
            onRemove={() => setFile(undefined)}
            beforeUpload={(picked) => {
              setFile(picked);
              return false;
            }}
            data-testid="material-file"
          >
            <Button icon={<UploadOutlined />}>{t("material.choose")}</Button>
          </Upload>
        </Form.Item>
      )}
      {send.pending && chosen?.source === "file" && <Progress percent={Math.round(part * 100)} />}
      {send.error !== undefined && (
        <Form.Item>
          <ProblemAlert error={send.error} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={send.pending} data-testid="material-send">
        {t("material.send")}
      </Button>
    </Form>
  );
}
