import type { IndicatorView } from "../profile-schemas.ts";
import type { Rule } from "./sources.ts";

type Bilingual = IndicatorView["name"];
export type IndicatorGroup = IndicatorView["group"];

/** What an indicator is, without an enterprise: for the profile, for rules that use it and for those who read it. */
export interface Indicator {
  /** Kept for ever: products' rules and scorecards name it. */
  readonly id: string;
  readonly group: IndicatorGroup;
  readonly name: Bilingual;
  readonly unit: IndicatorView["unit"];
  readonly catalogId: string;
  /** How it is worked out, and when it is unknown. */
  readonly description: Bilingual;
  readonly rule: Rule;
}

/** Of one catalog; `prefix` is what the ids begin with, the group where none is given. */
export const define =
  (group: IndicatorGroup, catalogId: string, prefix: string = group) =>
  (
    name: string,
    unit: Indicator["unit"],
    zh: string,
    en: string,
    how: readonly [string, string],
    rule: Rule,
  ): Indicator => ({
    id: `${prefix}.${name}`,
    group,
    name: { zh, en },
    unit,
    catalogId,
    description: { zh: how[0], en: how[1] },
    rule,
  });

/* What several indicators say of themselves. */

export const YEAR_SUM = [
  "截至最近一期的12个月合计；最近一期过旧、或授权期间不含其中任一月则未知",
  "Sum of the 12 months up to the newest period; unknown when that is too old, or when the consent's period cuts one of them",
] as const;
export const GROWTH = [
  "近12个月合计 ÷ 上年同月（季）合计 − 1（同比）；可比的月（季）不足四分之三则未知",
  "Sum of the last 12 months ÷ sum of the same months (quarters) a year before − 1; unknown when fewer than three quarters of them can be compared",
] as const;
export const YEARLY_GROWTH = [
  "最近年度 ÷ 上一年度 − 1；缺任一年度则未知",
  "The newest year ÷ the year before − 1; unknown when one of them is missing",
] as const;
export const ALL_PERIODS = [
  "各所属期未清部分合计；授权期间截断时未知",
  "What is still open, summed over all periods; unknown when the consent cuts the period",
] as const;
export const NEWEST = ["最近一期；过旧则未知", "The newest period; unknown when it is too old"] as const;
export const REGISTER = [
  "全市登记簿：已归集且未过期而无记录即为零，否则未知",
  "A register of the whole city: no entry means zero once it was received and isn't too old; unknown otherwise",
] as const;
export const ENTRY = [
  "取自登记簿中该企业的记录；无记录则未知",
  "What the enterprise's entry in the register says; unknown without one",
] as const;
/** A ratio's description, from its two sides. */
export const ratio = (zh: string, en: string): readonly [string, string] => [
  `${zh}；分母为零或未申报则未知`,
  `${en}; unknown when the divisor is zero or not told`,
];
