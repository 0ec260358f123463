import { chiSquareTail } from "./distributions.ts";
import { type Counts, type Evidence, evidenceOf, informationValue } from "./woe.ts";

/* Fine classing, then coarse bins: neighbours are merged while they are too small, against the trend, or alike. */

export type Trend = "rising" | "falling" | "any";
/** What is asked for: "monotone" takes the direction that the data speak for. */
export type TrendWish = Trend | "monotone";

export interface BinningOptions {
  readonly fineClasses: number;
  readonly maxBins: number;
  /** Least share of the sample in a bin. */
  readonly minShare: number;
  /** Neighbours stay apart when a chi-square test tells them apart at this level. */
  readonly level: number;
  /** Fewer unknowns than this say nothing: they count as the average does. */
  readonly fewestUnknown: number;
}
export const BINNING: BinningOptions = { fineClasses: 20, maxBins: 6, minShare: 0.05, level: 0.01, fewestUnknown: 30 };

export interface NumberBin extends Evidence {
  readonly from: bigint | null;
  readonly below: bigint | null;
}
export interface CategoryBin extends Evidence {
  readonly values: readonly string[];
}
interface Binned {
  readonly unknown: Evidence & { readonly observed: boolean };
  readonly informationValue: number;
}
export interface BinnedNumber extends Binned {
  readonly kind: "number";
  readonly trend: Trend;
  readonly bins: readonly NumberBin[];
}
export interface BinnedCategory extends Binned {
  readonly kind: "category";
  readonly bins: readonly CategoryBin[];
}

interface Class extends Counts {
  /** Which fine classes: [first, last]. */
  readonly span: readonly [number, number];
}

const total = ({ good, bad }: Counts): number => good + bad;
const badRate = (counts: Counts): number => counts.bad / total(counts);
const join = (a: Class, b: Class): Class => ({
  good: a.good + b.good,
  bad: a.bad + b.bad,
  span: [a.span[0], b.span[1]],
});
const joinAt = (classes: readonly Class[], index: number): Class[] =>
  classes.toSpliced(index, 2, join(classes[index]!, classes[index + 1]!));

/** Pearson's statistic of the 2 × 2 table of two neighbours. */
function chiSquare(a: Counts, b: Counts): number {
  const [rows, good, bad] = [total(a) + total(b), a.good + b.good, a.bad + b.bad];
  if (good === 0 || bad === 0) return 0;
  return (rows * (a.good * b.bad - a.bad * b.good) ** 2) / (total(a) * total(b) * good * bad);
}

/** The neighbour pair that is most alike. */
function mostAlike(classes: readonly Class[], pairs = classes.keys()): { index: number; statistic: number } {
  let best = { index: -1, statistic: Number.POSITIVE_INFINITY };
  for (const index of pairs) {
    const [a, b] = [classes[index], classes[index + 1]];
    if (!a || !b) continue;
    const statistic = chiSquare(a, b);
    if (statistic < best.statistic) best = { index, statistic };
  }
  return best;
}

function mergeSmall(classes: Class[], least: number): Class[] {
  let merged = classes;
  for (;;) {
    const small = merged.findIndex((each) => total(each) < least || each.good === 0 || each.bad === 0);
    if (small < 0 || merged.length === 1) return merged;
    merged = joinAt(merged, mostAlike(merged, [small - 1, small].values()).index);
  }
}

/** Pools neighbours whose bad rates go the wrong way (pool adjacent violators). */
function mergeViolators(classes: Class[], trend: Trend): Class[] {
  if (trend === "any") return classes;
  // "rising" is about points: the bad rate falls.
  const sign = trend === "rising" ? -1 : 1;
  let merged = classes;
  for (;;) {
    const at = merged.findIndex((each, index) => {
      const next = merged[index + 1];
      return next !== undefined && (badRate(next) - badRate(each)) * sign < 0;
    });
    if (at < 0) return merged;
    merged = joinAt(merged, at);
  }
}

function mergeAlike(classes: Class[], { maxBins, level }: BinningOptions): Class[] {
  let merged = classes;
  while (merged.length > 1) {
    const { index, statistic } = mostAlike(merged);
    if (merged.length <= maxBins && chiSquareTail(statistic, 1) < level) break;
    merged = joinAt(merged, index);
  }
  return merged;
}

function coarse(fine: Class[], trend: Trend, rows: number, options: BinningOptions): Class[] {
  const least = Math.max(1, options.minShare * rows);
  return mergeAlike(mergeViolators(mergeSmall(fine, least), trend), options);
}

const countsOf = (bads: readonly boolean[]): Counts => {
  const bad = bads.filter(Boolean).length;
  return { good: bads.length - bad, bad };
};

