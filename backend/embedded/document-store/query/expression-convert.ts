import { Decimal128, Int32, ObjectId, Timestamp } from "bson";
import { exact, parseDecimal, toDouble } from "../bson/numbers.ts";
import { int32, isArray, isNumber, type Maybe, type Num, TYPE_NAMES, typeName, type Value } from "../bson/types.ts";
import { badValue, failedToParse, StoreError } from "../errors.ts";
import { dateAt } from "./expression-arithmetic.ts";
import { parseDate } from "./expression-date-strings.ts";
import { coerceToDate } from "./expression-dates.ts";
import { toDecimal } from "./expression-decimal.ts";
import {
  type Arguments,
  type Compile,
  fitsLong,
  fold,
  integral,
  located,
  named,
  nullish,
  numberText,
  type Operator,
  truth,
  unary,
} from "./expression-support.ts";
import { UTC } from "./expression-time-zones.ts";
import type { Expression } from "./expressions.ts";

const fail = (message: string): StoreError => new StoreError("ConversionFailure", message);
const NO_ERROR = "in $convert with no onError value";
const overflow = (n: Num): StoreError =>
  fail(`Conversion would overflow target type ${NO_ERROR}: ${typeof n === "bigint" ? "" : numberText(n)}`);

/** The whole part of a number, which must fit the type. */
function wholePart(n: Num, bits: 32 | 64): bigint {
  const e = exact(n);
  if (typeof e === "number")
    throw fail(`Attempt to convert ${Number.isNaN(e) ? "NaN" : "infinity"} value to integer type ${NO_ERROR}`);
  if (Math.abs(toDouble(n)) > 2 ** bits) throw overflow(n);
  const whole = e.exp >= 0 ? e.coef * 10n ** BigInt(e.exp) : e.coef / 10n ** BigInt(-e.exp);
  if (BigInt.asIntN(bits, whole) !== whole) throw overflow(n);
  // A double just above the greatest int is outside, though its whole part is not.
  if (bits === 32 && typeof n === "number" && (n > 2147483647 || n < -2147483648)) throw overflow(n);
  return whole;
}

function parseFault(text: string, reason: string): StoreError {
  return fail(`Failed to parse number '${text}' ${NO_ERROR}: ${reason}`);
}

function checkHex(text: string): void {
  if (text.startsWith("0x")) throw fail(`Illegal hexadecimal input ${NO_ERROR}: ${text}`);
}

function parseWhole(text: string, bits: 32 | 64): bigint {
  checkHex(text);
  if (text === "") throw parseFault(text, "Empty string");
  const digits = /^[+-]/.test(text) ? text.slice(1) : text;
  if (digits === "") throw parseFault(text, "No digits");
  const bad = /\D/.exec(digits);
  if (bad) throw parseFault(text, bad.index === 0 ? "Did not consume any digits" : "Did not consume whole string.");
  const n = BigInt(digits) * (text.startsWith("-") ? -1n : 1n);
  if (bits === 32 ? BigInt.asIntN(32, n) !== n : !fitsLong(n)) throw parseFault(text, "Overflow");
  return n;
}

const REAL = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;

function parseDouble(text: string): number {
  checkHex(text);
  if (text === "") throw parseFault(text, "Empty string");
  if (/^\s/.test(text)) throw parseFault(text, "Leading whitespace");
  if (!REAL.test(text))
    throw parseFault(text, /^[+-]?\.?\d/.test(text) ? "Did not consume whole string." : "Did not consume any digits");
  const special = /^([+-]?)(inf|nan)/i.exec(text);
  if (special) return special[2]!.toLowerCase() === "nan" ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
  const n = Number(text);
  if (!Number.isFinite(n)) throw parseFault(text, "Out of range");
  return n;
}

function parseDecimalText(text: string): Decimal128 {
  checkHex(text);
  if (text === "") throw parseFault(text, "Empty string");
  if (!REAL.test(text)) throw parseFault(text, "Failed to parse string to decimal");
  try {
    return Decimal128.fromStringWithRounding(text);
  } catch {
    throw parseFault(text, "Conversion from string to decimal would overflow");
  }
}

const BOOLEAN: Record<string, (b: boolean) => Value> = {
  double: (b) => Number(b),
  int: (b) => int32(Number(b)),
  long: (b) => BigInt(b),
  decimal: (b) => Decimal128.fromString(b ? "1" : "0"),
  string: String,
};

const FROM_NUMBER: Record<string, (n: Num) => Value> = {
  double: (n) => {
    const x = toDouble(n);
    if (n instanceof Decimal128 && !Number.isFinite(x) && typeof parseDecimal(n) === "object") throw overflow(n);
    return x;
  },
  int: (n) => int32(Number(wholePart(n, 32))),
  long: (n) => wholePart(n, 64),
  decimal: toDecimal,
  string: numberText,
  date: (n) => dateAt(Number(wholePart(n, 64))),
};

