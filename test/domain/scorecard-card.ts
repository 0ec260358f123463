import { type ScoreResult, score } from "../../backend/features/scoring/domain/score.ts";
import {
  type IndicatorInput,
  parseScorecard,
  type Scorecard,
} from "../../backend/features/scoring/domain/scorecard.ts";
import type { DomainError } from "../../backend/lib/errors.ts";

/* A small scorecard made by hand, for the tests of scoring. */

const evidence = (points: number, sharePpm: number) => ({ points, woe: (points / 30).toFixed(6), sharePpm });
const unknown = (points: number, sharePpm: number) => ({ ...evidence(points, sharePpm), observed: true });

export const CARD = {
  id: "test-card",
  version: 3,
  trainedAt: "2026-03-01T00:00:00Z",
  target: "90 days overdue within a year",
  scaling: { baseScore: 600, baseOdds: 50, pointsToDoubleOdds: 20 },
  basePoints: 500,
  characteristics: [
    {
      kind: "number",
      indicatorId: "tax.paid12mFen",
      changeable: true,
      informationValue: "0.300000",
      trend: "rising",
      unknown: unknown(-5, 100_000),
      bins: [
        { id: "b1", from: null, below: "1000000", ...evidence(-20, 300_000) },
        { id: "b2", from: "1000000", below: "9007199254740993", ...evidence(0, 400_000) },
        { id: "b3", from: "9007199254740993", below: null, ...evidence(30, 200_000) },
      ],
    },
    {
      kind: "number",
      indicatorId: "tax.revenueGrowthBps",
      changeable: true,
      informationValue: "0.100000",
      trend: "any",
      unknown: unknown(-1, 50_000),
      bins: [
        { id: "b1", from: null, below: "-1000", ...evidence(10, 150_000) },
        { id: "b2", from: "-1000", below: "1000", ...evidence(-10, 500_000) },
        { id: "b3", from: "1000", below: null, ...evidence(12, 300_000) },
      ],
    },
    {
      kind: "category",
      indicatorId: "tax.creditGrade",
      changeable: true,
      informationValue: "0.250000",
      unknown: unknown(-8, 100_000),
      bins: [
        { id: "b1", values: ["C", "D"], ...evidence(-30, 100_000) },
        { id: "b2", values: ["B", "M"], ...evidence(4, 500_000) },
        { id: "b3", values: ["A"], ...evidence(25, 300_000) },
      ],
    },
    {
      kind: "number",
      indicatorId: "identity.ageMonths",
      changeable: false,
      informationValue: "0.050000",
      trend: "rising",
      unknown: { ...evidence(0, 0), observed: false },
      bins: [
        { id: "b1", from: null, below: "24", ...evidence(-12, 200_000) },
        { id: "b2", from: "24", below: null, ...evidence(3, 800_000) },
      ],
    },
  ],
  grades: [
    { grade: "A", from: 550, defaultRate: "0.010000" },
    { grade: "B", from: 520, defaultRate: "0.030000" },
    { grade: "C", from: 490, defaultRate: "0.080000" },
    { grade: "D", from: 460, defaultRate: "0.150000" },
    { grade: "E", from: null, defaultRate: "0.300000" },
  ],
  scoreBands: [
    { from: null, below: 490, sharePpm: 300_000 },
    { from: 490, below: 520, sharePpm: 400_000 },
    { from: 520, below: null, sharePpm: 300_000 },
  ],
} as const satisfies Scorecard | object;
export const card = parseScorecard(CARD);

type Values = Record<string, IndicatorInput>;
export const inputs = (values: Values) => Object.entries(values).map(([id, value]) => ({ id, value }));
export const scored = (values: Values): ScoreResult => score(card, inputs(values));

/** The code of the error, and the reasons of a refused scorecard. */
export function refusal(run: () => unknown): { code: string; reasons: string[] } {
  try {
    run();
  } catch (error) {
    const { code, data } = error as DomainError;
    const errors = (data?.errors ?? []) as { field: string; reason: string }[];
    return { code, reasons: errors.map(({ field, reason }) => `${field}: ${reason}`) };
  }
  throw new Error("nothing was refused");
}

/** A copy of the card with something else in one place. */
export function changed(path: readonly (string | number)[], value: unknown, of: unknown = CARD): unknown {
  const copy = structuredClone(of);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = value;
  return copy;
}