/** Evidence of bins and of the unknown, which count together for the shares. */
function withUnknown(bins: readonly Counts[], unknownCounts: Counts, { fewestUnknown }: BinningOptions) {
  const evidence = evidenceOf([...bins, unknownCounts]);
  const unknown = evidence.pop()!;
  const observed = total(unknown) >= fewestUnknown;
  const kept = observed ? unknown : { ...unknown, woe: 0, informationValue: 0 };
  return { evidence, unknown: { ...kept, observed }, informationValue: informationValue([...evidence, kept]) };
}

/** The whole number at or below the bound with so many leading digits, and zeros after them. */
function rounded(bound: bigint, digits: number): bigint {
  const length = String(bound < 0n ? -bound : bound).length;
  if (length <= digits) return bound;
  const unit = 10n ** BigInt(length - digits);
  // BigInt's remainder has the sign of the number: this goes down for negatives too.
  return bound - (((bound % unit) + unit) % unit);
}

/** First values of fine classes, at about equal shares of the sample; rounded, as far as they stay apart. */
function fineBounds(sorted: readonly bigint[], classes: number): bigint[] {
  const bounds: bigint[] = [];
  for (let k = 1; k < classes; k++) {
    const exact = sorted[Math.floor((k * sorted.length) / classes)]!;
    const last = bounds.at(-1) ?? sorted[0]!;
    for (let digits = 3; digits <= 30; digits++) {
      const bound = rounded(exact, digits);
      if (bound > last) {
        bounds.push(bound);
        break;
      }
      if (bound === exact) break;
    }
  }
  return bounds;
}

/** Bins of a number: null is unknown. */
export function binNumber(
  values: readonly (bigint | null)[],
  bads: readonly boolean[],
  wish: TrendWish = "any",
  options: BinningOptions = BINNING,
): BinnedNumber {
  const known = values.flatMap((value) => (value === null ? [] : [value])).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const distinct = [...new Set(known)];
  const bounds = distinct.length <= options.fineClasses ? distinct.slice(1) : fineBounds(known, options.fineClasses);
  const place = (value: bigint): number => {
    const index = bounds.findIndex((bound) => value < bound);
    return index < 0 ? bounds.length : index;
  };
  const fine: Class[] = [...bounds, null].map((_, index) => ({ good: 0, bad: 0, span: [index, index] }));
  for (const [row, value] of values.entries()) if (value !== null) fine[place(value)]![bads[row] ? "bad" : "good"]++;
  const filled = fine.filter((each) => total(each) > 0);
  const unknownCounts = countsOf(bads.filter((_, row) => values[row] === null));
  const result = (trend: Trend): BinnedNumber => {
    const classes = coarse(filled, trend, known.length, options);
    const { evidence, ...rest } = withUnknown(classes, unknownCounts, options);
    const from = (index: number): bigint | null => (index <= 0 ? null : bounds[classes[index]!.span[0] - 1]!);
    const bins = evidence.map((each, index) => ({
      ...each,
      from: from(index),
      below: index + 1 < classes.length ? from(index + 1) : null,
    }));
    return { kind: "number", trend, bins, ...rest };
  };
  if (wish !== "monotone") return result(wish);
  const [rising, falling] = [result("rising"), result("falling")];
  return rising.informationValue >= falling.informationValue ? rising : falling;
}

/** Groups of codes with like bad rates: null is unknown. */
export function binCategory(
  values: readonly (string | null)[],
  bads: readonly boolean[],
  options: BinningOptions = BINNING,
): BinnedCategory {
  const byValue = new Map<string, Counts>();
  for (const [row, value] of values.entries()) {
    if (value === null) continue;
    const counts = byValue.get(value) ?? { good: 0, bad: 0 };
    counts[bads[row] ? "bad" : "good"]++;
    byValue.set(value, counts);
  }
  const sorted = [...byValue].sort(([a, x], [b, y]) => badRate(y) - badRate(x) || (a < b ? -1 : 1));
  const fine = sorted.map(([, counts], index): Class => ({ ...counts, span: [index, index] }));
  const known = fine.reduce((sum, each) => sum + total(each), 0);
  const classes = coarse(fine, "any", known, options);
  const unknownCounts = countsOf(bads.filter((_, row) => values[row] === null));
  const { evidence, ...rest } = withUnknown(classes, unknownCounts, options);
  const bins = evidence.map((each, index) => {
    const [first, last] = classes[index]!.span;
    return {
      ...each,
      values: sorted
        .slice(first, last + 1)
        .map(([value]) => value)
        .sort(),
    };
  });
  return { kind: "category", bins, ...rest };
}
