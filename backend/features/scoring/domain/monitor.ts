import { DomainError } from "../../../lib/errors.ts";
import type { ScoreResult } from "./score.ts";
import { type GradeName, type Scorecard, scorecardDigest, UNKNOWN_BIN } from "./scorecard.ts";

/*
 * Drift: how far the enterprises of a period are spread otherwise than those of the training sample. The population
 * stability index and its bounds are those of Siddiqi, Credit Risk Scorecards (2006), chapter 9; by characteristic it
 * is also called CSI.
 */

/** Stands for a share of nothing, whose logarithm doesn't exist. */
const LEAST_SHARE = 0.0001;

export const PSI_SHIFT = 0.1;
export const PSI_ACTION = 0.25;
export type Drift = "stable" | "shift" | "action";

export const driftOf = (psi: number): Drift => (psi < PSI_SHIFT ? "stable" : psi < PSI_ACTION ? "shift" : "action");

/** Σ (actual − expected) · ln(actual ÷ expected) over shares; counts are turned into shares first. */
export function psi(expected: readonly number[], actual: readonly number[]): number {
  if (expected.length !== actual.length || expected.length === 0)
    throw new DomainError("scorecard.otherBins", "Both samples need the same bins", {
      expected: expected.length,
      actual: actual.length,
    });
  const shares = (counts: readonly number[]): number[] => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (!(total > 0) || counts.some((count) => !(count >= 0)))
      throw new DomainError("scorecard.emptySample", "A sample needs counts that are not negative, and one above zero");
    return counts.map((count) => count / total);
  };
  const before = shares(expected);
  const now = shares(actual);
  let sum = 0;
  for (const [index, share] of now.entries()) {
    const was = before[index]!;
    if (share === was) continue;
    const [a, e] = [Math.max(share, LEAST_SHARE), Math.max(was, LEAST_SHARE)];
    sum += (a - e) * Math.log(a / e);
  }
  return sum;
}

/** 99 % of the standard normal distribution lies below it. */
const Z99 = 2.326348;

/**
 * What the index reaches in one of a hundred samples that did not drift at all: of `actual` against `expected`
 * enterprises it is spread as (1 ÷ actual + 1 ÷ expected) · χ² with one degree of freedom less than bins (Yurdakul,
 * Statistical Properties of Population Stability Index, 2018). χ² by Wilson and Hilferty.
 */
export function psiByChance(bins: number, expected: number, actual: number): number {
  const degrees = bins - 1;
  if (degrees < 1 || expected < 1 || actual < 1) return 0;
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + Z99 * Math.sqrt(spread)) ** 3 * (1 / actual + 1 / expected);
}

/** Counts of a period: what of its scores is needed to see drift. Tallies of parts can be added up. */
export interface Tally {
  readonly scores: number;
  /** By the scorecard's score bands. */
  readonly bands: number[];
  readonly grades: Record<GradeName, number>;
  /** By indicator, by the scorecard's bins with the unknown one last. */
  readonly bins: Map<string, number[]>;
}

/** Counts the scores of a period; results of another scorecard are refused. */
export function tally(
  card: Scorecard,
  results: Iterable<Pick<ScoreResult, "scorecard" | "total" | "grade" | "characteristics">>,
): Tally {
  const digest = scorecardDigest(card);
  const bands = card.scoreBands.map(() => 0);
  const grades = { A: 0, B: 0, C: 0, D: 0, E: 0 };
  const places = new Map(
    card.characteristics.map(({ indicatorId, bins }) => [
      indicatorId,
      new Map([...bins.map(({ id }) => id), UNKNOWN_BIN].map((id, index) => [id, index])),
    ]),
  );
  const bins = new Map([...places].map(([id, place]) => [id, new Array<number>(place.size).fill(0)]));
  let scores = 0;
  for (const { scorecard, total, grade, characteristics } of results) {
    if (scorecard.digest !== digest)
      throw new DomainError("scorecard.otherScorecard", "The score was given by another scorecard", { scorecard });
    scores++;
    grades[grade]++;
    const band = card.scoreBands.findIndex(({ below }) => below === null || total < below);
    bands[band] = bands[band]! + 1;
    for (const { indicatorId, binId } of characteristics) {
      const counts = bins.get(indicatorId)!;
      const place = places.get(indicatorId)!.get(binId)!;
      counts[place] = counts[place]! + 1;
    }
  }
  return { scores, bands, grades, bins };
}

export interface DriftFigure {
  /** Four digits after the point. */
  readonly psi: string;
  readonly drift: Drift;
}

export interface CharacteristicDrift extends DriftFigure {
  readonly indicatorId: string;
  /** How many points the average enterprise won or lost through this indicator, with two digits after the point. */
  readonly pointsShift: string;
}

export interface DriftReport {
  readonly scores: number;
  readonly score: DriftFigure;
  /** The largest drift first; ties by id. */
  readonly characteristics: readonly CharacteristicDrift[];
  readonly grades: Readonly<Record<GradeName, number>>;
  /** The worst of all figures. */
  readonly drift: Drift;
}

const SEVERITY: readonly Drift[] = ["stable", "shift", "action"];

/** The figure as it is shown decides, so that nobody reads "0.1000, stable". */
function figure(value: number): DriftFigure {
  const text = value.toFixed(4);
  return { psi: text, drift: driftOf(Number(text)) };
}

/** Compares a period with the training sample. */
export function monitor(card: Scorecard, period: Tally): DriftReport {
  const score = figure(
    psi(
      card.scoreBands.map(({ sharePpm }) => sharePpm),
      period.bands,
    ),
  );
  const characteristics = card.characteristics.map(({ indicatorId, bins, unknown }): CharacteristicDrift => {
    const all = [...bins, unknown];
    const expected = all.map(({ sharePpm }) => sharePpm);
    const actual = period.bins.get(indicatorId)!;
    const shift = all.reduce(
      (sum, { points, sharePpm }, index) => sum + points * (actual[index]! / period.scores - sharePpm / 1_000_000),
      0,
    );
    // Adding zero turns −0 into 0.
    const pointsShift = (Math.round(shift * 100) / 100 + 0).toFixed(2);
    return { indicatorId, ...figure(psi(expected, actual)), pointsShift };
  });
  characteristics.sort((a, b) => Number(b.psi) - Number(a.psi) || (a.indicatorId < b.indicatorId ? -1 : 1));
  const drift = [score, ...characteristics]
    .map((each) => each.drift)
    .reduce((worst, each) => (SEVERITY.indexOf(each) > SEVERITY.indexOf(worst) ? each : worst));
  return { scores: period.scores, score, characteristics, grades: period.grades, drift };
}
