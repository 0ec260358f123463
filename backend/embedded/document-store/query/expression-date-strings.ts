import { isoTime, MONTHS } from "./expression-date-format.ts";
import { located } from "./expression-support.ts";
import { fromLocal, utcTime, type Zone } from "./expression-time-zones.ts";

/* Reads dates from text, with a format and without. */

/** What was read of a text; what is undefined was not in it. */
interface Read {
  year?: number;
  month?: number;
  day?: number;
  isoYear?: number;
  isoWeek?: number;
  isoDay?: number;
  dayOfYear?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  /** Minutes east, and the name under which they were given, if it was one. */
  east?: number;
  zoneName?: string;
}

const failure = (message: string): Error => located(241, message, "ConversionFailure");
const parseError = (text: string, at: number, what: string): Error =>
  failure(`Error parsing date string '${text}'; ${at}: ${what} '${text[at] ?? ""}'`);

// biome-ignore format: a table
const ABBREVIATIONS: Record<string, number> = {
  UTC: 0, GMT: 0, WET: 0, WEST: 60, BST: 60, CET: 60, CEST: 120, EET: 120, EEST: 180, MSK: 180,
  EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420,
  AKST: -540, AKDT: -480, HST: -600, JST: 540, KST: 540, IST: 120, AEST: 600, AEDT: 660, NZST: 720, NZDT: 780,
};
const MILITARY = "ABCDEFGHIKLM";

function eastOf(name: string): number | undefined {
  const upper = name.toUpperCase();
  if (upper.length > 1) return ABBREVIATIONS[upper];
  if (upper === "Z") return 0;
  const east = MILITARY.indexOf(upper);
  if (east >= 0) return (east + 1) * 60;
  const west = "NOPQRSTUVWXY".indexOf(upper);
  return west >= 0 ? -(west + 1) * 60 : undefined;
}

/** Reads a zone at a place of the text; gives the place behind it. */
function readZone(text: string, at: number, read: Read): number | undefined {
  const offset = /^[ \t]*(?:(?:GMT|UTC)(?=[+-]))?([+-])(\d\d?)(?::?(\d\d))?/i.exec(text.slice(at));
  if (offset) {
    read.east = (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0));
    return at + offset[0].length;
  }
  const word = /^[ \t]*([A-Za-z]+)/.exec(text.slice(at));
  const east = word ? eastOf(word[1]!) : undefined;
  if (!word || east === undefined) return undefined;
  read.east = east;
  read.zoneName = word[1]!.toUpperCase();
  return at + word[0].length;
}

function complete(text: string, r: Read, zone: Zone): Date {
  const iso = r.isoYear !== undefined;
  const inYear = r.dayOfYear !== undefined || (r.month !== undefined && r.day !== undefined);
  if (iso ? r.isoWeek === undefined : r.year === undefined || !inYear)
    throw failure(`an incomplete date/time string has been found, with elements missing: "${text}"`);
  let day: number;
  if (iso) day = isoTime(r.isoYear!, r.isoWeek!, r.isoDay ?? 1);
  else if (r.dayOfYear !== undefined) day = utcTime(r.year!, 1, r.dayOfYear);
  else {
    day = utcTime(r.year!, r.month!, r.day!);
    if (new Date(day).getUTCMonth() + 1 !== r.month) throw parseError(text, text.length, "The parsed date was invalid");
  }
  if (r.east !== undefined && !zone.utc)
    throw failure(
      r.zoneName === undefined
        ? "you cannot pass in a date/time string with GMT offset together with a timezone argument"
        : `you cannot pass in a date/time string with time zone information ('${r.zoneName}') together with a timezone argument`,
    );
  const local =
    day + (r.hour ?? 0) * 3_600_000 + (r.minute ?? 0) * 60_000 + (r.second ?? 0) * 1000 + (r.millisecond ?? 0);
  return r.east === undefined ? fromLocal(local, zone) : new Date(local - r.east * 60_000);
}

