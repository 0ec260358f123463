import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
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
  return (
    <>
      <PageHeader title={t("grants.title")} description={t("grants.explain")} />
      <Card>
        <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("grants.empty")} />}>
          {(data) => (
            <Table<GrantView>
              rowKey="id"
              dataSource={data.items}
              scroll={{ x: 760 }}
              onRow={(grant) => ({ "data-testid": `grant-row-${grant.id}` }) as object}
              pagination={{
                current: page,
                total: data.total,
                pageSize: Math.max(data.items.length, 20),
                onChange: setPage,
                hideOnSinglePage: true,
                showSizeChanger: false,
              }}
              columns={[
                {
                  title: t("common:amount"),
                  key: "amount",
                  render: (_, grant) => (
                    <Link to={`/enterprise/grants/${grant.id}`} className="rq-figure">
                      {formatFen(grant.amountFen)}
                    </Link>
                  ),
                },
                { title: t("common:institution"), key: "institution", render: (_, grant) => grant.institution.name },
                {
                  title: t("bids.nominal"),
                  key: "rate",
                  render: (_, grant) => formatBps(grant.terms.annualRateBps),
                },
                { title: t("grants.contract"), key: "contract", render: (_, grant) => grant.terms.contractNumber },
                { title: t("grants.grantedAt"), key: "grantedAt", render: (_, grant) => formatTime(grant.grantedAt) },
                {
                  title: t("grants.receipt"),
                  key: "receipt",
                  render: (_, grant) => <ReceiptTag receipt={grant.receipt} />,
                },
              ]}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
