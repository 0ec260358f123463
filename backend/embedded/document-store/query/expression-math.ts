import { Decimal128, Int32 } from "bson";
import { arithmetic, compareNumbers, decimalOf, exact, parseDecimal, toDouble } from "../bson/numbers.ts";
import { int32, isNumber, type Maybe, type Num, typeName } from "../bson/types.ts";
import { ofNumber } from "./expression-arithmetic.ts";
import { DECIMAL, decimalAtan2, log, quantize, type Rounding, rounded, toDecimal } from "./expression-decimal.ts";
import {
  binary,
  doubleText,
  fitsLong,
  integral,
  located,
  nary,
  nullish,
  numberText,
  type Operator,
  truncatedLong,
} from "./expression-support.ts";

/** A real function: of decimals to all their digits, of other numbers as doubles. */
const real = (name: string, f: (x: number) => number, check?: (n: Num) => void): Operator =>
  ofNumber(name, (n) => {
    check?.(n);
    if (!(n instanceof Decimal128)) return f(toDouble(n));
    const e = parseDecimal(n);
    if (typeof e === "number") return decimalOf(f(e));
    const pole = name === "$atanh" && Math.abs(toDouble(n)) === 1;
    return pole ? decimalOf(f(toDouble(n))) : rounded(DECIMAL[name]!(e));
  });

const isNaNNumber = (n: Num): boolean => Number.isNaN(toDouble(n));

const bounded = (name: string, f: (x: number) => number, low: number, high: number, bounds: string): Operator =>
  real(name, f, (n) => {
    const x = toDouble(n);
    if (isNaNNumber(n) || (x >= low && x <= high && Number.isFinite(x)) || (x === high && bounds.endsWith("]"))) return;
    throw located(
      50989,
      `cannot apply ${name} to ${numberText(n).replace("Infinity", "inf")}, value must in ${bounds}`,
    );
  });
const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, "(-inf,inf)"] as const;

const positive = (name: string, f: (x: number) => number, code: number): Operator =>
  real(name, f, (n) => {
    if (!isNaNNumber(n) && compareNumbers(n, int32(0)) <= 0)
      throw located(code, `${name}'s argument must be a positive number, but is ${doubleText(toDouble(n))}`);
  });

function logarithm(a: Maybe, b: Maybe): Maybe {
  if (nullish(a) || nullish(b)) return null;
  if (!isNumber(a)) throw located(28756, `$log's argument must be numeric, not ${typeName(a)}`);
  if (!isNumber(b)) throw located(28757, `$log's base must be numeric, not ${typeName(b)}`);
  const [x, base] = [toDouble(a), toDouble(b)];
  if (x <= 0) throw located(28758, `$log's argument must be a positive number, but is ${doubleText(x)}`);
  if (base <= 0 || base === 1)
    throw located(28759, `$log's base must be a positive number not equal to 1, but is ${doubleText(base)}`);
  if (!(a instanceof Decimal128) && !(b instanceof Decimal128)) return Math.log(x) / Math.log(base);
  const [p, q] = [parseDecimal(toDecimal(a)), parseDecimal(toDecimal(b))];
  return typeof p === "number" || typeof q === "number" ? decimalOf(Math.log(x) / Math.log(base)) : rounded(log(p, q));
}

function arcTangent2(a: Maybe, b: Maybe): Maybe {
  for (const [v, code] of [
    [a, 51044],
    [b, 51045],
  ] as const) {
    if (nullish(v)) return null;
    if (!isNumber(v)) throw located(code, `$atan2 only supports numeric types, not ${typeName(v)}`);
  }
  if (a instanceof Decimal128 || b instanceof Decimal128) return decimalAtan2(a as Num, b as Num);
  return Math.atan2(toDouble(a as Num), toDouble(b as Num));
}

