import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Card, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatFen, formatTime } from "../../lib/format.ts";
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
            <Table<RequestView>
              rowKey="id"
              dataSource={data.items}
              scroll={{ x: 720 }}
              onRow={(request) => ({ "data-testid": `request-row-${request.id}` }) as object}
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
                  render: (_, request) => (
                    <Link to={`/enterprise/requests/${request.id}`} className="rq-figure">
                      {formatFen(request.amountFen)}
                    </Link>
                  ),
                },
                {
                  title: t("common:term"),
                  key: "term",
                  render: (_, request) => t("common:months", { count: request.termMonths }),
                },
                {
                  title: t("common:purpose"),
                  key: "purpose",
                  render: (_, request) => t(`common:purposeCode.${request.purpose}`),
                },
                {
                  title: t("common:state"),
                  key: "state",
                  render: (_, request) => <RequestStateTag state={request.state} />,
                },
                { title: t("requests.bids"), key: "bids", render: (_, request) => request.bidCount ?? 0 },
                {
                  title: t("common:closesAt"),
                  key: "closesAt",
                  render: (_, request) => formatTime(request.closesAt),
                },
              ]}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
