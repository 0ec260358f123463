import { located } from "./expression-support.ts";
import { toLocal, utcTime, type Zone } from "./expression-time-zones.ts";

/* Weeks of local dates, and dates as text by a format. */

const DAY = 86_400_000;
export const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/** The ISO week of a local date: weeks start on Monday, and week 1 holds the year's first Thursday. */
export function isoParts(local: Date): { year: number; week: number; day: number } {
  const days = Math.floor(local.getTime() / DAY);
  const day = ((((days + 3) % 7) + 7) % 7) + 1;
  const thursday = new Date((days - day + 4) * DAY);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - utcTime(year, 1, 1)) / DAY / 7) + 1, day };
}

/** The start of a day that is given by its ISO week. */
export function isoTime(year: number, week: number, day: number): number {
  const fourth = utcTime(year, 1, 4);
  return fourth + ((week - 1) * 7 + day - isoParts(new Date(fourth)).day) * DAY;
}

const dayOfYear = (d: Date): number => Math.floor((d.getTime() - utcTime(d.getUTCFullYear(), 1, 1)) / DAY) + 1;
/** Weeks start on Sunday; the days before the first one are week 0. */
export const week = (d: Date): number => Math.floor((dayOfYear(d) - d.getUTCDay() + 6) / 7);

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

function year(n: number): string {
  if (n < 0 || n > 9999) throw located(18537, `$dateToString is only defined on year 0-9999, tried to use year ${n}`);
  return pad(n, 4);
}

const FORMAT: Record<string, (local: Date, minutesEast: number) => string> = {
  Y: (d) => year(d.getUTCFullYear()),
  m: (d) => pad(d.getUTCMonth() + 1, 2),
  d: (d) => pad(d.getUTCDate(), 2),
  H: (d) => pad(d.getUTCHours(), 2),
  M: (d) => pad(d.getUTCMinutes(), 2),
  S: (d) => pad(d.getUTCSeconds(), 2),
  L: (d) => pad(d.getUTCMilliseconds(), 3),
  b: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()]!,
  j: (d) => pad(dayOfYear(d), 3),
  w: (d) => String(d.getUTCDay() + 1),
  u: (d) => String(isoParts(d).day),
  U: (d) => pad(week(d), 2),
  V: (d) => pad(isoParts(d).week, 2),
  G: (d) => year(isoParts(d).year),
  z: (_, east) => `${east < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(east) / 60), 2)}${pad(Math.abs(east) % 60, 2)}`,
  Z: (_, east) => String(east),
  "%": () => "%",
};

type Piece = string | ((local: Date, minutesEast: number) => string);
const known = new Map<string, Piece[]>();

/** A format in pieces; the few formats that a program uses are kept. */
function piecesOf(format: string): Piece[] {
  let pieces = known.get(format);
  if (!pieces) {
    pieces = format.split(/(%.)/s).map((p) => (p.startsWith("%") ? FORMAT[p.slice(1)]! : p));
    if (known.size < 1000) known.set(format, pieces);
  }
  return pieces;
}

/** Refuses a format with letters that mean nothing; formats to parse by know fewer of them. */
export function checkFormat(format: string, parsing: boolean): string {
  if (!parsing && known.has(format)) return format;
  for (const [, letter] of format.matchAll(/%(.?)/gs)) {
    if (letter === "") throw located(18535, "Unmatched '%' at end of format string");
    if (!Object.hasOwn(FORMAT, letter!) || (parsing && (letter === "w" || letter === "U")))
      throw located(18536, `Invalid format character '%${letter}' in format string`);
  }
  return format;
}

export function formatDate(date: Date, format: string, zone: Zone): string {
  const local = toLocal(date, zone);
  const east = Math.trunc((local.getTime() - date.getTime()) / 60_000);
  let out = "";
  for (const piece of piecesOf(format)) out += typeof piece === "string" ? piece : piece(local, east);
  return out;
}
