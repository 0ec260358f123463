import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatBps, formatFen, formatTime } from "../../lib/format.ts";
import { grantsQuery } from "../../lib/queries.ts";

export function RegulatorGrantsPage() {
  const { t } = useTranslation("regulator");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...grantsQuery(page), placeholderData: keepPreviousData });
  const columns: DataColumn<GrantView>[] = [
    {
      key: "contract",
      title: t("grant.contract"),
      lead: true,
      render: (row) => (
        <Link to={`/regulator/grants/${row.id}`} data-testid={`grant-open-${row.id}`}>
          {row.terms.contractNumber}
        </Link>
      ),
    },
    { key: "enterprise", title: t("common:enterprise"), wrap: true, render: (row) => row.enterprise.name },
    { key: "institution", title: t("common:institution"), wrap: true, render: (row) => row.institution.name },
    { key: "amount", title: t("common:amount"), align: "right", render: (row) => formatFen(row.amountFen) },
    { key: "rate", title: t("grant.rate"), align: "right", render: (row) => formatBps(row.terms.annualRateBps) },
    { key: "grantedAt", title: t("grant.grantedAt"), render: (row) => formatTime(row.grantedAt) },
    { key: "state", title: t("common:state"), render: (row) => <Tag>{t(`common:grantState.${row.state}`)}</Tag> },
    { key: "receipt", title: t("grant.onChain"), render: (row) => <ReceiptTag receipt={row.receipt} /> },
  ];
  return (
    <>
      <PageHeader title={t("grants.title")} description={t("grants.intro")} />
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState text={t("grants.none")} />}
      >
        {(data) => (
          <DataTable
            label={t("grants.title")}
            columns={columns}
            rows={data.items}
            rowKey={(row) => row.id}
            testId="grants-list"
            paging={{ page, total: data.total, onChange: setPage }}
          />
        )}
      </QueryView>
    </>
  );
}
