import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConsentRequestView } from "../../../../backend/features/consents/consent-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime } from "../../lib/format.ts";
import { consentRequestsQuery } from "./queries.ts";
import { ScopeText } from "./scope-text.tsx";

const COLORS: Record<ConsentRequestView["state"], string> = {
  requested: "processing",
  active: "green",
  rejected: "red",
  lapsed: "default",
};

/** Requests for consent, as either side sees them. */
export function RequestTable(props: {
  reader: "enterprise" | "institution";
  actions?: (request: ConsentRequestView) => ReactNode;
}) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = useQuery({ ...consentRequestsQuery(page), placeholderData: keepPreviousData, refetchInterval: 10_000 });
  const columns: DataColumn<ConsentRequestView>[] = [
    {
      key: "party",
      title: t(props.reader === "enterprise" ? "consentCopy.institution" : "consentCopy.enterprise"),
      lead: true,
      render: (row) =>
        props.reader === "enterprise" ? row.institution.name : (row.holder?.name ?? t("consentAsked.hidden")),
    },
    {
      key: "purpose",
      title: t("purpose"),
      wrap: true,
      render: (row) => (
        <>
          <div>{t(`consentPurpose.${row.purpose}`)}</div>
          {row.message && <div className="rq-small rq-soft">{row.message}</div>}
        </>
      ),
    },
    { key: "scope", title: t("consentScope.title"), wrap: true, render: (row) => <ScopeText scope={row} /> },
    {
      key: "days",
      title: t("consentScope.days"),
      render: (row) => t("consentScope.dayCount", { count: row.days }),
    },
    {
      key: "state",
      title: t("state"),
      wrap: true,
      render: (row) => (
        <>
          <Tag color={COLORS[row.state]} data-testid="asked-state" data-state={row.state}>
            {t(`consentAsked.stateOf.${row.state}`)}
          </Tag>
          <div className="rq-small rq-soft">
            {row.state === "requested" && t("consentAsked.until", { time: formatTime(row.lapsesAt) })}
            {row.reason}
            {row.askAgainFrom && ` · ${t("consentAsked.again", { time: formatTime(row.askAgainFrom) })}`}
          </div>
        </>
      ),
    },
    ...(props.actions ? [{ key: "actions", title: t("actions"), render: props.actions }] : []),
  ];
  return (
    <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("consentAsked.none")} />}>
      {(data) => (
        <DataTable
          label={t("consentAsked.title")}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.id}
          testId="asked-list"
          paging={{ page, total: data.total, onChange: setPage }}
        />
      )}
    </QueryView>
  );
}
