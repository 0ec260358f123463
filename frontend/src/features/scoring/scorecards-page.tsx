import { useQuery } from "@tanstack/react-query";
import { Card, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ScorecardSummary } from "../../../../backend/features/scoring/score-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatDate } from "../../lib/format.ts";
import { useSignedIn } from "../session/use-account.ts";
import { AlertList } from "./alert-list.tsx";
import { scorecardsQuery } from "./queries.ts";
import { UploadCard } from "./upload-card.tsx";

const COLOURS = { draft: "default", published: "green", retired: "gold" } as const;

export function ScorecardStateTag({ state }: { state: ScorecardSummary["state"] }) {
  const { t } = useTranslation("scoring");
  return (
    <Tag color={COLOURS[state]} data-testid="scorecard-state" data-state={state}>
      {t(`card.state.${state}`)}
    </Tag>
  );
}

/** Versions of scorecards with their hashes; who owns some uploads and watches them here. */
export function ScorecardsPage() {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const owns = role === "institution" || role === "operator";
  const query = useQuery(scorecardsQuery);
  const columns: DataColumn<ScorecardSummary>[] = [
    {
      key: "name",
      title: t("card.one"),
      lead: true,
      render: (row) => (
        <Link
          to={`/${role}/scorecards/${row.id}`}
        >{`${row.cardId} · ${t("card.version", { version: row.version })}`}</Link>
      ),
    },
    { key: "owner", title: t("card.owner"), wrap: true, render: (row) => row.owner.name },
    { key: "state", title: t("card.stateTitle"), render: (row) => <ScorecardStateTag state={row.state} /> },
    { key: "author", title: t("card.author"), wrap: true, render: (row) => row.author },
    {
      key: "published",
      title: t("card.publishedAt"),
      render: (row) => (row.publishedAt ? formatDate(row.publishedAt) : "—"),
    },
    { key: "digest", title: t("card.digest"), render: (row) => <HashText value={row.digest} /> },
    {
      key: "anchor",
      title: t("proof.anchor"),
      render: (row) => (row.anchor ? <AnchorTag anchor={row.anchor} proofPath={`/scorecards/${row.id}/proof`} /> : "—"),
    },
  ];
  return (
    <>
      <PageHeader title={t("cards.title")} description={t(`cards.explain.${role}`)} />
      <div className="rq-stack">
        {owns && <AlertList />}
        <Card>
          <QueryView
            query={query}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("cards.none")} />}
          >
            {(data) => (
              <DataTable
                label={t("cards.title")}
                columns={columns}
                rows={data.items}
                rowKey={(row) => row.id}
                testId="scorecards"
                rowTestId={(row) => `scorecard-${row.cardId}-${row.version}`}
              />
            )}
          </QueryView>
        </Card>
        {owns && <UploadCard />}
      </div>
    </>
  );
}
