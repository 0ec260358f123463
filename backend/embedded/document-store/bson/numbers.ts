import { Decimal128, Int32 } from "bson";
import { int32, type Num } from "./types.ts";

const MIN64 = -(2n ** 63n);
const MAX64 = 2n ** 63n - 1n;

/** A finite number exactly: coefficient × 10^exponent. */
export interface Exact {
  coef: bigint;
  exp: number;
}

/** Reads the bits of a Decimal128: an exact number, or NaN, Infinity, -Infinity. */
export function parseDecimal(d: Decimal128): Exact | number {
  const b = Buffer.from(d.bytes.buffer, d.bytes.byteOffset, 16);
  const low = b.readBigUInt64LE(0);
  const high = b.readBigUInt64LE(8);
  const negative = high >> 63n === 1n;
  if (((high >> 61n) & 3n) === 3n) {
    const kind = (high >> 58n) & 0x1fn;
    if (kind === 0x1fn) return Number.NaN;
    if (kind === 0x1en) return negative ? -Infinity : Infinity;
    return { coef: 0n, exp: 0 };
  }
  const exp = Number((high >> 49n) & 0x3fffn) - 6176;
  const coef = ((high & 0x1ffffffffffffn) << 64n) | low;
  return { coef: negative ? -coef : coef, exp };
}

/** A finite double as an exact decimal. */
export function exactDouble(n: number): Exact {
  if (Number.isInteger(n)) return { coef: BigInt(n), exp: 0 };
  let coef = n;
  let twos = 0;
  // Doubling a double is exact until it is whole; at most 1074 steps, for the smallest.
  while (!Number.isInteger(coef)) {
    coef *= 2;
    twos++;
  }
  return { coef: BigInt(coef) * 5n ** BigInt(twos), exp: -twos };
}

/** An exact number, or NaN or ±Infinity. */
export function exact(n: Num): Exact | number {
  if (n instanceof Int32) return { coef: BigInt(n.value), exp: 0 };
  if (typeof n === "bigint") return { coef: n, exp: 0 };
  if (n instanceof Decimal128) return parseDecimal(n);
  return Number.isFinite(n) ? exactDouble(n) : n;
}

/** Brings two exact numbers to one exponent. */
export function align(a: Exact, b: Exact): [bigint, bigint, number] {
  if (a.exp === b.exp) return [a.coef, b.coef, a.exp];
  return a.exp > b.exp
    ? [a.coef * 10n ** BigInt(a.exp - b.exp), b.coef, b.exp]
    : [a.coef, b.coef * 10n ** BigInt(b.exp - a.exp), a.exp];
}

const sign = (x: number | bigint, y: number | bigint): number => (x < y ? -1 : x > y ? 1 : 0);

function compareDoubles(x: number, y: number): number {
  if (x < y) return -1;
  if (x > y) return 1;
  if (x === y) return 0;
  // NaN is equal to itself and below every other number.
  return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : -1) : 1;
}

/** Total order over the four number types by mathematical value. */
export function compareNumbers(a: Num, b: Num): number {
  const x = a instanceof Int32 ? a.value : a;
  const y = b instanceof Int32 ? b.value : b;
  if (typeof x === "number" && typeof y === "number") return compareDoubles(x, y);
  if (!(x instanceof Decimal128) && !(y instanceof Decimal128)) {
    if (typeof x === "number" && Number.isNaN(x)) return -1;
    if (typeof y === "number" && Number.isNaN(y)) return 1;
    return sign(x, y);
  }
  const ex = exact(x);
  const ey = exact(y);
  if (typeof ex === "object" && typeof ey === "object") {
    const [p, q] = align(ex, ey);
    return sign(p, q);
  }
  // One of the two is NaN or infinite, so any finite number may stand for the other.
  return compareDoubles(typeof ex === "number" ? ex : 0, typeof ey === "number" ? ey : 0);
}

export function toDouble(n: Num): number {
  if (typeof n === "number") return n;
  if (n instanceof Int32) return n.value;
  if (typeof n === "bigint") return Number(n);
  return Number(n.toString());
}

const text = (e: Exact | number): string => (typeof e === "number" ? String(e) : `${e.coef}E${e.exp}`);
export const decimalOf = (e: Exact | number): Decimal128 => Decimal128.fromStringWithRounding(text(e));

