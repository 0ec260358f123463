import { type Maybe, typeName } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { coerceToDate, isDateLike } from "./expression-dates.ts";
import {
  type Arguments,
  type Compile,
  constantOf,
  integral64,
  located,
  named,
  nullish,
  shown,
} from "./expression-support.ts";
import { fromLocal, toLocal, utcTime, type Zone, zoneReader } from "./expression-time-zones.ts";
import type { Expression } from "./expressions.ts";

/* $dateAdd, $dateSubtract, $dateDiff and $dateTrunc. */

const DAY = 86_400_000;
const SPAN: Record<string, number> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 };
const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };
const UNITS = new Set([...Object.keys(SPAN), "day", "week", ...Object.keys(MONTHS)]);
const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

function unitOf(v: Maybe, op: string): string {
  if (typeof v !== "string") throw located(5439013, `${op} requires 'unit' to be a string, but got ${typeName(v)}`);
  if (!UNITS.has(v))
    throw new StoreError(
      "FailedToParse",
      `${op} parameter 'unit' value parsing failed :: caused by :: unknown time unit value: ${v}`,
    );
  return v;
}

/** 0 for Monday to 6 for Sunday. */
function weekdayOf(v: Maybe, op: string): number {
  if (typeof v !== "string")
    throw located(5439015, `${op} requires 'startOfWeek' to be a string, but got ${typeName(v)}`);
  const name = v.toLowerCase();
  const day = WEEKDAYS.findIndex((d) => d === name || d.slice(0, 3) === name);
  if (day < 0)
    throw located(5439016, `${op} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${v}`);
  return day;
}

function dateOf(v: Maybe, op: string, name: string, code: number): Date {
  if (!isDateLike(v)) throw located(code, `${op} requires '${name}' to be a date, but got ${typeName(v)}`);
  return coerceToDate(v);
}

const wholeDays = (local: Date): number => Math.floor(local.getTime() / DAY);
const wholeMonths = (local: Date): number => local.getUTCFullYear() * 12 + local.getUTCMonth();
/** Weeks since a fixed one, for weeks that start on the given day; day 0 of all was a Thursday. */
const wholeWeeks = (days: number, start: number): number => Math.floor((days + 3 - start) / 7);

function addMonths(local: Date, months: number): number {
  const all = wholeMonths(local) + months;
  const year = Math.floor(all / 12);
  const month = all - year * 12 + 1;
  const last = new Date(utcTime(year, month + 1, 0)).getUTCDate();
  const time = local.getTime() - wholeDays(local) * DAY;
  return utcTime(year, month, Math.min(local.getUTCDate(), last)) + time;
}

function addUnits(date: Date, unit: string, amount: number, zone: Zone): Date {
  const span = SPAN[unit];
  const overflow = (): StoreError => located(5166406, "dateAdd overflowed");
  let result: Date;
  if (span) result = new Date(date.getTime() + amount * span);
  else {
    const local = toLocal(date, zone);
    const months = MONTHS[unit];
    const moved = months
      ? addMonths(local, amount * months)
      : local.getTime() + amount * DAY * (unit === "week" ? 7 : 1);
    if (!(Math.abs(moved) <= 8.64e15)) throw overflow();
    result = fromLocal(moved, zone);
  }
  if (Number.isNaN(result.getTime())) throw overflow();
  return result;
}

const MAX_DAYS = 213_503_982_335;
function checkAmount(amount: bigint, unit: string): number {
  const n = Number(amount);
  const years = Math.floor(MAX_DAYS / 365) + 1;
  const months = MONTHS[unit];
  const span = SPAN[unit];
  const most = months ? (years * 12) / months : span ? (MAX_DAYS * DAY) / span : MAX_DAYS / (unit === "week" ? 7 : 1);
  if (unit !== "millisecond" && !(Math.abs(n) < most))
    throw located(5976500, `invalid dateAdd 'amount' parameter value: ${amount} ${unit}`);
  return n;
}

