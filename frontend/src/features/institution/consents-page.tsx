import { useQuery } from "@tanstack/react-query";
import { Card, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatTime } from "../../lib/format.ts";
import { consentsQuery } from "../../lib/queries.ts";
import { CopiesTable } from "../consents/copies-table.tsx";
import { NoticeList } from "../consents/notice-list.tsx";
import { RequestTable } from "../consents/request-table.tsx";
import { ScopeText } from "../consents/scope-text.tsx";
import { ConsentAskForm } from "./consent-ask-form.tsx";

const COLORS: Record<ConsentView["state"], string> = {
  active: "success",
  paused: "warning",
  revoked: "error",
  expired: "default",
  used: "default",
};

/** The consents that enterprises gave to this institution. */
export function InstitutionConsentsPage() {
  const { t } = useTranslation("institution");
  const query = useQuery({ ...consentsQuery, refetchInterval: 10_000 });
  const columns: DataColumn<ConsentView>[] = [
    { key: "holder", title: t("consent.holder"), lead: true, render: (row) => row.holder.name },
    { key: "purpose", title: t("consent.purpose"), render: (row) => t(`common:consentPurpose.${row.terms.purpose}`) },
    {
      key: "catalogs",
      title: t("consent.catalogs"),
      wrap: true,
      render: (row) => <ScopeText scope={row.terms} />,
    },
    { key: "expiresAt", title: t("consent.expiresAt"), render: (row) => formatTime(row.expiresAt) },
    { key: "reads", title: t("consent.reads"), align: "right", render: (row) => row.reads },
    {
      key: "state",
      title: t("consent.state"),
      render: (row) => <Tag color={COLORS[row.state]}>{t(`common:consentState.${row.state}`)}</Tag>,
    },
    {
      key: "receipt",
      title: t("consent.anchor"),
      render: (row) => <ReceiptTag key={row.receipt.id} receipt={row.receipt} />,
    },
    {
      key: "request",
      title: "",
      render: (row) =>
        row.terms.requestId ? (
          <Link to={`/institution/requests/${row.terms.requestId}`} data-testid={`consent-open-${row.id}`}>
            {t("consent.openRequest")}
          </Link>
        ) : null,
    },
  ];
  return (
    <>
      <PageHeader title={t("consents.title")} description={t("consents.intro")} />
      <div className="rq-stack">
        <Card title={t("consents.list")}>
          <QueryView
            query={query}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("consents.none")} />}
          >
            {(data) => (
              <DataTable
                label={t("consents.title")}
                columns={columns}
                rows={data.items}
                rowKey={(row) => row.id}
                testId="consents-list"
              />
            )}
          </QueryView>
        </Card>
        <Card title={t("ask.title")}>
          <ConsentAskForm />
        </Card>
        <Card title={t("common:consentAsked.title")}>
          <RequestTable reader="institution" />
        </Card>
        <Card title={t("common:consentCopy.title")}>
          <CopiesTable reader="institution" />
        </Card>
        <NoticeList />
      </div>
    </>
  );
}
