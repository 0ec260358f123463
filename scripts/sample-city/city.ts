import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";

/** Dates and months in ISO form, amounts as bigint fen, codes in the department's own words. */
export type TrueValue = string | number | bigint | null;
export type TrueRow = Readonly<Record<string, TrueValue>>;
export type RowsByCatalog = Readonly<Record<string, readonly TrueRow[]>>;

/** What all enterprises of one city share. */
export interface City {
  readonly seed: string;
  readonly asOf: string;
  /** The months of the history, oldest first; the last is the month of asOf. */
  readonly months: readonly string[];
  /** 1, 2, 3 … for each series: case numbers, certificates, plates. */
  number(series: string): number;
}

export function newCity(seed: string, asOf: string, months: readonly string[]): City {
  const counters = new Map<string, number>();
  return {
    seed,
    asOf,
    months,
    number(series) {
      const next = (counters.get(series) ?? 0) + 1;
      counters.set(series, next);
      return next;
    },
  };
}

export const yuan = (amount: number): bigint => BigInt(Math.max(0, Math.round(amount * 100)));

export const subject = (enterprise: Enterprise): { uscc: string; enterpriseName: string } => ({
  uscc: enterprise.uscc,
  enterpriseName: enterprise.name,
});

export type RowMaker = (enterprise: Enterprise, city: City, random: Random) => RowsByCatalog;
