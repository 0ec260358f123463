import { useTranslation } from "react-i18next";
import type { ScoreContent } from "../../../../backend/features/scoring/score-schemas.ts";
import "./scoring.css";

/* Charts as plain SVG. Drawing rounds; the figures in words are exact. */

const WIDTH = 560;

/** The whole range of a scorecard with its grades, and where this score stands. */
export function ScoreScale({
  content,
}: {
  content: Pick<ScoreContent, "total" | "grade" | "lowest" | "highest" | "grades">;
}) {
  const { t } = useTranslation("scoring");
  const { total, grade, lowest, highest, grades } = content;
  const at = (score: number): number => ((score - lowest) / Math.max(1, highest - lowest)) * WIDTH;
  // From the worst on the left to the best on the right.
  const bands = grades.toReversed().map((band, index, all) => {
    const from = Math.max(lowest, band.from ?? lowest);
    const to = Math.min(highest, all[index + 1]?.from ?? highest);
    return { grade: band.grade, from, x: at(from), width: Math.max(0, at(to) - at(from)) };
  });
  return (
    <svg
      viewBox={`-14 0 ${WIDTH + 28} 74`}
      role="img"
      className="scoring-scale"
      aria-label={t("scale.label", { total, grade, lowest, highest })}
    >
      {bands
        .filter(({ width }) => width > 0)
        .map((band) => (
          <g key={band.grade}>
            <rect
              x={band.x}
              y={26}
              width={Math.max(0, band.width - 2)}
              height={18}
              rx={3}
              className={`scoring-grade-${band.grade}`}
            />
            {band.width > 18 && (
              <text x={band.x + band.width / 2} y={39.5} textAnchor="middle" className="scoring-scale-grade">
                {band.grade}
              </text>
            )}
            {band.x > 20 && band.x < WIDTH - 20 && (
              <text x={band.x} y={60} textAnchor="middle" className="scoring-scale-bound">
                {band.from}
              </text>
            )}
          </g>
        ))}
      <text x={0} y={60} textAnchor="middle" className="scoring-scale-bound">
        {lowest}
      </text>
      <text x={WIDTH} y={60} textAnchor="middle" className="scoring-scale-bound">
        {highest}
      </text>
      <path d={`M ${at(total)} 24 l -7 -10 h 14 z`} className="scoring-scale-mark" />
      <text
        x={Math.min(WIDTH - 10, Math.max(10, at(total)))}
        y={11}
        textAnchor="middle"
        className="scoring-scale-total"
      >
        {total}
      </text>
    </svg>
  );
}

export interface Line {
  readonly name: string;
  readonly tone: "main" | "bad" | "soft";
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dots?: boolean;
}
interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  format(value: number): string;
}

const BOX = { width: 420, height: 280, left: 50, right: 12, top: 10, bottom: 42 };
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Lines or dots between two axes, with a legend in words below. */
export function LineChart({ title, x, y, lines }: { title: string; x: Axis; y: Axis; lines: readonly Line[] }) {
  const { width, height, left, right, top, bottom } = BOX;
  const scale = (axis: Axis, start: number, end: number) => (value: number) =>
    start + ((value - axis.from) / (axis.to - axis.from || 1)) * (end - start);
  const atX = scale(x, left, width - right);
  const atY = scale(y, height - bottom, top);
  const at = ({ from, to }: Axis, tick: number) => from + tick * (to - from);
  return (
    <figure className="scoring-chart">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title}>
        {TICKS.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - right} y1={atY(at(y, tick))} y2={atY(at(y, tick))} className="scoring-grid" />
            <text x={left - 6} y={atY(at(y, tick)) + 4} textAnchor="end">
              {y.format(at(y, tick))}
            </text>
            <text x={atX(at(x, tick))} y={height - bottom + 16} textAnchor="middle">
              {x.format(at(x, tick))}
            </text>
          </g>
        ))}
        <text x={(left + width - right) / 2} y={height - 6} textAnchor="middle">
          {x.label}
        </text>
        {lines.map(({ name, tone, points, dots }) =>
          dots ? (
            <g key={name} className={`scoring-dots-${tone}`}>
              {points.map(([px, py]) => (
                <circle key={`${px},${py}`} cx={atX(px)} cy={atY(py)} r={3.5} />
              ))}
            </g>
          ) : (
            <polyline
              key={name}
              className={`scoring-line-${tone}`}
              points={points.map(([px, py]) => `${atX(px).toFixed(1)},${atY(py).toFixed(1)}`).join(" ")}
            />
          ),
        )}
      </svg>
      <ul className="scoring-legend" aria-hidden>
        {lines.map(({ name, tone }) => (
          <li key={name} className={`scoring-legend-${tone}`}>
            {name}
          </li>
        ))}
        <li>{y.label}</li>
      </ul>
    </figure>
  );
}

export interface Pair {
  readonly name: string;
  /** Parts per million. */
  readonly expected: number;
  readonly actual: number;
}

/** Shares of training beside those of now. */
export function PairBars({ title, pairs }: { title: string; pairs: readonly Pair[] }) {
  const { t } = useTranslation("scoring");
  const top = Math.max(1, ...pairs.flatMap(({ expected, actual }) => [expected, actual]));
  const share = (ppm: number): string => `${(ppm / 10_000).toFixed(1)}%`;
  return (
    <figure className="scoring-pairs">
      <figcaption>{title}</figcaption>
      <ul>
        {pairs.map(({ name, expected, actual }) => (
          <li key={name}>
            <span>{name}</span>
            <svg viewBox="0 0 200 18" preserveAspectRatio="none" aria-hidden>
              <rect x={0} y={1} height={7} width={(expected / top) * 200} className="scoring-bar-soft" />
              <rect x={0} y={10} height={7} width={(actual / top) * 200} className="scoring-bar-main" />
            </svg>
            <span className="rq-small">
              {share(expected)} → <strong>{share(actual)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <ul className="scoring-legend" aria-hidden>
        <li className="scoring-legend-soft">{t("monitoring.expected")}</li>
        <li className="scoring-legend-main">{t("monitoring.actual")}</li>
      </ul>
    </figure>
  );
}
