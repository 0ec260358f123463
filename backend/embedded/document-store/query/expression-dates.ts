import { ObjectId, Timestamp } from "bson";
import { int32, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { checkFormat, formatDate, isoParts, isoTime, week } from "./expression-date-format.ts";
import { parseDate, parseWithFormat } from "./expression-date-strings.ts";
import {
  type Arguments,
  type Compile,
  fold,
  integral64,
  located,
  named,
  nullish,
  type Operator,
  shown,
  specText,
  unary,
} from "./expression-support.ts";
import { fromLocal, toLocal, utcTime, zoneReader } from "./expression-time-zones.ts";
import type { Expression } from "./expressions.ts";

export const isDateLike = (v: Maybe): v is Date | Timestamp | ObjectId =>
  v instanceof Date || v instanceof Timestamp || v instanceof ObjectId;

/** The date that a value stands for: timestamps and ObjectIds hold one as well. */
export function coerceToDate(v: Maybe): Date {
  if (v instanceof Date) return v;
  if (v instanceof Timestamp) return new Date(v.getHighBitsUnsigned() * 1000);
  if (v instanceof ObjectId) return v.getTimestamp();
  throw located(16006, `can't convert from BSON type ${typeName(v)} to Date`);
}

const DAY = 86_400_000;
const dayOfYear = (d: Date): number => Math.floor((d.getTime() - utcTime(d.getUTCFullYear(), 1, 1)) / DAY) + 1;

/** The parts of a date as clocks in its zone show them. */
const PARTS: Record<string, (local: Date) => Value> = {
  $year: (d) => int32(d.getUTCFullYear()),
  $month: (d) => int32(d.getUTCMonth() + 1),
  $dayOfMonth: (d) => int32(d.getUTCDate()),
  $dayOfWeek: (d) => int32(d.getUTCDay() + 1),
  $dayOfYear: (d) => int32(dayOfYear(d)),
  $hour: (d) => int32(d.getUTCHours()),
  $minute: (d) => int32(d.getUTCMinutes()),
  $second: (d) => int32(d.getUTCSeconds()),
  $millisecond: (d) => int32(d.getUTCMilliseconds()),
  $week: (d) => int32(week(d)),
  $isoDayOfWeek: (d) => int32(isoParts(d).day),
  $isoWeek: (d) => int32(isoParts(d).week),
  $isoWeekYear: (d) => BigInt(isoParts(d).year),
};

const part =
  (op: string, of: (local: Date) => Value): Compile =>
  (operand, scope) => {
    let date: Expression;
    let timezone: Expression | undefined;
    if (isDoc(operand) && operand.keys().next().value?.startsWith("$") !== true) {
      for (const k of operand.keys())
        if (k !== "date" && k !== "timezone") throw located(40535, `unrecognized option to ${op}: "${k}"`);
      if (!operand.has("date"))
        throw located(40539, `missing 'date' argument to ${op}, provided: ${op}: ${specText(operand)}`);
      date = scope.compile(operand.get("date")!);
      if (operand.has("timezone")) timezone = scope.compile(operand.get("timezone")!);
    } else {
      if (isArray(operand) && operand.length !== 1)
        throw located(40536, `${op} accepts exactly one argument if given an array, but was given ${operand.length}`);
      date = scope.compile(isArray(operand) ? operand[0]! : operand);
    }
    const zoneOfDocument = zoneReader(timezone);
    return fold(timezone ? [date, timezone] : [date], (doc, vars) => {
      const v = date(doc, vars);
      if (nullish(v)) return null;
      const instant = coerceToDate(v);
      const zone = zoneOfDocument(doc, vars);
      return zone ? of(toLocal(instant, zone)) : null;
    });
  };

function dateToParts({ date, timezone, iso8601 }: Arguments): Expression {
  const zoneOfDocument = zoneReader(timezone);
  return (doc, vars) => {
    const v = date!(doc, vars);
    const zone = zoneOfDocument(doc, vars);
    const iso = iso8601 ? iso8601(doc, vars) : false;
    if (!zone || nullish(iso)) return null;
    if (typeof iso !== "boolean") throw located(40521, `iso8601 must evaluate to a bool, found ${typeName(iso)}`);
    if (nullish(v)) return null;
    const local = toLocal(coerceToDate(v), zone);
    const { year, week: number, day } = isoParts(local);
    const parts: [string, number][] = iso
      ? [
          ["isoWeekYear", year],
          ["isoWeek", number],
          ["isoDayOfWeek", day],
        ]
      : [
          ["year", local.getUTCFullYear()],
          ["month", local.getUTCMonth() + 1],
          ["day", local.getUTCDate()],
        ];
    parts.push(["hour", local.getUTCHours()], ["minute", local.getUTCMinutes()], ["second", local.getUTCSeconds()]);
    parts.push(["millisecond", local.getUTCMilliseconds()]);
    return new Map(parts.map(([k, n]) => [k, int32(n)] as const));
  };
}

const NATURAL = ["year", "month", "day"];
const ISO = ["isoWeekYear", "isoWeek", "isoDayOfWeek"];
const TIME = ["hour", "minute", "second", "millisecond"];

const dateFromParts: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(40519, "$dateFromParts only supports an object as its argument");
  const args: Record<string, Expression> = {};
  for (const [k, v] of operand) {
    if (![...NATURAL, ...ISO, ...TIME, "timezone"].includes(k))
      throw located(40518, `Unrecognized argument to $dateFromParts: ${k}`);
    args[k] = scope.compile(v);
  }
  if (!args.year && !args.isoWeekYear)
    throw located(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
  if (args.year && ISO.some((k) => args[k]))
    throw located(40489, "$dateFromParts does not allow mixing natural dates with ISO dates");
  if (args.isoWeekYear && NATURAL.some((k) => args[k]))
    throw located(40525, "$dateFromParts does not allow mixing ISO dates with natural dates");
  const zoneOfDocument = zoneReader(args.timezone);
  const names = args.year ? NATURAL : ISO;
  return fold(Object.values(args), (doc, vars) => {
    const read = (name: string): number | null => {
      const e = args[name];
      return e ? partOf(name, e(doc, vars)) : TIME.includes(name) ? 0 : 1;
    };
    const time = TIME.map(read);
    const zone = zoneOfDocument(doc, vars);
    const date = names.map(read);
    if (!zone || time.includes(null) || date.includes(null)) return null;
    const [a, b, c] = date as [number, number, number];
    const [h, m, s, ms] = time as [number, number, number, number];
    if (a < 1 || a > 9999)
      throw located(
        args.year ? 40523 : 31095,
        `'${names[0]}' must evaluate to an integer in the range 1 to 9999, found ${a}`,
      );
    const day = args.year ? utcTime(a, b, c) : isoTime(a, b, c);
    return fromLocal(day + h * 3_600_000 + m * 60_000 + s * 1000 + ms, zone);
  });
};

function partOf(name: string, v: Maybe): number | null {
  if (nullish(v)) return null;
  const n = integral64(v);
  if (n === undefined)
    throw located(40515, `'${name}' must evaluate to an integer, found ${typeName(v)} with value ${shown(v)}`);
  const bounded = !["year", "isoWeekYear", "second", "millisecond"].includes(name);
  if (bounded && (n < -32768n || n > 32767n))
    throw located(31034, `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${n} is not in range`);
  return Number(n);
}

/** The format of a string operator, checked; null where it is null, undefined where there is none. */
function formatOf(op: string, v: Maybe, given: boolean, parsing: boolean): string | null | undefined {
  if (!given) return undefined;
  if (nullish(v)) return null;
  if (typeof v !== "string")
    throw located(
      parsing ? 40684 : 18533,
      `${op} requires that 'format' be a string, found: ${typeName(v)} with value ${shown(v)}`,
    );
  return checkFormat(v, parsing);
}

function dateToString({ date, format, timezone, onNull }: Arguments): Expression {
  const zoneOfDocument = zoneReader(timezone);
  return (doc, vars) => {
    const v = date!(doc, vars);
    const pattern = formatOf("$dateToString", format?.(doc, vars), format !== undefined, false);
    const zone = zoneOfDocument(doc, vars);
    if (nullish(v)) return onNull ? onNull(doc, vars) : null;
    if (!zone || pattern === null) return null;
    return formatDate(coerceToDate(v), pattern ?? `%Y-%m-%dT%H:%M:%S.%L${zone.utc ? "Z" : ""}`, zone);
  };
}

function dateFromString({ dateString, format, timezone, onNull, onError }: Arguments): Expression {
  const zoneOfDocument = zoneReader(timezone);
  return (doc, vars) => {
    const v = dateString!(doc, vars);
    const pattern = formatOf("$dateFromString", format?.(doc, vars), format !== undefined, true);
    const zone = zoneOfDocument(doc, vars);
    if (nullish(v)) return onNull ? onNull(doc, vars) : null;
    try {
      if (typeof v !== "string")
        throw located(
          241,
          `$dateFromString requires that 'dateString' be a string, found: ${typeName(v)} with value ${shown(v)}`,
          "ConversionFailure",
        );
      if (!zone || pattern === null) return null;
      return pattern === undefined ? parseDate(v, zone) : parseWithFormat(v, pattern, zone);
    } catch (e) {
      if (onError && (e as { code?: number }).code === 241) return onError(doc, vars);
      throw e;
    }
  };
}

const stamp = (op: string, code: number, read: (t: Timestamp) => number): Operator =>
  unary((v) => {
    if (nullish(v)) return null;
    if (v instanceof Timestamp) return BigInt(read(v));
    throw located(code, ` Argument to ${op} must be a timestamp, but is ${typeName(v)}`);
  });

export const timestampOperators: Record<string, Operator> = {
  $tsSecond: stamp("$tsSecond", 5687301, (t) => t.getHighBitsUnsigned()),
  $tsIncrement: stamp("$tsIncrement", 5687302, (t) => t.getLowBitsUnsigned()),
};

export const dateExpressions: Record<string, Compile> = {
  ...Object.fromEntries(Object.entries(PARTS).map(([op, of]) => [op, part(op, of)])),
  $dateFromParts: dateFromParts,
  $dateToParts: named(
    {
      required: { date: [40522, "Missing 'date' parameter to $dateToParts"] },
      optional: ["timezone", "iso8601"],
      notObject: () => [40524, "$dateToParts only supports an object as its argument"],
      unknown: (k) => [40520, `Unrecognized argument to $dateToParts: ${k}`],
    },
    dateToParts,
  ),
  $dateToString: named(
    {
      required: { date: [18628, "Missing 'date' parameter to $dateToString"] },
      optional: ["format", "timezone", "onNull"],
      notObject: () => [18629, "$dateToString only supports an object as its argument"],
      unknown: (k) => [18534, `Unrecognized argument to $dateToString: ${k}`],
    },
    dateToString,
  ),
  $dateFromString: named(
    {
      required: { dateString: [40542, "Missing 'dateString' parameter to $dateFromString"] },
      optional: ["format", "timezone", "onNull", "onError"],
      notObject: (v) => [40540, `$dateFromString only supports an object as an argument, found: ${typeName(v)}`],
      unknown: (k) => [40541, `Unrecognized argument to $dateFromString: ${k}`],
    },
    dateFromString,
  ),
};
