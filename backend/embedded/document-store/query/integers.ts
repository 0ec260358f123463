import { Decimal128, Int32 } from "bson";
import { parseDecimal } from "../bson/numbers.ts";
import { isNumber, type Num, type Value } from "../bson/types.ts";
import { element } from "./show.ts";

const MIN64 = -(2n ** 63n);
const MAX64 = 2n ** 63n - 1n;
const fits = (n: bigint): boolean => n >= MIN64 && n <= MAX64;

/** The number cut to a whole one; undefined for NaN, the infinities and what an int64 can't hold. */
export function truncated(n: Num): bigint | undefined {
  if (n instanceof Int32) return BigInt(n.value);
  if (typeof n === "bigint") return n;
  if (typeof n === "number") {
    if (!Number.isFinite(n)) return undefined;
    const whole = BigInt(Math.trunc(n));
    return fits(whole) ? whole : undefined;
  }
  const e = parseDecimal(n);
  // Beyond these exponents the value is out of range or below one, whatever the digits.
  if (typeof e === "number" || e.exp > 20) return typeof e === "object" && e.coef === 0n ? 0n : undefined;
  const whole = e.exp < 0 ? (e.exp < -40 ? 0n : e.coef / 10n ** BigInt(-e.exp)) : e.coef * 10n ** BigInt(e.exp);
  return fits(whole) ? whole : undefined;
}

/** Whether a number has no fraction and fits an int64. */
export function isWhole(n: Num): boolean {
  if (typeof n === "number") return Number.isInteger(n) && truncated(n) !== undefined;
  if (!(n instanceof Decimal128)) return true;
  const e = parseDecimal(n);
  if (typeof e === "number" || truncated(n) === undefined) return false;
  return e.exp >= 0 || e.coef === 0n || (e.exp >= -40 && e.coef % 10n ** BigInt(-e.exp) === 0n);
}

/** Reads a whole number as MongoDB's parser does; a string is what its message says of a bad one. */
export function wholeOrProblem(name: string, v: Value): bigint | string {
  const shown = element(name, v);
  if (!isNumber(v)) return `Expected a number in: ${shown}`;
  if (typeof v === "number" && Number.isNaN(v)) return `Expected an integer, but found NaN in: ${shown}`;
  const n = truncated(v);
  if (n === undefined) return `Cannot represent as a 64-bit integer: ${shown}`;
  if (!isWhole(v))
    return typeof v === "number" ? `Expected an integer: ${shown}` : `Cannot represent as a 64-bit integer: ${shown}`;
  return n;
}

export function naturalOrProblem(name: string, v: Value): bigint | string {
  const n = wholeOrProblem(name, v);
  return typeof n === "bigint" && n < 0n ? `Expected a non-negative number in: ${element(name, v)}` : n;
}
