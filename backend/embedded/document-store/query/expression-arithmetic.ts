import { Decimal128, Int32 } from "bson";
import { arithmetic, remainder, toDouble } from "../bson/numbers.ts";
import { int32, isNumber, type Maybe, type Num, typeName } from "../bson/types.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { decimalDivide, decimalPower, isZero, toDecimal } from "./expression-decimal.ts";
import {
  binary,
  fitsLong,
  located,
  nullish,
  type Operator,
  truncatedLong,
  unary,
  variadic,
} from "./expression-support.ts";

const dateOverflow = (): StoreError => new StoreError("Overflow", "date overflow");

/** A date moved by a number of milliseconds; fractions of one are rounded, halves away from zero. */
function moveDate(date: Date, by: Num, sign: 1 | -1): Date {
  const n = toDouble(by);
  if (!(Math.abs(n) < 2 ** 63)) throw dateOverflow();
  const ms = typeof by === "bigint" ? by : BigInt(Math.sign(n) * Math.round(Math.abs(n)));
  return dateAt(Number(BigInt(date.getTime()) + ms * BigInt(sign)));
}

export function dateAt(ms: number): Date {
  const d = new Date(ms);
  if (Number.isNaN(d.getTime())) throw dateOverflow();
  return d;
}

/** Arithmetic with MongoDB's result types; what int64 can't hold becomes a double. */
export function widened(op: "add" | "subtract" | "multiply", a: Num, b: Num): Num {
  if (a instanceof Int32 && b instanceof Int32 && op === "multiply") {
    const n = a.value * b.value;
    if (n === (n | 0)) return int32(n);
    if (Number.isSafeInteger(n)) return BigInt(n);
  }
  if (a instanceof Decimal128 && typeof b === "number") return arithmetic(op, a, toDecimal(b))!;
  if (b instanceof Decimal128 && typeof a === "number") return arithmetic(op, toDecimal(a), b)!;
  return arithmetic(op, a, b) ?? arithmetic(op, toDouble(a), b)!;
}

function plus(total: Num | Date, v: Maybe): Num | Date {
  if (isNumber(v)) return total instanceof Date ? moveDate(total, v, 1) : widened("add", total, v);
  if (!(v instanceof Date)) throw typeMismatch(`$add only supports numeric or date types, not ${typeName(v)}`);
  if (total instanceof Date) throw located(16612, "only one date allowed in an $add expression");
  return moveDate(v, total, 1);
}

function add(args: Maybe[]): Maybe {
  let total: Num | Date = int32(0);
  for (let i = 0; i < args.length; i++) {
    const v = args[i];
    if (nullish(v)) return null;
    total = i === 0 && isNumber(v) ? v : plus(total, v);
  }
  return total;
}

function multiply(args: Maybe[]): Maybe {
  let total: Num = int32(1);
  for (let i = 0; i < args.length; i++) {
    const v = args[i];
    if (nullish(v)) return null;
    if (!isNumber(v)) throw typeMismatch(`$multiply only supports numeric types, not ${typeName(v)}`);
    total = i === 0 ? v : widened("multiply", total, v);
  }
  return total;
}

function subtract(a: Maybe, b: Maybe): Maybe {
  if (isNumber(a) && isNumber(b)) return widened("subtract", a, b);
  if (nullish(a) || nullish(b)) return null;
  if (a instanceof Date) {
    if (b instanceof Date) return BigInt(a.getTime()) - BigInt(b.getTime());
    if (isNumber(b)) return moveDate(a, b, -1);
    throw typeMismatch(`can't $subtract ${typeName(b)} from Date`);
  }
  throw typeMismatch(`can't $subtract ${typeName(b)} from ${typeName(a)}`);
}

function divide(a: Maybe, b: Maybe): Maybe {
  if (isNumber(a) && isNumber(b)) {
    if (isZero(b)) throw badValue("can't $divide by zero");
    if (a instanceof Decimal128 || b instanceof Decimal128) return decimalDivide(a, b);
    return toDouble(a) / toDouble(b);
  }
  if (nullish(a) || nullish(b)) return null;
  throw typeMismatch(`$divide only supports numeric types, not ${typeName(a)} and ${typeName(b)}`);
}

