import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";
import type { z } from "zod";
import type { session } from "../../../../backend/features/identity/identity-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { isProblem } from "../../lib/api-problem.ts";
import { accountQuery, metaQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { DemoAccounts } from "./demo-accounts.tsx";
import { useSigner } from "./signer-context.ts";
import { homeOf } from "./use-account.ts";

interface Credentials {
  username: string;
  password: string;
}
type LoginState = (Partial<Credentials> & { from?: string }) | null;

export function LoginPage() {
  const { t } = useTranslation("session");
  const [form] = Form.useForm<Credentials>();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signer = useSigner();
  const state = useLocation().state as LoginState;
  const demo = useQuery(metaQuery).data?.demoAccounts ?? [];

  useEffect(() => {
    document.title = `${t("title")} · ${t("common:name")}`;
  }, [t]);
  useEffect(() => {
    if (state?.username) form.setFieldsValue({ username: state.username, password: state.password ?? "" });
  }, [state, form]);

  const login = useAction(async (credentials: Credentials) => {
    const { account } = await api.post<z.infer<typeof session>>("/sessions", credentials);
    signer.lock();
    client.clear();
    client.setQueryData(accountQuery.queryKey, account);
    const home = homeOf(account.role);
    const from = state?.from;
    await navigate(from === home || from?.startsWith(`${home}/`) ? from! : home, { replace: true });
  });

  return (
    <div className="rq-login">
      <Card>
        <h1>{t("title")}</h1>
        <p className="rq-demo-explain">{t("explain")}</p>
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void login.run(values)}>
          <Form.Item
            name="username"
            label={t("username")}
            rules={[{ required: true, whitespace: true, message: t("usernameMissing") }]}
          >
            <Input
              prefix={<UserOutlined />}
              autoComplete="username"
              autoCapitalize="none"
              data-testid="login-username"
            />
          </Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
            <Input.Password prefix={<LockOutlined />} autoComplete="current-password" data-testid="login-password" />
          </Form.Item>
          {login.error !== undefined && (
            <Form.Item>
              {isProblem(login.error) && login.error.status === 401 ? (
                <Alert type="error" showIcon role="alert" title={t("wrong")} data-testid="login-wrong" />
              ) : (
                <ProblemAlert error={login.error} />
              )}
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" block loading={login.pending} data-testid="login-submit">
            {t("submit")}
          </Button>
        </Form>
        <p className="rq-small">
          {t("noAccount")} <Link to="/join">{t("activate")}</Link>
        </p>
      </Card>
      {demo.length > 0 && (
        <Card>
          <h2>{t("demo")}</h2>
          <DemoAccounts accounts={demo} />
        </Card>
      )}
    </div>
  );
}
