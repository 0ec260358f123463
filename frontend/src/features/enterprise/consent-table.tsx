import { useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm, Space, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatDate } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { ScopeText } from "../consents/scope-text.tsx";
import { useSigner } from "../session/signer-context.ts";
import { useMeta } from "../session/use-account.ts";
import { signConsentChange } from "./signed-acts.ts";

const colors: Record<ConsentView["state"], string> = {
  active: "green",
  paused: "orange",
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
  const change = useAction(async (consent: ConsentView, state: "active" | "paused" | "revoked") => {
    try {
      const input = await signConsentChange(signer, meta, consent, state);
      await api.post<ConsentView>(`/consents/${consent.id}/changes`, input);
    } finally {
      await client.invalidateQueries({ queryKey: ["consents"] });
    }
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
      wrap: true,
      render: ({ terms }) => <ScopeText scope={terms} />,
    },
    { key: "expiresAt", title: t("common:expiresAt"), render: (consent) => formatDate(consent.expiresAt) },
    { key: "reads", title: t("consent.reads"), render: (consent) => formatCount(consent.reads) },
    {
      key: "state",
      title: t("common:state"),
      wrap: true,
      render: (consent) => (
        <>
          <Tag color={colors[consent.state]} data-testid="consent-state" data-state={consent.state}>
            {t(`common:consentState.${consent.state}`)}
          </Tag>
          <div>
            <ReceiptTag key={consent.receipt.id} receipt={consent.receipt} />
          </div>
        </>
      ),
    },
    {
      key: "actions",
      title: t("common:actions"),
      render: (consent) =>
        (consent.state === "active" || consent.state === "paused") && (
          <Space size={4}>
            <Button
              size="small"
              loading={change.pending}
              onClick={() => void change.run(consent, consent.state === "active" ? "paused" : "active")}
              data-testid={`consent-${consent.state === "active" ? "pause" : "resume"}-${consent.recipient.id}`}
            >
              {t(consent.state === "active" ? "consent.pause" : "consent.resume")}
            </Button>
            <Popconfirm
              title={t("consent.revokeConfirm", { name: consent.recipient.name })}
              okText={t("consent.revoke")}
              okButtonProps={{ danger: true, "data-testid": "consent-revoke-confirm" }}
              onConfirm={() => void change.run(consent, "revoked")}
            >
              <Button
                size="small"
                danger
                loading={change.pending}
                data-testid={`consent-revoke-${consent.recipient.id}`}
              >
                {t("consent.revoke")}
              </Button>
            </Popconfirm>
          </Space>
        ),
    },
  ];
  return (
    <div className="rq-stack">
      {change.error !== undefined && <ProblemAlert error={change.error} />}
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
