import type { Scorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import type { LogisticFit } from "./logistic.ts";
import type { Outcomes } from "./outcomes.ts";
import type { TrainingOptions } from "./train.ts";
import { type BinnedColumn, weightsOf } from "./weights.ts";

/* From log-odds to points (Siddiqi 2006, chapter 6): score = offset + factor · ln(good : bad). */

export interface Scaling {
  readonly factor: number;
  readonly offset: number;
}

export function scalingOf(baseScore: number, baseOdds: number, pointsToDoubleOdds: number): Scaling {
  const factor = pointsToDoubleOdds / Math.LN2;
  return { factor, offset: baseScore - factor * Math.log(baseOdds) };
}

/** Shares in parts per million that add up to a million: what rounding leaves goes to the largest remainders. */
export function sharesPpm(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count * 1_000_000) / total);
  const shares = exact.map(Math.floor);
  const missing = 1_000_000 - shares.reduce((sum, share) => sum + share, 0);
  const order = [...exact.keys()].sort((a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || a - b);
  for (const index of order.slice(0, missing)) shares[index] = shares[index]! + 1;
  return shares;
}

/** Grades from the best: the shares of the training sample that A to D take, E the rest. */
const GRADE_SHARES = [
  ["A", 0.2],
  ["B", 0.25],
  ["C", 0.25],
  ["D", 0.2],
] as const;

function gradesOf(scores: readonly number[], probabilities: readonly number[]): Scorecard["grades"] {
  const sorted = [...scores].sort((a, b) => b - a);
  const froms: number[] = [];
  let share = 0;
  for (const [grade, own] of GRADE_SHARES) {
    share += own;
    const wanted = sorted[Math.round(share * sorted.length) - 1]!;
    // Each grade needs scores of its own.
    const below = sorted.find((score) => score < (froms.at(-1) ?? Number.POSITIVE_INFINITY));
    if (below === undefined) throw new Error(`there are too few different scores for a grade ${grade}`);
    froms.push(Math.min(wanted, below));
  }
  const bands = [...froms, null];
  if (!sorted.some((score) => score < froms.at(-1)!))
    throw new Error("there are too few different scores for a grade E");
  return bands.map((from, index) => {
    const upper = bands[index - 1] ?? Number.POSITIVE_INFINITY;
    const own = probabilities.filter(
      (_, row) => scores[row]! < upper && scores[row]! >= (from ?? Number.NEGATIVE_INFINITY),
    );
    const rate = own.reduce((sum, probability) => sum + probability, 0) / own.length;
    return { grade: (["A", "B", "C", "D", "E"] as const)[index]!, from, defaultRate: rate.toFixed(6) };
  });
}

/** About ten bands of equal size, between distinct scores. */
function scoreBandsOf(scores: readonly number[]): Scorecard["scoreBands"] {
  const sorted = [...scores].sort((a, b) => a - b);
  const bounds: number[] = [];
  for (let k = 1; k < 10; k++) {
    const bound = sorted[Math.floor((k * sorted.length) / 10)]!;
    if (bound > (bounds.at(-1) ?? sorted[0]!)) bounds.push(bound);
  }
  const ranges = [null, ...bounds].map((from, index) => ({ from, below: bounds[index] ?? null }));
  const counts = ranges.map(
    ({ from, below }) =>
      sorted.filter((score) => (from === null || score >= from) && (below === null || score < below)).length,
  );
  const shares = sharesPpm(counts);
  return ranges.map((range, index) => ({ ...range, sharePpm: shares[index]! }));
}

const boundText = (bound: bigint | null): string | null => (bound === null ? null : String(bound));
const woeText = (woe: number): string => (Math.abs(woe) < 5e-7 ? 0 : woe).toFixed(6);

function characteristicOf(
  column: BinnedColumn,
  slope: number,
  factor: number,
  changeable: boolean,
): Scorecard["characteristics"][number] {
  const counts = [...column.bins, column.unknown].map(({ good, bad }) => good + bad);
  const shares = sharesPpm(counts);
  const evidence = (woe: number, index: number) => ({
    // Adding zero turns −0 into 0.
    points: Math.round(slope * woe * factor) + 0,
    woe: woeText(woe),
    sharePpm: shares[index]!,
  });
  const common = {
    indicatorId: column.id,
    changeable,
    informationValue: column.informationValue.toFixed(6),
    unknown: { ...evidence(column.unknown.woe, column.bins.length), observed: column.unknown.observed },
  };
  if (column.kind === "category") {
    const bins = column.bins.map(({ values, woe }, index) => ({
      id: `b${index + 1}`,
      values: [...values],
      ...evidence(woe, index),
    }));
    return { kind: "category", ...common, bins };
  }
  const bins = column.bins.map(({ from, below, woe }, index) => ({
    id: `b${index + 1}`,
    from: boundText(from),
    below: boundText(below),
    ...evidence(woe, index),
  }));
  return { kind: "number", ...common, trend: column.trend, bins };
}

/** The scorecard of a fit: whole points, and texts with fixed digits. */
export function buildScorecard(
  columns: readonly BinnedColumn[],
  fit: LogisticFit,
  train: Outcomes,
  options: TrainingOptions,
): Scorecard {
  const { baseScore, baseOdds, pointsToDoubleOdds, fixed } = options;
  const { factor, offset } = scalingOf(baseScore, baseOdds, pointsToDoubleOdds);
  const [intercept, ...slopes] = fit.coefficients.map(({ estimate }) => estimate);
  const basePoints = Math.round(offset + factor * intercept!);
  const characteristics = columns.map((column, index) =>
    characteristicOf(column, slopes[index]!, factor, !fixed.has(column.id)),
  );
  const weights = columns.map((column) => weightsOf(column, train.columns.find(({ id }) => id === column.id)!));
  // Rounded points are a function of the weight, so that the scores can be had from the weights.
  const scores = train.bads.map((_, row) =>
    weights.reduce((sum, column, index) => sum + Math.round(slopes[index]! * column[row]! * factor), basePoints),
  );
  const probabilities = scores.map((score) => 1 / (1 + Math.exp((score - offset) / factor)));
  const { id, version, trainedAt, target } = options;
  return {
    id,
    version,
    trainedAt,
    target,
    scaling: { baseScore, baseOdds, pointsToDoubleOdds },
    basePoints,
    characteristics,
    grades: gradesOf(scores, probabilities),
    scoreBands: scoreBandsOf(scores),
  };
}
