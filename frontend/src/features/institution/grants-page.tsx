import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatBps, formatDate, formatFen, formatTime } from "../../lib/format.ts";
import { grantsQuery } from "../../lib/queries.ts";

/** The grants that this institution signed. */
export function InstitutionGrantsPage() {
  const { t } = useTranslation("institution");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...grantsQuery(page), placeholderData: keepPreviousData });
  const columns: DataColumn<GrantView>[] = [
    {
      key: "enterprise",
      title: t("grant.enterprise"),
      lead: true,
      render: (row) => (
        <Link to={`/institution/grants/${row.id}`} data-testid={`grant-open-${row.id}`}>
          {row.enterprise.name}
        </Link>
      ),
    },
    { key: "contract", title: t("grant.contractNumber"), render: (row) => row.terms.contractNumber },
    { key: "amount", title: t("grant.amount"), align: "right", render: (row) => formatFen(row.amountFen) },
    { key: "rate", title: t("bid.rate"), align: "right", render: (row) => formatBps(row.terms.annualRateBps) },
    { key: "grantedAt", title: t("grant.grantedAt"), render: (row) => formatTime(row.grantedAt) },
    { key: "expiresAt", title: t("grant.expiresAt"), render: (row) => formatDate(row.expiresAt) },
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
