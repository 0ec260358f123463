import { type ProfileRecord, textOf } from "./profile-record.ts";

/* Months as whole numbers, and series of records by month. */

export const monthIndex = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

export const monthText = (index: number): string =>
  `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;

/** The last day of a month, as a date. */
export const monthEnd = (index: number): string =>
  new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).toISOString().slice(0, 10);

const DAY_MS = 86_400_000;
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** The date so many months before, at the latest the last day of that month. */
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

/** Null without records, or when the newest month ended more than `staleDays` before today. */
export function monthSeries(
  records: readonly ProfileRecord[],
  monthField: string,
  today: string,
  staleDays: number,
): MonthSeries | null {
  const byMonth = new Map<number, ProfileRecord[]>();
  for (const record of records) {
    const month = textOf(record, monthField) ?? record.period;
    if (!month || !/^\d{4}-(0[1-9]|1[0-2])/.test(month)) continue;
    const index = monthIndex(month);
    const same = byMonth.get(index);
    if (same) same.push(record);
    else byMonth.set(index, [record]);
  }
  if (byMonth.size === 0) return null;
  const newest = Math.max(...byMonth.keys());
  const end = monthEnd(newest);
  if (daysBetween(end, today) > staleDays) return null;
  return { byMonth, newest, asOf: end < today ? end : today, records: [...byMonth.values()].flat() };
}

/** Months with records among the 12 that end with `last`, oldest first. */
export const yearOf = ({ byMonth }: MonthSeries, last: number): number[] =>
  Array.from({ length: 12 }, (_, i) => last - 11 + i).filter((month) => byMonth.has(month));

export const recordsOf = ({ byMonth }: MonthSeries, months: readonly number[]): ProfileRecord[] =>
  months.flatMap((month) => byMonth.get(month) ?? []);
