import { canonicalJson } from "../../../lib/canonical-json.ts";
import { DomainError } from "../../../lib/errors.ts";
import type { Hex32 } from "../../../lib/hex.ts";
import { gradeOf, type Improvement, improvementsOf, type NextGrade, nextGradeOf } from "./improvements.ts";
import {
  type BinState,
  binOf,
  digestOf,
  type GradeName,
  type IndicatorInput,
  type Scorecard,
  type ScoredIndicator,
  scorecardDigest,
} from "./scorecard.ts";

/* A score and its reasons. Whole numbers only: the same scorecard and inputs give the same bytes on every machine. */

export interface CharacteristicScore {
  readonly indicatorId: string;
  readonly binId: string;
  readonly state: BinState;
  readonly points: number;
}

/** Points that an indicator costs against the best that is known of it. */
export interface Reason {
  readonly indicatorId: string;
  readonly binId: string;
  readonly state: BinState;
  readonly pointsLost: number;
}

export interface ScoreResult {
  readonly scorecard: { readonly id: string; readonly version: number; readonly digest: Hex32 };
  /** keccak256 of the canonical JSON of { indicator id: value }, of the indicators that count, unknown as null. */
  readonly inputDigest: Hex32;
  readonly basePoints: number;
  readonly total: number;
  readonly grade: GradeName;
  readonly defaultRate: string;
  /** In the scorecard's order. */
  readonly characteristics: readonly CharacteristicScore[];
  /** The most points lost first; ties by id. What costs nothing isn't named. */
  readonly reasons: readonly Reason[];
  /** The most points gained first; ties by id. */
  readonly improvements: readonly Improvement[];
  /** Null in the best grade. */
  readonly nextGrade: NextGrade | null;
}

/** The values that count, by id; what isn't there is unknown. Other indicators are left aside. */
function inputsOf(card: Scorecard, indicators: Iterable<ScoredIndicator>): Map<string, IndicatorInput> {
  const values = new Map<string, IndicatorInput>(card.characteristics.map(({ indicatorId }) => [indicatorId, null]));
  const seen = new Set<string>();
  for (const { id, value } of indicators) {
    if (!values.has(id)) continue;
    if (seen.has(id)) throw new DomainError("scorecard.inputTwice", `The indicator ${id} is given twice`, { id });
    seen.add(id);
    values.set(id, value);
  }
  return values;
}

function reasonsOf(card: Scorecard, scores: readonly CharacteristicScore[]): Reason[] {
  return scores
    .flatMap(({ indicatorId, binId, state, points }, index): Reason[] => {
      // Against what is known: nobody is told that being unknown would be better.
      const best = Math.max(...card.characteristics[index]!.bins.map((bin) => bin.points));
      return best > points ? [{ indicatorId, binId, state, pointsLost: best - points }] : [];
    })
    .sort((a, b) => b.pointsLost - a.pointsLost || (a.indicatorId < b.indicatorId ? -1 : 1));
}

/** Scores a profile. A value of the wrong type throws: it must not pass for unknown. */
export function score(card: Scorecard, indicators: Iterable<ScoredIndicator>): ScoreResult {
  const values = inputsOf(card, indicators);
  const characteristics = card.characteristics.map((characteristic): CharacteristicScore => {
    const { binId, state, points } = binOf(characteristic, values.get(characteristic.indicatorId) ?? null);
    return { indicatorId: characteristic.indicatorId, binId, state, points };
  });
  const total = characteristics.reduce((sum, { points }) => sum + points, card.basePoints);
  const improvements = improvementsOf(card, values, total);
  const { grade, defaultRate } = gradeOf(card, total);
  return {
    scorecard: { id: card.id, version: card.version, digest: scorecardDigest(card) },
    inputDigest: digestOf(Object.fromEntries(values)),
    basePoints: card.basePoints,
    total,
    grade,
    defaultRate,
    characteristics,
    reasons: reasonsOf(card, characteristics),
    improvements,
    nextGrade: nextGradeOf(card, total, improvements),
  };
}

/** The form in which a result is kept: its bytes are what a replay must give again. */
export const scoreText = (result: ScoreResult): string => canonicalJson(result);

/**
 * Scores again what was scored before and tells whether the same bytes come out. Refused when the scorecard or the
 * inputs are others than those that the stored result names: that would compare two different questions.
 */
export function replay(
  card: Scorecard,
  indicators: Iterable<ScoredIndicator>,
  stored: string,
): { same: boolean; text: string } {
  const named = JSON.parse(stored) as Partial<ScoreResult>;
  const result = score(card, indicators);
  if (named.scorecard?.digest !== result.scorecard.digest)
    throw new DomainError("scorecard.otherScorecard", "The score was given by another scorecard", {
      stored: named.scorecard,
      given: result.scorecard,
    });
  if (named.inputDigest !== result.inputDigest)
    throw new DomainError("scorecard.otherInputs", "The score was given for other inputs", {
      stored: named.inputDigest,
      given: result.inputDigest,
    });
  const text = scoreText(result);
  return { same: text === stored, text };
}
