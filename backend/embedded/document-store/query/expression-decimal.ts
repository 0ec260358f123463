import { Decimal128 } from "bson";
import { decimalOf, type Exact, exact, parseDecimal, toDouble } from "../bson/numbers.ts";
import type { Num } from "../bson/types.ts";

/* Functions of decimals to 34 digits, on whole numbers scaled by 10^100: the rest is room for rounding. */

const PLACES = 100;
const ONE = 10n ** BigInt(PLACES);
type Fixed = bigint;

const fixed = (e: Exact): Fixed => {
  const shift = e.exp + PLACES;
  return shift >= 0 ? e.coef * 10n ** BigInt(shift) : e.coef / 10n ** BigInt(-shift);
};
const unfixed = (x: Fixed): Exact => ({ coef: x, exp: -PLACES });
const mul = (x: Fixed, y: Fixed): Fixed => (x * y) / ONE;
const div = (x: Fixed, y: Fixed): Fixed => (x * ONE) / y;
const lazily = <T>(make: () => T): (() => T) => {
  let value: T | undefined;
  return () => (value ??= make());
};

function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
const sqrt = (x: Fixed): Fixed => squareRoot(x * ONE);

/** The sum of sign^i × x^(2i+1) / (2i+1): atan for -1, atanh for 1. */
function series(x: Fixed, sign: bigint): Fixed {
  const square = mul(x, x) * sign;
  let term = x;
  let total = x;
  for (let n = 3n; term !== 0n; n += 2n) {
    term = mul(term, square);
    total += term / n;
  }
  return total;
}

const LN10 = lazily(() => 6n * series(ONE / 3n, 1n) + 2n * series(ONE / 9n, 1n));
const PI = lazily(() => 16n * series(ONE / 5n, -1n) - 4n * series(ONE / 239n, -1n));

function exponential(x: Fixed): Fixed {
  let term = ONE;
  let total = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = mul(term, x) / n;
    total += term;
  }
  return total;
}

export function exp(e: Exact): Exact {
  const x = fixed(e);
  if (x > 20_000n * ONE) return { coef: 1n, exp: 7000 };
  if (x < -20_000n * ONE) return { coef: 0n, exp: 0 };
  const tens = x / LN10();
  return { coef: exponential(x - tens * LN10()), exp: Number(tens) - PLACES };
}

function lnFixed(e: Exact): Fixed {
  const digits = e.coef.toString().length;
  const m = fixed({ coef: e.coef, exp: 1 - digits });
  let y = fixed(exact(Math.log(Number(m / 10n ** 80n) / 1e20)) as Exact);
  for (let i = 0; i < 4; i++) {
    const at = exponential(y);
    y += div(2n * (m - at), m + at);
  }
  return y + BigInt(e.exp + digits - 1) * LN10();
}

export const ln = (e: Exact): Exact => unfixed(lnFixed(e));
export const log = (e: Exact, base: Exact): Exact => unfixed(div(lnFixed(e), lnFixed(base)));

function circle(e: Exact): { sin: Fixed; cos: Fixed } {
  const x = fixed(e) % (2n * PI());
  let term = ONE;
  let sin = 0n;
  let cos = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = mul(term, x) / n;
    if (n % 4n === 1n) sin += term;
    else if (n % 4n === 2n) cos -= term;
    else if (n % 4n === 3n) sin -= term;
    else cos += term;
  }
  return { sin, cos };
}

function atanFixed(x: Fixed): Fixed {
  if (x < 0n) return -atanFixed(-x);
  if (x > ONE) return PI() / 2n - atanFixed(div(ONE, x));
  let y = x;
  for (let i = 0; i < 5; i++) y = div(y, ONE + sqrt(ONE + mul(y, y)));
  return 32n * series(y, -1n);
}

function asinFixed(x: Fixed): Fixed {
  if (x === ONE || x === -ONE) return (PI() / 2n) * (x < 0n ? -1n : 1n);
  return atanFixed(div(x, sqrt(ONE - mul(x, x))));
}

const negative = (e: Exact): Exact => ({ coef: -e.coef, exp: e.exp });
const plus = (a: Exact, b: Exact): Exact => {
  const low = Math.min(a.exp, b.exp);
  return { coef: a.coef * 10n ** BigInt(a.exp - low) + b.coef * 10n ** BigInt(b.exp - low), exp: low };
};
const half = (e: Exact): Exact => ({ coef: e.coef * 5n, exp: e.exp - 1 });
const lnOf = (x: Fixed): Fixed => lnFixed(unfixed(x));

export const DECIMAL: Record<string, (e: Exact) => Exact> = {
  $sqrt: (e) => {
    const even = e.exp % 2 === 0 ? e : { coef: e.coef * 10n, exp: e.exp - 1 };
    return { coef: squareRoot(even.coef * 10n ** 80n), exp: even.exp / 2 - 40 };
  },
  $exp: exp,
  $ln: ln,
  $log10: (e) => unfixed(div(lnFixed(e), LN10())),
  $sin: (e) => unfixed(circle(e).sin),
  $cos: (e) => unfixed(circle(e).cos),
  $tan: (e) => {
    const { sin, cos } = circle(e);
    return unfixed(div(sin, cos));
  },
  $asin: (e) => unfixed(asinFixed(fixed(e))),
  $acos: (e) => unfixed(PI() / 2n - asinFixed(fixed(e))),
  $atan: (e) => unfixed(atanFixed(fixed(e))),
  $sinh: (e) => half(plus(exp(e), negative(exp(negative(e))))),
  $cosh: (e) => half(plus(exp(e), exp(negative(e)))),
  $tanh: (e) => {
    const x = fixed(e);
    if (x > 100n * ONE || x < -100n * ONE) return { coef: x < 0n ? -1n : 1n, exp: 0 };
    const twice = fixed(exp({ coef: 2n * e.coef, exp: e.exp }));
    return unfixed(div(twice - ONE, twice + ONE));
  },
  $asinh: (e) => {
    const x = fixed(e);
    const size = x < 0n ? -x : x;
    const y = lnOf(size + sqrt(mul(x, x) + ONE));
    return unfixed(x < 0n ? -y : y);
  },
  $acosh: (e) => {
    const x = fixed(e);
    return unfixed(lnOf(x + sqrt(mul(x, x) - ONE)));
  },
  $atanh: (e) => {
    const x = fixed(e);
    return unfixed(lnOf(div(ONE + x, ONE - x)) / 2n);
  },
};

