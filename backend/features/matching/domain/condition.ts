import type { Condition } from "../../products/product-schemas.ts";

/* One comparison of an indicator, three-valued: what isn't known, or can't be compared, is unknown and never true. */

export type Verdict = "eligible" | "notEligible" | "unknown";

export type FactUnit = "fen" | "count" | "months" | "kwh" | "sqm" | "bps" | "code" | "text" | "date" | "flag";

/** An indicator with its value and where that came from. */
export interface IndicatorFact {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly unit: FactUnit;
  /** Decimal text for fen; null when unknown. */
  readonly value: string | number | boolean | null;
  readonly asOf?: string | undefined;
  readonly catalogId: string;
  readonly recordIds: readonly string[];
}

type Comparable = bigint | number | string | boolean;
type Op = Condition["op"];

const NUMBERS: ReadonlySet<FactUnit> = new Set(["count", "months", "kwh", "sqm", "bps"]);
const EQUALITY: ReadonlySet<Op> = new Set(["eq", "ne", "in"]);

/** The value in the form its unit is compared in; null when it isn't of that unit's type. */
function comparable(unit: FactUnit, value: unknown): Comparable | null {
  if (unit === "fen") return typeof value === "string" && /^-?\d{1,30}$/.test(value) ? BigInt(value) : null;
  if (unit === "flag") return typeof value === "boolean" ? value : null;
  if (NUMBERS.has(unit)) return typeof value === "number" && Number.isFinite(value) ? value : null;
  if (unit === "date") return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null;
  return typeof value === "string" ? value : null;
}

/** Codes, texts and flags have no order: asking whether a grade is "greater" is a mistake in the rule. */
const hasOrder = (unit: FactUnit): boolean => unit === "fen" || unit === "date" || NUMBERS.has(unit);

/** What the condition compares with, in the unit's form; null when its shape or type doesn't fit the unit. */
function operands(unit: FactUnit, { op, value }: Condition): Comparable[] | null {
  if (!EQUALITY.has(op) && !hasOrder(unit)) return null;
  const isList = op === "in" || op === "between";
  if (Array.isArray(value) !== isList) return null;
  const list = (Array.isArray(value) ? value : [value]).map((each) => comparable(unit, each));
  if (op === "between" && list.length !== 2) return null;
  return list.some((each) => each === null) ? null : (list as Comparable[]);
}

function holds(op: Op, value: Comparable, [first, second]: readonly Comparable[], all: readonly Comparable[]): boolean {
  switch (op) {
    case "eq":
      return value === first;
    case "ne":
      return value !== first;
    case "lt":
      return value < first!;
    case "lte":
      return value <= first!;
    case "gt":
      return value > first!;
    case "gte":
      return value >= first!;
    case "in":
      return all.includes(value);
    case "between":
      return value >= first! && value <= second!;
  }
}

/** Amounts compare as bigint, counts as numbers, dates by calendar; codes, texts and flags only for equality. */
export function evaluateCondition(condition: Condition, fact: IndicatorFact | undefined): Verdict {
  if (!fact || fact.value === null) return "unknown";
  const value = comparable(fact.unit, fact.value);
  const others = operands(fact.unit, condition);
  if (value === null || others === null) return "unknown";
  return holds(condition.op, value, others, others) ? "eligible" : "notEligible";
}

/** Whether a condition can ever be decided for an indicator of this unit. */
export const conditionFits = (condition: Condition, unit: FactUnit): boolean => operands(unit, condition) !== null;
