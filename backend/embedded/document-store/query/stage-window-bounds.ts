import { compareValues } from "../bson/compare.ts";
import { arithmetic } from "../bson/numbers.ts";
import {
  type Doc,
  int32,
  isArray,
  isDoc,
  isNumber,
  type Maybe,
  type Num,
  typeName,
  type Value,
} from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { constantOf, integral, located, shown } from "./expression-support.ts";
import { compileExpression, type Expression } from "./expressions.ts";
import { show } from "./show.ts";
import type { SortField } from "./sorting.ts";

/** An end of a window: none, the current document, or so far from it. */
type Bound<T> = "unbounded" | "current" | T;

/** The documents of a partition that a window function sees, by their places. */
export type Bounds =
  | { kind: "documents"; lower: Bound<number>; upper: Bound<number> }
  | { kind: "range"; lower: Bound<Num>; upper: Bound<Num>; unit: string | undefined };

export const WHOLE: Bounds = { kind: "documents", lower: "unbounded", upper: "unbounded" };

function boundOf<T extends Num | number>(v: Value, read: (v: Value) => T): Bound<T> {
  if (typeof v === "string" && !v.startsWith("$")) {
    if (v === "unbounded" || v === "current") return v;
    throw failedToParse("Window bounds must be 'unbounded', 'current', or a number.");
  }
  const known = constantOf(compileExpression(v));
  if (!known) throw failedToParse("Window bounds expression must be a constant.");
  return read(known.value ?? null);
}

function pairOf(v: Value, name: string): [Value, Value] {
  if (!isArray(v) || v.length !== 2)
    throw failedToParse(`Window bounds must be a 2-element array: ${name}: ${show(v)}`);
  return [v[0]!, v[1]!];
}

function checkOrder(lower: Bound<Num>, upper: Bound<Num>): void {
  if (lower === "unbounded" || upper === "unbounded") return;
  const [a, b] = [lower === "current" ? int32(0) : lower, upper === "current" ? int32(0) : upper];
  if (compareValues(a, b) > 0)
    throw located(5339900, `Lower bound must not exceed upper bound: [${shown(a)}, ${shown(b)}]`);
}

/** Reads the `window` of a window function. */
export function parseBounds(v: Value, sortBy: SortField[] | undefined): Bounds {
  if (!isDoc(v)) throw failedToParse("'window' field must be an object");
  const [documents, range, unit] = [v.get("documents"), v.get("range"), v.get("unit")];
  if (documents !== undefined && range !== undefined)
    throw failedToParse("Window bounds can specify either 'documents' or 'unit', not both.");
  if (range === undefined && unit !== undefined)
    throw failedToParse("Window bounds can only specify 'unit' with range-based bounds.");
  if (documents !== undefined) return documentBounds(v, documents, sortBy);
  if (range !== undefined) return rangeBounds(v, range, unit, sortBy);
  if (v.size > 0)
    throw failedToParse(
      "'window' field can only contain 'documents' as the only argument or 'range' with an optional 'unit' field",
    );
  return WHOLE;
}

function documentBounds(window: Doc, v: Value, sortBy: SortField[] | undefined): Bounds {
  if (window.size !== 1) throw failedToParse("'window' field that specifies documents cannot have other fields");
  const [lower, upper] = pairOf(v, "documents").map((b) =>
    boundOf(b, (x) => {
      const n = integral(x);
      if (n === undefined) throw failedToParse("Numeric document-based bounds must be an integer");
      return n;
    }),
  ) as [Bound<number>, Bound<number>];
  checkOrder(lower, upper);
  if (!sortBy && !(lower === "unbounded" && upper === "unbounded"))
    throw located(5339901, "Document-based bounds require a sortBy");
  return { kind: "documents", lower, upper };
}

export const UNITS = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"];

