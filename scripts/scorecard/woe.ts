/* Weight of evidence and information value (Good 1950; Siddiqi 2006, chapter 6). */

export interface Counts {
  good: number;
  bad: number;
}

export interface Evidence extends Counts {
  /** ln(share of all goods ÷ share of all bads): above zero is safer than the average. */
  readonly woe: number;
  /** (share of goods − share of bads) · woe. */
  readonly informationValue: number;
}

/**
 * The evidence of each bin. A bin without a good or without a bad one has no logarithm: there both counts get half a
 * case more for the weight, as in SAS's PROC HPBIN.
 */
export function evidenceOf(bins: readonly Counts[]): Evidence[] {
  const goods = bins.reduce((sum, { good }) => sum + good, 0);
  const bads = bins.reduce((sum, { bad }) => sum + bad, 0);
  if (goods === 0 || bads === 0) throw new Error("weights of evidence need goods and bads");
  return bins.map(({ good, bad }) => {
    if (good + bad === 0) return { good, bad, woe: 0, informationValue: 0 };
    const half = good === 0 || bad === 0 ? 0.5 : 0;
    const woe = Math.log((good + half) / goods / ((bad + half) / bads));
    return { good, bad, woe, informationValue: (good / goods - bad / bads) * woe };
  });
}

export const informationValue = (evidence: readonly Evidence[]): number =>
  evidence.reduce((sum, each) => sum + each.informationValue, 0);

/** Siddiqi's rule of thumb. */
export type Power = "none" | "weak" | "medium" | "strong" | "suspicious";
export const IV_USEFUL = 0.02;

export function powerOf(iv: number): Power {
  if (iv < IV_USEFUL) return "none";
  if (iv < 0.1) return "weak";
  if (iv < 0.3) return "medium";
  return iv <= 0.5 ? "strong" : "suspicious";
}
