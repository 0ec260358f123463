import { Decimal128, Int32 } from "bson";
import { compareMaybe, compareValues } from "../bson/compare.ts";
import { arithmetic, divide, remainder, toDouble, wholeNumber } from "../bson/numbers.ts";
import { type Doc, int32, isDoc, isNumber, type Maybe, type Num, typeName } from "../bson/types.ts";
import { badValue, typeMismatch } from "../errors.ts";
import { convert, toText } from "./expression-convert.ts";
import { dateOperators } from "./expression-dates.ts";
import type { Operator } from "./expressions.ts";
import { toRegExp, truthy } from "./predicates.ts";

const missing = (v: Maybe): v is null | undefined => v === undefined || v === null;
const MANY = 1000;

function number(op: string, v: Maybe): Num {
  if (!isNumber(v)) throw typeMismatch(`${op} only supports numeric types, not ${typeName(v)}`);
  return v;
}

/** Arithmetic of expressions widens to double where int64 overflows. */
export function widened(op: "add" | "subtract" | "multiply", a: Num, b: Num): Num {
  return arithmetic(op, a, b) ?? arithmetic(op, toDouble(a), b)!;
}

function unary(op: string, f: (x: number) => number): Operator {
  return {
    min: 1,
    max: 1,
    run: ([v]) => {
      if (missing(v)) return null;
      const n = number(op, v);
      const r = f(toDouble(n));
      // Whole types stay what they are; only doubles and decimals have a fraction to lose.
      if (n instanceof Int32 && r === (r | 0)) return int32(r);
      if (typeof n === "bigint" && Number.isSafeInteger(r)) return BigInt(r);
      return n instanceof Decimal128 ? Decimal128.fromString(String(r)) : r;
    },
  };
}

function roundTo(op: string, f: (x: number) => number): Operator {
  return {
    min: 1,
    max: 2,
    run: ([v, places]) => {
      if (missing(v)) return null;
      const n = number(op, v);
      const p = places === undefined ? 0 : (wholeNumber(number(op, places)) ?? 0);
      if (p >= 0 && (n instanceof Int32 || typeof n === "bigint")) return n;
      const scaled = Number(`${toDouble(n)}e${p}`);
      const r = Number(`${f(scaled)}e${-p}`);
      if (n instanceof Int32) return int32(r);
      return n instanceof Decimal128 ? Decimal128.fromString(String(r)) : typeof n === "bigint" ? BigInt(r) : r;
    },
  };
}

/** Rounds halves to the even neighbour, as MongoDB does. */
function halfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const real = (op: string, f: (x: number) => number): Operator => ({
  min: 1,
  max: 1,
  run: ([v]) => (missing(v) ? null : f(toDouble(number(op, v)))),
});

const compare = (test: (c: number) => boolean): Operator => ({
  min: 2,
  max: 2,
  run: ([a, b]) => test(compareWithMissing(a, b)),
});

/** Missing is below null in expressions. */
function compareWithMissing(a: Maybe, b: Maybe): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareValues(a, b);
}

function fold(op: "add" | "multiply", args: Maybe[]): Maybe {
  if (args.some(missing)) return null;
  if (op === "add" && args.some((v) => v instanceof Date)) {
    const ms = args.reduce<number>((s, v) => s + (v instanceof Date ? v.getTime() : toDouble(number("$add", v))), 0);
    return new Date(ms);
  }
  return args.reduce<Num>((s, v) => widened(op, s, number(`$${op}`, v)), int32(op === "add" ? 0 : 1));
}

function subtract(a: Maybe, b: Maybe): Maybe {
  if (missing(a) || missing(b)) return null;
  if (a instanceof Date) {
    if (b instanceof Date) return BigInt(a.getTime() - b.getTime());
    return new Date(a.getTime() - toDouble(number("$subtract", b)));
  }
  return widened("subtract", number("$subtract", a), number("$subtract", b));
}

function text(op: string, v: Maybe): string {
  if (missing(v)) return "";
  if (typeof v !== "string" && !(v instanceof Date) && !isNumber(v))
    throw typeMismatch(`${op} requires a string argument, found: ${typeName(v)}`);
  return toText(v);
}

const conversion = (to: string): Operator => ({ min: 1, max: 1, run: ([v]) => (missing(v) ? null : convert(v, to)) });

function substring(op: string, v: Maybe, from: Maybe, length: Maybe, bytes: boolean): string {
  const start = wholeNumber(number(op, from)) ?? 0;
  const count = wholeNumber(number(op, length)) ?? 0;
  const s = text(op, v);
  const end = count < 0 ? undefined : start + count;
  return bytes ? Buffer.from(s).subarray(start, end).toString() : [...s].slice(start, end).join("");
}

const argument = (args: Maybe[], name: string): Maybe => (args[0] as Doc).get(name);