/** The decimal nearest to a result that has more digits than it needs. */
export function rounded(e: Exact): Decimal128 {
  const d = parseDecimal(decimalOf(e));
  if (typeof d === "number") return decimalOf(d);
  let { coef, exp: power } = d;
  while (power < 0 && coef !== 0n && coef % 10n === 0n) {
    coef /= 10n;
    power++;
  }
  return decimalOf(coef === 0n ? { coef, exp: 0 } : { coef, exp: power });
}

/** A number as a decimal; a double gives its 15 significant digits, as in MongoDB. */
export function toDecimal(n: Num): Decimal128 {
  if (n instanceof Decimal128) return n;
  if (typeof n !== "number" || !Number.isFinite(n)) return decimalOf(typeof n === "number" ? n : exact(n));
  return Decimal128.fromString(n === 0 ? "0" : n.toPrecision(15));
}

export function isZero(n: Num): boolean {
  if (!(n instanceof Decimal128)) return toDouble(n) === 0;
  const e = parseDecimal(n);
  return typeof e === "object" && e.coef === 0n;
}

export function decimalDivide(a: Num, b: Num): Decimal128 {
  const x = parseDecimal(toDecimal(a));
  const y = parseDecimal(toDecimal(b));
  if (typeof x === "number" || typeof y === "number") return decimalOf(toDouble(a) / toDouble(b));
  const shift = 38 + Math.max(0, y.coef.toString().length - x.coef.toString().length);
  const top = x.coef * 10n ** BigInt(shift);
  const inexact = top % y.coef !== 0n;
  // One more digit stands for all that follow, so that halves are told from what is above them.
  let coef = (top / y.coef) * 10n + (inexact ? (x.coef < 0n === y.coef < 0n ? 1n : -1n) : 0n);
  let power = x.exp - y.exp - shift - 1;
  while (!inexact && power < x.exp - y.exp && coef % 10n === 0n) {
    coef /= 10n;
    power++;
  }
  return decimalOf({ coef, exp: power });
}

export function decimalPower(a: Num, b: Num): Decimal128 {
  const x = parseDecimal(toDecimal(a));
  const y = parseDecimal(toDecimal(b));
  const n = toDouble(b);
  if (typeof x === "number" || typeof y === "number" || x.coef === 0n) return decimalOf(toDouble(a) ** n);
  if (Number.isInteger(n) && Math.abs(n) <= 1000) {
    const power = { coef: x.coef ** BigInt(Math.abs(n)), exp: x.exp * Math.abs(n) };
    if (n >= 0) return decimalOf(power);
    const digits = power.coef.toString().length + 60;
    return rounded({ coef: 10n ** BigInt(digits) / power.coef, exp: -power.exp - digits });
  }
  if (x.coef < 0n && !Number.isInteger(n)) return decimalOf(Number.NaN);
  const size = exp(unfixed((lnFixed({ coef: x.coef < 0n ? -x.coef : x.coef, exp: x.exp }) * fixed(y)) / ONE));
  return rounded(x.coef < 0n && n % 2 !== 0 ? negative(size) : size);
}

export function decimalAtan2(a: Num, b: Num): Decimal128 {
  const y = parseDecimal(toDecimal(a));
  const x = parseDecimal(toDecimal(b));
  if (typeof y === "number" || typeof x === "number" || (y.coef === 0n && x.coef >= 0n) || x.coef === 0n) {
    const double = Math.atan2(toDouble(a), toDouble(b));
    // Multiples of a quarter turn have their own digits.
    const eighths = Math.round((double / Math.PI) * 4);
    return Number.isNaN(double) ? decimalOf(double) : rounded(unfixed((PI() * BigInt(eighths)) / 4n));
  }
  const turn = atanFixed(div(fixed(y), fixed(x)));
  return rounded(unfixed(x.coef > 0n ? turn : turn + (y.coef < 0n ? -PI() : PI())));
}

export type Rounding = "even" | "down" | "floor" | "ceil";
/** Rounds to a power of ten; where that would need more than 34 digits, to 34 digits. */
export function quantize(e: Exact, power: number, how: Rounding): Exact {
  if (e.exp >= power) {
    const room = 34 - e.coef.toString().replace("-", "").length;
    const by = e.coef === 0n ? 0 : Math.max(0, Math.min(e.exp - power, room));
    return { coef: e.coef * 10n ** BigInt(by), exp: e.coef === 0n ? Math.max(power, -6176) : e.exp - by };
  }
  if (power - e.exp > 7000) return { coef: 0n, exp: power };
  const unit = 10n ** BigInt(power - e.exp);
  let coef = e.coef / unit;
  const rest = e.coef % unit;
  const up = rest < 0n ? -1n : 1n;
  const twice = 2n * rest * up;
  const away =
    rest !== 0n &&
    (how === "even"
      ? twice > unit || (twice === unit && coef % 2n !== 0n)
      : (how === "ceil" && up > 0n) || (how === "floor" && up < 0n));
  if (away) coef += up;
  return { coef, exp: power };
}
