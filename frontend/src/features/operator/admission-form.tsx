import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { usccFault } from "../../../../backend/lib/uscc.ts";
import { localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import type { AdmittedBody, AdmittedKind } from "./signed-admission.ts";

const KINDS = ["institution", "department", "regulator"] as const satisfies readonly AdmittedKind[];

interface Values {
  kind: (typeof KINDS)[number];
  name: string;
  uscc?: string;
  departmentCode?: string;
}

/** Admits a body that isn't in the business registration's enterprises: a bank, a department, a regulator. */
export function AdmissionForm({ onAdmit, pending }: { onAdmit: (body: AdmittedBody) => void; pending: boolean }) {
  const { t } = useTranslation("operator");
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch("kind", form);
  const catalogs = useQuery(catalogsQuery).data?.items ?? [];
  const departments = [...new Map(catalogs.map((catalog) => [catalog.departmentCode, catalog.departmentName]))];

  function admit({ name, uscc, departmentCode, kind: chosen }: Values) {
    const code = uscc?.trim().toUpperCase();
    onAdmit({
      kind: chosen,
      name: name.trim(),
      ...(code && chosen !== "department" ? { uscc: code } : {}),
      ...(departmentCode && chosen === "department" ? { departmentCode } : {}),
    });
  }

  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={admit}
      disabled={pending}
      initialValues={{ kind: "institution" }}
      style={{ maxWidth: 520 }}
    >
      <Form.Item name="kind" label={t("form.kind")}>
        <Select
          data-testid="admit-kind"
          options={KINDS.map((value) => ({ value, label: t(`common:role.${value}`) }))}
        />
      </Form.Item>
      {kind === "department" && (
        <Form.Item
          name="departmentCode"
          label={t("form.department")}
          rules={[{ required: true, message: t("required") }]}
        >
          <Select
            data-testid="admit-department"
            onChange={(code: string) => {
              const name = departments.find(([known]) => known === code)?.[1];
              if (name) form.setFieldValue("name", name.zh);
            }}
            options={departments.map(([value, name]) => ({ value, label: localized(name) }))}
          />
        </Form.Item>
      )}
      <Form.Item
        name="name"
        label={t("form.name")}
        rules={[
          { required: true, message: t("required") },
          { min: 2, message: t("form.nameShort") },
        ]}
      >
        <Input maxLength={120} data-testid="admit-name" autoComplete="off" />
      </Form.Item>
      {kind !== "department" && (
        <Form.Item
          name="uscc"
          label={t("common:uscc")}
          rules={[
            ...(kind === "institution" ? [{ required: true, message: t("required") }] : []),
            {
              validator: (_, text?: string) => {
                const fault = text ? usccFault(text.trim().toUpperCase()) : null;
                return fault ? Promise.reject(new Error(t(`usccFault.${fault}`))) : Promise.resolve();
              },
            },
          ]}
        >
          <Input maxLength={18} data-testid="admit-uscc" autoComplete="off" style={{ textTransform: "uppercase" }} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={pending} data-testid="admit-submit">
        {t("form.submit")}
      </Button>
    </Form>
  );
}
