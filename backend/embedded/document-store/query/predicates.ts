import { BSONRegExp, BSONSymbol } from "bson";
import { compareValues, RANK, rank } from "../bson/compare.ts";
import { compareNumbers, toDouble } from "../bson/numbers.ts";
import { bsonType, int32, isArray, isNumber, type Maybe, TYPE_NAMES, UNDEFINED, type Value } from "../bson/types.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { keyText } from "../keys.ts";
import { naturalOrProblem, wholeOrProblem } from "./integers.ts";
import type { Test } from "./paths.ts";
import { toRegExp } from "./pcre.ts";
import { show } from "./show.ts";

export { toRegExp } from "./pcre.ts";

const isNaNValue = (v: Value): boolean => isNumber(v) && Number.isNaN(toDouble(v));

/** The type undefined counts as null here, as it did until MongoDB 8. */
const isNull: Test = (v) => v === undefined || v === null || v === UNDEFINED;

export function equalsTest(operand: Value): Test {
  if (operand === null) return isNull;
  if (operand === UNDEFINED) throw badValue("cannot compare to undefined");
  if (typeof operand === "string") return (v) => v === operand || (v instanceof BSONSymbol && v.value === operand);
  const type = rank(operand);
  return (v) => v !== undefined && rank(v) === type && compareValues(v, operand) === 0;
}

/** $gt, $gte, $lt, $lte: only values of the operand's own type compare, and the two extremes with all. */
export function orderTest(op: string, operand: Value, path: string): Test {
  const wanted = op[1] === "g" ? 1 : -1;
  const orEqual = op.endsWith("e");
  if (operand === null) return (v) => orEqual && isNull(v);
  if (operand === UNDEFINED) throw badValue("cannot compare to undefined");
  const type = rank(operand);
  if (type === RANK.regex) throw badValue(`Can't have RegEx as arg to predicate over field '${path}'.`);
  if (isNaNValue(operand)) return (v) => orEqual && v !== undefined && isNaNValue(v);
  if (type === RANK.minKey || type === RANK.maxKey) {
    const beyond = type === RANK.minKey ? wanted === 1 : wanted === -1;
    return (v) => (v !== undefined && rank(v) === type ? orEqual : beyond);
  }
  return (v) => {
    if (v === undefined || rank(v) !== type || (type === RANK.number && isNaNValue(v))) return false;
    const c = compareValues(v, operand);
    return c === 0 ? orEqual : c === wanted;
  };
}

export function regexTest(pattern: string, options: string): Test {
  const re = toRegExp(pattern, options);
  return (v) => {
    if (typeof v === "string") return re.test(v);
    if (v instanceof BSONSymbol) return re.test(v.value);
    return v instanceof BSONRegExp && v.pattern === pattern && v.options === options;
  };
}

/** The test of $regex with its $options, wherever the options were said. */
export function regexOperator(value: Value, options: Maybe): Test {
  if (options !== undefined && typeof options !== "string") throw badValue("$options has to be a string");
  if (value instanceof BSONRegExp) {
    if (value.options !== "" && options)
      throw new StoreError("Location51075", "options set in both $regex and $options");
    return regexTest(value.pattern, value.options || (options ?? ""));
  }
  if (typeof value !== "string") throw badValue("$regex has to be a string");
  return regexTest(value, options ?? "");
}

export function inTest(operand: Value[]): Test {
  const tests: Test[] = [];
  const keys = new Set<string>();
  for (const v of operand) {
    if (v instanceof BSONRegExp) tests.push(regexTest(v.pattern, v.options));
    else if (v === null) tests.push(equalsTest(null));
    else if (v === UNDEFINED) throw badValue("InMatchExpression equality cannot be undefined");
    else if (operand.length <= 4) tests.push(equalsTest(v));
    else keys.add(keyText(v));
  }
  if (keys.size > 0) tests.push((v) => v !== undefined && keys.has(keyText(v)));
  if (tests.length === 1) return tests[0]!;
  return (v) => tests.some((t) => t(v));
}

export type TypeCode = number | "number";
const CODES = new Set(Object.values(TYPE_NAMES));

export function typeAlias(name: string): TypeCode {
  if (name === "number") return name;
  const code = TYPE_NAMES[name];
  if (code !== undefined) return code;
  throw badValue(
    name === "missing"
      ? "'missing' is not a legal type name. To query for non-existence of a field, use {$exists:false}."
      : `Unknown type name alias: ${name}`,
  );
}

function typeCode(v: Value): TypeCode {
  if (typeof v === "string") return typeAlias(v);
  if (!isNumber(v)) throw typeMismatch("type must be represented as a number or a string");
  const n = wholeOrProblem("$type", v);
  if (n === 0n) throw badValue(`Invalid numerical type code: 0. Instead use {$exists:false}.`);
  if (typeof n === "string" || !CODES.has(Number(n))) throw badValue(`Invalid numerical type code: ${show(v)}`);
  return Number(n);
}

/** Whether a value is of one of the types. */
export const isOfType = (v: Maybe, wanted: readonly TypeCode[]): boolean =>
  v !== undefined && wanted.some((w) => (w === "number" ? isNumber(v) : bsonType(v) === w));

export function typeTest(operand: Value, path: string): Test {
  const wanted = (isArray(operand) ? operand : [operand]).map(typeCode);
  if (wanted.length === 0) throw new StoreError("FailedToParse", `${path} must match at least one type`);
  return (v) => isOfType(v, wanted);
}

export function sizeTest(operand: Value): Test {
  const n = naturalOrProblem("$size", operand);
  if (typeof n === "string") throw badValue(`Failed to parse $size. ${n}`);
  const size = Number(n);
  return (v) => isArray(v) && v.length === size;
}

/** Truth of an expression's value: everything but false, null, missing and zero. */
export function truthy(v: Maybe): boolean {
  if (v === undefined || v === null || v === UNDEFINED || v === false) return false;
  return !isNumber(v) || compareNumbers(v, int32(0)) !== 0;
}
