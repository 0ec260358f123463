import { Decimal128, Double, type Int32, type Long } from "mongodb";
import { compare } from "./compare.ts";
import {
  arithmetic,
  asDecimal,
  divideDecimals,
  exact,
  nearestDouble,
  toBigInt,
  toDecimal,
  toDouble,
} from "./numbers.ts";
import { type Doc, double, int, isDoc, isLong, isNum, long, type Num, Refused, type Value } from "./values.ts";

/** A value, or undefined for what is missing. */
export type Result = Value | undefined;

export const nullish = (v: Result): v is null | undefined => v === undefined || v === null;

/** Exact sums, so that no order of adding makes a difference; rounded to the widest type once. */
export function total(values: Result[]): Num {
  const numbers = values.filter((v): v is Num => isNum(v));
  const special = numbers.filter((v) => typeof exact(v) === "string");
  const decimals = numbers.filter((v) => v instanceof Decimal128);
  if (decimals.length > 0) {
    // Unlike $add this takes a double with all the digits that a decimal can hold.
    const others = numbers.filter((v) => !(v instanceof Decimal128));
    const sum = special.length > 0 ? toDecimal(total(others)) : asDecimal(sumOf(others));
    return decimals.reduce<Num>((a, b) => arithmetic("add", a, b, "double"), sum);
  }
  if (special.length > 0) return double(special.reduce((a, b) => a + toDouble(b), 0));
  if (numbers.some((v) => v instanceof Double)) return double(nearestDouble(sumOf(numbers)));
  const n = numbers.reduce((a, b) => a + toBigInt(b as Int32 | Long), 0n);
  if (BigInt.asIntN(64, n) !== n) return double(Number(n));
  return numbers.some(isLong) || BigInt.asIntN(32, n) !== n ? long(n) : int(Number(n));
}

/** An average divides the sum as a double. */
const averaged = (numbers: Num[]): Num => {
  const sum = total(numbers);
  return sum instanceof Double ? sum : double(nearestDouble(sumOf(numbers)));
};

function sumOf(numbers: Num[]): { n: bigint; d: bigint } {
  return numbers.reduce(
    (a, v) => {
      const b = exact(v) as { n: bigint; d: bigint };
      return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
    },
    { n: 0n, d: 1n },
  );
}

export function average(values: Result[]): Value {
  const numbers = values.filter((v): v is Num => isNum(v));
  if (numbers.length === 0) return null;
  const sum = total(numbers);
  if (sum instanceof Decimal128) return divideDecimals(sum, toDecimal(int(numbers.length)));
  return double(toDouble(averaged(numbers)) / numbers.length);
}

export const least = (values: Result[]): Result => extreme(values, -1);
export const greatest = (values: Result[]): Result => extreme(values, 1);
const extreme = (values: Result[], sign: 1 | -1): Value =>
  values
    .filter((v): v is Value => !nullish(v))
    .reduce<Value | null>((best, v) => (best === null || compare(v, best) * sign > 0 ? v : best), null);

export function merge(values: Result[]): Doc {
  const out: Doc = new Map();
  for (const v of values) {
    if (nullish(v)) continue;
    if (!isDoc(v)) throw new Refused("$mergeObjects requires objects", 40400);
    for (const [k, x] of v) out.set(k, x);
  }
  return out;
}