export const operators: Record<string, Operator> = {
  ...dateOperators,
  $add: { min: 1, max: MANY, run: (args) => fold("add", args) },
  $multiply: { min: 1, max: MANY, run: (args) => fold("multiply", args) },
  $subtract: { min: 2, max: 2, run: ([a, b]) => subtract(a, b) },
  $divide: {
    min: 2,
    max: 2,
    run: ([a, b]) => {
      if (missing(a) || missing(b)) return null;
      if (toDouble(number("$divide", b)) === 0) throw badValue("can't $divide by zero");
      return divide(number("$divide", a), b as Num);
    },
  },
  $mod: {
    min: 2,
    max: 2,
    run: ([a, b]) => {
      if (missing(a) || missing(b)) return null;
      if (toDouble(number("$mod", b)) === 0) throw badValue("can't $mod by zero");
      return remainder(number("$mod", a), b as Num);
    },
  },
  $abs: unary("$abs", Math.abs),
  $ceil: unary("$ceil", Math.ceil),
  $floor: unary("$floor", Math.floor),
  $round: roundTo("$round", halfEven),
  $trunc: roundTo("$trunc", Math.trunc),
  $sqrt: real("$sqrt", Math.sqrt),
  $exp: real("$exp", Math.exp),
  $ln: real("$ln", Math.log),
  $log10: real("$log10", Math.log10),
  $pow: {
    min: 2,
    max: 2,
    run: ([a, b]) => {
      if (missing(a) || missing(b)) return null;
      const r = toDouble(number("$pow", a)) ** toDouble(number("$pow", b));
      return a instanceof Int32 && b instanceof Int32 && r === (r | 0) ? int32(r) : r;
    },
  },
  $eq: compare((c) => c === 0),
  $ne: compare((c) => c !== 0),
  $gt: compare((c) => c > 0),
  $gte: compare((c) => c >= 0),
  $lt: compare((c) => c < 0),
  $lte: compare((c) => c <= 0),
  $cmp: { min: 2, max: 2, run: ([a, b]) => int32(compareWithMissing(a, b)) },
  $not: { min: 1, max: 1, run: ([v]) => !truthy(v) },
  $concat: {
    min: 0,
    max: MANY,
    run: (args) => (args.some(missing) ? null : args.map((v) => text("$concat", v)).join("")),
  },
  $toLower: { min: 1, max: 1, run: ([v]) => text("$toLower", v).toLowerCase() },
  $toUpper: { min: 1, max: 1, run: ([v]) => text("$toUpper", v).toUpperCase() },
  $strLenCP: { min: 1, max: 1, run: ([v]) => int32([...text("$strLenCP", v)].length) },
  $strLenBytes: { min: 1, max: 1, run: ([v]) => int32(Buffer.byteLength(text("$strLenBytes", v))) },
  $strcasecmp: {
    min: 2,
    max: 2,
    run: ([a, b]) => int32(compareMaybe(text("$strcasecmp", a).toUpperCase(), text("$strcasecmp", b).toUpperCase())),
  },
  $substr: { min: 3, max: 3, run: ([v, a, b]) => substring("$substr", v, a, b, true) },
  $substrBytes: { min: 3, max: 3, run: ([v, a, b]) => substring("$substrBytes", v, a, b, true) },
  $substrCP: { min: 3, max: 3, run: ([v, a, b]) => substring("$substrCP", v, a, b, false) },
  $split: {
    min: 2,
    max: 2,
    run: ([v, by]) => (missing(v) || missing(by) ? null : text("$split", v).split(text("$split", by))),
  },
  $trim: {
    min: 1,
    max: 1,
    run: (args) => {
      const v = argument(args, "input");
      if (missing(v)) return null;
      const chars = argument(args, "chars");
      if (missing(chars)) return text("$trim", v).trim();
      const drop = new Set(text("$trim", chars));
      const all = [...text("$trim", v)];
      const keep = (c: string): boolean => !drop.has(c);
      const from = all.findIndex(keep);
      return from < 0 ? "" : all.slice(from, all.findLastIndex(keep) + 1).join("");
    },
  },
  $regexMatch: {
    min: 1,
    max: 1,
    run: (args) => {
      const v = argument(args, "input");
      if (missing(v)) return false;
      const re = argument(args, "regex");
      const flags = argument(args, "options");
      if (typeof re === "string")
        return toRegExp(re, typeof flags === "string" ? flags : "").test(text("$regexMatch", v));
      const { pattern, options } = re as { pattern: string; options: string };
      return toRegExp(pattern, options).test(text("$regexMatch", v));
    },
  },
  $getField: {
    min: 1,
    max: 1,
    run: (args) => {
      const input = argument(args, "input");
      return isDoc(input) ? input.get(String(argument(args, "field"))) : undefined;
    },
  },
  $convert: {
    min: 1,
    max: 1,
    run: (args) => {
      const v = argument(args, "input");
      if (missing(v)) return argument(args, "onNull") ?? null;
      try {
        return convert(v, String(argument(args, "to")));
      } catch (e) {
        const fallback = argument(args, "onError");
        if (fallback === undefined) throw e;
        return fallback;
      }
    },
  },
  $toString: conversion("string"),
  $toBool: conversion("bool"),
  $toInt: conversion("int"),
  $toLong: conversion("long"),
  $toDouble: conversion("double"),
  $toDecimal: conversion("decimal"),
  $toDate: conversion("date"),
  $toObjectId: conversion("objectId"),
  $type: { min: 1, max: 1, run: ([v]) => typeName(v) },
  $isNumber: { min: 1, max: 1, run: ([v]) => isNumber(v) },
};
