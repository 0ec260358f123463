import { Decimal128, Double, Int32, Long } from "mongodb";
import { isLong, type Num, Refused } from "./values.ts";

/** A number as an exact fraction n/d (d > 0), or what is no number on the line. */
export type Exact = "nan" | "inf" | "-inf" | { n: bigint; d: bigint };

export interface Parts {
  negative: boolean;
  coefficient: bigint;
  exponent: number;
}

const MAX_DIGITS = 34;
const pow10 = (e: number): bigint => 10n ** BigInt(e);
const digits = (n: bigint): number => (n === 0n ? 1 : n.toString().length);
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

export const toBigInt = (v: Int32 | Long): bigint => (v instanceof Int32 ? BigInt(v.value) : v.toBigInt());

/** Sign, coefficient and exponent of a finite decimal; null for NaN and the infinities. */
export function decimalParts(v: Decimal128): Parts | null {
  const m = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(v.toString());
  if (!m) return null;
  const fraction = m[3] ?? "";
  return {
    negative: m[1] === "-",
    coefficient: BigInt(m[2]! + fraction),
    exponent: Number(m[4] ?? 0) - fraction.length,
  };
}

function exactDouble(x: number): Exact {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  let d = 1n;
  let value = x;
  // Doubling is exact, so this ends with the same value as a fraction of a power of two.
  while (!Number.isInteger(value)) {
    value *= 2;
    d *= 2n;
  }
  return { n: BigInt(value), d };
}

export function exact(v: Num): Exact {
  if (v instanceof Double) return exactDouble(v.value);
  if (!(v instanceof Decimal128)) return { n: toBigInt(v), d: 1n };
  const p = decimalParts(v);
  if (!p) return /nan/i.test(v.toString()) ? "nan" : v.toString().startsWith("-") ? "-inf" : "inf";
  const n = p.negative ? -p.coefficient : p.coefficient;
  return p.exponent >= 0 ? { n: n * pow10(p.exponent), d: 1n } : { n, d: pow10(-p.exponent) };
}

/** NaN equals NaN and is below all other numbers. */
export function compareNumbers(a: Num, b: Num): number {
  const rank = (x: Exact) => (x === "nan" ? 0 : x === "-inf" ? 1 : x === "inf" ? 3 : 2);
  const x = exact(a);
  const y = exact(b);
  if (typeof x === "string" || typeof y === "string") return Math.sign(rank(x) - rank(y));
  const l = x.n * y.d;
  const r = y.n * x.d;
  return l < r ? -1 : l > r ? 1 : 0;
}

export const isNaNValue = (v: unknown): boolean =>
  (v instanceof Double && Number.isNaN(v.value)) || (v instanceof Decimal128 && /nan/i.test(v.toString()));

/** The whole number towards zero, when it fits into 64 bits. */
export function truncated(v: Num): bigint | undefined {
  const x = exact(v);
  if (typeof x === "string") return undefined;
  const t = x.n / x.d;
  return BigInt.asIntN(64, t) === t ? t : undefined;
}

/** The number as a whole 64-bit integer; undefined when it has a fraction or doesn't fit. */
export function integral(v: Num): bigint | undefined {
  const x = exact(v);
  if (typeof x === "string" || x.n % x.d !== 0n) return undefined;
  return truncated(v);
}

/** The nearest decimal of so many digits, halves to even; `exponent` is the one to keep when nothing is lost. */
export function decimalOf(
  n: bigint,
  d: bigint,
  exponent: number,
  maxDigits = MAX_DIGITS,
  negativeZero = false,
): Decimal128 {
  const sign = n < 0n || (n === 0n && negativeZero) ? "-" : "";
  const at = (e: number): [quotient: bigint, rest: bigint, by: bigint] => {
    const [num, den] = e >= 0 ? [abs(n), d * pow10(e)] : [abs(n) * pow10(-e), d];
    return [num / den, num % den, den];
  };
  const [kept, lost] = at(exponent);
  if (lost === 0n && digits(kept) <= maxDigits) return Decimal128.fromString(`${sign}${kept}E${exponent}`);
  // Inexact, or too long at that exponent: all digits are used; an exact one then gives up needless zeros.
  let e = digits(abs(n)) - digits(d) - maxDigits - 1;
  while (digits(at(e)[0]) > maxDigits) e++;
  let [q, rest, by] = at(e);
  if (rest === 0n) {
    while (e < exponent && q % 10n === 0n) {
      q /= 10n;
      e++;
    }
  } else if (rest * 2n > by || (rest * 2n === by && q % 2n === 1n)) q += 1n;
  if (digits(q) > maxDigits) {
    q /= 10n;
    e++;
  }
  return Decimal128.fromString(`${sign}${q}E${e}`);
}

/** As MongoDB turns a number into a decimal: a double gets 15 digits. */
export function toDecimal(v: Num): Decimal128 {
  if (v instanceof Decimal128) return v;
  if (!(v instanceof Double)) return Decimal128.fromString(String(toBigInt(v)));
  const x = exactDouble(v.value);
  if (x === "nan") return Decimal128.fromString("NaN");
  if (typeof x === "string") return Decimal128.fromString(x === "inf" ? "Infinity" : "-Infinity");
  if (x.n === 0n) return Decimal128.fromString(Object.is(v.value, -0) ? "-0" : "0");
  // An exponent far below any double's digits asks for all 15 of them.
  return decimalOf(x.n, x.d, -400, 15);
}

