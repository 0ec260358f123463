import { chiSquareTail, Z95 } from "./distributions.ts";

/* How well scores tell bad from good, and how well probabilities hold. `bads[i]` tells the outcome of `scores[i]`. */

export interface Auc {
  /** Chance that a good one scores higher than a bad one; ties count half. */
  readonly auc: number;
  readonly gini: number;
  readonly standardError: number;
  /** 95 % confidence interval, by DeLong, DeLong and Clarke-Pearson (1988). */
  readonly low: number;
  readonly high: number;
}

/** Rank of each value among all, from 1; equal values share the mean of their ranks. */
function midranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Area under the ROC curve with DeLong's variance, from midranks (Sun and Xu 2014): n·log n, not n². */
export function aucOf(scores: readonly number[], bads: readonly boolean[]): Auc {
  const goodScores = scores.filter((_, i) => !bads[i]);
  const badScores = scores.filter((_, i) => bads[i]);
  const [m, n] = [goodScores.length, badScores.length];
  if (m === 0 || n === 0) throw new Error("an AUC needs goods and bads");
  const all = midranks([...goodScores, ...badScores]);
  const ownGood = midranks(goodScores);
  const ownBad = midranks(badScores);
  /** For each good one, the share of the bad that it beats; for each bad one, the share of the good that beat it. */
  const ofGood = ownGood.map((rank, i) => (all[i]! - rank) / n);
  const ofBad = ownBad.map((rank, i) => 1 - (all[m + i]! - rank) / m);
  const auc = ofGood.reduce((sum, value) => sum + value, 0) / m;
  const standardError = Math.sqrt(variance(ofGood) / m + variance(ofBad) / n);
  return {
    auc,
    gini: 2 * auc - 1,
    standardError,
    low: Math.max(0, auc - Z95 * standardError),
    high: Math.min(1, auc + Z95 * standardError),
  };
}

export interface CurvePoint {
  readonly score: number;
  /** Shares of all goods and of all bads with at most this score. */
  readonly goods: number;
  readonly bads: number;
}

/** Cumulative shares by score, one point for each distinct score, lowest first. */
export function cumulative(scores: readonly number[], bads: readonly boolean[]): CurvePoint[] {
  const allBads = bads.filter(Boolean).length;
  const allGoods = bads.length - allBads;
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const points: CurvePoint[] = [];
  let [goods, bad] = [0, 0];
  for (const [place, i] of order.entries()) {
    if (bads[i]) bad++;
    else goods++;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[i]) continue;
    points.push({ score: scores[i]!, goods: goods / allGoods, bads: bad / allBads });
  }
  return points;
}

/** Largest distance between the two cumulative shares, and the score where it is. */
export function ksOf(scores: readonly number[], bads: readonly boolean[]): { ks: number; score: number } {
  let best = { ks: 0, score: Number.NaN };
  for (const point of cumulative(scores, bads)) {
    const ks = Math.abs(point.bads - point.goods);
    if (ks > best.ks) best = { ks, score: point.score };
  }
  return best;
}

export interface CalibrationGroup {
  readonly rows: number;
  readonly bads: number;
  readonly expectedBads: number;
}

export interface Calibration {
  readonly groups: CalibrationGroup[];
  readonly statistic: number;
  readonly degrees: number;
  readonly pValue: number;
}

/**
 * Hosmer and Lemeshow's test over groups of like risk. Rows of equal probability are never torn apart.
 *
 * @param estimated parameters were estimated on these very rows: then two degrees of freedom are lost, otherwise none
 */
export function hosmerLemeshow(
  probabilities: readonly number[],
  bads: readonly boolean[],
  estimated: boolean,
  groupCount = 10,
): Calibration {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[a]! - probabilities[b]!);
  const groups: CalibrationGroup[] = [];
  let open = { rows: 0, bads: 0, expectedBads: 0 };
  for (const [place, i] of order.entries()) {
    open.rows++;
    open.expectedBads += probabilities[i]!;
    if (bads[i]) open.bads++;
    const next = order[place + 1];
    const target = Math.round(((groups.length + 1) * order.length) / groupCount);
    if (next !== undefined && (place + 1 < target || probabilities[next] === probabilities[i])) continue;
    groups.push(open);
    open = { rows: 0, bads: 0, expectedBads: 0 };
  }
  let statistic = 0;
  for (const { rows, bads: observed, expectedBads } of groups) {
    const noise = expectedBads * (1 - expectedBads / rows);
    if (noise > 0) statistic += (observed - expectedBads) ** 2 / noise;
  }
  const degrees = Math.max(1, groups.length - (estimated ? 2 : 0));
  return { groups, statistic, degrees, pValue: chiSquareTail(statistic, degrees) };
}

export interface GainsRow {
  readonly fromScore: number;
  readonly toScore: number;
  readonly rows: number;
  readonly bads: number;
  /** Shares of all bads and all goods in this band and those below it. */
  readonly cumulativeBads: number;
  readonly cumulativeGoods: number;
  /** Bad rate against that of the whole sample. */
  readonly lift: number;
}

/** Bands of about equal size, riskiest first; equal scores are never torn apart. */
export function gainsTable(scores: readonly number[], bads: readonly boolean[], bandCount = 10): GainsRow[] {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const allBads = bads.filter(Boolean).length;
  const allGoods = bads.length - allBads;
  const rows: GainsRow[] = [];
  let [start, seenBads] = [0, 0];
  let bandBads = 0;
  for (const [place, i] of order.entries()) {
    if (bads[i]) bandBads++;
    const next = order[place + 1];
    const target = Math.round(((rows.length + 1) * order.length) / bandCount);
    if (next !== undefined && (place + 1 < target || scores[next] === scores[i])) continue;
    const count = place + 1 - start;
    seenBads += bandBads;
    rows.push({
      fromScore: scores[order[start]!]!,
      toScore: scores[i]!,
      rows: count,
      bads: bandBads,
      cumulativeBads: seenBads / allBads,
      cumulativeGoods: (place + 1 - seenBads) / allGoods,
      lift: bandBads / count / (allBads / bads.length),
    });
    start = place + 1;
    bandBads = 0;
  }
  return rows;
}
