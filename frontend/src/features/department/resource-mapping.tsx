import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Flex, Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { catalogView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { localized } from "../../lib/format.ts";

type Field = z.infer<typeof catalogView>["fields"][number];

/** Which of the source's columns is which of the catalog's fields. */
export function ResourceMapping({ fields, columns }: { fields: readonly Field[]; columns: readonly string[] }) {
  const { t } = useTranslation("sources");
  const form = Form.useFormInstance();
  const mapping = Form.useWatch("mapping") as { field?: string }[] | undefined;
  const typeOf = new Map(fields.map(({ name, type }) => [name, type]));
  const choices = columns.map((value) => ({ value }));
  /** A line for each field; the column where a source calls it by one of the names that files may. */
  const addAll = () => {
    const known = new Map((mapping ?? []).map((line) => [line.field, line]));
    form.setFieldValue(
      "mapping",
      fields.map((field) => {
        const names = new Set([field.name, field.label.zh, field.label.en, ...field.headings]);
        return known.get(field.name) ?? { field: field.name, source: columns.find((column) => names.has(column)) };
      }),
    );
  };
  return (
    <Form.List name="mapping">
      {(lines, { add, remove }) => (
        <div className="rq-stack" data-testid="resource-mapping">
          {lines.map(({ key, name }) => (
            <Flex key={key} gap={8} wrap className="rq-mapping-line">
              <Form.Item name={[name, "source"]} noStyle>
                <AutoComplete
                  options={choices}
                  placeholder={t("mapping.source")}
                  aria-label={t("mapping.source")}
                  style={{ flex: "1 1 180px" }}
                />
              </Form.Item>
              <span aria-hidden>→</span>
              <Form.Item name={[name, "field"]} noStyle>
                <Select
                  showSearch={{ optionFilterProp: "label" }}
                  placeholder={t("mapping.field")}
                  aria-label={t("mapping.field")}
                  style={{ flex: "1 1 180px" }}
                  options={fields.map((field) => ({
                    value: field.name,
                    label: `${localized(field.label)}${field.required ? " *" : ""}`,
                  }))}
                />
              </Form.Item>
              {typeOf.get(mapping?.[name]?.field ?? "") === "amount" && (
                <Form.Item name={[name, "unit"]} noStyle>
                  <Select
                    placeholder={t("mapping.unit")}
                    aria-label={t("mapping.unit")}
                    allowClear
                    style={{ width: 110 }}
                    options={(["yuan", "wanyuan"] as const).map((value) => ({
                      value,
                      label: t(`mapping.units.${value}`),
                    }))}
                  />
                </Form.Item>
              )}
              <Button icon={<MinusCircleOutlined />} aria-label={t("remove")} onClick={() => remove(name)} />
            </Flex>
          ))}
          <Flex gap={8} wrap>
            <Button icon={<PlusOutlined />} onClick={() => add({})} data-testid="mapping-add">
              {t("mapping.add")}
            </Button>
            <Button onClick={addAll} disabled={fields.length === 0} data-testid="mapping-all">
              {t("mapping.addAll")}
            </Button>
          </Flex>
        </div>
      )}
    </Form.List>
  );
}
