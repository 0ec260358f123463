import { compareValues } from "../bson/compare.ts";
import { divide, toDouble, wholeNumber } from "../bson/numbers.ts";
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
import { badValue } from "../errors.ts";
import { keyText } from "../keys.ts";
import { widened } from "./expression-operators.ts";
import type { Operator } from "./expressions.ts";

const missing = (v: Maybe): v is null | undefined => v === undefined || v === null;
const MANY = 1000;

function list(op: string, v: Maybe): Value[] {
  if (!isArray(v)) throw badValue(`${op} requires an array, found: ${typeName(v)}`);
  return v;
}

function whole(op: string, v: Maybe): number {
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined) throw badValue(`${op} requires a whole number`);
  return n;
}

const onList = (op: string, f: (v: Value[]) => Maybe): Operator => ({
  min: 1,
  max: 1,
  run: ([v]) => (missing(v) ? null : f(list(op, v))),
});

/** Sum, average, least and greatest over arguments, or over the one argument that is an array. */
const over = (f: (values: Value[]) => Maybe): Operator => ({
  min: 1,
  max: MANY,
  run: (args) => f((args.length === 1 && isArray(args[0]) ? args[0] : args).filter((v) => !missing(v)) as Value[]),
});

export const sumOf = (values: Value[]): Num =>
  values.filter(isNumber).reduce<Num>((s, n) => widened("add", s, n), int32(0));

export function averageOf(values: Value[]): Num | null {
  const numbers = values.filter(isNumber);
  return numbers.length === 0 ? null : divide(sumOf(numbers), int32(numbers.length));
}

export const extremeOf = (values: Value[], direction: 1 | -1): Value | null => {
  let best: Value | undefined;
  for (const v of values) if (best === undefined || compareValues(v, best) * direction > 0) best = v;
  return best ?? null;
};

/** Distinct values in the order of their first appearance. */
export function distinct(values: Value[]): Value[] {
  const seen = new Map<string, Value>();
  for (const v of values) {
    const key = keyText(v);
    if (!seen.has(key)) seen.set(key, v);
  }
  return [...seen.values()];
}

function slice(v: Value[], a: number, b: number | undefined): Value[] {
  if (b === undefined) return a >= 0 ? v.slice(0, a) : v.slice(a);
  const start = a < 0 ? Math.max(0, v.length + a) : a;
  return v.slice(start, start + b);
}

const sets = (op: string, args: Maybe[]): Value[][] | null =>
  args.some(missing) ? null : args.map((v) => list(op, v));

function pair(entry: Value): [string, Value] {
  if (isArray(entry) && entry.length === 2) return [String(entry[0]), entry[1]!];
  if (isDoc(entry) && entry.has("k") && entry.has("v")) return [String(entry.get("k")), entry.get("v")!];
  throw badValue("$arrayToObject requires entries [key, value] or {k, v}");
}

export const arrayOperators: Record<string, Operator> = {
  $isArray: { min: 1, max: 1, run: ([v]) => isArray(v) },
  $size: { min: 1, max: 1, run: ([v]) => int32(list("$size", v).length) },
  $first: onList("$first", (v) => v[0]),
  $last: onList("$last", (v) => v.at(-1)),
  $reverseArray: onList("$reverseArray", (v) => [...v].reverse()),
  $arrayElemAt: {
    min: 2,
    max: 2,
    run: ([v, i]) => (missing(v) || missing(i) ? null : list("$arrayElemAt", v).at(whole("$arrayElemAt", i))),
  },
  $in: {
    min: 2,
    max: 2,
    run: ([v, all]) => list("$in", all).some((x) => v !== undefined && compareValues(x, v) === 0),
  },
  $indexOfArray: {
    min: 2,
    max: 2,
    run: ([all, v]) =>
      missing(all)
        ? null
        : int32(list("$indexOfArray", all).findIndex((x) => v !== undefined && compareValues(x, v) === 0)),
  },
  $concatArrays: { min: 0, max: MANY, run: (args) => sets("$concatArrays", args)?.flat() ?? null },
  $slice: {
    min: 2,
    max: 3,
    run: ([v, a, b]) =>
      missing(v)
        ? null
        : slice(list("$slice", v), whole("$slice", a), b === undefined ? undefined : whole("$slice", b)),
  },
  $range: {
    min: 2,
    max: 3,
    run: ([from, to, by]) => {
      const step = by === undefined ? 1 : whole("$range", by);
      if (step === 0) throw badValue("$range requires a non-zero step value");
      const out: Value[] = [];
      const end = whole("$range", to);
      for (let i = whole("$range", from); step > 0 ? i < end : i > end; i += step) out.push(int32(i));
      return out;
    },
  },
  $setUnion: {
    min: 0,
    max: MANY,
    run: (args) => {
      const all = sets("$setUnion", args);
      return all && distinct(all.flat()).sort(compareValues);
    },
  },
  $setIntersection: {
    min: 1,
    max: MANY,
    run: (args) => {
      const all = sets("$setIntersection", args);
      if (!all) return null;
      const others = all.slice(1).map((s) => new Set(s.map(keyText)));
      return distinct(all[0]!.filter((v) => others.every((o) => o.has(keyText(v))))).sort(compareValues);
    },
  },
  $setDifference: {
    min: 2,
    max: 2,
    run: (args) => {
      const all = sets("$setDifference", args);
      if (!all) return null;
      const drop = new Set(all[1]!.map(keyText));
      return distinct(all[0]!.filter((v) => !drop.has(keyText(v))));
    },
  },
  $setIsSubset: {
    min: 2,
    max: 2,
    run: ([a, b]) => {
      const all = new Set(list("$setIsSubset", b).map(keyText));
      return list("$setIsSubset", a).every((v) => all.has(keyText(v)));
    },
  },
  $mergeObjects: {
    min: 0,
    max: MANY,
    run: (args) => {
      const parts = args.length === 1 && isArray(args[0]) ? args[0] : args;
      const out: Doc = new Map();
      for (const p of parts) {
        if (missing(p)) continue;
        if (!isDoc(p)) throw badValue(`$mergeObjects requires object inputs, but found ${typeName(p)}`);
        for (const [k, v] of p) out.set(k, v);
      }
      return out;
    },
  },
  $objectToArray: {
    min: 1,
    max: 1,
    run: ([v]) => {
      if (missing(v)) return null;
      if (!isDoc(v)) throw badValue(`$objectToArray requires a document input, found: ${typeName(v)}`);
      return [...v].map(
        ([k, x]) =>
          new Map<string, Value>([
            ["k", k],
            ["v", x],
          ]),
      );
    },
  },
  $arrayToObject: onList("$arrayToObject", (v) => new Map(v.map(pair))),
  $anyElementTrue: onList("$anyElementTrue", (v) =>
    v.some((x) => x !== null && x !== false && !(isNumber(x) && toDouble(x) === 0)),
  ),
  $sum: over(sumOf),
  $avg: over(averageOf),
  $min: over((v) => extremeOf(v, -1)),
  $max: over((v) => extremeOf(v, 1)),
};