const thousandths = (digits: string | undefined): number => Number((digits ?? "").slice(0, 3).padEnd(3, "0"));
const monthOf = (name: string): number =>
  MONTHS.findIndex((m) => m.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1;

type Digits = { digits: [number, number]; what: string; set: (r: Read, text: string) => void };
const digits = (min: number, max: number, what: string, name: keyof Read): Digits => ({
  digits: [min, max],
  what: `${what} could not be found`,
  set: (r, text) => {
    (r as Record<string, number>)[name] = name === "millisecond" ? thousandths(text) : Number(text);
  },
});

const SPECIFIERS: Record<string, Digits> = {
  Y: digits(4, 4, "A four digit year", "year"),
  m: digits(1, 2, "A two digit month", "month"),
  d: digits(1, 2, "A two digit day", "day"),
  H: digits(1, 2, "A two digit hour", "hour"),
  M: digits(2, 2, "A two digit minute", "minute"),
  S: digits(2, 2, "A two digit second", "second"),
  L: digits(1, 3, "A three digit millisecond", "millisecond"),
  j: digits(1, 3, "A three digit day-of-year", "dayOfYear"),
  G: digits(4, 4, "A four digit ISO year", "isoYear"),
  V: digits(1, 2, "A two digit ISO week", "isoWeek"),
  u: digits(1, 1, "A single digit ISO day of week", "isoDay"),
};

export function parseWithFormat(text: string, format: string, zone: Zone): Date {
  const read: Read = {};
  let at = 0;
  for (let i = 0; i < format.length; i++) {
    const letter = format[i] === "%" ? format[++i]! : undefined;
    if (letter === undefined || letter === "%") {
      const wanted = letter ?? format[i]!;
      if (at >= text.length) throw parseError(text, at, "Not enough data available to satisfy format");
      if (text[at] !== wanted) throw parseError(text, at, "The format separator does not match");
      at++;
      continue;
    }
    at = readSpecifier(text, at, letter, read);
  }
  if (at < text.length) throw parseError(text, at, "Trailing data");
  if (read.isoYear !== undefined && (read.year ?? read.month ?? read.day) !== undefined)
    throw parseError(text, at, "Mixing of ISO dates with natural dates is not allowed");
  return complete(text, read, zone);
}

function readSpecifier(text: string, at: number, letter: string, read: Read): number {
  const rest = text.slice(at);
  if (rest === "") throw parseError(text, at, "Not enough data available to satisfy format");
  const number = SPECIFIERS[letter];
  if (number) {
    const [min, max] = number.digits;
    const m = new RegExp(`^\\d{${min},${max}}`).exec(rest);
    if (!m) throw parseError(text, at, number.what);
    number.set(read, m[0]);
    return at + m[0].length;
  }
  if (letter === "b" || letter === "B") {
    const m = /^[A-Za-z]+/.exec(rest);
    const month = m ? monthOf(m[0]) : 0;
    const full = MONTHS[month - 1]?.toLowerCase();
    if (!m || month === 0 || (m[0].length > 3 && m[0].toLowerCase() !== full))
      throw parseError(text, at, "A textual month could not be found");
    read.month = month;
    return at + m[0].length;
  }
  if (letter === "Z") {
    const m = /^[+-]?\d{1,4}/.exec(rest);
    if (!m) throw parseError(text, at, "Invalid timezone offset in minutes");
    read.east = Number(m[0]);
    return at + m[0].length;
  }
  const end = readZone(text, at, read);
  if (end === undefined) throw parseError(text, at, "The timezone could not be found in the database");
  return end;
}

const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const M = "(0?[1-9]|1[0-2])";
const D = "(0?[1-9]|[12]\\d|3[01])";
const set =
  (...names: (keyof Read)[]) =>
  (r: Read, m: RegExpExecArray): void => {
    names.forEach((name, i) => {
      const text = m[i + 1];
      if (text !== undefined)
        (r as Record<string, number>)[name] = name === "month" && /^[a-z]/i.test(text) ? monthOf(text) : Number(text);
    });
  };

/** The ways of writing a date or a time that are known without a format, the longest first. */
const WRITTEN: [RegExp, (r: Read, m: RegExpExecArray) => void][] = (
  [
    [`([+-]?\\d{4})-?W(\\d\\d)-?([0-7])?(?!\\d)`, set("isoYear", "isoWeek", "isoDay")],
    [`([+-]?\\d{4})-${M}-${D}(?!\\d)`, set("year", "month", "day")],
    [`(\\d{4})/${M}/${D}(?!\\d)`, set("year", "month", "day")],
    [`${M}/${D}/(\\d{4})(?!\\d)`, set("month", "day", "year")],
    [`${D}[-.]${M}[-.](\\d{4})(?!\\d)`, set("day", "month", "year")],
    ["(\\d{4})(0[1-9]|1[0-2])([0-2]\\d|3[01])(?!\\d)", set("year", "month", "day")],
    [`${D}(?:st|nd|rd|th)?[ \\t.-]*${MONTH}(?:[ \\t.,-]*(\\d{4}))?(?![a-z\\d])`, set("day", "month", "year")],
    [`${MONTH}[ \\t.-]*${D}(?:st|nd|rd|th)?(?:[ \\t.,]+(\\d{4}))?(?![\\d:])`, set("month", "day", "year")],
    [
      `${MONTH}[ \\t.-]*(\\d{4})(?!\\d)`,
      (r, m) => {
        set("month", "year")(r, m);
        r.day = 1;
      },
    ],
    [
      `(\\d{4})-${M}(?![\\d-])`,
      (r, m) => {
        set("year", "month")(r, m);
        r.day = 1;
      },
    ],
    [
      "t?([01]?\\d|2[0-4])[:.]([0-5]\\d)(?:[:.]([0-5]\\d|60)(?:[.,:](\\d{1,9}))?)?(?:[ \\t]*([ap])\\.?m\\.?)?(?!\\d)",
      clock,
    ],
    ["t([01]\\d|2[0-4])([0-5]\\d)([0-5]\\d|60)?(?:[.,](\\d{1,9}))?(?!\\d)", clock],
    [
      "@(-?\\d{1,12})",
      (r, m) => {
        Object.assign(r, { year: 1970, month: 1, day: 1, second: Number(m[1]), east: 0 });
      },
    ],
    ["(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?(?![a-z])", () => {}],
    ["(\\d{4})(?!\\d)", set("year")],
  ] as [string, (r: Read, m: RegExpExecArray) => void][]
).map(([source, use]) => [new RegExp(source, "iy"), use]);

function clock(r: Read, m: RegExpExecArray): void {
  const hour = Number(m[1]);
  r.hour = m[5] ? (hour % 12) + (m[5].toLowerCase() === "p" ? 12 : 0) : hour;
  r.minute = Number(m[2]);
  r.second = Number(m[3] ?? 0);
  r.millisecond = thousandths(m[4]);
}

/** Reads a date as people and programs write it. */
export function parseDate(text: string, zone: Zone): Date {
  const read: Read = {};
  let at = 0;
  while (at < text.length) {
    const gap = /^[ \t,]+/.exec(text.slice(at));
    if (gap) {
      at += gap[0].length;
      continue;
    }
    at = readNext(text, at, read);
  }
  return complete(text, read, zone);
}

function readNext(text: string, at: number, read: Read): number {
  // After a time, a sign starts an offset, not a year; after a date, "T" may start a time.
  const zoneMayFollow = read.hour !== undefined || (read.year !== undefined && !/^t\d|^[^a-z]/i.test(text.slice(at)));
  const end = zoneMayFollow ? readZone(text, at, read) : undefined;
  if (end !== undefined) return end;
  for (const [pattern, use] of WRITTEN) {
    pattern.lastIndex = at;
    const m = pattern.exec(text);
    if (!m) continue;
    use(read, m);
    return at + m[0].length;
  }
  throw parseError(
    text,
    at,
    /[a-z]/i.test(text[at]!)
      ? "passing a time zone identifier as part of the string is not allowed"
      : "Unexpected character",
  );
}
