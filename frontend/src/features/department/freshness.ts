/** fresh: a batch came within the period that the catalog promises · due: it is over time · none: nothing came yet. */
export type Freshness = "fresh" | "due" | "none";

const DAYS: Readonly<Record<string, number>> = { daily: 1, weekly: 7, monthly: 31, quarterly: 92, yearly: 366 };

/** A frequency that isn't known counts as a year. */
export function freshnessOf(lastBatchAt: string | undefined, updateFrequency: string, now: Date): Freshness {
  if (!lastBatchAt) return "none";
  const days = (now.getTime() - Date.parse(lastBatchAt)) / 86_400_000;
  return days <= (DAYS[updateFrequency] ?? 366) ? "fresh" : "due";
}
