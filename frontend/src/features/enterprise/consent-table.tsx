import { useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
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
  const columns: DataColumn<ConsentView>[] = [
    { key: "recipient", title: t("consent.recipient"), lead: true, render: (consent) => consent.recipient.name },
    {
      key: "purpose",
      title: t("consent.purpose"),
      render: ({ terms }) => (
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
      key: "scope",
      title: t("consent.scope"),
      render: ({ terms }) => (
        <>
          <div>{t("consent.scopeCount", { count: terms.catalogs.length })}</div>
          <div className="rq-small rq-soft">{t(`common:consentMode.${terms.mode}`)}</div>
        </>
      ),
    },
    { key: "expiresAt", title: t("common:expiresAt"), render: (consent) => formatDate(consent.expiresAt) },
    { key: "reads", title: t("consent.reads"), render: (consent) => formatCount(consent.reads) },
    {
      key: "state",
      title: t("common:state"),
      render: (consent) => (
        <>
          <Tag color={colors[consent.state]} data-testid="consent-state" data-state={consent.state}>
            {t(`common:consentState.${consent.state}`)}
          </Tag>
          <AnchorTag anchor={consent.anchor} />
        </>
      ),
    },
    {
      key: "actions",
      title: t("common:actions"),
      render: (consent) =>
        consent.state === "active" && (
          <Popconfirm
            title={t("consent.revokeConfirm", { name: consent.recipient.name })}
            okText={t("consent.revoke")}
            okButtonProps={{ danger: true, "data-testid": "consent-revoke-confirm" }}
            onConfirm={() => void revoke.run(consent)}
          >
            <Button size="small" danger loading={revoke.pending} data-testid={`consent-revoke-${consent.recipient.id}`}>
              {t("consent.revoke")}
            </Button>
          </Popconfirm>
        ),
    },
  ];
  return (
    <div className="rq-stack">
      {revoke.error !== undefined && <ProblemAlert error={revoke.error} />}
      <DataTable
        label={t("consent.given")}
        columns={columns}
        rows={consents}
        rowKey={(consent) => consent.id}
        testId="consents-list"
        rowTestId={(consent) => `consent-row-${consent.recipient.id}`}
      />
    </div>
  );
}
