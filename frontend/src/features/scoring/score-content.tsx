import { Alert, Button, Card, Statistic, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { codeText } from "../../../../backend/features/scoring/domain/wording.ts";
import type { ScoreContent, scoredIndicator } from "../../../../backend/features/scoring/score-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { RecordDrawer } from "../../components/record-drawer.tsx";
import { formatIndicator } from "../../lib/code-names.ts";
import { formatDate, localized } from "../../lib/format.ts";
import { DisputedTag } from "../objections/disputed-tag.tsx";
import { ScoreScale } from "./charts.tsx";

type Scored = z.infer<typeof scoredIndicator>;

/** A value as other pages show it; a code in words where those have none. */
function valueText({ indicatorId, value, unit }: Scored): string {
  const text = formatIndicator(indicatorId, value, unit);
  return text === value ? localized(codeText(value)) : text;
}

export const ratePercent = (rate: string): string => `${(Number(rate) * 100).toFixed(2)}%`;

function Bar({ part, all, tone }: { part: number; all: number; tone: "lost" | "gain" }) {
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
      <rect width={100} height={8} rx={1} className="scoring-bar-track" />
      <rect width={(part / Math.max(1, all)) * 100} height={8} rx={1} className={`scoring-bar-${tone}`} />
    </svg>
  );
}

interface SourceProps {
  indicator: Scored;
  onRecords: (indicator: Scored) => void;
}

function RecordsButton({ indicator, onRecords }: SourceProps) {
  const { t } = useTranslation("scoring");
  if (indicator.recordIds.length === 0) return null;
  const count = t("reason.records", { count: indicator.recordIds.length });
  return (
    <Button
      type="link"
      size="small"
      className="rq-inline-button"
      onClick={() => onRecords(indicator)}
      aria-label={`${localized(indicator.name)}: ${count}`}
      data-testid={`score-records-${indicator.indicatorId}`}
    >
      {count}
    </Button>
  );
}

/** Where a figure comes from, and its records to open. */
function Source({ indicator, onRecords }: SourceProps) {
  const { t } = useTranslation("scoring");
  return (
    <div className="scoring-reason-links">
      <span>
        {t("reason.value")} <strong>{valueText(indicator)}</strong>
      </span>
      {indicator.departmentName && <span>{localized(indicator.departmentName)}</span>}
      {indicator.asOf && <span>{t("asOf", { date: formatDate(indicator.asOf) })}</span>}
      {indicator.disputed && <DisputedTag />}
      <RecordsButton indicator={indicator} onRecords={onRecords} />
    </div>
  );
}

/** A score with everything it says: where it stands, what costs points, what would help, and the sum itself. */
export function ScoreContentView({ content, own = false }: { content: ScoreContent; own?: boolean }) {
  const { t } = useTranslation("scoring");
  const [opened, setOpened] = useState<Scored>();
  const [drawer, setDrawer] = useState(false);
  const open = (indicator: Scored): void => {
    setOpened(indicator);
    setDrawer(true);
  };
  const of = (id: string): Scored => content.indicators.find(({ indicatorId }) => indicatorId === id)!;
  const most = Math.max(1, ...content.reasons.map(({ pointsLost }) => pointsLost));
  const columns: DataColumn<Scored>[] = [
    { key: "name", title: t("points.indicator"), lead: true, render: (row) => localized(row.name) },
    {
      key: "value",
      title: t("points.value"),
      wrap: true,
      render: (row) => valueText(row),
    },
    { key: "bin", title: t("points.bin"), wrap: true, render: (row) => localized(row.bin) },
    {
      key: "points",
      title: t("points.points"),
      align: "right",
      render: (row) => <strong className="scoring-points">{row.points}</strong>,
    },
    {
      key: "range",
      title: t("points.range"),
      align: "right",
      render: (row) => (
        <span className="scoring-points">
          {row.worstPoints} … {row.bestPoints}
        </span>
      ),
    },
    {
      key: "records",
      title: t("points.records"),
      render: (row) => <RecordsButton indicator={row} onRecords={open} />,
    },
  ];
  return (
    <div className="rq-stack" data-testid="score-content">
      <Card>
        <div className="scoring-headline">
          <div className="scoring-headline-figures">
            <Statistic title={t("total")} value={content.total} data-testid="score-total" />
            <Statistic title={t("grade")} value={content.grade} data-testid="score-grade" />
            <Statistic title={t("defaultRate")} value={ratePercent(content.defaultRate)} />
          </div>
          <ScoreScale content={content} />
        </div>
        {content.nextGrade && (
          <Alert
            className="rq-top-gap"
            type="info"
            showIcon
            title={localized(content.nextGrade.text)}
            data-testid="score-next"
          />
        )}
      </Card>
      <Card title={t("reason.title")}>
        {content.reasons.length === 0 ? (
          <Typography.Text>{t("reason.none")}</Typography.Text>
        ) : (
          <ol className="scoring-reasons" data-testid="score-reasons">
            {content.reasons.map(({ indicatorId, pointsLost, text }) => (
              <li key={indicatorId}>
                <span>{localized(text)}</span>
                <Bar part={pointsLost} all={most} tone="lost" />
                <Source indicator={of(indicatorId)} onRecords={open} />
              </li>
            ))}
          </ol>
        )}
        {own && <div className="scoring-note rq-soft">{t("reason.object")}</div>}
      </Card>
      <Card title={t("improve.title")}>
        {content.improvements.length === 0 ? (
          <Typography.Text>{t("improve.none")}</Typography.Text>
        ) : (
          <ol className="scoring-reasons" data-testid="score-improvements">
            {content.improvements.map(({ indicatorId, pointsGained, text }) => (
              <li key={indicatorId}>
                <span>{localized(text)}</span>
                <Bar part={pointsGained} all={most} tone="gain" />
              </li>
            ))}
          </ol>
        )}
        <div className="scoring-note rq-soft">{t("improve.explain")}</div>
      </Card>
      <Card title={t("points.title")}>
        <DataTable
          label={t("points.title")}
          columns={columns}
          rows={content.indicators}
          rowKey={(row) => row.indicatorId}
          testId="score-points"
        />
        <div className="scoring-note">
          {t("points.sum", {
            base: content.basePoints,
            points: content.total - content.basePoints,
            total: content.total,
          })}
        </div>
      </Card>
      <RecordDrawer
        title={opened ? localized(opened.name) : ""}
        recordIds={opened?.recordIds ?? []}
        open={drawer}
        onClose={() => setDrawer(false)}
      />
    </div>
  );
}
