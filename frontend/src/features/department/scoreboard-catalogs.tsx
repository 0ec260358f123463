import { Progress, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { type FaultReason, rowFault } from "../../../../backend/features/data-exchange/domain/faults.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatCount, localized } from "../../lib/format.ts";
import type { CatalogScore } from "./scoreboard-queries.ts";
import { percent, useDuration } from "./scoreboard-trend.tsx";

const FRESHNESS_COLORS = { fresh: "green", due: "gold", overdue: "red", none: "default" } as const;

const reasonText = (reason: string): string => {
  const { message } = rowFault("", "", reason as FaultReason);
  return message ? localized(message) : reason;
};

export function ScoreFigure({ score }: { score: number | null }) {
  const { t } = useTranslation("sources");
  if (score === null) return <>–</>;
  const colour = score >= 80 ? "#17693c" : score >= 50 ? "#7a4a00" : "#b3261e";
  return (
    <span className="rq-row" style={{ gap: 8, flexWrap: "nowrap" }}>
      <strong style={{ color: colour, minWidth: 24, textAlign: "right" }}>{score}</strong>
      <Progress
        percent={score}
        showInfo={false}
        strokeColor={colour}
        size="small"
        style={{ width: 48 }}
        aria-label={t("board.score")}
      />
    </span>
  );
}

/** Each catalog's sharing and use, the worst first. */
export function ScoreboardCatalogs({ catalogs }: { catalogs: readonly CatalogScore[] }) {
  const { t } = useTranslation("sources");
  const duration = useDuration();
  const columns: DataColumn<CatalogScore>[] = [
    { key: "name", title: t("catalog"), lead: true, render: (row) => localized(row.name) },
    { key: "score", title: t("board.score"), render: (row) => <ScoreFigure score={row.score} /> },
    {
      key: "freshness",
      title: t("board.freshness"),
      wrap: true,
      render: ({ freshness }) => (
        <div style={{ minWidth: 80 }}>
          <Tag color={FRESHNESS_COLORS[freshness.state]}>{t(`board.freshnessState.${freshness.state}`)}</Tag>
          {freshness.ageDays !== null && (
            <div className="rq-small">
              {t("board.age", { age: freshness.ageDays.toFixed(1), allowed: freshness.allowedDays })}
            </div>
          )}
        </div>
      ),
    },
    {
      key: "errors",
      title: t("board.errorRate"),
      wrap: true,
      render: (row) => (
        <div style={{ minWidth: 120 }}>
          {percent(row.errorRate)}
          {row.reasons.slice(0, 3).map(({ reason, count }) => (
            <div key={reason} className="rq-small">
              {reasonText(reason)} × {formatCount(count)}
            </div>
          ))}
        </div>
      ),
    },
    {
      key: "completeness",
      title: t("board.completeness"),
      wrap: true,
      render: ({ completeness }) => (
        <div style={{ minWidth: 110 }}>
          <div>{t("board.requiredPart", { part: percent(completeness.required) })}</div>
          <div>{t("board.optionalPart", { part: percent(completeness.optional) })}</div>
        </div>
      ),
    },
    { key: "latency", title: t("board.latency"), align: "right", render: (row) => duration(row.latency?.meanMs) },
    {
      key: "reads",
      title: t("board.reads"),
      wrap: true,
      render: ({ use }) => (
        <div style={{ minWidth: 80 }}>
          {formatCount(use.reads)}
          {use.byPurpose.slice(0, 3).map(({ purpose, count }) => (
            <div key={purpose} className="rq-small">
              {t(`common:consentPurpose.${purpose}`, {
                defaultValue: t(`board.purposes.${purpose}`, { defaultValue: purpose }),
              })}{" "}
              × {formatCount(count)}
            </div>
          ))}
        </div>
      ),
    },
    {
      key: "objections",
      title: t("board.objections"),
      render: ({ objections }) => (
        <>
          {formatCount(objections.open)}
          {objections.late > 0 && <Tag color="red">{t("board.late", { count: objections.late })}</Tag>}
        </>
      ),
    },
  ];
  return (
    <DataTable
      label={t("board.catalogs")}
      columns={columns}
      rows={catalogs}
      rowKey={(row) => row.catalogId}
      testId="scoreboard-catalogs"
      rowTestId={(row) => `score-${row.catalogId}`}
    />
  );
}
