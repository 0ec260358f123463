import { scorecardDigest } from "../../backend/features/scoring/domain/scorecard.ts";
import { COLOURS, escapeText, histogram, lineChart, type Point, percent, weightBars, whole } from "./charts.ts";
import type { Training } from "./train.ts";
import type { Performance, Validation } from "./validation.ts";
import type { BinnedColumn } from "./weights.ts";
import { powerOf } from "./woe.ts";

type Cell = string | number;

const STYLE = `body{font:14px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:2rem auto;max-width:960px;padding:0 1rem;color:#1f1f1f}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d9d9d9}
table{border-collapse:collapse;margin:.8rem 0;font-variant-numeric:tabular-nums}th,td{padding:.2rem .7rem;border-bottom:1px solid #f0f0f0;text-align:right}
th:first-child,td:first-child{text-align:left}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:1rem}
svg{width:100%;max-width:520px;height:auto;font-size:11px;fill:#434343}svg .title{font-size:13px;font-weight:600}svg .grid{stroke:#e8e8e8}
code{font-size:.85em;overflow-wrap:anywhere}.adverse,.action{color:#cf1322}.shift{color:#d46b08}`;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (tag: string, cells: readonly Cell[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(String(cell))}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${line("th", head)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table>`;
}

const section = (title: string, ...parts: readonly string[]): string =>
  `<h2>${escapeText(title)}</h2>${parts.join("")}`;
const rate = (part: number, all: number): string => (all === 0 ? "–" : `${((100 * part) / all).toFixed(2)} %`);
const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const pText = (p: number): string => (p < 0.0001 ? "< 0.0001" : p.toFixed(4));

const full = (label: string) => ({ label, from: 0, to: 1, format: percent });

function rocChart({ train, holdout }: Validation): string {
  const points = ({ curve }: Performance): Point[] => [[0, 0], ...curve.map(({ goods, bads }): Point => [goods, bads])];
  return lineChart("ROC", full("goods at or below the score"), full("bads"), [
    { name: "kept out", colour: COLOURS.good, points: points(holdout) },
    { name: "training", colour: COLOURS.accent, points: points(train) },
    {
      name: "by chance",
      colour: COLOURS.other,
      points: [
        [0, 0],
        [1, 1],
      ],
    },
  ]);
}

const scoreAxis = ({ scores }: Performance) => ({
  label: "score",
  from: scores.reduce((a, b) => Math.min(a, b)),
  to: scores.reduce((a, b) => Math.max(a, b)),
  format: whole,
});

function ksChart({ holdout }: Validation): string {
  const { curve, ks } = holdout;
  const at = curve.find(({ score }) => score === ks.score);
  return lineChart(`KS ${ks.ks.toFixed(3)} at ${ks.score}, kept out`, scoreAxis(holdout), full("share"), [
    { name: "bads", colour: COLOURS.bad, points: curve.map(({ score, bads }): Point => [score, bads]) },
    { name: "goods", colour: COLOURS.good, points: curve.map(({ score, goods }): Point => [score, goods]) },
    {
      name: "KS",
      colour: COLOURS.other,
      points: at
        ? [
            [at.score, at.bads],
            [at.score, at.goods],
          ]
        : [],
    },
  ]);
}

function scoreChart({ holdout }: Validation): string {
  const axis = scoreAxis(holdout);
  const bars = 24;
  const heights = (wanted: boolean): number[] => {
    const counts = new Array<number>(bars).fill(0);
    const own = holdout.scores.filter((_, row) => holdout.outcomes[row] === wanted);
    for (const score of own) {
      const bar = Math.min(bars - 1, Math.floor(((score - axis.from) / (axis.to - axis.from || 1)) * bars));
      counts[bar] = counts[bar]! + 1 / own.length;
    }
    return counts;
  };
  const [good, bad] = [heights(false), heights(true)];
  const yAxis = { label: "share", from: 0, to: Math.max(...good, ...bad), format: percent };
  return histogram("Scores, kept out", axis, yAxis, [
    { name: "goods", colour: COLOURS.good, heights: good },
    { name: "bads", colour: COLOURS.bad, heights: bad },
  ]);
}

function calibrationChart({ calibration }: Validation): string {
  const points = calibration.groups.map(({ rows, bads, expectedBads }): Point => [expectedBads / rows, bads / rows]);
  const to = Math.min(1, Math.max(0.05, ...points.flat()) * 1.1);
  const axis = (label: string) => ({ label, from: 0, to, format: (value: number) => `${(100 * value).toFixed(1)} %` });
  return lineChart("Calibration, kept out", axis("expected bad rate"), axis("observed"), [
    { name: "groups", colour: COLOURS.good, points, dots: true },
    {
      name: "as expected",
      colour: COLOURS.other,
      points: [
        [0, 0],
        [to, to],
      ],
    },
  ]);
}

export function binName(column: BinnedColumn, index: number): string {
  if (column.kind === "category") {
    const values = column.bins[index]!.values.join(", ");
    return values.length > 28 ? `${values.slice(0, 27)}…` : values;
  }
  const { from, below } = column.bins[index]!;
  if (from === null) return below === null ? "any" : `below ${below}`;
  return below === null ? `${from} and more` : `${from} to below ${below}`;
}

function characteristicPart(column: BinnedColumn, { scorecard }: Training): string {
  const { bins, unknown } = scorecard.characteristics.find(({ indicatorId }) => indicatorId === column.id)!;
  const counts = [...column.bins, column.unknown];
  const names = [...column.bins.map((_, index) => binName(column, index)), "unknown"];
  const all = counts.reduce((sum, { good, bad }) => sum + good + bad, 0);
  const rows = counts.map(({ good, bad, woe }, index): Cell[] => [
    names[index]!,
    good,
    bad,
    rate(bad, good + bad),
    share((good + bad) / all),
    woe.toFixed(4),
    [...bins, unknown][index]!.points,
  ]);
  const iv = column.informationValue;
  return `<h3>${escapeText(column.id)}</h3><p>information value ${iv.toFixed(4)} (${powerOf(iv)})</p>${weightBars(
    column.id,
    counts.map(({ woe }, index) => ({ name: names[index]!, woe })),
  )}${table(["bin", "goods", "bads", "bad rate", "share", "weight of evidence", "points"], rows)}`;
}

function performanceTable({ train, holdout }: Validation): string {
  const rows = [["training", train] as const, ["kept out", holdout] as const].map(
    ([name, { rows, bads, auc, ks }]): Cell[] => [
      name,
      rows,
      bads,
      rate(bads, rows),
      auc.auc.toFixed(4),
      `${auc.low.toFixed(4)} to ${auc.high.toFixed(4)}`,
      auc.gini.toFixed(4),
      `${ks.ks.toFixed(4)} at ${ks.score}`,
    ],
  );
  return table(["sample", "rows", "bads", "bad rate", "AUC", "95 % interval", "Gini", "KS"], rows);
}

function calibrationTables({ calibration, gains, grades }: Validation): string[] {
  const { statistic, degrees, pValue } = calibration;
  return [
    `<p>Hosmer–Lemeshow χ² ${statistic.toFixed(3)}, ${degrees} degrees of freedom, p ${pText(pValue)}</p>`,
    table(
      ["group", "rows", "bads expected", "bads observed", "expected rate", "observed rate"],
      calibration.groups.map(({ rows, bads, expectedBads }, index) => [
        index + 1,
        rows,
        expectedBads.toFixed(1),
        bads,
        rate(expectedBads, rows),
        rate(bads, rows),
      ]),
    ),
    "<h3>Grades</h3>",
    table(
      ["grade", "rows", "bads", "expected rate", "observed rate"],
      grades.map(({ grade, rows, bads, expectedRate }) => [grade, rows, bads, rate(expectedRate, 1), rate(bads, rows)]),
    ),
    "<h3>Gains, riskiest first</h3>",
    table(
      ["scores", "rows", "bads", "bad rate", "share of all bads", "share of all goods", "lift"],
      gains.map(({ fromScore, toScore, rows, bads, cumulativeBads, cumulativeGoods, lift }) => [
        `${fromScore} to ${toScore}`,
        rows,
        bads,
        rate(bads, rows),
        share(cumulativeBads),
        share(cumulativeGoods),
        lift.toFixed(2),
      ]),
    ),
  ];
}

function fairnessPart({ impact }: Validation): string {
  if (impact.size === 0) return "<p>No group columns were named.</p>";
  return [...impact]
    .map(([id, { groups, adverse }]) => {
      const rows = groups.map(({ group, total, rateBps, ratioBps, verdict }): Cell[] => [
        group,
        total,
        share(rateBps / 10_000),
        ratioBps === null ? "–" : (ratioBps / 10_000).toFixed(4),
        verdict,
      ]);
      return `<h3>${escapeText(id)}</h3><p class="${adverse ? "adverse" : ""}">${adverse ? "Some groups get good grades less than four fifths as often as the best group." : "No group falls below four fifths of the best one."}</p>${table(["group", "rows", "grades A and B", "against the best", "verdict"], rows)}`;
    })
    .join("");
}

/** One HTML page that needs nothing else. */
export function reportHtml(training: Training, validation: Validation): string {
  const { scorecard, columns, fit, leftOut } = training;
  const { drift } = validation;
  const title = `${scorecard.id}, version ${scorecard.version}`;
  const coefficients = fit.coefficients.map(({ name, estimate, standardError, z, pValue }): Cell[] => [
    name,
    estimate.toFixed(4),
    standardError.toFixed(4),
    z.toFixed(3),
    pText(pValue),
  ]);
  const body = [
    `<h1>${escapeText(title)}</h1><p>Trained ${escapeText(scorecard.trainedAt)}; bad means: ${escapeText(scorecard.target)}.<br>Digest <code>${scorecardDigest(scorecard)}</code></p>`,
    section(
      "How well it tells bad from good",
      performanceTable(validation),
      `<div class="charts">${rocChart(validation)}${ksChart(validation)}${scoreChart(validation)}${calibrationChart(validation)}</div>`,
    ),
    section("Whether its rates hold, on the kept-out sample", ...calibrationTables(validation)),
    section(
      "The kept-out sample against the training sample",
      `<p>Population stability index of the score: ${drift.score.psi} (<span class="${drift.score.drift}">${drift.score.drift}</span>)</p>`,
      table(
        ["characteristic", "CSI", "drift", "points shift"],
        drift.characteristics.map(({ indicatorId, psi, drift: own, pointsShift }) => [
          indicatorId,
          psi,
          own,
          pointsShift,
        ]),
      ),
    ),
    section(
      "Logistic regression of the log-odds of staying good on the weights of evidence",
      table(["term", "estimate", "standard error", "z", "p"], coefficients),
      `<p>Log-likelihood ${fit.logLikelihood.toFixed(3)} (without characteristics ${fit.nullLogLikelihood.toFixed(3)}), ${fit.iterations} steps${fit.ridge > 0 ? `, ridge ${fit.ridge}: the data are separable or collinear, judge with care` : ""}.</p>`,
    ),
    section("Characteristics", ...columns.map((column) => characteristicPart(column, training))),
    section(
      "Left out",
      table(
        ["column", "why", "information value"],
        leftOut.map(({ id, reason, informationValue }) => [id, reason, informationValue?.toFixed(4) ?? "–"]),
      ),
    ),
    section("Fairness", fairnessPart(validation)),
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeText(title)}</title><style>${STYLE}</style></head><body>${body.join("\n")}</body></html>\n`;
}
