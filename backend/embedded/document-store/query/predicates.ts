import { BSONRegExp } from "bson";
import { compareValues, RANK, rank } from "../bson/compare.ts";
import { arithmetic, compareNumbers, toDouble, wholeNumber } from "../bson/numbers.ts";
import { bsonType, int32, isArray, isNumber, type Maybe, type Num, TYPE_NAMES, type Value } from "../bson/types.ts";
import { badValue, failedToParse } from "../errors.ts";
import { keyText } from "../keys.ts";
import type { Test } from "./paths.ts";

const JS_FLAGS: Record<string, string> = { i: "i", m: "m", s: "s", u: "", g: "" };

/** Compiles a PCRE pattern as far as JavaScript has the same syntax. */
export function toRegExp(pattern: string, options: string): RegExp {
  let flags = "";
  for (const o of new Set(options)) {
    const flag = JS_FLAGS[o];
    if (flag === undefined) throw badValue(`invalid flag in regex options: ${o}`);
    flags += flag;
  }
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    // Escapes such as "\-" are fine in PCRE but not with JavaScript's unicode flag.
    try {
      return new RegExp(pattern, flags);
    } catch (e) {
      throw badValue(`Regular expression is invalid: ${(e as Error).message}`);
    }
  }
}

const isNaNValue = (v: Value): boolean => isNumber(v) && Number.isNaN(toDouble(v));

export function equalsTest(operand: Value): Test {
  if (operand === null) return (v) => v === undefined || v === null;
  if (typeof operand === "string") return (v) => v === operand || (v !== undefined && typeof v === "object" && same(v));
  const type = rank(operand);
  function same(v: Value): boolean {
    return rank(v) === RANK.string && compareValues(v, operand) === 0;
  }
  return (v) => v !== undefined && rank(v) === type && compareValues(v, operand) === 0;
}

/** $gt, $gte, $lt, $lte: only values of the operand's own type compare. */
export function orderTest(op: string, operand: Value): Test {
  const wanted = op[1] === "g" ? 1 : -1;
  const orEqual = op.endsWith("e");
  if (operand === null) return (v) => orEqual && (v === undefined || v === null);
  const type = rank(operand);
  if (type === RANK.regex) throw badValue("Can't have RegEx as arg to predicate over field.");
  if (isNaNValue(operand)) return (v) => orEqual && v !== undefined && isNaNValue(v as Value);
  const extreme = type === RANK.minKey || type === RANK.maxKey;
  return (v) => {
    if (v === undefined || (!extreme && rank(v) !== type) || (type === RANK.number && isNaNValue(v))) return false;
    const c = compareValues(v, operand);
    return c === 0 ? orEqual : c === wanted;
  };
}

export function regexTest(pattern: string, options: string): Test {
  const re = toRegExp(pattern, options);
  return (v) =>
    typeof v === "string"
      ? re.test(v)
      : v instanceof BSONRegExp && v.pattern === pattern && v.options === [...options].sort().join("");
}

export function inTest(operand: Value): Test {
  if (!isArray(operand)) throw badValue("$in needs an array");
  const tests: Test[] = [];
  const keys = new Set<string>();
  for (const v of operand) {
    if (v instanceof BSONRegExp) tests.push(regexTest(v.pattern, v.options));
    else if (v === null) tests.push(equalsTest(null));
    else if (operand.length <= 4) tests.push(equalsTest(v));
    else keys.add(keyText(v));
  }
  if (keys.size > 0) tests.push((v) => v !== undefined && keys.has(keyText(v)));
  return (v) => tests.some((t) => t(v));
}

function typeCode(v: Value): number | "number" {
  if (typeof v === "string") {
    if (v === "number") return v;
    const code = TYPE_NAMES[v];
    if (code === undefined) throw badValue(`Unknown type name alias: ${v}`);
    return code;
  }
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined || !Object.values(TYPE_NAMES).includes(n)) throw badValue("Invalid numerical type code");
  return n;
}

export function typeTest(operand: Value): Test {
  const wanted = (isArray(operand) ? operand : [operand]).map(typeCode);
  return (v) => v !== undefined && wanted.some((w) => (w === "number" ? isNumber(v) : bsonType(v) === w));
}

export function modTest(operand: Value): Test {
  if (!isArray(operand) || operand.length !== 2) throw badValue("malformed mod, needs two elements");
  const [d, r] = operand.map((n) => (isNumber(n) ? Math.trunc(toDouble(n)) : Number.NaN)) as [number, number];
  if (!Number.isFinite(d) || !Number.isFinite(r))
    throw badValue("malformed mod, divisor and remainder must be numbers");
  if (d === 0) throw badValue("divisor cannot be 0");
  return (v) => isNumber(v) && Number.isFinite(toDouble(v)) && Math.trunc(toDouble(v)) % d === r;
}

export function sizeTest(operand: Value): Test {
  const n = isNumber(operand) ? wholeNumber(operand) : undefined;
  if (n === undefined || n < 0) throw failedToParse("Failed to parse $size. Expected a non-negative whole number");
  return (v) => isArray(v) && v.length === n;
}

function bitMask(operand: Value): bigint {
  if (isArray(operand)) {
    let mask = 0n;
    for (const bit of operand) {
      const n = isNumber(bit) ? wholeNumber(bit) : undefined;
      if (n === undefined || n < 0) throw badValue("bit positions must be whole numbers >= 0");
      mask |= 1n << BigInt(Math.min(n, 63));
    }
    return mask;
  }
  const n = isNumber(operand) ? wholeNumber(operand) : undefined;
  if (n === undefined || n < 0) throw badValue("a bit mask must be a whole number >= 0 or a list of positions");
  return BigInt(n);
}

export function bitsTest(op: string, operand: Value): Test {
  const mask = bitMask(operand);
  return (v) => {
    const n = isNumber(v) ? wholeNumber(v as Num) : undefined;
    if (n === undefined) return false;
    const set = BigInt.asUintN(64, BigInt(n)) & mask;
    if (op === "$bitsAllSet") return set === mask;
    if (op === "$bitsAllClear") return set === 0n;
    return op === "$bitsAnySet" ? set !== 0n : set !== mask;
  };
}

/** Truth of an expression's value: everything but false, null, missing and zero. */
export function truthy(v: Maybe): boolean {
  if (v === undefined || v === null || v === false) return false;
  return !isNumber(v) || compareNumbers(v, int32(0)) !== 0;
}

export const addOne = (n: Num): Num => arithmetic("add", n, int32(1))!;
