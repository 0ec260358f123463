import { SafetyCertificateOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckView } from "../../../../backend/features/verification/verification-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { CheckAnswer } from "./check-answer.tsx";
import { type Asker, type GroundsWish, groundsOf } from "./grounds.ts";
import { GroundsFields } from "./grounds-fields.tsx";
import { filledParams, ParamFields } from "./param-fields.tsx";
import { kindsQuery } from "./queries.ts";

interface Wish extends GroundsWish {
  kind: string;
  uscc: string;
  params?: Record<string, unknown>;
}

/** One check of one enterprise. */
export function CheckForm({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const client = useQueryClient();
  const [form] = Form.useForm<Wish>();
  const [given, setGiven] = useState<CheckView>();
  const kinds = useQuery(kindsQuery).data?.items ?? [];
  const code = Form.useWatch("kind", form);
  const kind = kinds.find((one) => one.code === code);
  const ask = useAction(async (wish: Wish) => {
    setGiven(undefined);
    const body = {
      kind: wish.kind,
      uscc: wish.uscc.trim(),
      params: filledParams(wish.params),
      ...groundsOf(asker, wish),
    };
    setGiven(await api.post<CheckView>("/verifications", body));
    await client.invalidateQueries({ queryKey: ["verifications", "list"] });
  });
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
              data-testid="check-kind"
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
          <Form.Item name="uscc" label={t("common:uscc")} rules={[{ required: true, message: t("check.usccMissing") }]}>
            <Input maxLength={18} data-testid="check-uscc" />
          </Form.Item>
          {kind && <ParamFields kind={kind} />}
          <GroundsFields asker={asker} prefix="check" />
          {ask.error !== undefined && (
            <Form.Item>
              <ProblemAlert error={ask.error} />
            </Form.Item>
          )}
          <Button
            type="primary"
            htmlType="submit"
            icon={<SafetyCertificateOutlined />}
            loading={ask.pending}
            data-testid="check-submit"
          >
            {t("check.submit")}
          </Button>
        </Form>
      </Card>
      {given && (
        <Card title={t("check.result")}>
          <CheckAnswer view={given} withAnchor={false} />
        </Card>
      )}
    </div>
  );
}
