import { Card, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { ScorecardDetail } from "../../../../backend/features/scoring/score-schemas.ts";
import type { TrainingReport } from "../../../../backend/features/scoring/training-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatCount, localized } from "../../lib/format.ts";
import { LineChart } from "./charts.tsx";
import { GroupTable } from "./group-table.tsx";
import { ratePercent } from "./score-content.tsx";

const percent = (value: number): string => `${(value * 100).toFixed(0)}%`;
const share = (ppm: number): number => ppm / 1_000_000;

type Grade = TrainingReport["grades"][number] & { from: number | null };

/** How well a scorecard does: on what was kept out of its training above all. */
export function TrainingReportView({ card }: { card: ScorecardDetail }) {
  const { t } = useTranslation("scoring");
  const { report, scorecard } = card;
  const full = (label: string) => ({ label, from: 0, to: 1, format: percent });
  const scores = report.curve.map(({ score }) => score);
  const groups = report.calibration.groups.map(({ rows, bads, expectedBads }): [number, number] => [
    Number(expectedBads) / rows,
    bads / rows,
  ]);
  const top = Math.min(1, Math.max(0.05, ...groups.flat()) * 1.1);
  const rate = (label: string) => ({
    label,
    from: 0,
    to: top,
    format: (value: number) => `${(value * 100).toFixed(1)}%`,
  });
  const samples = [
    { name: t("report.holdout"), ...report.holdout },
    { name: t("report.train"), ...report.train },
  ];
  const grades: Grade[] = report.grades.map((each, index) => ({ ...each, from: scorecard.grades[index]!.from }));
  const gradeColumns: DataColumn<Grade>[] = [
    { key: "grade", title: t("grade"), lead: true, render: (row) => <strong>{row.grade}</strong> },
    {
      key: "from",
      title: t("report.cutOff"),
      align: "right",
      render: (row) => (row.from === null ? t("report.below") : t("report.from", { from: row.from })),
    },
    { key: "rows", title: t("report.rows"), align: "right", render: (row) => formatCount(row.rows) },
    { key: "bads", title: t("report.bads"), align: "right", render: (row) => formatCount(row.bads) },
    { key: "expected", title: t("report.expected"), align: "right", render: (row) => ratePercent(row.expectedRate) },
    {
      key: "observed",
      title: t("report.observed"),
      align: "right",
      render: (row) => (row.rows === 0 ? "—" : ratePercent(String(row.bads / row.rows))),
    },
  ];
  const names = new Map(card.indicators.map(({ id, name }) => [id, localized(name)]));
  return (
    <Card title={t("report.title")} data-testid="training-report">
      <div className="rq-stack">
        <DataTable
          label={t("report.title")}
          rows={samples}
          rowKey={(row) => row.name}
          testId="training-samples"
          columns={[
            { key: "name", title: t("report.sample"), lead: true, render: (row) => row.name },
            { key: "rows", title: t("report.rows"), align: "right", render: (row) => formatCount(row.rows) },
            { key: "bads", title: t("report.bads"), align: "right", render: (row) => formatCount(row.bads) },
            {
              key: "auc",
              title: t("report.auc"),
              align: "right",
              render: (row) => `${row.auc} (${row.aucLow} – ${row.aucHigh})`,
            },
            { key: "ks", title: "KS", align: "right", render: (row) => `${row.ks} @ ${row.ksScore}` },
          ]}
        />
        <Typography.Text type="secondary">
          {t("report.hosmer", { p: report.calibration.pValue, psi: report.stability.psi })}
        </Typography.Text>
        <div className="scoring-charts">
          <LineChart
            title={t("report.roc")}
            x={full(t("report.goodsShare"))}
            y={full(t("report.badsShare"))}
            lines={[
              {
                name: t("report.holdout"),
                tone: "main",
                points: [
                  [0, 0],
                  ...report.curve.map(({ goodsPpm, badsPpm }) => [share(goodsPpm), share(badsPpm)] as const),
                ],
              },
              {
                name: t("report.chance"),
                tone: "soft",
                points: [
                  [0, 0],
                  [1, 1],
                ],
              },
            ]}
          />
          <LineChart
            title={t("report.ks", { ks: report.holdout.ks, score: report.holdout.ksScore })}
            x={{
              label: t("total"),
              from: Math.min(...scores),
              to: Math.max(...scores),
              format: (value) => value.toFixed(0),
            }}
            y={full(t("report.share"))}
            lines={[
              {
                name: t("report.bads"),
                tone: "bad",
                points: report.curve.map(({ score, badsPpm }) => [score, share(badsPpm)]),
              },
              {
                name: t("report.goods"),
                tone: "main",
                points: report.curve.map(({ score, goodsPpm }) => [score, share(goodsPpm)]),
              },
            ]}
          />
          <LineChart
            title={t("report.calibration")}
            x={rate(t("report.expected"))}
            y={rate(t("report.observed"))}
            lines={[
              { name: t("report.groups"), tone: "main", points: groups, dots: true },
              {
                name: t("report.asExpected"),
                tone: "soft",
                points: [
                  [0, 0],
                  [top, top],
                ],
              },
            ]}
          />
        </div>
        <DataTable
          label={t("report.grades")}
          rows={grades}
          rowKey={(row) => row.grade}
          testId="training-grades"
          columns={gradeColumns}
        />
        {report.impact.map(({ indicatorId, groups: impact }) => (
          <div key={indicatorId}>
            <Typography.Title level={5}>
              {t("report.impact", { name: names.get(indicatorId) ?? indicatorId })}
            </Typography.Title>
            <GroupTable groups={impact} by={indicatorId} />
          </div>
        ))}
        <details>
          <summary>{t("report.leftOut", { count: report.leftOut.length })}</summary>
          <ul>
            {report.leftOut.map(({ id, reason }) => (
              <li key={id}>
                <code>{id}</code>: {reason}
              </li>
            ))}
          </ul>
        </details>
      </div>
    </Card>
  );
}
