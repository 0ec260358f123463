import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { erasure, objectionCounts } from "../../../../backend/features/objections/objection-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { ObjectionTable } from "./objection-table.tsx";
import { countsQuery, erasuresQuery, objectionsQuery } from "./queries.ts";

type Counts = z.infer<typeof objectionCounts>["items"][number];
type Erasure = z.infer<typeof erasure>;

function Departments() {
  const { t } = useTranslation("objections");
  const query = useQuery(countsQuery);
  const columns: DataColumn<Counts>[] = [
    { key: "name", title: t("common:department"), lead: true, render: (row) => localized(row.departmentName) },
    { key: "open", title: t("filter.open"), align: "right", render: (row) => formatCount(row.open) },
    { key: "overdue", title: t("filter.overdue"), align: "right", render: (row) => formatCount(row.overdue) },
    { key: "answered", title: t("filter.answered"), align: "right", render: (row) => formatCount(row.answered) },
    {
      key: "mean",
      title: t("oversight.meanDays"),
      align: "right",
      render: (row) => (row.meanAnswerDays === null ? "—" : formatCount(row.meanAnswerDays)),
    },
  ];
  return (
    <QueryView query={query} isEmpty={(data) => data.items.length === 0} empty={<EmptyState text={t("empty")} />}>
      {(data) => (
        <DataTable
          label={t("oversight.departments")}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.departmentCode}
          testId="objection-counts"
        />
      )}
    </QueryView>
  );
}

function Erasures() {
  const { t } = useTranslation("objections");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...erasuresQuery(page), placeholderData: keepPreviousData });
  const columns: DataColumn<Erasure>[] = [
    { key: "catalog", title: t("what"), lead: true, render: (row) => row.catalogId },
    { key: "digest", title: t("oversight.digest"), render: (row) => <HashText value={row.digest} /> },
    { key: "endedOn", title: t("oversight.endedOn"), render: (row) => row.endedOn },
    { key: "erasedAt", title: t("oversight.erasedAt"), render: (row) => formatTime(row.erasedAt) },
    {
      key: "anchor",
      title: t("anchor"),
      render: (row) => <AnchorTag anchor={row.anchor} proofPath={`/erasures/${row.recordId}/proof`} />,
    },
  ];
  return (
    <QueryView
      query={query}
      isEmpty={(data) => data.total === 0}
      empty={<EmptyState text={t("oversight.noErasure")} />}
    >
      {(data) => (
        <DataTable
          label={t("oversight.erasures")}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.recordId}
          testId="erasures"
          paging={{ page, total: data.total, onChange: setPage }}
        />
      )}
    </QueryView>
  );
}

/** For the regulator: overdue objections, each department's counts, and what was erased. */
export function ObjectionOversightView() {
  const { t } = useTranslation("objections");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...objectionsQuery("overdue", page), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("oversight.title")} description={t("oversight.explain")} />
      <div className="rq-stack">
        <Card title={t("oversight.overdue")}>
          <QueryView
            query={query}
            isEmpty={(data) => data.total === 0}
            empty={<EmptyState text={t("oversight.none")} />}
          >
            {(data) => (
              <ObjectionTable
                objections={data.items}
                who="department"
                paging={{ page, total: data.total, onChange: setPage }}
              />
            )}
          </QueryView>
        </Card>
        <Card title={t("oversight.departments")}>
          <Departments />
        </Card>
        <Card title={t("oversight.erasures")}>
          <Erasures />
        </Card>
      </div>
    </>
  );
}
