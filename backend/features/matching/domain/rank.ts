import type { Verdict } from "./condition.ts";

export interface RankedMatch {
  readonly product: { readonly id: string; readonly annualRateBps: number };
  readonly verdict: Verdict;
  readonly missing: readonly unknown[];
}

const PLACE: Readonly<Record<Verdict, number>> = { eligible: 0, unknown: 1, notEligible: 2 };

/** A total order: what fits before what may fit before what doesn't; then the rate, how near it is, and the id. */
export const compareMatches = (a: RankedMatch, b: RankedMatch): number =>
  PLACE[a.verdict] - PLACE[b.verdict] ||
  a.product.annualRateBps - b.product.annualRateBps ||
  a.missing.length - b.missing.length ||
  (a.product.id < b.product.id ? -1 : a.product.id > b.product.id ? 1 : 0);

export const rankMatches = <M extends RankedMatch>(matches: readonly M[]): M[] => matches.toSorted(compareMatches);
