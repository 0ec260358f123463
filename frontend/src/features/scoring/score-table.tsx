import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ScoreSummary } from "../../../../backend/features/scoring/score-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatTime } from "../../lib/format.ts";
import { useSignedIn } from "../session/use-account.ts";

interface Props {
  scores: readonly ScoreSummary[];
  paging: { page: number; total: number; onChange: (page: number) => void };
}

/** Scores, newest first. What they say is shown to the enterprise alone; others open one, and that is logged. */
export function ScoreTable({ scores, paging }: Props) {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const columns: DataColumn<ScoreSummary>[] = [
    {
      key: "at",
      title: t("history.scoredAt"),
      lead: true,
      render: (row) => <Link to={`/${role}/scores/${row.id}`}>{formatTime(row.scoredAt)}</Link>,
    },
    ...(role === "enterprise"
      ? [
          {
            key: "score",
            title: t("total"),
            align: "right" as const,
            render: (row: ScoreSummary) =>
              row.deleted ? <Tag>{t("history.deleted")}</Tag> : <strong>{`${row.total} · ${row.grade}`}</strong>,
          },
        ]
      : [
          {
            key: "uscc",
            title: t("common:uscc"),
            render: (row: ScoreSummary) => <span className="rq-code">{row.uscc}</span>,
          },
        ]),
    {
      key: "who",
      title: t("history.who"),
      wrap: true,
      render: (row) =>
        row.reader ? row.reader.name : t(role === "enterprise" ? "history.own" : "history.ownOfEnterprise"),
    },
    {
      key: "card",
      title: t("card.one"),
      wrap: true,
      render: ({ scorecard }) =>
        `${scorecard.owner.name} · ${scorecard.cardId} · ${t("card.version", { version: scorecard.version })}`,
    },
    { key: "anchor", title: t("proof.anchor"), render: (row) => <AnchorTag anchor={row.anchor} /> },
  ];
  return (
    <DataTable
      label={t("history.title")}
      columns={columns}
      rows={scores}
      rowKey={(row) => row.id}
      testId="scores"
      rowTestId={(row) => `score-${row.id}`}
      paging={paging}
    />
  );
}
