import { Card, Statistic, type StatisticProps } from "antd";
import { useTranslation } from "react-i18next";
import { formatCount, formatTime } from "../lib/format.ts";
import type { PlatformStatus } from "../lib/oversight-queries.ts";
import { type DataColumn, DataTable } from "./data-table.tsx";
import { EmptyState } from "./empty-state.tsx";
import { HashText } from "./hash-text.tsx";

type FailedAct = PlatformStatus["failedActs"][number];

/** Leaves older than this wait too long for their batch, seconds. */
const LATE_SECONDS = 60;

/** Queues, anchoring lag and failed acts of the platform. */
export function StatusCards({ status }: { status: PlatformStatus }) {
  const { t } = useTranslation("oversight");
  const late = status.oldestWaitingSeconds > LATE_SECONDS;
  const figures: (StatisticProps & { key: string })[] = [
    { key: "blockNumber", value: formatCount(status.blockNumber) },
    { key: "indexedBlock", value: formatCount(status.indexedBlock) },
    { key: "eventsWaiting", value: formatCount(status.eventsWaiting) },
    { key: "queuedActs", value: formatCount(status.queuedActs) },
    { key: "openTransactions", value: formatCount(status.openTransactions) },
    { key: "waitingLeaves", value: formatCount(status.waitingLeaves) },
    {
      key: "oldestWaitingSeconds",
      value: formatCount(status.oldestWaitingSeconds),
      suffix: t("status.seconds"),
      ...(late ? { styles: { content: { color: "#b3261e" } } } : {}),
    },
    { key: "outboxWaiting", value: formatCount(status.outboxWaiting) },
  ];
  const columns: DataColumn<FailedAct>[] = [
    {
      key: "kind",
      title: t("status.actKind"),
      lead: true,
      render: (row) => t(`act.${row.kind}`, { defaultValue: row.kind }),
    },
    { key: "reason", title: t("status.reason"), wrap: true, render: (row) => row.reason },
    { key: "at", title: t("status.at"), render: (row) => formatTime(row.at) },
    { key: "id", title: t("status.act"), render: (row) => <HashText value={row.id} /> },
  ];
  return (
    <div className="rq-stack" data-testid="platform-status">
      <div className="rq-grid" style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 200px), 1fr))" }}>
        {figures.map(({ key, ...figure }) => (
          <Card key={key} size="small" data-testid={`status-${key}`}>
            <Statistic title={t(`status.${key}`)} {...figure} />
          </Card>
        ))}
      </div>
      <Card title={t("status.failedActs", { count: status.failedActs.length })} data-testid="status-failed">
        {status.failedActs.length === 0 ? (
          <EmptyState text={t("status.noFailedActs")} />
        ) : (
          <DataTable
            label={t("status.failedActs", { count: status.failedActs.length })}
            columns={columns}
            rows={status.failedActs}
            rowKey={(row) => row.id}
            testId="failed-acts"
          />
        )}
      </Card>
    </div>
  );
}