/** The smallest integer type that holds n, at least as wide as asked; undefined when int64 can't. */
function integer(n: bigint, wide: boolean): Num | undefined {
  if (!wide && n >= -2147483648n && n <= 2147483647n) return int32(Number(n));
  return n >= MIN64 && n <= MAX64 ? n : undefined;
}

type Operation = "add" | "subtract" | "multiply";

const onBig = (op: Operation, x: bigint, y: bigint): bigint =>
  op === "add" ? x + y : op === "subtract" ? x - y : x * y;
const onDouble = (op: Operation, x: number, y: number): number =>
  op === "add" ? x + y : op === "subtract" ? x - y : x * y;

function onExact(op: Operation, x: Exact, y: Exact): Exact {
  if (op === "multiply") return { coef: x.coef * y.coef, exp: x.exp + y.exp };
  const [p, q, exp] = align(x, y);
  return { coef: onBig(op, p, q), exp };
}

/**
 * Arithmetic with MongoDB's result types: decimal wins over double over int64 over int32; int32 widens to
 * int64. An int64 overflow gives undefined, for the caller to refuse or to widen.
 */
export function arithmetic(op: Operation, a: Num, b: Num): Num | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const x = exactForDecimal(a);
    const y = exactForDecimal(b);
    if (typeof x === "object" && typeof y === "object") {
      const result = onExact(op, x, y);
      // A coefficient has no sign of zero, but a product of different signs has.
      if (op === "multiply" && result.coef === 0n && isNegative(a) !== isNegative(b))
        return Decimal128.fromString(`-0E${result.exp}`);
      return decimalOf(result);
    }
    return decimalOf(onDouble(op, toDouble(a), toDouble(b)));
  }
  if (typeof a === "number" || typeof b === "number") return onDouble(op, toDouble(a), toDouble(b));
  if (a instanceof Int32 && b instanceof Int32 && op !== "multiply") {
    const n = onDouble(op, a.value, b.value);
    return n === (n | 0) ? int32(n) : BigInt(n);
  }
  const x = a instanceof Int32 ? BigInt(a.value) : a;
  const y = b instanceof Int32 ? BigInt(b.value) : b;
  return integer(onBig(op, x, y), typeof a === "bigint" || typeof b === "bigint");
}

function isNegative(n: Num): boolean {
  if (n instanceof Decimal128) return n.bytes[15]! >= 0x80;
  return n instanceof Int32 ? n.value < 0 : n < 0 || Object.is(n, -0);
}

/** A double enters decimal arithmetic by its 15 significant digits, as in MongoDB. */
function exactForDecimal(n: Num): Exact | number {
  if (typeof n === "number" && Number.isFinite(n))
    return parseDecimal(Decimal128.fromString(n === 0 ? "0" : n.toPrecision(15)));
  return exact(n);
}

/** a / b: a decimal when one of them is, else a double. The caller refuses b = 0. */
export function divide(a: Num, b: Num): Num {
  if (!(a instanceof Decimal128) && !(b instanceof Decimal128)) return toDouble(a) / toDouble(b);
  const x = exactForDecimal(a);
  const y = exactForDecimal(b);
  if (typeof x === "number" || typeof y === "number") return decimalOf(toDouble(a) / toDouble(b));
  const shift = 36 + Math.max(0, y.coef.toString().length - x.coef.toString().length);
  return decimalOf({ coef: (x.coef * 10n ** BigInt(shift)) / y.coef, exp: x.exp - y.exp - shift });
}

/** Remainder with the sign of a, in the wider type of the two. */
export function remainder(a: Num, b: Num): Num {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const x = exactForDecimal(a);
    const y = exactForDecimal(b);
    if (typeof x === "number" || typeof y === "number") return decimalOf(toDouble(a) % toDouble(b));
    const [p, q, exp] = align(x, y);
    return decimalOf({ coef: p % q, exp });
  }
  if (typeof a === "number" || typeof b === "number") return toDouble(a) % toDouble(b);
  const x = a instanceof Int32 ? BigInt(a.value) : a;
  const y = b instanceof Int32 ? BigInt(b.value) : b;
  return integer(x % y, typeof a === "bigint" || typeof b === "bigint")!;
}

/** The whole number that n is (2, 2.0, Long 2, Decimal 2.0), else undefined. */
export function wholeNumber(n: Num): number | undefined {
  const x = toDouble(n);
  return Number.isSafeInteger(x) ? x : undefined;
}
