import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatFenShort, formatTime } from "../../lib/format.ts";
import { requestsQuery } from "../../lib/queries.ts";
import { RequestStateTag } from "./request-state-tag.tsx";

const FILTERS = ["open", "awarded", "granted", "every"] as const;

/** Leads: what enterprises ask for, anonymous until they give consent. */
export function InstitutionRequestsPage() {
  const { t } = useTranslation("institution");
  const [search, setSearch] = useSearchParams();
  const [page, setPage] = useState(1);
  const filter = FILTERS.find((known) => known === search.get("state")) ?? "open";
  const query = useQuery({
    ...requestsQuery({ state: filter === "every" ? undefined : filter, page }),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

  const columns: DataColumn<RequestView>[] = [
    {
      key: "amount",
      title: t("request.amount"),
      lead: true,
      render: (row) => (
        <Link to={`/institution/requests/${row.id}`} data-testid={`request-open-${row.id}`}>
          {formatFenShort(row.amountFen)} · {t("common:months", { count: row.termMonths })}
        </Link>
      ),
    },
    { key: "purpose", title: t("request.purpose"), render: (row) => t(`common:purposeCode.${row.purpose}`) },
    { key: "district", title: t("request.district"), render: (row) => row.district },
    { key: "industry", title: t("request.industry"), render: (row) => row.industry },
    { key: "closesAt", title: t("request.closesAt"), render: (row) => formatTime(row.closesAt) },
    {
      key: "consent",
      title: t("request.consent"),
      render: (row) =>
        row.mine?.consentId ? (
          <Tag color="success">{t("request.consentGiven")}</Tag>
        ) : (
          <Tag>{t("request.anonymous")}</Tag>
        ),
    },
    {
      key: "state",
      title: t("request.state"),
      render: (row) => (
        <>
          <RequestStateTag state={row.state} />
          {row.mine?.bidId && <Tag color="blue">{t("request.bidSent")}</Tag>}
        </>
      ),
    },
  ];

  return (
    <>
      <PageHeader title={t("requests.title")} description={t("requests.intro")} />
      <div style={{ overflowX: "auto", marginBottom: 16 }}>
        <Segmented
          value={filter}
          onChange={(value) => {
            setPage(1);
            setSearch(value === "open" ? {} : { state: value });
          }}
          options={FILTERS.map((value) => ({ value, label: t(`requests.filter.${value}`) }))}
          data-testid="requests-filter"
          aria-label={t("requests.filterLabel")}
        />
      </div>
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState text={t(filter === "open" ? "requests.noneOpen" : "requests.none")} />}
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
    </>
  );
}