const arithmetic = (op: string, sign: 1n | -1n): Compile => {
  const missing = [5166402, `${op} requires startDate, unit, and amount to be present`] as const;
  return named(
    {
      required: { startDate: missing, unit: missing, amount: missing },
      optional: ["timezone"],
      notObject: () => [5166400, `${op} expects an object as its argument`],
      unknown: (k) => [
        5166401,
        `Unrecognized argument to ${op}: ${k}. Expected arguments are startDate, unit, amount, and optionally timezone.`,
      ],
    },
    ({ startDate, unit, amount, timezone }) => {
      const zoneOfDocument = zoneReader(timezone);
      return (doc, vars) => {
        const start = startDate!(doc, vars);
        const u = unit!(doc, vars);
        const n = amount!(doc, vars);
        if (nullish(start) || nullish(u) || nullish(n)) return null;
        const name = unitOf(u, op);
        const zone = zoneOfDocument(doc, vars);
        if (!zone) return null;
        if (!isDateLike(start)) throw located(5166403, `${op} requires startDate to be convertible to a date`);
        const whole = integral64(n);
        if (whole === undefined) throw located(5166405, `${op} expects integer amount of time units`);
        if (sign < 0n && whole === -(2n ** 63n))
          throw located(6045000, `invalid $dateSubtract 'amount' parameter value: ${whole}`);
        return addUnits(coerceToDate(start), name, checkAmount(whole * sign, name), zone);
      };
    },
  );
};

function difference(start: Date, end: Date, unit: string, zone: Zone, startOfWeek: number): number {
  if (unit === "millisecond") return end.getTime() - start.getTime();
  const a = toLocal(start, zone);
  const b = toLocal(end, zone);
  const months = MONTHS[unit];
  if (months) return Math.floor(wholeMonths(b) / months) - Math.floor(wholeMonths(a) / months);
  if (unit === "day") return wholeDays(b) - wholeDays(a);
  if (unit === "week") return wholeWeeks(wholeDays(b), startOfWeek) - wholeWeeks(wholeDays(a), startOfWeek);
  const span = SPAN[unit]!;
  // Clocks may have been turned between the two; what they were turned by is taken out again.
  const turned = zone.offsetAt(start.getTime()) - zone.offsetAt(end.getTime());
  return Math.floor(b.getTime() / span) - Math.floor(a.getTime() / span) + Math.trunc(turned / span);
}

/** The week's first day, which only the unit "week" asks for; undefined where it is null. */
function weekReader(
  e: Expression | undefined,
  op: string,
): (doc: Maybe, vars: Record<string, Maybe>) => number | undefined {
  const known = constantOf(e);
  if (known && !nullish(known.value)) {
    let day: number | undefined;
    return () => (day ??= weekdayOf(known.value, op));
  }
  return (doc, vars) => {
    if (!e) return 6;
    const v = e(doc, vars);
    return nullish(v) ? undefined : weekdayOf(v, op);
  };
}

const zoneContext = <T>(op: string, read: () => T): T => {
  try {
    return read();
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    throw located(e.code, `${op} parameter 'timezone' value parsing failed :: caused by :: ${e.message}`, e.codeName);
  }
};

function dateDiff({ startDate, endDate, unit, timezone, startOfWeek }: Arguments): Expression {
  const zoneOfDocument = zoneContext("$dateDiff", () => zoneReader(timezone));
  const weekday = weekReader(startOfWeek, "$dateDiff");
  return (doc, vars) => {
    const start = startDate!(doc, vars);
    const end = endDate!(doc, vars);
    const u = unit!(doc, vars);
    if (nullish(start) || nullish(end) || nullish(u)) return null;
    const name = unitOf(u, "$dateDiff");
    const first = name === "week" ? weekday(doc, vars) : 6;
    const zone = zoneContext("$dateDiff", () => zoneOfDocument(doc, vars));
    if (first === undefined || !zone) return null;
    const a = dateOf(start, "$dateDiff", "startDate", 5166307);
    return BigInt(difference(a, dateOf(end, "$dateDiff", "endDate", 5166307), name, zone, first));
  };
}

