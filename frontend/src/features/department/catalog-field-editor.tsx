import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button, Card, Checkbox, Flex, Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type FieldDraft, faultsAt } from "./catalog-draft.ts";
import type { CatalogField } from "./catalog-queries.ts";

const TYPES: readonly CatalogField["type"][] = [
  "text",
  "uscc",
  "date",
  "month",
  "amount",
  "integer",
  "decimal",
  "code",
  "boolean",
  "person-id",
];

interface Props {
  position: number;
  field: FieldDraft;
  errors: readonly { field: string; reason: string }[];
  onChange: (change: Partial<FieldDraft>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One column of the catalog. */
export function CatalogFieldEditor({ position, field, errors, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation("catalogs");
  const id = `field-${position}`;
  // The API counts the fields of a malformed body, and names those of a well-formed one.
  const faults = [...faultsAt(errors, `fields.${field.name}`), ...faultsAt(errors, `fields.${position}`)];
  return (
    <Card size="small" data-testid={id} {...(faults.length > 0 ? { style: { borderColor: "var(--rq-fail)" } } : {})}>
      <Flex vertical gap={8}>
        <Flex gap={8} wrap align="center">
          <Input
            value={field.label.zh}
            onChange={(event) => onChange({ label: { ...field.label, zh: event.target.value } })}
            placeholder={t("form.labelZh")}
            aria-label={t("form.labelZh")}
            style={{ width: 180 }}
            data-testid={`${id}-zh`}
          />
          <Input
            value={field.label.en}
            onChange={(event) => onChange({ label: { ...field.label, en: event.target.value } })}
            placeholder={t("form.labelEn")}
            aria-label={t("form.labelEn")}
            style={{ width: 180 }}
            data-testid={`${id}-en`}
          />
          <Input
            value={field.name}
            onChange={(event) => onChange({ name: event.target.value.trim() })}
            placeholder={t("form.fieldName")}
            aria-label={t("form.fieldName")}
            style={{ width: 150 }}
            data-testid={`${id}-name`}
          />
          <Select
            value={field.type}
            onChange={(type) => onChange({ type })}
            aria-label={t("field.type")}
            options={TYPES.map((value) => ({ value, label: t(`type.${value}`) }))}
            style={{ width: 150 }}
            data-testid={`${id}-type`}
          />
          {field.type === "amount" && (
            <Select
              value={field.unit ?? "yuan"}
              onChange={(unit) => onChange({ unit })}
              aria-label={t("form.unit")}
              options={(["yuan", "wanyuan"] as const).map((value) => ({ value, label: t(`unit.${value}`) }))}
              style={{ width: 110 }}
            />
          )}
          <Checkbox checked={field.required} onChange={(event) => onChange({ required: event.target.checked })}>
            {t("field.required")}
          </Checkbox>
          <Flex gap={4} style={{ marginInlineStart: "auto" }}>
            <Button icon={<ArrowUpOutlined />} aria-label={t("form.up")} onClick={() => onMove(-1)} />
            <Button icon={<ArrowDownOutlined />} aria-label={t("form.down")} onClick={() => onMove(1)} />
            <Button danger icon={<DeleteOutlined />} aria-label={t("form.remove")} onClick={onRemove} />
          </Flex>
        </Flex>
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={["、", ",", "，", " "]}
          value={field.headings}
          onChange={(headings: string[]) => onChange({ headings })}
          placeholder={t("form.headings")}
          aria-label={t("field.headings")}
        />
        {(field.type === "code" || field.codesText !== "") && (
          <Input.TextArea
            value={field.codesText}
            onChange={(event) => onChange({ codesText: event.target.value })}
            placeholder={t("form.codes")}
            aria-label={t("form.codesLabel")}
            autoSize={{ minRows: 2, maxRows: 8 }}
            data-testid={`${id}-codes`}
          />
        )}
        {faults.map((fault) => (
          <Typography.Text key={fault} type="danger" className="rq-small">
            {fault}
          </Typography.Text>
        ))}
      </Flex>
    </Card>
  );
}
