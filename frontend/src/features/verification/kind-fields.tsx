import { useQuery } from "@tanstack/react-query";
import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import { localized } from "../../lib/format.ts";
import { ParamFields } from "./param-fields.tsx";
import { kindsQuery } from "./queries.ts";

/** Which check, which registers it reads, and what it wants to know beside the enterprise. */
export function KindFields({ prefix }: { prefix: string }) {
  const { t } = useTranslation("verification");
  const form = Form.useFormInstance<{ kind: string; params: object }>();
  const kinds = useQuery(kindsQuery).data?.items ?? [];
  const code = Form.useWatch("kind", form);
  const kind = kinds.find((one) => one.code === code);
  return (
    <>
      <Form.Item name="kind" label={t("check.kind")} rules={[{ required: true, message: t("check.kindMissing") }]}>
        <Select
          showSearch
          optionFilterProp="label"
          data-testid={`${prefix}-kind`}
          onChange={() => form.resetFields(["params"])}
          options={kinds.map(({ code: value, question }) => ({ value, label: localized(question) }))}
        />
      </Form.Item>
      {kind && (
        <p className="rq-small rq-soft">
          {t("check.registers")}{" "}
          {kind.catalogs
            .map(({ name, departmentName }) => `${localized(name)} (${localized(departmentName)})`)
            .join(" · ")}
        </p>
      )}
      {kind && <ParamFields kind={kind} />}
    </>
  );
}
