import { useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatDate } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta } from "../session/use-account.ts";
import { signRevocation } from "./signed-acts.ts";

const colors: Record<ConsentView["state"], string> = {
  active: "green",
  revoked: "red",
  expired: "default",
  used: "default",
};

/** Consents that were given, each with its reads and a way to take it back. */
export function ConsentTable({ consents }: { consents: ConsentView[] }) {
  const { t } = useTranslation("enterprise");
  const signer = useSigner();
  const meta = useMeta();
  const client = useQueryClient();
  const revoke = useAction(async (consent: ConsentView) => {
    const input = await signRevocation(signer, meta, consent);
    await api.post<ConsentView>(`/consents/${consent.id}/revocation`, input);
    await client.invalidateQueries({ queryKey: ["consents"] });
  });
  return (
    <div className="rq-stack">
      {revoke.error !== undefined && <ProblemAlert error={revoke.error} />}
      <Table<ConsentView>
        rowKey="id"
        size="small"
        dataSource={consents}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        scroll={{ x: 760 }}
        onRow={(consent) =>
          ({ "data-testid": `consent-row-${consent.recipient.id}`, "data-state": consent.state }) as object
        }
        columns={[
          { title: t("consent.recipient"), key: "recipient", render: (_, consent) => consent.recipient.name },
          {
            title: t("consent.purpose"),
            key: "purpose",
            render: (_, { terms }) => (
              <>
                <div>{t(`common:consentPurpose.${terms.purpose}`)}</div>
                {terms.requestId && (
                  <Link className="rq-small" to={`/enterprise/requests/${terms.requestId}`}>
                    {t("consent.forRequest")}
                  </Link>
                )}
              </>
            ),
          },
          {
            title: t("consent.scope"),
            key: "scope",
            render: (_, { terms }) => (
              <>
                <div>{t("consent.scopeCount", { count: terms.catalogs.length })}</div>
                <div className="rq-small rq-soft">{t(`common:consentMode.${terms.mode}`)}</div>
              </>
            ),
          },
          { title: t("common:expiresAt"), key: "expiresAt", render: (_, consent) => formatDate(consent.expiresAt) },
          { title: t("consent.reads"), key: "reads", render: (_, consent) => formatCount(consent.reads) },
          {
            title: t("common:state"),
            key: "state",
            render: (_, consent) => (
              <>
                <Tag color={colors[consent.state]}>{t(`common:consentState.${consent.state}`)}</Tag>
                <AnchorTag anchor={consent.anchor} />
              </>
            ),
          },
          {
            title: t("common:actions"),
            key: "actions",
            render: (_, consent) =>
              consent.state === "active" && (
                <Popconfirm
                  title={t("consent.revokeConfirm", { name: consent.recipient.name })}
                  okText={t("consent.revoke")}
                  okButtonProps={{ danger: true, "data-testid": "consent-revoke-confirm" }}
                  onConfirm={() => void revoke.run(consent)}
                >
                  <Button
                    size="small"
                    danger
                    loading={revoke.pending}
                    data-testid={`consent-revoke-${consent.recipient.id}`}
                  >
                    {t("consent.revoke")}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
    </div>
  );
}
