import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card } from "antd";
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

export function GrantsPage() {
  const { t } = useTranslation("enterprise");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...grantsQuery(page), placeholderData: keepPreviousData });
  const columns: DataColumn<GrantView>[] = [
    {
      key: "amount",
      title: t("common:amount"),
      lead: true,
      render: (grant) => (
        <Link to={`/enterprise/grants/${grant.id}`} className="rq-figure">
          {formatFen(grant.amountFen)}
        </Link>
      ),
    },
    { key: "institution", title: t("common:institution"), wrap: true, render: (grant) => grant.institution.name },
    { key: "rate", title: t("bids.nominal"), render: (grant) => formatBps(grant.terms.annualRateBps) },
    { key: "contract", title: t("grants.contract"), render: (grant) => grant.terms.contractNumber },
    { key: "grantedAt", title: t("grants.grantedAt"), render: (grant) => formatTime(grant.grantedAt) },
    { key: "receipt", title: t("grants.receipt"), render: (grant) => <ReceiptTag receipt={grant.receipt} /> },
  ];
  return (
    <>
      <PageHeader title={t("grants.title")} description={t("grants.explain")} />
      <Card>
        <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("grants.empty")} />}>
          {(data) => (
            <DataTable
              label={t("grants.title")}
              columns={columns}
              rows={data.items}
              rowKey={(grant) => grant.id}
              testId="grants-list"
              rowTestId={(grant) => `grant-row-${grant.id}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
