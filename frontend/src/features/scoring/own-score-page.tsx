import { useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatDate } from "../../lib/format.ts";
import { LineChart } from "./charts.tsx";
import { ownScoreQuery, scoresQuery } from "./queries.ts";
import { ScoreContentView } from "./score-content.tsx";
import { ScoreProof } from "./score-proof.tsx";
import { ScoreTable } from "./score-table.tsx";

/** Own scores of this page over time; two of them at least make a line. */
function Course({ scores }: { scores: readonly { scoredAt: string; total: number }[] }) {
  const { t } = useTranslation("scoring");
  if (scores.length < 2) return null;
  const sorted = scores.toSorted((a, b) => (a.scoredAt < b.scoredAt ? -1 : 1));
  const totals = sorted.map(({ total }) => total);
  const times = sorted.map(({ scoredAt }) => Date.parse(scoredAt));
  return (
    <LineChart
      title={t("history.course")}
      x={{
        label: "",
        from: times[0]!,
        to: times.at(-1)!,
        format: (time) => formatDate(new Date(time).toISOString()),
      }}
      y={{
        label: t("total"),
        from: Math.min(...totals) - 10,
        to: Math.max(...totals) + 10,
        format: (value) => value.toFixed(0),
      }}
      lines={[{ name: t("history.own"), tone: "main", points: sorted.map(({ total }, i) => [times[i]!, total]) }]}
    />
  );
}

/** The enterprise's score of now, why it is so, what would help, and what was said before and to whom. */
export function OwnScorePage() {
  const { t } = useTranslation("scoring");
  const [page, setPage] = useState(1);
  const current = useQuery(ownScoreQuery);
  const history = useQuery({ ...scoresQuery({ page }), enabled: !current.isPending });
  return (
    <>
      <PageHeader title={t("own.title")} description={t("own.explain")} />
      <div className="rq-stack">
        <QueryView query={current}>
          {(score) => (
            <>
              {score.content && <ScoreContentView content={score.content} own />}
              <ScoreProof key={score.id} score={score} />
            </>
          )}
        </QueryView>
        <Card title={t("history.title")}>
          <QueryView
            query={history}
            isEmpty={(data) => data.total === 0}
            empty={<EmptyState text={t("history.none")} />}
          >
            {(data) => (
              <div className="rq-stack">
                <Course
                  scores={data.items.flatMap(({ kind, scoredAt, total }) =>
                    kind === "own" && total !== undefined ? [{ scoredAt, total }] : [],
                  )}
                />
                <ScoreTable scores={data.items} paging={{ page, total: data.total, onChange: setPage }} />
              </div>
            )}
          </QueryView>
        </Card>
      </div>
    </>
  );
}