const FROM_STRING: Record<string, (s: string) => Value> = {
  double: parseDouble,
  int: (s) => int32(Number(parseWhole(s, 32))),
  long: (s) => parseWhole(s, 64),
  decimal: parseDecimalText,
  date: (s) => parseDate(s, UTC),
  objectId: (s) => {
    if (/^[0-9a-f]{24}$/i.test(s)) return new ObjectId(s);
    const reason =
      s.length === 24
        ? `Invalid character found in hex string: '${/[^0-9a-f]/i.exec(s)![0]}'`
        : `Invalid string length for parsing to OID, expected 24 but found ${s.length}`;
    throw fail(`Failed to parse objectId '${s}' ${NO_ERROR}: ${reason}`);
  },
};

const FROM_DATE: Record<string, (d: Date) => Value> = {
  double: (d) => d.getTime(),
  long: (d) => BigInt(d.getTime()),
  decimal: (d) => toDecimal(BigInt(d.getTime())),
  string: (d) => d.toISOString(),
};

/** $convert's table: what each type turns into. Types that aren't there are refused; anything turns into a bool. */
export function convert(v: Value, to: string): Value {
  const from = typeName(v);
  if (from === to) return v;
  if (to === "bool") return v instanceof Date || truth(v);
  const refused = (): StoreError => fail(`Unsupported conversion from ${from} to ${to} ${NO_ERROR}`);
  const through = <T>(table: Record<string, (x: T) => Value>, x: T): Value => {
    const f = Object.hasOwn(table, to) ? table[to] : undefined;
    if (!f) throw refused();
    return f(x);
  };
  if (typeof v === "boolean") return through(BOOLEAN, v);
  if (v instanceof Int32 && to === "date") throw refused();
  if (isNumber(v)) return through(FROM_NUMBER, v);
  if (typeof v === "string") return through(FROM_STRING, v);
  if (v instanceof Date) return through(FROM_DATE, v);
  if (to === "date" && (v instanceof ObjectId || v instanceof Timestamp)) return coerceToDate(v);
  if (to === "string" && v instanceof ObjectId) return v.toHexString();
  throw refused();
}

const NAME_OF = new Map(Object.entries(TYPE_NAMES).map(([name, code]) => [code, name]));

/** The type that `to` names; undefined where it is null. */
function targetOf(v: Maybe): string | undefined {
  if (nullish(v)) return undefined;
  if (typeof v === "string") {
    if (v !== "missing" && !Object.hasOwn(TYPE_NAMES, v)) throw badValue(`Unknown type name: ${v}`);
    return v;
  }
  if (!isNumber(v)) throw failedToParse(`$convert's 'to' argument must be a string or number, but is ${typeName(v)}`);
  const code = integral(v);
  if (code === undefined) throw failedToParse("In $convert, numeric 'to' argument is not an integer");
  const name = code === 0 ? "missing" : NAME_OF.get(code);
  if (!name) throw failedToParse(`In $convert, numeric value for 'to' does not correspond to a BSON type: ${code}`);
  return name;
}

function build({ input, to, onError, onNull }: Arguments): Expression {
  return (doc, vars) => {
    const target = targetOf(to!(doc, vars));
    const v = input!(doc, vars);
    if (nullish(v)) return onNull ? onNull(doc, vars) : null;
    if (target === undefined) return null;
    try {
      return convert(v, target);
    } catch (e) {
      if (onError && e instanceof StoreError && e.code === 241) return onError(doc, vars);
      throw e;
    }
  };
}

const short =
  (op: string, to: string): Compile =>
  (operand, scope) => {
    const parts = (isArray(operand) ? operand : [operand]).map(scope.compile);
    if (parts.length !== 1) throw located(50723, `${op} requires a single argument, got ${parts.length}`);
    const [input] = parts as [Expression];
    return fold(parts, (doc, vars) => {
      const v = input(doc, vars);
      return nullish(v) ? null : convert(v, to);
    });
  };

export const conversions: Record<string, Compile> = {
  $convert: named(
    {
      required: {
        input: [9, "Missing 'input' parameter to $convert", "FailedToParse"],
        to: [9, "Missing 'to' parameter to $convert", "FailedToParse"],
      },
      optional: ["onError", "onNull"],
      notObject: (v) => [9, `$convert expects an object of named arguments but found: ${typeName(v)}`, "FailedToParse"],
      unknown: (k) => [9, `$convert found an unknown argument: ${k}`, "FailedToParse"],
    },
    build,
  ),
  ...Object.fromEntries(
    ["string", "objectId", "date", "double", "int", "long", "decimal", "bool"].map((to) => {
      const op = `$to${to[0]!.toUpperCase()}${to.slice(1)}`;
      return [op, short(op, to)];
    }),
  ),
};

export const typeOperators: Record<string, Operator> = {
  $type: unary((v) => typeName(v)),
  $isNumber: unary((v) => isNumber(v)),
};
