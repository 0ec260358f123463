import { SendOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { z } from "zod";
import type { ConsentRequestView, consentRequestInput } from "../../../../backend/features/consents/consent-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { FIRST_SCOPE, ScopeFields, type ScopeWish, scopeOf } from "../consents/scope-fields.tsx";

interface Wish extends ScopeWish {
  uscc: string;
  catalogs: string[];
  message?: string;
}

/** Asks an enterprise for a consent: by its code, or by the financing request that the address names. */
export function ConsentAskForm() {
  const { t } = useTranslation("institution");
  const client = useQueryClient();
  const [form] = Form.useForm<Wish>();
  const requestId = useSearchParams()[0].get("request");
  const catalogs = useQuery(catalogsQuery).data?.items ?? [];
  const ask = useAction(async (wish: Wish) => {
    const body: z.input<typeof consentRequestInput> = {
      ...scopeOf(wish),
      ...(requestId === null ? { uscc: wish.uscc.trim() } : { requestId }),
      catalogs: wish.catalogs,
      days: wish.days,
      message: wish.message ?? "",
    };
    await api.post<ConsentRequestView>("/consent-requests", body);
    form.resetFields();
    await client.invalidateQueries({ queryKey: ["consent-requests"] });
  });
  return (
    <Form<Wish>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={FIRST_SCOPE}
      onFinish={(wish) => void ask.run(wish)}
    >
      {requestId === null ? (
        <Form.Item name="uscc" label={t("ask.uscc")} rules={[{ required: true, message: t("ask.usccMissing") }]}>
          <Input maxLength={18} data-testid="ask-uscc" />
        </Form.Item>
      ) : (
        <Form.Item label={t("ask.byRequest")}>
          <Link to={`/institution/requests/${requestId}`}>{t("consent.openRequest")}</Link>
        </Form.Item>
      )}
      <Form.Item
        name="catalogs"
        label={t("consent.catalogs")}
        rules={[{ required: true, type: "array", min: 1, message: t("ask.catalogsMissing") }]}
      >
        <Select
          mode="multiple"
          maxTagCount={3}
          optionFilterProp="label"
          data-testid="ask-catalogs"
          options={catalogs.map((catalog) => ({
            value: catalog.id,
            label: `${localized(catalog.name)} · ${localized(catalog.departmentName)}`,
          }))}
        />
      </Form.Item>
      <ScopeFields />
      <Form.Item name="message" label={t("ask.message")}>
        <Input.TextArea maxLength={500} rows={2} data-testid="ask-message" />
      </Form.Item>
      {ask.error !== undefined && (
        <Form.Item>
          <ProblemAlert error={ask.error} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" icon={<SendOutlined />} loading={ask.pending} data-testid="ask-send">
        {t("ask.send")}
      </Button>
    </Form>
  );
}