function rangeBounds(window: Doc, v: Value, unit: Maybe, sortBy: SortField[] | undefined): Bounds {
  if (window.size !== (unit === undefined ? 1 : 2))
    throw failedToParse(
      unit === undefined
        ? "'window' field that specifies range cannot have other fields besides 'unit'"
        : "'window' field that specifies unit cannot have other fields besides 'range'",
    );
  if (unit !== undefined && typeof unit !== "string") throw failedToParse("'unit' must be a string");
  const [lower, upper] = pairOf(v, "range").map((b) =>
    boundOf(b, (x): Num => {
      if (unit !== undefined && integral(x) === undefined)
        throw failedToParse("With 'unit', range-based bounds must be an integer");
      if (!isNumber(x)) throw failedToParse("Range-based bounds expression must be a number");
      return x;
    }),
  ) as [Bound<Num>, Bound<Num>];
  checkOrder(lower, upper);
  if (unit !== undefined && !UNITS.includes(unit)) throw failedToParse(`unknown time unit value: ${unit}`);
  if (sortBy?.length !== 1) throw located(5339902, "Range-based bounds require sortBy a single field");
  if (sortBy[0]!.descending) throw located(8947401, "Range-based bounds require an ascending sortBy");
  return { kind: "range", lower, upper, unit };
}

/** From and to, both included; undefined: the window is empty. */
export type Window = readonly [from: number, to: number] | undefined;

/** Finds the window of each document of a partition, asked for in order. */
export function windowsOf(bounds: Bounds, sortKeys: readonly Maybe[], n: number): (i: number) => Window {
  if (bounds.kind === "documents") {
    const at = (b: Bound<number>, i: number, none: number): number =>
      b === "unbounded" ? none : b === "current" ? i : i + b;
    return (i) => {
      const from = Math.max(0, at(bounds.lower, i, 0));
      const to = Math.min(n - 1, at(bounds.upper, i, n - 1));
      return from > to ? undefined : [from, to];
    };
  }
  return rangeWindows(bounds, sortKeys, n);
}

function rangeWindows(bounds: Extract<Bounds, { kind: "range" }>, keys: readonly Maybe[], n: number) {
  const { unit, lower, upper } = bounds;
  const expected = (v: Maybe): boolean => (unit === undefined ? isNumber(v) : v instanceof Date);
  const add = unit === undefined ? addNumber : addDate(unit);
  let from = 0;
  let to = 0;
  return (i: number): Window => {
    const base = keys[i];
    checkBase(base, unit);
    if (lower === "current") from = i;
    else if (lower === "unbounded") while (from < n && !expected(keys[from])) from++;
    else {
      const bound = add(base!, lower);
      while (from < n && compareValues(keys[from] ?? null, bound) < 0) from++;
    }
    if (from >= n || !expected(keys[from])) return undefined;
    if (upper === "current") to = i;
    else {
      to = Math.max(to, from);
      const bound = upper === "unbounded" ? undefined : add(base!, upper);
      const inside = (v: Maybe): boolean =>
        expected(v) && (bound === undefined || compareValues(v ?? null, bound) <= 0);
      if (!inside(keys[to])) return undefined;
      while (to + 1 < n && inside(keys[to + 1])) to++;
    }
    return from > to ? undefined : [from, to];
  };
}

function checkBase(v: Maybe, unit: string | undefined): void {
  if (unit !== undefined) {
    if (!(v instanceof Date))
      throw located(5429513, `Invalid range: Expected the sortBy field to be a Date, but it was ${typeName(v)}`);
  } else if (v instanceof Date)
    throw located(5429413, "Invalid range: For windows that involve date or time ranges, a unit must be provided.");
  else if (!isNumber(v))
    throw located(5429414, `Invalid range: Expected the sortBy field to be a number, but it was ${typeName(v)}`);
}

const addNumber = (v: Value, by: Num): Value => arithmetic("add", v as Num, by) ?? v;

/** Adds units of time to dates. */
export function addDate(unit: string): (v: Value, by: Num) => Value {
  const spec = new Map<string, Value>([
    ["startDate", "$d"],
    ["unit", unit],
    ["amount", "$n"],
  ]);
  const add: Expression = compileExpression(new Map([["$dateAdd", spec]]));
  return (v, by) =>
    add(
      new Map<string, Value>([
        ["d", v],
        ["n", by],
      ]),
      {},
    ) ?? null;
}
