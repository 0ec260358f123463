import type { Condition, EligibilityRule } from "../../products/product-schemas.ts";
import { conditionFits, evaluateCondition, type FactUnit, type IndicatorFact, type Verdict } from "./condition.ts";

export type { FactUnit, IndicatorFact, Verdict } from "./condition.ts";
export { compareMatches, type RankedMatch, rankMatches } from "./rank.ts";

/* Eligibility rules over indicators in Kleene's three-valued logic. */

/** A condition as it has to hold. Negations are pushed down to here, so `verdict` always reads the same way. */
export interface ConditionResult {
  readonly condition: Condition;
  /** True when the condition must *not* hold; only for `in` and `between`, the others turn into their opposite. */
  readonly negated: boolean;
  readonly verdict: Verdict;
  readonly fact?: IndicatorFact;
}

export interface Evaluation {
  readonly verdict: Verdict;
  /** Every condition of the rule, in its order. */
  readonly reasons: ConditionResult[];
  /** The fewest conditions that would have to change for the rule to hold. Empty exactly when it holds. */
  readonly missing: ConditionResult[];
}

const OPPOSITE = { eq: "ne", ne: "eq", lt: "gte", gte: "lt", lte: "gt", gt: "lte" } as const;
const NOT: Readonly<Record<Verdict, Verdict>> = {
  eligible: "notEligible",
  notEligible: "eligible",
  unknown: "unknown",
};

function evaluateLeaf(
  condition: Condition,
  negated: boolean,
  values: ReadonlyMap<string, IndicatorFact>,
): ConditionResult {
  const fact = values.get(condition.indicator);
  const { op } = condition;
  const turned = negated && op !== "in" && op !== "between" ? { ...condition, op: OPPOSITE[op] } : condition;
  const stillNegated = negated && turned === condition;
  const verdict = evaluateCondition(turned, fact);
  return {
    condition: turned,
    negated: stillNegated,
    verdict: stillNegated ? NOT[verdict] : verdict,
    ...(fact ? { fact } : {}),
  };
}

const keyOf = ({ condition, negated }: ConditionResult): string =>
  JSON.stringify([condition.indicator, condition.op, condition.value, negated]);

/** The same condition asked for in two places is one thing to change. */
function union(sets: readonly (readonly ConditionResult[])[]): ConditionResult[] {
  const byKey = new Map<string, ConditionResult>();
  for (const result of sets.flat()) if (!byKey.has(keyOf(result))) byKey.set(keyOf(result), result);
  return [...byKey.values()];
}

/** The verdict of all, of parts that each have one. */
function weakest(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("notEligible")) return "notEligible";
  return verdicts.includes("unknown") ? "unknown" : "eligible";
}

function strongest(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("eligible")) return "eligible";
  return verdicts.includes("unknown") ? "unknown" : "notEligible";
}

function walk(rule: EligibilityRule, negated: boolean, values: ReadonlyMap<string, IndicatorFact>): Evaluation {
  if ("not" in rule) return walk(rule.not, !negated, values);
  if ("indicator" in rule) {
    const result = evaluateLeaf(rule, negated, values);
    return { verdict: result.verdict, reasons: [result], missing: result.verdict === "eligible" ? [] : [result] };
  }
  const parts = ("all" in rule ? rule.all : rule.any).map((part) => walk(part, negated, values));
  const verdicts = parts.map((part) => part.verdict);
  const reasons = parts.flatMap((part) => part.reasons);
  // De Morgan: under a negation all becomes any, and any all.
  if ("all" in rule !== negated) {
    return { verdict: weakest(verdicts), reasons, missing: union(parts.map((part) => part.missing)) };
  }
  const nearest = parts.reduce<Evaluation | null>(
    (best, part) => (best === null || part.missing.length < best.missing.length ? part : best),
    null,
  );
  return { verdict: strongest(verdicts), reasons, missing: nearest?.missing ?? [] };
}

/**
 * Evaluates a rule. A value that is missing, null or of another type makes its condition unknown; unknown only becomes
 * a verdict when the rest of the rule decides alone. So a value learned later never undoes a verdict.
 */
export const evaluateRule = (rule: EligibilityRule, values: ReadonlyMap<string, IndicatorFact>): Evaluation =>
  walk(rule, false, values);

/** What is asked of the request itself; facts with the ids of REQUEST_UNITS answer it. */
export interface ProductLimits {
  readonly amountMinFen: string;
  readonly amountMaxFen: string;
  readonly termMonthsMin: number;
  readonly termMonthsMax: number;
  readonly repaymentMethods: readonly string[];
  /** Empty: any purpose. */
  readonly purposes: readonly string[];
  readonly eligibility: EligibilityRule;
}

export const REQUEST_UNITS = {
  "request.amountFen": "fen",
  "request.termMonths": "months",
  "request.repaymentMethod": "code",
  "request.purpose": "code",
} as const satisfies Readonly<Record<string, FactUnit>>;

/** A product's limits on the request, then its eligibility rule, as one rule. */
export function productRule(product: ProductLimits): EligibilityRule {
  const { amountMinFen, amountMaxFen, termMonthsMin, termMonthsMax, repaymentMethods, purposes } = product;
  return {
    all: [
      { indicator: "request.amountFen", op: "between", value: [amountMinFen, amountMaxFen] },
      { indicator: "request.termMonths", op: "between", value: [termMonthsMin, termMonthsMax] },
      { indicator: "request.repaymentMethod", op: "in", value: [...repaymentMethods] },
      ...(purposes.length > 0
        ? [{ indicator: "request.purpose", op: "in" as const, value: [...purposes] }]
        : ([] as Condition[])),
      product.eligibility,
    ],
  };
}

export interface RuleFault {
  readonly indicator: string;
  readonly reason: "unknownIndicator" | "valueDoesNotFit";
}

/** Conditions that could never be decided: refuse a product that has any, rather than publish one that fits nobody. */
export function ruleFaults(rule: EligibilityRule, units: ReadonlyMap<string, FactUnit>): RuleFault[] {
  if ("not" in rule) return ruleFaults(rule.not, units);
  if ("all" in rule) return rule.all.flatMap((part) => ruleFaults(part, units));
  if ("any" in rule) return rule.any.flatMap((part) => ruleFaults(part, units));
  const { indicator } = rule;
  const unit = units.get(indicator);
  if (!unit) return [{ indicator, reason: "unknownIndicator" }];
  return conditionFits(rule, unit) ? [] : [{ indicator, reason: "valueDoesNotFit" }];
}
