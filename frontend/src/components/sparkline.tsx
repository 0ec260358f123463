import { useTranslation } from "react-i18next";
import type { ProfileView } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatValue, localized } from "../lib/format.ts";

type Series = ProfileView["series"][number];
const WIDTH = 320;
const HEIGHT = 72;

/** A small line of figures over time. Drawing rounds; the figures in words are exact. */
export function Sparkline({ series }: { series: Series }) {
  const { t } = useTranslation();
  const values = series.points.map((point) => Number(point.value));
  const first = series.points[0];
  const last = series.points.at(-1);
  if (!first || !last) return null;
  const top = Math.max(...values, 1);
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(HEIGHT - 4 - (value / top) * (HEIGHT - 12)).toFixed(1)}`,
  );
  const name = localized(series.name);
  return (
    <figure className="rq-sparkline">
      <figcaption>
        <span>{name}</span>
        <strong>{formatValue(last.value, series.unit)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("profile.seriesLabel", {
          name,
          from: first.period,
          to: last.period,
          first: formatValue(first.value, series.unit),
          last: formatValue(last.value, series.unit),
        })}
      >
        <polygon points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} className="rq-sparkline-area" />
        <polyline points={points.join(" ")} className="rq-sparkline-line" vectorEffect="non-scaling-stroke" />
      </svg>
      <div className="rq-sparkline-axis" aria-hidden>
        <span>{first.period}</span>
        <span>{last.period}</span>
      </div>
    </figure>
  );
}