const floorTo = (n: number, size: number): number => Math.floor(n / size) * size;

/** Bins are counted from the start of the year 2000 in the zone (for weeks, from its first whole week). */
function truncate(date: Date, unit: string, size: number, zone: Zone, startOfWeek: number): Date {
  const year2000 = 946_684_800_000;
  const reference = year2000 - zone.offsetAt(year2000);
  const span = SPAN[unit];
  if (span) {
    if (size * span > 2 ** 63) throw located(5439002, "dateTrunc overflowed");
    return new Date(reference + floorTo(date.getTime() - reference, size * span));
  }
  if (size > 100_000_000_000) throw located(5439006, "dateTrunc unsupported binSize value");
  const shift = unit === "week" ? (startOfWeek + 2) % 7 : 0;
  const origin = new Date(reference + shift * DAY);
  const distance = difference(origin, date, unit, zone, startOfWeek);
  return addUnits(origin, unit, floorTo(distance, size), zone);
}

function dateTrunc({ date, unit, binSize, timezone, startOfWeek }: Arguments): Expression {
  const zoneOfDocument = zoneContext("$dateTrunc", () => zoneReader(timezone));
  const weekday = weekReader(startOfWeek, "$dateTrunc");
  return (doc, vars) => {
    const v = date!(doc, vars);
    const u = unit!(doc, vars);
    const bin = binSize?.(doc, vars);
    if (nullish(v) || nullish(u) || (binSize && nullish(bin))) return null;
    const size = binSize ? binOf(bin) : 1;
    const name = unitOf(u, "$dateTrunc");
    const first = name === "week" ? weekday(doc, vars) : 6;
    const zone = zoneContext("$dateTrunc", () => zoneOfDocument(doc, vars));
    if (first === undefined || !zone) return null;
    return truncate(dateOf(v, "$dateTrunc", "date", 5439012), name, size, zone, first);
  };
}

function binOf(v: Maybe): number {
  const n = integral64(v);
  if (n === undefined)
    throw located(
      5439017,
      `$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '${shown(v)}' of type ${typeName(v)}`,
    );
  if (n <= 0n) throw located(5439018, `$dateTrunc requires 'binSize' to be greater than 0, but got value ${n}`);
  return Number(n);
}

export const dateUnitExpressions: Record<string, Compile> = {
  $dateAdd: arithmetic("$dateAdd", 1n),
  $dateSubtract: arithmetic("$dateSubtract", -1n),
  $dateDiff: named(
    {
      required: {
        startDate: [5166303, "Missing 'startDate' parameter to $dateDiff"],
        endDate: [5166304, "Missing 'endDate' parameter to $dateDiff"],
        unit: [5166305, "Missing 'unit' parameter to $dateDiff"],
      },
      optional: ["timezone", "startOfWeek"],
      notObject: () => [5166301, "$dateDiff only supports an object as its argument"],
      unknown: (k) => [5166302, `Unrecognized argument to $dateDiff: ${k}`],
    },
    dateDiff,
  ),
  $dateTrunc: named(
    {
      required: {
        date: [5439009, "Missing 'date' parameter to $dateTrunc"],
        unit: [5439010, "Missing 'unit' parameter to $dateTrunc"],
      },
      optional: ["binSize", "timezone", "startOfWeek"],
      notObject: () => [5439007, "$dateTrunc only supports an object as its argument"],
      unknown: (k) => [
        5439008,
        `Unrecognized argument to $dateTrunc: ${k}. Expected arguments are date, unit, and optionally, binSize, timezone, startOfWeek`,
      ],
    },
    dateTrunc,
  ),
};
