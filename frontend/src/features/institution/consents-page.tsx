import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { catalogsQuery, consentsQuery } from "../../lib/queries.ts";

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
  const catalogs = useQuery(catalogsQuery);
  const nameOf = (id: string): string => {
    const catalog = catalogs.data?.items.find((candidate) => candidate.id === id);
    return catalog ? localized(catalog.name) : id;
  };
  const columns: DataColumn<ConsentView>[] = [
    { key: "holder", title: t("consent.holder"), lead: true, render: (row) => row.holder.name },
    { key: "purpose", title: t("consent.purpose"), render: (row) => t(`common:consentPurpose.${row.terms.purpose}`) },
    {
      key: "catalogs",
      title: t("consent.catalogs"),
      wrap: true,
      render: (row) => (
        <span title={listText(row.terms.catalogs.map(nameOf))}>
          {listText(row.terms.catalogs.slice(0, 2).map(nameOf))}
          {row.terms.catalogs.length > 2 && ` ${t("consent.more", { count: row.terms.catalogs.length - 2 })}`}
        </span>
      ),
    },
    { key: "mode", title: t("consent.mode"), render: (row) => t(`common:consentMode.${row.terms.mode}`) },
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
    </>
  );
}