export const toDouble = (v: Num): number =>
  v instanceof Double ? v.value : v instanceof Decimal128 ? Number(v.toString()) : Number(toBigInt(v));

const fitsInt = (n: bigint) => BigInt.asIntN(32, n) === n;
const fitsLong = (n: bigint) => BigInt.asIntN(64, n) === n;

export type Operation = "add" | "subtract" | "multiply";

function onDecimals(op: Operation, a: Decimal128, b: Decimal128): Decimal128 {
  const x = decimalParts(a);
  const y = decimalParts(b);
  if (!x || !y) {
    // The special values follow the same rules as those of doubles.
    const special = onDoubles(op, Number(a.toString()), Number(b.toString()));
    return Decimal128.fromString(Number.isNaN(special) ? "NaN" : special > 0 ? "Infinity" : "-Infinity");
  }
  const signed = (p: Parts) => (p.negative ? -p.coefficient : p.coefficient);
  if (op === "multiply")
    return scaled(signed(x) * signed(y), x.exponent + y.exponent, x.exponent + y.exponent, x.negative !== y.negative);
  const right = op === "add" ? y : { ...y, negative: !y.negative };
  const low = Math.min(x.exponent, y.exponent);
  const sum = signed(x) * pow10(x.exponent - low) + signed(right) * pow10(y.exponent - low);
  return scaled(sum, low, low, x.negative && right.negative);
}

const scaled = (n: bigint, exponent: number, keep: number, negativeZero: boolean): Decimal128 =>
  exponent >= 0
    ? decimalOf(n * pow10(exponent), 1n, keep, MAX_DIGITS, negativeZero)
    : decimalOf(n, pow10(-exponent), keep, MAX_DIGITS, negativeZero);

const onDoubles = (op: Operation, a: number, b: number): number =>
  op === "add" ? a + b : op === "subtract" ? a - b : a * b;
const onIntegers = (op: Operation, a: bigint, b: bigint): bigint =>
  op === "add" ? a + b : op === "subtract" ? a - b : a * b;

/**
 * The wider type of both wins: decimal, double, long, int. An int that overflows becomes a long; what a long does
 * when it overflows depends on the place: updates refuse it, expressions go on with doubles.
 */
export function arithmetic(op: Operation, a: Num, b: Num, onOverflow: "refuse" | "double"): Num {
  if (a instanceof Decimal128 || b instanceof Decimal128) return onDecimals(op, toDecimal(a), toDecimal(b));
  if (a instanceof Double || b instanceof Double) return new Double(onDoubles(op, toDouble(a), toDouble(b)));
  const n = onIntegers(op, toBigInt(a), toBigInt(b));
  if (!isLong(a) && !isLong(b) && fitsInt(n)) return new Int32(Number(n));
  if (fitsLong(n)) return Long.fromBigInt(n);
  if (onOverflow === "refuse") throw new Refused("a long overflows", 2);
  return new Double(onDoubles(op, toDouble(a), toDouble(b)));
}

/** The double nearest to a fraction, halves to even. */
export function nearestDouble({ n, d }: { n: bigint; d: bigint }): number {
  if (n === 0n) return 0;
  // 1,100 digits hold every double exactly, and Number() of a decimal text rounds correctly.
  const q = decimalText(abs(n), d, 1100);
  return n < 0n ? -Number(q) : Number(q);
}

function decimalText(n: bigint, d: bigint, places: number): string {
  const scaledUp = (n * pow10(places)) / d;
  const sticky = (n * pow10(places)) % d === 0n ? "" : "1";
  return `${scaledUp}${sticky}E-${places + sticky.length}`;
}

/** A fraction in 34 digits. */
export const asDecimal = ({ n, d }: { n: bigint; d: bigint }): Decimal128 => decimalOf(n, d, 0);

const fromDouble = (x: number): Decimal128 =>
  Decimal128.fromString(Number.isNaN(x) ? "NaN" : x === 0 ? "0" : x > 0 ? "Infinity" : "-Infinity");

/** The quotient in 34 digits. */
export function divideDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const [x, y] = [exact(a), exact(b)];
  if (typeof x === "string" || typeof y === "string") return fromDouble(Number(a.toString()) / Number(b.toString()));
  const sign = y.n < 0n ? -1n : 1n;
  return decimalOf(x.n * y.d * sign, x.d * y.n * sign, 0);
}

/** What is left after a division towards zero. */
export function remainderOfDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const [x, y] = [exact(a), exact(b)];
  if (typeof y === "string" && y !== "nan" && typeof x !== "string") return a;
  if (typeof x === "string" || typeof y === "string") return Decimal128.fromString("NaN");
  const [left, right] = [x.n * y.d, y.n * x.d];
  return decimalOf(left % right, x.d * y.d, 0);
}

export function roundedDecimal(v: Decimal128, direction: "down" | "up"): Decimal128 {
  const x = exact(v);
  if (typeof x === "string") return v;
  const towardsZero = x.n / x.d;
  const off = x.n % x.d === 0n ? 0n : direction === "up" && x.n > 0n ? 1n : direction === "down" && x.n < 0n ? -1n : 0n;
  return decimalOf(towardsZero + off, 1n, 0);
}
