import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatFen, formatTime } from "../../lib/format.ts";
import { requestsQuery } from "../../lib/queries.ts";
import { RequestStateTag } from "./request-state-tag.tsx";

export function RequestsPage() {
  const { t } = useTranslation("enterprise");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...requestsQuery({ page }), placeholderData: keepPreviousData });
  const create = (
    <Link to="/enterprise/requests/new">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1} data-testid="new-request">
        {t("requests.new")}
      </Button>
    </Link>
  );
  const columns: DataColumn<RequestView>[] = [
    {
      key: "amount",
      title: t("common:amount"),
      lead: true,
      render: (request) => (
        <Link to={`/enterprise/requests/${request.id}`} className="rq-figure">
          {formatFen(request.amountFen)}
        </Link>
      ),
    },
    { key: "term", title: t("common:term"), render: (request) => t("common:months", { count: request.termMonths }) },
    {
      key: "purpose",
      title: t("common:purpose"),
      render: (request) => t(`common:purposeCode.${request.purpose}`),
    },
    { key: "state", title: t("common:state"), render: (request) => <RequestStateTag state={request.state} /> },
    { key: "bids", title: t("requests.bids"), render: (request) => formatCount(request.bidCount ?? 0) },
    { key: "closesAt", title: t("common:closesAt"), render: (request) => formatTime(request.closesAt) },
  ];
  return (
    <>
      <PageHeader title={t("requests.title")} description={t("requests.explain")} actions={create} />
      <Card>
        <QueryView
          query={query}
          isEmpty={(data) => data.total === 0}
          empty={<EmptyState text={t("requests.empty")} action={create} />}
        >
          {(data) => (
            <DataTable
              label={t("requests.title")}
              columns={columns}
              rows={data.items}
              rowKey={(request) => request.id}
              testId="requests-list"
              rowTestId={(request) => `request-row-${request.id}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
