import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime } from "../../lib/format.ts";
import { consentsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { scoreQuery } from "./queries.ts";
import { ScoreContentView } from "./score-content.tsx";
import { ScoreProof } from "./score-proof.tsx";

const STILL_ALLOWED_MS = 5_000;
/** A consent for one reading is used up by it; the copy stays for its time. */
const SHOWN_UNDER = ["active", "used"];

/** One score as it was given, for whoever may see it. */
export function ScoreDetailPage() {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const { id = "" } = useParams();
  const query = useQuery(scoreQuery(id));
  // Reading the consents is no read of data: an open page looks whether it may still show what it shows.
  const consents = useQuery({
    ...consentsQuery,
    enabled: role === "institution",
    staleTime: 0,
    refetchOnWindowFocus: "always",
    refetchInterval: STILL_ALLOWED_MS,
  });
  const consent = consents.data?.items.find((each) => each.id === query.data?.consentId);
  const over = role === "institution" && consents.data !== undefined && !SHOWN_UNDER.includes(consent?.state ?? "");
  return (
    <>
      <PageHeader
        title={t("detail.title")}
        description={query.data && t("detail.of", { time: formatTime(query.data.scoredAt) })}
        back={<Link to={role === "enterprise" ? "/enterprise/score" : `/${role}/scores`}>← {t("history.title")}</Link>}
      />
      <QueryView query={query}>
        {(score) => (
          <div className="rq-stack">
            <Descriptions
              size="small"
              column={{ xs: 1, md: 2 }}
              items={[
                { key: "uscc", label: t("common:uscc"), children: <span className="rq-code">{score.uscc}</span> },
                {
                  key: "who",
                  label: t("history.who"),
                  children: score.reader?.name ?? t(role === "enterprise" ? "history.own" : "history.ownOfEnterprise"),
                },
                ...(score.previousId
                  ? [
                      {
                        key: "previous",
                        label: t("detail.previous"),
                        children: <Link to={`/${role}/scores/${score.previousId}`}>{t("detail.open")}</Link>,
                      },
                    ]
                  : []),
              ]}
            />
            {score.content && !over ? (
              <ScoreContentView content={score.content} own={role === "enterprise"} />
            ) : (
              <Alert type="info" showIcon title={t("detail.deleted")} />
            )}
            <ScoreProof key={score.id} score={score} />
          </div>
        )}
      </QueryView>
    </>
  );
}
