import { useQuery } from "@tanstack/react-query";
import { Button, Card, Segmented, Statistic } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, localized } from "../../lib/format.ts";
import { ScoreboardCatalogs, ScoreFigure } from "./scoreboard-catalogs.tsx";
import { type DepartmentScore, type Scoreboard, scoreboardQuery } from "./scoreboard-queries.ts";
import { percent, ScoreboardTrend, useDuration } from "./scoreboard-trend.tsx";

const PERIODS = [7, 30, 90];

/** How well a department shares, for itself. */
export function DepartmentScoreboardPage() {
  const { t } = useTranslation("sources");
  const [days, setDays] = useState(30);
  const query = useQuery(scoreboardQuery({ days }));
  return (
    <>
      <PageHeader
        title={t("board.title")}
        description={t("board.intro")}
        actions={<Period days={days} onChange={setDays} />}
      />
      <QueryView query={query}>
        {(board) => (
          <div className="rq-stack">
            {board.departments[0] && <DepartmentFigures department={board.departments[0]} />}
            <Card title={t("board.trend")}>
              <ScoreboardTrend board={board} />
            </Card>
            <ScoreboardCatalogs catalogs={board.catalogs} />
          </div>
        )}
      </QueryView>
    </>
  );
}

/** All departments, ranked; one of them in detail. */
export function ScoreboardOversightPage() {
  const { t } = useTranslation("sources");
  const [days, setDays] = useState(30);
  const [departmentCode, choose] = useState<string>();
  const query = useQuery(scoreboardQuery({ days }));
  const chosen = useQuery({ ...scoreboardQuery({ days, departmentCode }), enabled: departmentCode !== undefined });
  return (
    <>
      <PageHeader
        title={t("board.title")}
        description={t("board.oversightIntro")}
        actions={<Period days={days} onChange={setDays} />}
      />
      <QueryView query={query}>
        {(board) => (
          <div className="rq-stack">
            <Card title={t("board.trend")}>
              <ScoreboardTrend board={board} />
            </Card>
            <DepartmentTable board={board} chosen={departmentCode} choose={choose} />
            {departmentCode !== undefined && (
              <QueryView query={chosen}>
                {(detail) => (
                  <Card title={t("board.catalogsOf", { name: nameOf(detail.departments[0]) })}>
                    <div className="rq-stack">
                      <ScoreboardTrend board={detail} />
                      <ScoreboardCatalogs catalogs={detail.catalogs} />
                    </div>
                  </Card>
                )}
              </QueryView>
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}

const nameOf = (department: DepartmentScore | undefined): string => (department ? localized(department.name) : "");

function Period({ days, onChange }: { days: number; onChange: (days: number) => void }) {
  const { t } = useTranslation("sources");
  return (
    <Segmented
      value={days}
      onChange={onChange}
      options={PERIODS.map((value) => ({ value, label: t("board.days", { count: value }) }))}
      data-testid="scoreboard-days"
    />
  );
}

function DepartmentFigures({ department }: { department: DepartmentScore }) {
  const { t } = useTranslation("sources");
  const duration = useDuration();
  const figures = [
    ["score", department.score ?? "–"],
    ["rank", department.rank ?? "–"],
    ["fresh", `${department.fresh} / ${department.catalogs}`],
    ["errorRate", percent(department.errorRate)],
    ["completeness", percent(department.completeness)],
    ["latency", duration(department.meanLatencyMs)],
    ["reads", formatCount(department.reads)],
    ["objectionsBoth", `${department.objections.open} / ${department.objections.late}`],
  ] as const;
  return (
    <div className="rq-grid" style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 170px), 1fr))" }}>
      {figures.map(([key, value]) => (
        <Card key={key} size="small" data-testid={`scoreboard-${key}`}>
          <Statistic title={t(`board.${key}`)} formatter={() => value} />
        </Card>
      ))}
    </div>
  );
}

function DepartmentTable(props: {
  board: Scoreboard;
  chosen: string | undefined;
  choose: (departmentCode: string | undefined) => void;
}) {
  const { board, chosen, choose } = props;
  const { t } = useTranslation("sources");
  const duration = useDuration();
  const columns: DataColumn<DepartmentScore>[] = [
    { key: "rank", title: t("board.rank"), align: "right", render: (row) => row.rank ?? "–" },
    { key: "name", title: t("common:department"), lead: true, render: (row) => localized(row.name) },
    { key: "score", title: t("board.score"), render: (row) => <ScoreFigure score={row.score} /> },
    { key: "fresh", title: t("board.fresh"), align: "right", render: (row) => `${row.fresh} / ${row.catalogs}` },
    { key: "rows", title: t("board.rows"), align: "right", render: (row) => formatCount(row.rows) },
    { key: "errors", title: t("board.errorRate"), align: "right", render: (row) => percent(row.errorRate) },
    { key: "complete", title: t("board.completeness"), align: "right", render: (row) => percent(row.completeness) },
    { key: "latency", title: t("board.latency"), align: "right", render: (row) => duration(row.meanLatencyMs) },
    { key: "reads", title: t("board.reads"), align: "right", render: (row) => formatCount(row.reads) },
    { key: "objections", title: t("board.objections"), render: (row) => t("board.objectionsOf", row.objections) },
    {
      key: "open",
      title: "",
      render: ({ departmentCode }) => (
        <Button
          size="small"
          onClick={() => choose(chosen === departmentCode ? undefined : departmentCode)}
          data-testid={`scoreboard-open-${departmentCode}`}
        >
          {t(chosen === departmentCode ? "common:close" : "board.open")}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      label={t("board.departments")}
      columns={columns}
      rows={board.departments}
      rowKey={(row) => row.departmentCode}
      testId="scoreboard-departments"
    />
  );
}
