import { useTranslation } from "react-i18next";
import { formatCount } from "../../lib/format.ts";
import type { Scoreboard } from "./scoreboard-queries.ts";

const WIDTH = 320;
const HEIGHT = 72;

/** One figure over the days, with its sum or its newest value. */
export function TrendLine(props: { name: string; shown: string; values: readonly number[]; days: readonly string[] }) {
  const { name, shown, values, days } = props;
  const { t } = useTranslation("sources");
  const top = Math.max(...values, 1e-9);
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(HEIGHT - 4 - (value / top) * (HEIGHT - 12)).toFixed(1)}`,
  );
  return (
    <figure className="rq-sparkline">
      <figcaption>
        <span>{name}</span>
        <strong>{shown}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("board.trendLabel", { name, shown, from: days[0], to: days.at(-1) })}
      >
        <polygon points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} className="rq-sparkline-area" />
        <polyline points={points.join(" ")} className="rq-sparkline-line" vectorEffect="non-scaling-stroke" />
      </svg>
      <div className="rq-sparkline-axis" aria-hidden>
        <span>{days[0]}</span>
        <span>{days.at(-1)}</span>
      </div>
    </figure>
  );
}

export const percent = (part: number | null): string =>
  part === null ? "–" : `${(part * 100).toFixed(part < 0.1 ? 2 : 1)}%`;

/** Milliseconds in the unit that a person would say. */
export function useDuration(): (ms: number | null | undefined) => string {
  const { t } = useTranslation("sources");
  return (ms) => {
    if (ms === null || ms === undefined) return "–";
    const seconds = ms / 1000;
    if (seconds < 60) return t("duration.seconds", { value: seconds.toFixed(seconds < 10 ? 1 : 0) });
    if (seconds < 3_600) return t("duration.minutes", { value: (seconds / 60).toFixed(1) });
    if (seconds < 86_400) return t("duration.hours", { value: (seconds / 3_600).toFixed(1) });
    return t("duration.days", { value: (seconds / 86_400).toFixed(1) });
  };
}

/** What came in, what was bad, how long it took and how often it was read, day by day. */
export function ScoreboardTrend({ board }: { board: Scoreboard }) {
  const { t } = useTranslation("sources");
  const duration = useDuration();
  const days = board.trend.map(({ day }) => day);
  const total = (of: (day: Scoreboard["trend"][number]) => number) =>
    board.trend.reduce((all, day) => all + of(day), 0);
  const rows = total((day) => day.rows);
  const bad = total((day) => day.quarantined);
  const latest = board.trend.findLast(({ latencyMs }) => latencyMs !== null)?.latencyMs;
  return (
    <div
      className="rq-sparklines"
      style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 200px), 1fr))" }}
      data-testid="scoreboard-trend"
    >
      <TrendLine
        name={t("board.rows")}
        shown={formatCount(rows)}
        values={board.trend.map((day) => day.rows)}
        days={days}
      />
      <TrendLine
        name={t("board.errorRate")}
        shown={percent(rows > 0 ? bad / rows : null)}
        values={board.trend.map((day) => (day.rows > 0 ? day.quarantined / day.rows : 0))}
        days={days}
      />
      <TrendLine
        name={t("board.latency")}
        shown={duration(latest)}
        values={board.trend.map((day) => day.latencyMs ?? 0)}
        days={days}
      />
      <TrendLine
        name={t("board.reads")}
        shown={formatCount(total((day) => day.reads))}
        values={board.trend.map((day) => day.reads)}
        days={days}
      />
    </div>
  );
}