function mod(a: Maybe, b: Maybe): Maybe {
  if (isNumber(a) && isNumber(b)) {
    const decimal = a instanceof Decimal128 || b instanceof Decimal128;
    if (isZero(b)) throw located(decimal ? 5733415 : 16610, "can't $mod by zero");
    if (a instanceof Int32 && b instanceof Int32) return int32(a.value % b.value);
    if (decimal) return remainder(toDecimal(a), toDecimal(b));
    // A whole double on the right counts as an int, as clients may have no other way to write one.
    const whole = typeof a !== "number" && typeof b === "number" && b === (b | 0);
    return remainder(a, whole ? int32(b as number) : b);
  }
  if (nullish(a) || nullish(b)) return null;
  throw located(16611, `$mod only supports numeric types, not ${typeName(a)} and ${typeName(b)}`);
}

/** An operator of one number; null and missing give null. */
export const ofNumber = (name: string, run: (n: Num) => Maybe): Operator =>
  unary((v) => {
    if (nullish(v)) return null;
    if (!isNumber(v)) throw located(28765, `${name} only supports numeric types, not ${typeName(v)}`);
    return run(v);
  });

function abs(n: Num): Num {
  if (typeof n === "number") return Math.abs(n);
  if (n instanceof Int32) return n.value === -2147483648 ? 2147483648n : int32(Math.abs(n.value));
  if (n instanceof Decimal128) return Decimal128.fromString(n.toString().replace(/^-/, ""));
  if (n === -(2n ** 63n)) throw located(28680, "can't take $abs of long long min");
  return n < 0n ? -n : n;
}

function power(a: Maybe, b: Maybe): Maybe {
  if (nullish(a) || nullish(b)) return null;
  if (!isNumber(a)) throw located(28762, `$pow's base must be numeric, not ${typeName(a)}`);
  if (!isNumber(b)) throw located(28763, `$pow's exponent must be numeric, not ${typeName(b)}`);
  const exponent = toDouble(b);
  if (isZero(a) && exponent < 0) throw located(28764, "$pow cannot take a base of 0 and a negative exponent");
  if (a instanceof Decimal128 || b instanceof Decimal128) return decimalPower(a, b);
  const base = toDouble(a);
  if (typeof a === "number" || typeof b === "number") return base ** exponent;
  const x = truncatedLong(a);
  const wide = typeof a === "bigint" || typeof b === "bigint";
  const whole = (n: bigint): Num => (!wide && BigInt.asIntN(32, n) === n ? int32(Number(n)) : n);
  if (x === 1n || x === 0n || x === -1n) {
    if (x === 0n) return whole(exponent === 0 ? 1n : 0n);
    return whole(x === 1n || truncatedLong(b) % 2n === 0n ? 1n : -1n);
  }
  if (exponent < 0 || exponent > 63) return base ** exponent;
  const n = x ** BigInt(exponent);
  return fitsLong(n) ? whole(n) : base ** exponent;
}

type Bits = (a: bigint, b: bigint) => bigint;
const bitwise = (name: string, identity: number, run: Bits): Operator =>
  variadic((args) => {
    let total: Num = int32(identity);
    for (const v of args) {
      if (nullish(v)) return null;
      if (typeof v !== "bigint" && !(v instanceof Int32))
        throw typeMismatch(`${name} only supports int and long operands.`);
      const n = run(truncatedLong(total), truncatedLong(v));
      total = typeof v === "bigint" || typeof total === "bigint" ? n : int32(Number(n));
    }
    return total;
  });

export const arithmeticOperators: Record<string, Operator> = {
  $add: variadic(add),
  $multiply: variadic(multiply),
  $subtract: binary(subtract),
  $divide: binary(divide),
  $mod: binary(mod),
  $abs: ofNumber("$abs", abs),
  $pow: binary(power),
  $bitAnd: bitwise("$bitAnd", -1, (a, b) => a & b),
  $bitOr: bitwise("$bitOr", 0, (a, b) => a | b),
  $bitXor: bitwise("$bitXor", 0, (a, b) => a ^ b),
  $bitNot: ofNumber("$bitNot", (n) => {
    if (n instanceof Int32) return int32(~n.value);
    if (typeof n === "bigint") return ~n;
    throw typeMismatch(`$bitNot only supports int and long, not: ${typeName(n)}.`);
  }),
};
