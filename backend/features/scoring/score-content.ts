import { canonicalJson } from "../../lib/canonical-json.ts";
import type { ScoreResult } from "./domain/score.ts";
import { type IndicatorInput, type Scorecard, type ScoredIndicator, scoreRange } from "./domain/scorecard.ts";
import {
  binText,
  improvementText,
  type NamedIndicator,
  nextGradeText,
  reasonText,
  type Text,
} from "./domain/wording.ts";
import type { ScoreContent } from "./score-schemas.ts";

/** What of a profile a score needs. */
export interface ScoredProfile {
  readonly computedAt: string;
  readonly enterprise: { readonly uscc: string; readonly district: string; readonly industry: string };
  readonly indicators: readonly ProfileIndicator[];
}
interface ProfileIndicator extends Fact {
  readonly id: string;
  readonly value: IndicatorInput;
}
interface Fact {
  readonly asOf?: string | undefined;
  readonly source: { readonly catalogId: string; readonly departmentName?: Text };
  readonly recordIds: readonly string[];
  readonly disputed?: string | undefined;
}
export type Facts = Readonly<Record<string, Fact>>;
export type Inputs = Readonly<Record<string, IndicatorInput>>;

/** The values that count, by id; what the profile doesn't have is unknown. */
export function inputsOf(card: Scorecard, { indicators }: ScoredProfile): Inputs {
  const values = new Map(indicators.map(({ id, value }) => [id, value]));
  return Object.fromEntries(
    card.characteristics.map(({ indicatorId }) => [indicatorId, values.get(indicatorId) ?? null]),
  );
}

export const scoredOf = (inputs: Inputs): ScoredIndicator[] =>
  Object.entries(inputs).map(([id, value]) => ({ id, value }));

/** Where the values that count come from. */
export function factsOf(card: Scorecard, { indicators }: ScoredProfile): Facts {
  const counting = new Set(card.characteristics.map(({ indicatorId }) => indicatorId));
  return Object.fromEntries(
    indicators
      .filter(({ id }) => counting.has(id))
      .map(({ id, asOf, source: { catalogId, departmentName }, recordIds, disputed }) => [
        id,
        {
          ...(asOf ? { asOf } : {}),
          source: { catalogId, ...(departmentName ? { departmentName } : {}) },
          recordIds,
          ...(disputed ? { disputed } : {}),
        },
      ]),
  );
}

export const textOf = (value: unknown): string => canonicalJson(value);

/** A result as its readers see it: in words, each figure with its source. */
export function contentOf(
  card: Scorecard,
  result: ScoreResult,
  inputs: Inputs,
  facts: Facts,
  indicatorOf: (id: string) => NamedIndicator,
): ScoreContent {
  const { total, grade, defaultRate, basePoints, nextGrade } = result;
  return {
    total,
    grade,
    defaultRate,
    basePoints,
    ...scoreRange(card),
    grades: card.grades,
    indicators: card.characteristics.map((characteristic, index) => {
      const { indicatorId, bins } = characteristic;
      const { binId, state, points } = result.characteristics[index]!;
      const { name, unit } = indicatorOf(indicatorId);
      const fact = facts[indicatorId];
      const worth = bins.map((bin) => bin.points);
      return {
        indicatorId,
        name,
        unit,
        value: inputs[indicatorId] ?? null,
        state,
        bin: binText(characteristic, binId, unit),
        points,
        bestPoints: Math.max(...worth),
        worstPoints: Math.min(...worth, characteristic.unknown.points),
        ...(fact?.asOf ? { asOf: fact.asOf } : {}),
        ...(fact ? { catalogId: fact.source.catalogId } : {}),
        ...(fact?.source.departmentName ? { departmentName: fact.source.departmentName } : {}),
        recordIds: [...(fact?.recordIds ?? [])],
        ...(fact?.disputed ? { disputed: fact.disputed } : {}),
      };
    }),
    reasons: result.reasons.map((reason) => ({
      indicatorId: reason.indicatorId,
      pointsLost: reason.pointsLost,
      text: reasonText(card, reason, indicatorOf(reason.indicatorId)),
    })),
    improvements: result.improvements.map((improvement) => {
      const { indicatorId, change, pointsGained } = improvement;
      return {
        indicatorId,
        change: change.kind === "becomeOneOf" ? { kind: change.kind, values: [...change.values] } : change,
        pointsGained,
        grade: improvement.grade,
        text: improvementText(improvement, grade, indicatorOf(indicatorId)),
      };
    }),
    nextGrade: nextGrade && {
      ...nextGrade,
      indicatorIds: nextGrade.indicatorIds && [...nextGrade.indicatorIds],
      text: nextGradeText(nextGrade, (id) => indicatorOf(id).name),
    },
  };
}
