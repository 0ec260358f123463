import { FileSearchOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueryView } from "../../../../backend/features/verification/verification-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { type Asker, type GroundsWish, groundsOf } from "./grounds.ts";
import { GroundsFields } from "./grounds-fields.tsx";
import { QueryTable } from "./query-table.tsx";

/** All that is known of one enterprise, in one table. */
export function QueryForm({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const client = useQueryClient();
  const [given, setGiven] = useState<QueryView>();
  const ask = useAction(async ({ uscc, ...wish }: GroundsWish & { uscc: string }) => {
    setGiven(undefined);
    setGiven(await api.post<QueryView>("/one-click-queries", { uscc: uscc.trim(), ...groundsOf(asker, wish) }));
    await client.invalidateQueries({ queryKey: ["verifications", "list"] });
  });
  return (
    <div className="rq-stack">
      <Card className="query-unprinted">
        <Form<GroundsWish & { uscc: string }>
          layout="vertical"
          requiredMark={false}
          initialValues={{ purpose: "creditReview" }}
          onFinish={(wish) => void ask.run(wish)}
        >
          <Form.Item name="uscc" label={t("common:uscc")} rules={[{ required: true, message: t("check.usccMissing") }]}>
            <Input maxLength={18} data-testid="query-uscc" />
          </Form.Item>
          <GroundsFields asker={asker} prefix="query" />
          {ask.error !== undefined && (
            <Form.Item>
              <ProblemAlert error={ask.error} />
            </Form.Item>
          )}
          <Button
            type="primary"
            htmlType="submit"
            icon={<FileSearchOutlined />}
            loading={ask.pending}
            data-testid="query-submit"
          >
            {t("query.submit")}
          </Button>
        </Form>
      </Card>
      {given && <QueryTable view={given} />}
    </div>
  );
}
