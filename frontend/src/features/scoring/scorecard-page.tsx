import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Descriptions, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { ScorecardDetail } from "../../../../backend/features/scoring/score-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { downloadJson } from "../../lib/download.ts";
import { formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSignedIn } from "../session/use-account.ts";
import { BinsView } from "./bins-view.tsx";
import { MonitoringView } from "./monitoring-view.tsx";
import { scorecardQuery } from "./queries.ts";
import { ScorecardStateTag } from "./scorecards-page.tsx";
import { TrainingReportView } from "./training-report.tsx";

function Actions({ card }: { card: ScorecardDetail }) {
  const { t } = useTranslation("scoring");
  const client = useQueryClient();
  const act = useAction(async (what: "publication" | "retirement") => {
    await api.post<ScorecardDetail>(`/scorecards/${encodeURIComponent(card.id)}/${what}`);
    await client.invalidateQueries({ queryKey: ["scorecards"] });
  });
  return (
    <div className="rq-stack">
      <Space wrap>
        {card.state === "draft" && (
          <Popconfirm title={t("card.publishAsk")} onConfirm={() => void act.run("publication")}>
            <Button type="primary" loading={act.pending} data-testid="scorecard-publish">
              {t("card.publish")}
            </Button>
          </Popconfirm>
        )}
        {card.state === "published" && (
          <Popconfirm title={t("card.retireAsk")} onConfirm={() => void act.run("retirement")}>
            <Button danger loading={act.pending} data-testid="scorecard-retire">
              {t("card.retire")}
            </Button>
          </Popconfirm>
        )}
        <Button
          icon={<DownloadOutlined />}
          onClick={() => downloadJson(`${card.cardId}-${card.version}.json`, card.scorecard)}
          data-testid="scorecard-download"
        >
          {t("card.download")}
        </Button>
      </Space>
      {act.error !== undefined && <ProblemAlert error={act.error} />}
    </div>
  );
}

/** One version: who made it of whom, what it does, how well, and how it fares today. */
export function ScorecardPage() {
  const { t } = useTranslation("scoring");
  const { role, participant } = useSignedIn();
  const { id = "" } = useParams();
  const query = useQuery(scorecardQuery(id));
  return (
    <QueryView query={query}>
      {(card) => {
        const owns = role === "operator" ? card.owner.kind === "platform" : card.owner.id === participant.id;
        return (
          <>
            <PageHeader
              title={`${card.cardId} · ${t("card.version", { version: card.version })}`}
              description={<ScorecardStateTag state={card.state} />}
              back={
                <Link to={role === "enterprise" ? "/enterprise/score" : `/${role}/scorecards`}>
                  ← {t("cards.title")}
                </Link>
              }
              {...(owns ? { actions: <Actions card={card} /> } : {})}
            />
            <div className="rq-stack">
              <Card>
                <Descriptions
                  size="small"
                  column={{ xs: 1, md: 2 }}
                  items={[
                    { key: "owner", label: t("card.owner"), children: card.owner.name },
                    { key: "author", label: t("card.author"), children: card.author },
                    { key: "target", label: t("card.target"), children: card.target },
                    { key: "population", label: t("card.population"), children: card.population },
                    { key: "trained", label: t("card.trainedAt"), children: formatTime(card.trainedAt) },
                    {
                      key: "published",
                      label: t("card.publishedAt"),
                      children: card.publishedAt ? formatTime(card.publishedAt) : "—",
                    },
                    { key: "digest", label: t("card.digest"), children: <HashText value={card.digest} /> },
                    { key: "report", label: t("card.reportDigest"), children: <HashText value={card.reportDigest} /> },
                    {
                      key: "anchor",
                      label: t("proof.anchor"),
                      children: card.anchor ? (
                        <AnchorTag anchor={card.anchor} proofPath={`/scorecards/${card.id}/proof`} />
                      ) : (
                        "—"
                      ),
                    },
                  ]}
                />
              </Card>
              <TrainingReportView card={card} />
              <BinsView card={card} />
              {card.state !== "draft" && role !== "enterprise" && (
                <MonitoringView scorecardId={card.id} mayStart={owns && card.state === "published"} />
              )}
            </div>
          </>
        );
      }}
    </QueryView>
  );
}
