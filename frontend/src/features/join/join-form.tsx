import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Descriptions, Divider, Form, Input, Progress, Result } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { password, username } from "../../../../backend/features/identity/identity-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatTime } from "../../lib/format.ts";
import { accountQuery, metaQuery } from "../../lib/queries.ts";
import { schemaRule } from "../../lib/schema-rule.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { type EnrolmentResult, enrol, type Invitation, invitationKeyOf } from "./activation.ts";

const PASSPHRASE_MINIMUM = 10;

interface Fields {
  username: string;
  password: string;
  passphrase: string;
  passphraseAgain: string;
}

function InvitationView({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation("join");
  const { participant } = invitation;
  return (
    <Descriptions
      title={t("invitation")}
      size="small"
      column={1}
      data-testid="join-invitation"
      items={[
        { key: "name", label: t("participant"), children: <strong>{participant.name}</strong> },
        { key: "kind", label: t("kind"), children: t(`common:role.${participant.kind}`) },
        ...(participant.uscc
          ? [{ key: "uscc", label: t("common:uscc"), children: <span className="rq-code">{participant.uscc}</span> }]
          : []),
        { key: "expiresAt", label: t("common:validUntil"), children: formatTime(invitation.expiresAt) },
      ]}
    />
  );
}

/** Shows whom the code is for, takes name and secrets, makes the key here and signs up. */
export function JoinForm(props: { code: string; onJoined(result: EnrolmentResult, keystore: string): void }) {
  const { t } = useTranslation("join");
  const signer = useSigner();
  const client = useQueryClient();
  const [progress, setProgress] = useState<number>();
  const invitationKey = useMemo(() => invitationKeyOf(props.code), [props.code]);
  const query = useQuery({
    queryKey: ["invitations", invitationKey?.address],
    queryFn: () => api.get<Invitation>(`/invitations/${invitationKey!.address}`),
    enabled: invitationKey !== null,
  });

  const join = useAction(async (invitation: Invitation, fields: Fields) => {
    setProgress(0);
    try {
      const meta = await client.ensureQueryData(metaQuery);
      const { result, key, keystore } = await enrol({
        meta,
        invitation,
        invitationKey: invitationKey!,
        username: fields.username.trim().toLowerCase(),
        password: fields.password,
        passphrase: fields.passphrase,
        onProgress: (part) => setProgress(Math.round(part * 100)),
      });
      signer.adopt(key);
      client.setQueryData(accountQuery.queryKey, result.session.account);
      props.onJoined(result, keystore);
    } finally {
      setProgress(undefined);
    }
  });

  if (!invitationKey) return <Result status="warning" title={t("codeWrong")} />;
  return (
    <QueryView query={query}>
      {(invitation) =>
        invitation.used ? (
          <Result status="info" title={t("used")} subTitle={t("usedHint")} />
        ) : (
          <>
            <InvitationView invitation={invitation} />
            <Divider />
            <Form<Fields>
              layout="vertical"
              requiredMark={false}
              disabled={join.pending}
              scrollToFirstError
              onFinish={(fields) => void join.run(invitation, fields)}
            >
              <Form.Item
                name="username"
                label={t("session:username")}
                extra={t("usernameHint")}
                rules={[
                  { required: true, message: t("session:usernameMissing") },
                  schemaRule(username, t("usernameHint")),
                ]}
              >
                <Input autoComplete="username" autoCapitalize="none" data-testid="join-username" />
              </Form.Item>
              <Form.Item
                name="password"
                label={t("session:password")}
                extra={t("passwordHint")}
                rules={[
                  { required: true, message: t("session:passwordMissing") },
                  schemaRule(password, t("passwordShort")),
                ]}
              >
                <Input.Password autoComplete="new-password" data-testid="join-password" />
              </Form.Item>
              <Alert
                type="warning"
                showIcon
                className="rq-join-warning"
                title={t("passphraseWarning")}
                description={t("passphraseWarningText")}
              />
              <Form.Item
                name="passphrase"
                label={t("session:unlock.passphrase")}
                rules={[
                  { required: true, message: t("session:unlock.passphraseMissing") },
                  { min: PASSPHRASE_MINIMUM, message: t("passphraseShort", { count: PASSPHRASE_MINIMUM }) },
                  ({ getFieldValue }) => ({
                    warningOnly: true,
                    validator: (_, value?: string) =>
                      value && value === getFieldValue("password")
                        ? Promise.reject(new Error(t("passphraseSame")))
                        : Promise.resolve(),
                  }),
                ]}
              >
                <Input.Password autoComplete="off" data-testid="join-passphrase" />
              </Form.Item>
              <Form.Item
                name="passphraseAgain"
                label={t("passphraseAgain")}
                dependencies={["passphrase"]}
                rules={[
                  { required: true, message: t("session:unlock.passphraseMissing") },
                  ({ getFieldValue }) => ({
                    validator: (_, value?: string) =>
                      !value || value === getFieldValue("passphrase")
                        ? Promise.resolve()
                        : Promise.reject(new Error(t("passphraseDiffers"))),
                  }),
                ]}
              >
                <Input.Password autoComplete="off" data-testid="join-passphrase-again" />
              </Form.Item>
              {progress !== undefined && (
                <Form.Item label={t("makingKey")}>
                  <Progress percent={progress} aria-label={t("makingKey")} data-testid="join-progress" />
                </Form.Item>
              )}
              {join.error !== undefined && (
                <Form.Item>
                  <ProblemAlert error={join.error} />
                </Form.Item>
              )}
              <Button type="primary" htmlType="submit" size="large" loading={join.pending} data-testid="join-submit">
                {t("submit")}
              </Button>
            </Form>
          </>
        )
      }
    </QueryView>
  );
}
