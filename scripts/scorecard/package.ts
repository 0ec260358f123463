import { type ScorecardPackage, scorecardPackage } from "../../backend/features/scoring/training-schemas.ts";
import type { CurvePoint } from "./metrics.ts";
import type { Training } from "./train.ts";
import type { Performance, Validation } from "./validation.ts";

const CURVE_POINTS = 100;

const ppm = (share: number): number => Math.round(share * 1_000_000);

const performanceOf = ({ rows, bads, auc, ks }: Performance) => ({
  rows,
  bads,
  auc: auc.auc.toFixed(4),
  aucLow: auc.low.toFixed(4),
  aucHigh: auc.high.toFixed(4),
  gini: auc.gini.toFixed(4),
  ks: ks.ks.toFixed(4),
  ksScore: ks.score,
});

/** Evenly by place, with both ends: a curve has as many points as there are scores. */
function thinned(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  if (curve.length <= CURVE_POINTS) return curve;
  return Array.from(
    { length: CURVE_POINTS },
    (_, place) => curve[Math.round((place * (curve.length - 1)) / (CURVE_POINTS - 1))]!,
  );
}

/** What is uploaded: the scorecard, who made it for whom, and the figures of its report. */
export function packageOf(
  training: Training,
  validation: Validation,
  about: ScorecardPackage["about"],
): ScorecardPackage {
  const { calibration, drift, grades, impact, holdout, train } = validation;
  return scorecardPackage.parse({
    scorecard: training.scorecard,
    about,
    report: {
      train: performanceOf(train),
      holdout: performanceOf(holdout),
      curve: thinned(holdout.curve).map(({ score, goods, bads }) => ({
        score,
        goodsPpm: ppm(goods),
        badsPpm: ppm(bads),
      })),
      calibration: {
        statistic: calibration.statistic.toFixed(3),
        degrees: calibration.degrees,
        pValue: calibration.pValue.toFixed(4),
        groups: calibration.groups.map(({ rows, bads, expectedBads }) => ({
          rows,
          bads,
          expectedBads: expectedBads.toFixed(2),
        })),
      },
      grades: grades.map(({ grade, rows, bads, expectedRate }) => ({
        grade,
        rows,
        bads,
        expectedRate: expectedRate.toFixed(6),
      })),
      stability: {
        psi: drift.score.psi,
        characteristics: drift.characteristics.map(({ indicatorId, psi }) => ({ indicatorId, psi })),
      },
      impact: [...impact].map(([indicatorId, { groups }]) => ({ indicatorId, groups })),
      leftOut: training.leftOut.map(({ id, reason }) => ({ id, reason: reason.slice(0, 300) })),
    },
  });
}
