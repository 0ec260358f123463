/* How a catalog's sharing is graded. Every part is between 0 and 1; docs/data-sources.md says the same in words. */

export type FreshnessState = "fresh" | "due" | "overdue" | "none";

const ALLOWED_DAYS: Readonly<Record<string, number>> = { daily: 1, weekly: 7, monthly: 31, quarterly: 92, yearly: 366 };
const DAY_MS = 86_400_000;
/** Beyond so many times the allowed age a catalog counts as not kept up at all. */
const OVERDUE_TIMES = 3;
const WEIGHTS = { freshness: 35, errors: 25, completeness: 25, objections: 15 } as const;

export interface Freshness {
  readonly state: FreshnessState;
  readonly ageDays: number | null;
  readonly allowedDays: number;
}

/** A frequency that isn't known counts as a year. */
export function freshnessOf(lastAt: Date | undefined, updateFrequency: string, now: Date): Freshness {
  const allowedDays = ALLOWED_DAYS[updateFrequency] ?? ALLOWED_DAYS.yearly!;
  if (!lastAt) return { state: "none", ageDays: null, allowedDays };
  const ageDays = Math.max(0, Math.round(((now.getTime() - lastAt.getTime()) / DAY_MS) * 100) / 100);
  const state = ageDays <= allowedDays ? "fresh" : ageDays <= OVERDUE_TIMES * allowedDays ? "due" : "overdue";
  return { state, ageDays, allowedDays };
}

export const ratio = (part: number, whole: number): number | null =>
  whole > 0 ? Math.round((part / whole) * 1e6) / 1e6 : null;

/** Of these fields of so many stored rows, and of those that were missing in rows that weren't stored, the part that has a value. */
export function filledPart(
  fields: readonly string[],
  filled: Readonly<Record<string, number>>,
  stored: number,
  missing = 0,
): number | null {
  const count = fields.reduce((sum, name) => sum + Math.min(stored, filled[name] ?? 0), 0);
  return ratio(count, fields.length * stored + missing);
}

export interface Graded {
  readonly freshness: Freshness;
  readonly errorRate: number | null;
  readonly completeness: { readonly required: number | null; readonly optional: number | null };
  readonly lateObjections: number;
}

/** 0 to 100; null where nothing came yet. */
export function catalogGrade({ freshness, errorRate, completeness, lateObjections }: Graded): number | null {
  const { ageDays, allowedDays } = freshness;
  if (ageDays === null || errorRate === null) return null;
  const over = (ageDays - allowedDays) / ((OVERDUE_TIMES - 1) * allowedDays);
  const parts = {
    freshness: Math.max(0, 1 - Math.max(0, over)),
    errors: Math.max(0, 1 - 10 * errorRate),
    completeness: completeness.optional ?? completeness.required ?? 1,
    objections: Math.max(0, 1 - lateObjections / 4),
  };
  const total = (Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).reduce(
    (sum, name) => sum + WEIGHTS[name] * parts[name],
    0,
  );
  return Math.round(total);
}
