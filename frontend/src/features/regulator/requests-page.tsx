import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { requestStates } from "../../lib/choices.ts";
import { formatFenShort, formatTime } from "../../lib/format.ts";
import { requestsQuery } from "../../lib/queries.ts";

export function RegulatorRequestsPage() {
  const { t } = useTranslation("regulator");
  const [state, setState] = useState<RequestView["state"] | "every">("every");
  const [page, setPage] = useState(1);
  const query = useQuery({
    ...requestsQuery({ state: state === "every" ? undefined : state, page }),
    placeholderData: keepPreviousData,
  });
  const columns: DataColumn<RequestView>[] = [
    { key: "enterprise", title: t("common:enterprise"), lead: true, render: (row) => row.enterprise?.name ?? "–" },
    { key: "amount", title: t("common:amount"), align: "right", render: (row) => formatFenShort(row.amountFen) },
    { key: "term", title: t("common:term"), render: (row) => t("common:months", { count: row.termMonths }) },
    { key: "purpose", title: t("common:purpose"), render: (row) => t(`common:purposeCode.${row.purpose}`) },
    { key: "district", title: t("request.district"), render: (row) => row.district },
    { key: "bids", title: t("request.bids"), align: "right", render: (row) => row.bidCount ?? "–" },
    { key: "createdAt", title: t("common:createdAt"), render: (row) => formatTime(row.createdAt) },
    { key: "state", title: t("common:state"), render: (row) => <Tag>{t(`common:requestState.${row.state}`)}</Tag> },
    { key: "key", title: t("request.key"), render: (row) => <HashText value={row.requestKey} /> },
    { key: "receipt", title: t("grant.onChain"), render: (row) => <ReceiptTag receipt={row.receipt} /> },
  ];
  return (
    <>
      <PageHeader title={t("requests.title")} description={t("requests.intro")} />
      <div className="rq-stack">
        <div style={{ overflowX: "auto" }}>
          <Segmented
            value={state}
            onChange={(value) => {
              setPage(1);
              setState(value);
            }}
            options={[
              { value: "every" as const, label: t("requests.every") },
              ...requestStates.map((value) => ({ value, label: t(`common:requestState.${value}`) })),
            ]}
            aria-label={t("common:state")}
            data-testid="requests-filter"
          />
        </div>
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("requests.none")} />}
        >
          {(data) => (
            <DataTable
              label={t("requests.title")}
              columns={columns}
              rows={data.items}
              rowKey={(row) => row.id}
              testId="requests-list"
              rowTestId={(row) => `request-${row.id}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </div>
    </>
  );
}
