import { DownloadOutlined, RedoOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { score, scoreText } from "../../../../backend/features/scoring/domain/score.ts";
import { parseScorecard } from "../../../../backend/features/scoring/domain/scorecard.ts";
import type { ReplayView, ScoreView } from "../../../../backend/features/scoring/score-schemas.ts";
import type { LeafPack } from "../../../../backend/lib/proof/pack.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { downloadJson } from "../../lib/download.ts";
import { formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSignedIn } from "../session/use-account.ts";
import { scorecardQuery } from "./queries.ts";

interface Replayed {
  readonly server: ReplayView;
  /** Scored in this browser as well; undefined where the scorecard isn't shown to the reader. */
  readonly browser?: boolean;
}

/** Which scorecard, of which moment, and the proof: replay to the byte, and the commitment on the chain. */
export function ScoreProof({ score: shown }: { score: ScoreView }) {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const client = useQueryClient();
  const [result, setResult] = useState<Replayed>();
  const seesCard = shown.scorecard.owner.kind === "platform" || role !== "enterprise";
  const replay = useAction(async () => {
    setResult(undefined);
    const server = await api.post<ReplayView>(`/scores/${encodeURIComponent(shown.id)}/replay`);
    if (!seesCard) return setResult({ server });
    const { scorecard } = await client.ensureQueryData(scorecardQuery(shown.scorecard.id));
    const inputs = Object.entries(server.inputs).map(([id, value]) => ({ id, value }));
    setResult({ server, browser: scoreText(score(parseScorecard(scorecard), inputs)) === server.text });
  });
  const download = useAction(async () =>
    downloadJson(
      `score-${shown.id}.proof.json`,
      await api.get<LeafPack>(`/scores/${encodeURIComponent(shown.id)}/proof`),
    ),
  );
  const error = replay.error ?? download.error;
  const { scorecard } = shown;
  const name = `${scorecard.cardId} · ${t("card.version", { version: scorecard.version })}`;
  return (
    <Card title={t("proof.title")} data-testid="score-proof">
      <div className="rq-stack">
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2 }}
          items={[
            {
              key: "card",
              label: t("card.one"),
              children: seesCard ? <Link to={`/${role}/scorecards/${scorecard.id}`}>{name}</Link> : name,
            },
            { key: "owner", label: t("card.owner"), children: scorecard.owner.name },
            { key: "asOf", label: t("proof.asOf"), children: formatTime(shown.asOf) },
            { key: "scoredAt", label: t("proof.scoredAt"), children: formatTime(shown.scoredAt) },
            { key: "digest", label: t("card.digest"), children: <HashText value={scorecard.digest} /> },
            { key: "inputs", label: t("proof.inputs"), children: <HashText value={shown.inputDigest} /> },
            { key: "result", label: t("proof.result"), children: <HashText value={shown.resultDigest} /> },
            {
              key: "anchor",
              label: t("proof.anchor"),
              children: <AnchorTag anchor={shown.anchor} proofPath={`/scores/${shown.id}/proof`} />,
            },
          ]}
        />
        <Space wrap>
          <Button
            type="primary"
            icon={<RedoOutlined />}
            loading={replay.pending}
            disabled={shown.deleted}
            onClick={() => void replay.run()}
            data-testid="score-replay"
          >
            {t("proof.replay")}
          </Button>
          <Button
            icon={<DownloadOutlined />}
            loading={download.pending}
            disabled={shown.anchor.state !== "confirmed"}
            onClick={() => void download.run()}
            data-testid="score-proof-download"
          >
            {t("proof.download")}
          </Button>
        </Space>
        {error !== undefined && <ProblemAlert error={error} />}
        {result && (
          <Alert
            type={result.server.same && result.browser !== false ? "success" : "error"}
            showIcon
            data-testid="score-replayed"
            data-same={String(result.server.same && result.browser !== false)}
            title={t(result.server.same ? "proof.same" : "proof.different")}
            description={
              <>
                {result.browser !== undefined && (
                  <div>{t(result.browser ? "proof.browserSame" : "proof.browserDifferent")}</div>
                )}
                <HashText value={result.server.digest} />
              </>
            }
          />
        )}
      </div>
    </Card>
  );
}
