import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime } from "../../lib/format.ts";
import { type Run, runsQuery } from "./resource-queries.ts";
import { RunStateTag } from "./resource-tags.tsx";

/** What was fetched or pushed, with its batches and its faults. */
export function ResourceRuns({ id }: { id: string }) {
  const { t } = useTranslation("sources");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...runsQuery(id, page), placeholderData: keepPreviousData });
  const columns: DataColumn<Run>[] = [
    { key: "startedAt", title: t("run.startedAt"), lead: true, render: (run) => formatTime(run.startedAt) },
    { key: "trigger", title: t("run.trigger"), render: (run) => t(`run.triggers.${run.trigger}`) },
    { key: "state", title: t("common:state"), render: (run) => <RunStateTag state={run.state} /> },
    { key: "pages", title: t("run.pages"), align: "right", render: (run) => formatCount(run.pages) },
    { key: "rows", title: t("run.rows"), align: "right", render: (run) => formatCount(run.rows) },
    {
      key: "batches",
      title: t("run.batches"),
      wrap: true,
      render: (run) =>
        run.batchIds.length === 0
          ? "–"
          : run.batchIds.slice(-5).map((batchId, index) => (
              <Link key={batchId} to={`/department/batches/${batchId}`} style={{ marginRight: 8 }}>
                {t("run.batch", { number: Math.max(0, run.batchIds.length - 5) + index + 1 })}
              </Link>
            )),
    },
    {
      key: "fault",
      title: t("run.fault"),
      wrap: true,
      render: (run) =>
        run.fault ? (
          <span className="rq-small">
            {run.fault.message}
            {run.nextAttemptAt && ` · ${t("run.again", { time: formatTime(run.nextAttemptAt), count: run.attempts })}`}
          </span>
        ) : (
          "–"
        ),
    },
  ];
  return (
    <Card title={t("run.title")} data-testid="resource-runs">
      <QueryView query={query} isEmpty={(data) => data.items.length === 0} empty={<EmptyState text={t("run.none")} />}>
        {(data) => (
          <DataTable
            label={t("run.title")}
            columns={columns}
            rows={data.items}
            rowKey={(run) => run.id}
            testId="runs-list"
            paging={{ page, total: data.total, onChange: setPage }}
          />
        )}
      </QueryView>
    </Card>
  );
}
