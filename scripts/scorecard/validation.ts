import { type AdverseImpact, adverseImpact } from "../../backend/features/scoring/domain/fairness.ts";
import { type DriftReport, monitor, tally } from "../../backend/features/scoring/domain/monitor.ts";
import { type ScoreResult, score } from "../../backend/features/scoring/domain/score.ts";
import type { GradeName, ScoredIndicator } from "../../backend/features/scoring/domain/scorecard.ts";
import {
  type Auc,
  aucOf,
  type Calibration,
  type CurvePoint,
  cumulative,
  type GainsRow,
  gainsTable,
  hosmerLemeshow,
  ksOf,
} from "./metrics.ts";
import type { Outcomes } from "./outcomes.ts";
import { scalingOf } from "./scaling.ts";
import type { Training } from "./train.ts";

/** A finished scorecard on one sample: scored by the very rules that serve enterprises later. */
export interface Performance {
  readonly rows: number;
  readonly bads: number;
  readonly auc: Auc;
  readonly ks: { readonly ks: number; readonly score: number };
  readonly curve: readonly CurvePoint[];
  readonly scores: readonly number[];
  readonly outcomes: readonly boolean[];
}

export interface GradeRow {
  readonly grade: GradeName;
  readonly rows: number;
  readonly bads: number;
  /** What the scorecard promises. */
  readonly expectedRate: number;
}

export interface Validation {
  readonly train: Performance;
  readonly holdout: Performance;
  readonly calibration: Calibration;
  readonly gains: readonly GainsRow[];
  readonly grades: readonly GradeRow[];
  /** The kept-out sample against the training sample. */
  readonly drift: DriftReport;
  /** By group column; A and B are the good grades. */
  readonly impact: ReadonlyMap<string, AdverseImpact>;
}

const GOOD_GRADES: ReadonlySet<GradeName> = new Set(["A", "B"]);

/** A sample's row as a profile gives it: numbers as decimal text, as fen are. */
function indicatorsOf({ columns }: Outcomes, row: number): ScoredIndicator[] {
  return columns.map(({ id, values }) => {
    const value = values[row] ?? null;
    return { id, value: typeof value === "bigint" ? String(value) : value };
  });
}

function performance(results: readonly ScoreResult[], outcomes: readonly boolean[]): Performance {
  const scores = results.map(({ total }) => total);
  return {
    rows: scores.length,
    bads: outcomes.filter(Boolean).length,
    auc: aucOf(scores, outcomes),
    ks: ksOf(scores, outcomes),
    curve: cumulative(scores, outcomes),
    scores,
    outcomes,
  };
}

export function validate(training: Training, groups: readonly string[]): Validation {
  const { scorecard, train, holdout } = training;
  const resultsOf = (sample: Outcomes): ScoreResult[] =>
    sample.bads.map((_, row) => score(scorecard, indicatorsOf(sample, row)));
  const [trained, kept] = [resultsOf(train), resultsOf(holdout)];
  const onHoldout = performance(kept, holdout.bads);
  const { baseScore, baseOdds, pointsToDoubleOdds } = scorecard.scaling;
  const { factor, offset } = scalingOf(baseScore, baseOdds, pointsToDoubleOdds);
  const probabilities = onHoldout.scores.map((each) => 1 / (1 + Math.exp((each - offset) / factor)));
  const grades = scorecard.grades.map(({ grade, defaultRate }) => {
    const rows = kept.flatMap((result, row) => (result.grade === grade ? [row] : []));
    return {
      grade,
      rows: rows.length,
      bads: rows.filter((row) => holdout.bads[row]).length,
      expectedRate: Number(defaultRate),
    };
  });
  const impact = new Map(
    groups.map((id) => {
      const values = [train, holdout].flatMap((sample): (string | bigint | null)[] => [
        ...sample.columns.find((column) => column.id === id)!.values,
      ]);
      const outcomes = [...trained, ...kept].flatMap(({ grade }, row) => {
        const group = values[row] ?? null;
        return group === null ? [] : [{ group: String(group), favourable: GOOD_GRADES.has(grade) }];
      });
      return [id, adverseImpact(outcomes)];
    }),
  );
  return {
    train: performance(trained, train.bads),
    holdout: onHoldout,
    calibration: hosmerLemeshow(probabilities, holdout.bads, false),
    gains: gainsTable(onHoldout.scores, holdout.bads),
    grades,
    drift: monitor(scorecard, tally(scorecard, kept)),
    impact,
  };
}
