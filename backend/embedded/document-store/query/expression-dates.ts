import { type Doc, int32, type Maybe } from "../bson/types.ts";
import { badValue, typeMismatch } from "../errors.ts";
import type { Operator } from "./expressions.ts";

/** Minutes east of UTC for "+08:00"-like offsets; names such as "Asia/Shanghai" go through Intl. */
function shift(date: Date, timezone: Maybe): Date {
  if (timezone === undefined || timezone === null || timezone === "UTC" || timezone === "GMT") return date;
  if (typeof timezone !== "string") throw typeMismatch("timezone must be a string");
  const m = /^([+-])(\d\d):?(\d\d)?$/.exec(timezone);
  if (m) {
    const minutes = Number(m[2]) * 60 + Number(m[3] ?? 0);
    return new Date(date.getTime() + (m[1] === "-" ? -minutes : minutes) * 60_000);
  }
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(date);
  } catch {
    throw badValue(`unrecognized time zone identifier: "${timezone}"`);
  }
  const n = (type: string): number => Number(parts.find((p) => p.type === type)!.value);
  return new Date(
    Date.UTC(n("year"), n("month") - 1, n("day"), n("hour"), n("minute"), n("second"), date.getUTCMilliseconds()),
  );
}

function date(v: Maybe): Date {
  if (!(v instanceof Date)) throw typeMismatch("can't convert to Date");
  return v;
}

const part = (f: (d: Date) => number): Operator => ({
  min: 1,
  max: 1,
  run: ([v]) => (v === undefined || v === null ? null : int32(f(date(v)))),
});

const pad = (n: number, width: number): string => String(n).padStart(width, "0");
const dayOfYear = (d: Date): number => Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

const FORMAT: Record<string, (d: Date) => string> = {
  Y: (d) => pad(d.getUTCFullYear(), 4),
  m: (d) => pad(d.getUTCMonth() + 1, 2),
  d: (d) => pad(d.getUTCDate(), 2),
  H: (d) => pad(d.getUTCHours(), 2),
  M: (d) => pad(d.getUTCMinutes(), 2),
  S: (d) => pad(d.getUTCSeconds(), 2),
  L: (d) => pad(d.getUTCMilliseconds(), 3),
  j: (d) => pad(dayOfYear(d), 3),
  w: (d) => String(d.getUTCDay() + 1),
  u: (d) => String(d.getUTCDay() || 7),
  z: () => "+0000",
  "%": () => "%",
};

function format(d: Date, pattern: string): string {
  return pattern.replace(/%(.)/g, (_, c: string) => {
    const f = FORMAT[c];
    if (!f) throw badValue(`Invalid format character '%${c}' in format string`);
    return f(d);
  });
}

function truncate(d: Date, unit: string): Date {
  const [y, m, day] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()];
  switch (unit) {
    case "year":
      return new Date(Date.UTC(y, 0, 1));
    case "quarter":
      return new Date(Date.UTC(y, m - (m % 3), 1));
    case "month":
      return new Date(Date.UTC(y, m, 1));
    case "week":
      return new Date(Date.UTC(y, m, day - d.getUTCDay()));
    case "day":
      return new Date(Date.UTC(y, m, day));
    case "hour":
      return new Date(Math.floor(d.getTime() / 3_600_000) * 3_600_000);
    case "minute":
      return new Date(Math.floor(d.getTime() / 60_000) * 60_000);
    case "second":
      return new Date(Math.floor(d.getTime() / 1000) * 1000);
    default:
      throw badValue(`unknown time unit value: ${unit}`);
  }
}

export const dateOperators: Record<string, Operator> = {
  $year: part((d) => d.getUTCFullYear()),
  $month: part((d) => d.getUTCMonth() + 1),
  $dayOfMonth: part((d) => d.getUTCDate()),
  $dayOfWeek: part((d) => d.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((d) => d.getUTCHours()),
  $minute: part((d) => d.getUTCMinutes()),
  $second: part((d) => d.getUTCSeconds()),
  $millisecond: part((d) => d.getUTCMilliseconds()),
  $dateToString: {
    min: 1,
    max: 1,
    run: ([args]) => {
      const a = args as Doc;
      const v = a.get("date");
      if (v === undefined || v === null) return a.get("onNull") ?? null;
      const pattern = a.get("format");
      return format(shift(date(v), a.get("timezone")), typeof pattern === "string" ? pattern : "%Y-%m-%dT%H:%M:%S.%LZ");
    },
  },
  $dateTrunc: {
    min: 1,
    max: 1,
    run: ([args]) => {
      const a = args as Doc;
      const v = a.get("date");
      if (v === undefined || v === null) return null;
      const local = shift(date(v), a.get("timezone"));
      const offset = local.getTime() - date(v).getTime();
      return new Date(truncate(local, String(a.get("unit"))).getTime() - offset);
    },
  },
};
