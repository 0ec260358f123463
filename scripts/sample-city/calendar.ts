/** Months as "YYYY-MM" and dates as "YYYY-MM-DD": all of the city's time is in whole days. */

export const monthIndex = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

export const monthAt = (index: number): string =>
  `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + Math.round(days) * 86_400_000).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

export const addYears = (date: string, years: number): string => {
  const moved = `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;
  return moved.endsWith("-02-29") ? `${moved.slice(0, 8)}28` : moved;
};

/** The last `count` full months before `asOf` and the month of `asOf` itself, oldest first. */
export function monthsUntil(asOf: string, count: number): string[] {
  const last = monthIndex(asOf.slice(0, 7));
  return Array.from({ length: count }, (_, i) => monthAt(last - count + 1 + i));
}
