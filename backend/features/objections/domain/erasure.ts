/*
 * Negative information about a person is kept for five years from the end of the event (征信业管理条例, art. 16). Persons
 * are in the records as individual businesses (个体工商户): for these the business is its owner.
 */

/** Organisation kind 2 of GB 32100-2015 under the market regulator (9). */
export const PERSONAL_FROM = "92";
/** The first code after all of them. */
export const PERSONAL_TO = "93";

export interface ErasureRule {
  readonly catalogId: string;
  readonly years: number;
  /** The date on which the event ended; a record without it hasn't ended. */
  readonly endedField: string;
}

/** Whatever ended on this day or before is to be erased today. Days are YYYY-MM-DD. */
export const lastDayKeptNoMore = (today: string, years: number): string =>
  `${String(Number(today.slice(0, 4)) - years).padStart(4, "0")}${today.slice(4)}`;

export function isErasable(
  rule: ErasureRule,
  record: { readonly uscc: string; readonly fields: Readonly<Record<string, unknown>> },
  today: string,
): boolean {
  const ended = record.fields[rule.endedField];
  return (
    record.uscc >= PERSONAL_FROM &&
    record.uscc < PERSONAL_TO &&
    typeof ended === "string" &&
    ended <= lastDayKeptNoMore(today, rule.years)
  );
}
