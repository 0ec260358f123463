import { type ProfileRecord, textOf } from "./profile-record.ts";

/* Months as whole numbers, and series of records by month. */

export const monthIndex = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

export const monthText = (index: number): string =>
  `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;

/** The last day of a month, as a date. */
export function monthEnd(index: number): string {
  const month = (index % 12) + 1;
  const year = Math.floor(index / 12);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return `${monthText(index)}-${days}`;
}

const DAY_MS = 86_400_000;
/** Much faster than parsing: this is asked some hundred times for each of all enterprises. */
const dayNumber = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
export const daysBetween = (from: string, to: string): number => dayNumber(to) - dayNumber(from);

/** The date so many months before (after, when negative), at the latest the last day of that month. */
export function monthsBefore(date: string, months: number): string {
  const index = monthIndex(date) - months;
  const sameDay = `${monthText(index)}-${date.slice(8, 10)}`;
  const end = monthEnd(index);
  return sameDay < end ? sameDay : end;
}

/** Whole months from one date to another; 0 when the other is earlier. */
export function wholeMonths(from: string, to: string): number {
  const months = monthIndex(to) - monthIndex(from) - (to.slice(8, 10) < from.slice(8, 10) ? 1 : 0);
  return Math.max(0, months);
}

/** An enterprise's records of one catalog by month. A month may have several, one for each meter or account. */
export interface MonthSeries {
  readonly byMonth: ReadonlyMap<number, readonly ProfileRecord[]>;
  readonly newest: number;
  /** Date of the newest fact; a month that isn't over counts up to today. */
  readonly asOf: string;
  readonly records: readonly ProfileRecord[];
}

/** The last month of what a record speaks of: "2025" is its December, "2025-03-07" its March. Null when unreadable. */
export function lastMonthOf(record: ProfileRecord, periodField: string | undefined): number | null {
  const stated = periodField === undefined ? undefined : record.fields[periodField];
  const period = stated === undefined ? record.period : String(stated);
  if (period === undefined) return null;
  if (/^\d{4}$/.test(period)) return monthIndex(`${period}-12`);
  return /^\d{4}-(0[1-9]|1[0-2])/.test(period) ? monthIndex(period) : null;
}

/** Null without records that name their month. */
export function monthSeries(
  records: readonly ProfileRecord[],
  periodField: string | undefined,
  today: string,
): MonthSeries | null {
  const byMonth = new Map<number, ProfileRecord[]>();
  for (const record of records) {
    const index = lastMonthOf(record, periodField);
    if (index === null) continue;
    const same = byMonth.get(index);
    if (same) same.push(record);
    else byMonth.set(index, [record]);
  }
  if (byMonth.size === 0) return null;
  const newest = Math.max(...byMonth.keys());
  const end = monthEnd(newest);
  return { byMonth, newest, asOf: end < today ? end : today, records: [...byMonth.values()].flat() };
}

/** Months with records among the 12 that end with `last`, oldest first. */
export const yearOf = ({ byMonth }: MonthSeries, last: number): number[] =>
  Array.from({ length: 12 }, (_, i) => last - 11 + i).filter((month) => byMonth.has(month));

export const recordsOf = ({ byMonth }: MonthSeries, months: readonly number[]): ProfileRecord[] =>
  months.flatMap((month) => byMonth.get(month) ?? []);

/** The text of a date field, in one word with `textOf`, where it is a whole date. */
export const dateOf = (record: ProfileRecord, field: string): string | null => {
  const date = textOf(record, field);
  return date !== null && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : null;
};