const PI_OVER_180 = Decimal128.fromString("0.01745329251994329576923690768488613");
const OVER_PI_180 = Decimal128.fromString("57.29577951308232087679815481410517");
const times = (name: string, decimal: Decimal128, double: number): Operator =>
  ofNumber(name, (n) => (n instanceof Decimal128 ? arithmetic("multiply", n, decimal)! : toDouble(n) * double));

/** Rounds to a whole number up or down; int and long are whole already. */
const toWhole = (name: string, f: (x: number) => number, how: Rounding): Operator =>
  ofNumber(name, (n) => {
    if (typeof n === "number") return f(n);
    if (!(n instanceof Decimal128)) return n;
    const e = parseDecimal(n);
    return typeof e === "number" ? n : decimalOf(quantize(e, 0, how));
  });

const toPlaces = (name: string, how: Rounding): Operator =>
  nary(1, 2, (args) => {
    const [n, place] = args;
    if (nullish(n)) return null;
    if (!isNumber(n)) throw located(51081, `${name} only supports numeric types, not ${typeName(n)}`);
    let places = 0;
    if (args.length === 2) {
      if (nullish(place)) return null;
      const whole = integral(place);
      if (whole === undefined) throw located(51082, `precision argument to  ${name} must be a integral value`);
      if (whole < -20 || whole > 100)
        throw located(51083, `cannot apply ${name} with precision value ${whole} value must be in [-20, 100]`);
      places = whole;
    }
    if ((n instanceof Int32 || typeof n === "bigint") && places >= 0) return n;
    const e = exact(n);
    if (typeof e === "number") return n;
    // A double is seen through its first 34 digits.
    const seen = typeof n === "number" ? (parseDecimal(decimalOf(e)) as typeof e) : e;
    const r = quantize(seen, -places, how);
    if (n instanceof Decimal128) return decimalOf(r);
    if (typeof n === "number") return toDouble(decimalOf(r)) || (n < 0 ? -0 : 0);
    const whole = r.coef * 10n ** BigInt(r.exp);
    if (!fitsLong(whole))
      throw located(
        51080,
        `invalid conversion from Decimal128 result in ${name} resulting from arguments: [${truncatedLong(n)}, ${places}]`,
      );
    return n instanceof Int32 && BigInt.asIntN(32, whole) === whole ? int32(Number(whole)) : whole;
  });

export const mathOperators: Record<string, Operator> = {
  $ceil: toWhole("$ceil", Math.ceil, "ceil"),
  $floor: toWhole("$floor", Math.floor, "floor"),
  $round: toPlaces("$round", "even"),
  $trunc: toPlaces("$trunc", "down"),
  $exp: real("$exp", Math.exp),
  $ln: positive("$ln", Math.log, 28766),
  $log10: positive("$log10", Math.log10, 28761),
  $log: binary(logarithm),
  $sqrt: real("$sqrt", Math.sqrt, (n) => {
    if (toDouble(n) < 0) throw located(28714, "$sqrt's argument must be greater than or equal to 0");
  }),
  $sin: bounded("$sin", Math.sin, ...ANY),
  $cos: bounded("$cos", Math.cos, ...ANY),
  $tan: bounded("$tan", Math.tan, ...ANY),
  $asin: bounded("$asin", Math.asin, -1, 1, "[-1,1]"),
  $acos: bounded("$acos", Math.acos, -1, 1, "[-1,1]"),
  $acosh: bounded("$acosh", Math.acosh, 1, Number.POSITIVE_INFINITY, "[1,inf]"),
  $atanh: bounded("$atanh", Math.atanh, -1, 1, "[-1,1]"),
  $atan: real("$atan", Math.atan),
  $atan2: binary(arcTangent2),
  $asinh: real("$asinh", Math.asinh),
  $sinh: real("$sinh", Math.sinh),
  $cosh: real("$cosh", Math.cosh),
  $tanh: real("$tanh", Math.tanh),
  $degreesToRadians: times("$degreesToRadians", PI_OVER_180, Math.PI / 180),
  $radiansToDegrees: times("$radiansToDegrees", OVER_PI_180, 180 / Math.PI),
};
