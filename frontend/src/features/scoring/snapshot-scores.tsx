import { useQuery } from "@tanstack/react-query";
import { Card, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { snapshotScoresQuery } from "./queries.ts";
import { ScoreContentView } from "./score-content.tsx";
import { ScoreProof } from "./score-proof.tsx";

/** The scores of a profile as it was read: by the platform's scorecard and by the reader's own. */
export function SnapshotScores({ snapshotId }: { snapshotId: string }) {
  const { t } = useTranslation("scoring");
  const query = useQuery(snapshotScoresQuery(snapshotId));
  return (
    <Card title={t("snapshot.title")} data-testid="snapshot-scores">
      <QueryView
        query={query}
        isEmpty={({ items }) => items.length === 0}
        empty={<EmptyState text={t("snapshot.none")} />}
      >
        {({ items }) => (
          <Tabs
            items={items.map((score) => ({
              key: score.id,
              label: `${score.scorecard.owner.name} · ${score.content ? `${score.content.total} · ${score.content.grade}` : t("history.deleted")}`,
              children: (
                <div className="rq-stack">
                  {score.content && <ScoreContentView content={score.content} />}
                  <ScoreProof score={score} />
                </div>
              ),
            }))}
          />
        )}
      </QueryView>
    </Card>
  );
}
