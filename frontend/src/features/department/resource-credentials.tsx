import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input, Popconfirm, Radio, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { credentialInput, newCredential } from "../../../../backend/features/data-sources/resource-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { type Resource, resourcePath } from "./resource-queries.ts";

type Credential = Resource["credentials"][number];
type NewCredential = z.infer<typeof newCredential>;
type Values = { algorithm: "ed25519" | "hmac-sha256"; label: string; publicKey?: string };

/** Keys and addresses are longer than a phone is wide. */
const LONG_CODE = { whiteSpace: "normal", overflowWrap: "anywhere" } as const;

/** The keys with which the department's machines sign, and where they push to. */
export function ResourceCredentials({ resource }: { resource: Resource }) {
  const { t } = useTranslation("sources");
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const algorithm = Form.useWatch("algorithm", form) ?? "ed25519";
  const [made, setMade] = useState<NewCredential>();
  const reload = () => queries.invalidateQueries({ queryKey: ["data-resources"] });
  const add = useAction(async (values: Values) => {
    const body = values as z.input<typeof credentialInput>;
    setMade(await api.post<NewCredential>(resourcePath(resource.id, "/credentials"), body));
    form.resetFields();
    await reload();
  });
  const revoke = useAction(async (id: string) => {
    await api.post(resourcePath(resource.id, `/credentials/${encodeURIComponent(id)}/revocation`));
    await reload();
  });
  const required = { required: true, message: t("required") };
  const columns: DataColumn<Credential>[] = [
    { key: "label", title: t("key.label"), lead: true, render: (key) => key.label },
    {
      key: "id",
      title: "keyid",
      render: (key) => (
        <Typography.Text copyable className="rq-code" style={LONG_CODE}>
          {key.id}
        </Typography.Text>
      ),
    },
    { key: "algorithm", title: t("key.algorithm"), render: (key) => t(`key.algorithms.${key.algorithm}`) },
    { key: "createdAt", title: t("common:createdAt"), render: (key) => formatTime(key.createdAt) },
    {
      key: "state",
      title: t("common:state"),
      render: (key) =>
        key.revokedAt ? (
          <Tag color="red">{t("key.revoked", { time: formatTime(key.revokedAt) })}</Tag>
        ) : (
          <Popconfirm title={t("key.revokeSure")} onConfirm={() => void revoke.run(key.id)}>
            <Button size="small" danger data-testid={`key-revoke-${key.id}`}>
              {t("key.revoke")}
            </Button>
          </Popconfirm>
        ),
    },
  ];
  const address = `${window.location.origin}/api/v1/data-resources/${resource.id}/pages`;
  return (
    <Card title={t("key.title")} data-testid="resource-keys">
      <div className="rq-stack">
        <div>
          {t("key.intro")}{" "}
          <Typography.Text copyable className="rq-code" style={LONG_CODE}>
            {address}
          </Typography.Text>
        </div>
        {resource.credentials.length > 0 && (
          <DataTable
            label={t("key.title")}
            columns={columns}
            rows={resource.credentials}
            rowKey={(key) => key.id}
            testId="keys-list"
          />
        )}
        {revoke.error !== undefined && <ProblemAlert error={revoke.error} />}
        {made && (
          <Alert
            type="success"
            showIcon
            closable
            title={t(made.secret ? "key.madeSecret" : "key.made")}
            description={
              <div className="rq-stack" data-testid="key-made">
                <Typography.Text copyable className="rq-code" style={LONG_CODE}>
                  {made.id}
                </Typography.Text>
                {made.secret && (
                  <Typography.Text copyable className="rq-code" style={LONG_CODE}>
                    {made.secret}
                  </Typography.Text>
                )}
              </div>
            }
          />
        )}
        <Form<Values>
          form={form}
          layout="vertical"
          requiredMark={false}
          disabled={add.pending}
          initialValues={{ algorithm: "ed25519" }}
          onFinish={(values) => void add.run(values)}
        >
          <Form.Item name="algorithm" label={t("key.algorithm")}>
            <Radio.Group
              options={(["ed25519", "hmac-sha256"] as const).map((value) => ({
                value,
                label: t(`key.algorithms.${value}`),
              }))}
              data-testid="key-algorithm"
            />
          </Form.Item>
          <Form.Item name="label" label={t("key.label")} rules={[required]}>
            <Input maxLength={100} placeholder={t("key.labelExample")} data-testid="key-label" />
          </Form.Item>
          {algorithm === "ed25519" && (
            <Form.Item name="publicKey" label={t("key.publicKey")} extra={t("key.publicKeyHelp")} rules={[required]}>
              <Input.TextArea
                autoSize={{ minRows: 3, maxRows: 6 }}
                placeholder="-----BEGIN PUBLIC KEY-----"
                data-testid="key-public"
              />
            </Form.Item>
          )}
          {add.error !== undefined && <ProblemAlert error={add.error} />}
          <Button htmlType="submit" loading={add.pending} data-testid="key-add">
            {t("key.add")}
          </Button>
        </Form>
      </div>
    </Card>
  );
}
