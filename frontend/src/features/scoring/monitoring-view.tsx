import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Collapse, Select, Space, Statistic, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MonitoringReport } from "../../../../backend/features/scoring/score-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { PairBars } from "./charts.tsx";
import { GroupTable } from "./group-table.tsx";
import { reportsQuery } from "./queries.ts";
import { ratePercent } from "./score-content.tsx";

const COLOURS = { stable: "green", shift: "gold", action: "red" } as const;

function DriftTag({ drift }: { drift: MonitoringReport["drift"] }) {
  const { t } = useTranslation("scoring");
  return (
    <Tag color={COLOURS[drift]} data-testid="drift" data-state={drift}>
      {t(`drift.${drift}`)}
    </Tag>
  );
}

const bandName = (from: number | null, below: number | null): string =>
  from === null ? `< ${below}` : below === null ? `≥ ${from}` : `${from} – ${below - 1}`;

function Outcomes({ outcomes }: { outcomes: MonitoringReport["outcomes"] }) {
  const { t } = useTranslation("scoring");
  const { goods, bads, fewest, unscored, figures } = outcomes;
  if (!figures)
    return (
      <Alert
        type="info"
        showIcon
        title={t("monitoring.tooFew", { goods, bads, fewest })}
        {...(unscored > 0 ? { description: t("monitoring.unscored", { count: unscored }) } : {})}
        data-testid="monitoring-too-few"
      />
    );
  return (
    <div className="rq-stack">
      <Space size={32} wrap>
        <Statistic title="AUC" value={figures.auc} />
        <Statistic title="KS" value={`${figures.ks} @ ${figures.ksScore}`} />
        <Statistic title={t("report.goods")} value={formatCount(goods)} />
        <Statistic title={t("report.bads")} value={formatCount(bads)} />
      </Space>
      <DataTable
        label={t("report.calibration")}
        rows={figures.grades}
        rowKey={(row) => row.grade}
        testId="monitoring-calibration"
        columns={[
          { key: "grade", title: t("grade"), lead: true, render: (row) => row.grade },
          { key: "rows", title: t("report.rows"), align: "right", render: (row) => formatCount(row.rows) },
          {
            key: "expected",
            title: t("report.expected"),
            align: "right",
            render: (row) => ratePercent(row.expectedRate),
          },
          {
            key: "observed",
            title: t("report.observed"),
            align: "right",
            render: (row) => (row.rows === 0 ? "—" : ratePercent(String(row.bads / row.rows))),
          },
        ]}
      />
    </div>
  );
}

type Characteristic = MonitoringReport["characteristics"][number];

function Report({ report }: { report: MonitoringReport }) {
  const { t } = useTranslation("scoring");
  const columns: DataColumn<Characteristic>[] = [
    { key: "name", title: t("points.indicator"), lead: true, render: (row) => localized(row.name) },
    { key: "psi", title: "PSI", align: "right", render: (row) => row.psi },
    { key: "chance", title: t("monitoring.byChance"), align: "right", render: (row) => row.byChance },
    { key: "shift", title: t("monitoring.pointsShift"), align: "right", render: (row) => row.pointsShift },
    { key: "drift", title: t("monitoring.drift"), render: (row) => <DriftTag drift={row.drift} /> },
  ];
  return (
    <div className="rq-stack" data-testid="monitoring-report">
      <Space size={32} wrap>
        <Statistic title={t("monitoring.scores")} value={formatCount(report.scores)} />
        <Statistic title={t("monitoring.scorePsi")} value={report.score.psi || "—"} />
        <Statistic title={t("monitoring.byChance")} value={report.score.byChance} />
        <div>
          <div className="rq-small rq-soft">{t("monitoring.drift")}</div>
          <DriftTag drift={report.drift} /> {report.alert && <Tag color="red">{t("alerts.alert")}</Tag>}
        </div>
      </Space>
      <Typography.Text type="secondary">
        {t("monitoring.finished", { time: formatTime(report.finishedAt) })}
        {report.refused > 0 && ` · ${t("monitoring.refused", { count: report.refused })}`}
      </Typography.Text>
      {report.scores > 0 && (
        <PairBars
          title={t("monitoring.bands")}
          pairs={report.bands.map(({ from, below, expectedPpm, actualPpm }) => ({
            name: bandName(from, below),
            expected: expectedPpm,
            actual: actualPpm,
          }))}
        />
      )}
      <DataTable
        label={t("monitoring.characteristics")}
        columns={columns}
        rows={report.characteristics}
        rowKey={(row) => row.indicatorId}
        testId="monitoring-characteristics"
      />
      <Collapse
        items={report.characteristics.map(({ indicatorId, name, bins }) => ({
          key: indicatorId,
          label: localized(name),
          children: (
            <PairBars
              title={localized(name)}
              pairs={bins.map(({ text, expectedPpm, actualPpm }) => ({
                name: localized(text),
                expected: expectedPpm,
                actual: actualPpm,
              }))}
            />
          ),
        }))}
      />
      <Typography.Title level={5}>{t("monitoring.outcomes")}</Typography.Title>
      <Outcomes outcomes={report.outcomes} />
      <Typography.Title level={5}>{t("fairness.title")}</Typography.Title>
      <Typography.Text type="secondary">{t("fairness.explain")}</Typography.Text>
      {report.fairness.map(({ by, groups }) => (
        <div key={by}>
          <Typography.Text strong>{t(`fairness.by.${by}`)}</Typography.Text>
          <GroupTable groups={groups} by={by} />
        </div>
      ))}
      {report.decisions.length > 0 && <Typography.Title level={5}>{t("fairness.decisions")}</Typography.Title>}
      {report.decisions.map(({ by, groups }) => (
        <div key={by}>
          <Typography.Text strong>{t(`fairness.by.${by}`)}</Typography.Text>
          <GroupTable groups={groups} by={by} />
        </div>
      ))}
    </div>
  );
}

/** What the monthly surveys found, and a button for another one. */
export function MonitoringView({ scorecardId, mayStart }: { scorecardId: string; mayStart: boolean }) {
  const { t } = useTranslation("scoring");
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string>();
  const query = useQuery(reportsQuery(scorecardId));
  const start = useAction(async () => {
    await api.post(`/scorecards/${encodeURIComponent(scorecardId)}/reports`);
    await client.invalidateQueries({ queryKey: ["scorecards", scorecardId, "reports"] });
  });
  const running = query.data?.running;
  return (
    <Card
      title={t("monitoring.title")}
      data-testid="monitoring"
      extra={
        mayStart && (
          <Button
            loading={start.pending}
            disabled={running !== undefined}
            onClick={() => void start.run()}
            data-testid="monitoring-start"
          >
            {t("monitoring.start")}
          </Button>
        )
      }
    >
      <div className="rq-stack">
        {start.error !== undefined && <ProblemAlert error={start.error} />}
        {running && <Alert type="info" showIcon title={t("monitoring.running", { count: running.scored })} />}
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("monitoring.none")} />}
        >
          {({ items }) => {
            const report = items.find(({ id }) => id === chosen) ?? items[0]!;
            return (
              <>
                <Select
                  aria-label={t("monitoring.month")}
                  value={report.id}
                  onChange={setChosen}
                  style={{ maxWidth: 320 }}
                  options={items.map(({ id, month, finishedAt }) => ({
                    value: id,
                    label: `${month} · ${formatTime(finishedAt)}`,
                  }))}
                />
                <Report key={report.id} report={report} />
              </>
            );
          }}
        </QueryView>
      </div>
    </Card>
  );
}
