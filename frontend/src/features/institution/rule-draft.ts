import type { Condition, EligibilityRule } from "../../../../backend/features/products/product-schemas.ts";
import type { IndicatorView } from "../../../../backend/features/profiles/profile-schemas.ts";

/*
 * The rule builder's form: conditions under "all" or "any". Values are typed as people write them (amounts in 万元, rates
 * in per cent) and turned into the units of the indicators (fen, basis points).
 */

export type Operator = Condition["op"];
export type Unit = IndicatorView["unit"];
export type IndicatorChoice = Pick<IndicatorView, "id" | "name" | "unit">;

export interface ConditionDraft {
  indicator: string;
  op: Operator;
  value: string;
}

export interface RuleDraft {
  combine: "all" | "any";
  conditions: ConditionDraft[];
}

const NUMERIC: readonly Unit[] = ["fen", "count", "months", "kwh", "sqm", "bps"];

/** The comparisons that make sense for a unit. */
export function operatorsFor(unit: Unit): Operator[] {
  if (unit === "flag") return ["eq", "ne"];
  if (NUMERIC.includes(unit)) return ["gte", "lte", "gt", "lt", "eq", "ne", "between"];
  if (unit === "date") return ["gte", "lte", "between"];
  return ["eq", "ne", "in"];
}

/** 万元 or plain text as typed to the scalar that rules hold; null when it is not one. */
export function scalarOf(unit: Unit, text: string): string | number | boolean | null {
  const typed = text.trim();
  if (typed === "") return null;
  if (unit === "flag") return typed === "true" ? true : typed === "false" ? false : null;
  if (unit === "date") return /^\d{4}-\d{2}-\d{2}$/.test(typed) ? typed : null;
  if (!NUMERIC.includes(unit)) return typed.length <= 60 ? typed : null;
  if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(typed)) return null;
  if (unit === "fen") return wanyuanToFen(typed);
  if (unit === "bps") return typed.startsWith("-") ? negated(percentToBps(typed.slice(1))) : percentToBps(typed);
  return Number(typed);
}

const negated = (value: number | null): number | null => (value === null ? null : -value);

/** Decimal 万元 to fen as text, exactly; null when finer than a fen. */
export function wanyuanToFen(text: string): string | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return null;
  const fen = BigInt(match[2] ?? "0") * 1_000_000n + BigInt((match[3] ?? "").padEnd(6, "0"));
  return match[1] ? `-${fen}` : String(fen);
}

/** "4.35" per cent to 435 basis points; null when finer than a basis point. */
export function percentToBps(text: string): number | null {
  const match = /^(\d{1,5})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

/** An annual rate as typed; null when it isn't between 0 and 100 %. */
export function annualRateBps(text: string): number | null {
  const bps = percentToBps(text);
  return bps !== null && bps <= 10_000 ? bps : null;
}

/** The condition of a draft, or null when its value can't be read. "between" takes two values, "in" any number. */
export function conditionOf(draft: ConditionDraft, unit: Unit): Condition | null {
  if (draft.indicator === "") return null;
  if (draft.op !== "between" && draft.op !== "in") {
    const value = scalarOf(unit, draft.value);
    return value === null ? null : { indicator: draft.indicator, op: draft.op, value };
  }
  const values = draft.value
    .split(/[,，、;；\s]+/)
    .filter((part) => part !== "")
    .map((part) => scalarOf(unit, part));
  if (values.length === 0 || values.includes(null)) return null;
  if (draft.op === "between" && values.length !== 2) return null;
  return { indicator: draft.indicator, op: draft.op, value: values as (string | number | boolean)[] };
}

/** The rule, or the positions of the conditions that can't be read. */
export function ruleOf(
  draft: RuleDraft,
  unitOf: (indicator: string) => Unit,
): { rule: EligibilityRule } | { faults: number[] } {
  const conditions = draft.conditions.map((condition) => conditionOf(condition, unitOf(condition.indicator)));
  const faults = conditions.flatMap((condition, i) => (condition === null ? [i] : []));
  if (faults.length > 0 || conditions.length === 0) return { faults };
  const known = conditions as Condition[];
  return { rule: draft.combine === "all" ? { all: known } : { any: known } };
}

/** Every condition of a rule, however deep. */
export function conditionsIn(rule: EligibilityRule): Condition[] {
  if ("all" in rule) return rule.all.flatMap(conditionsIn);
  if ("any" in rule) return rule.any.flatMap(conditionsIn);
  if ("not" in rule) return conditionsIn(rule.not);
  return [rule];
}
