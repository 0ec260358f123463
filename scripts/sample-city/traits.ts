import { addDays, daysBetween } from "./calendar.ts";
import { type City, subject, type TrueRow, yuan } from "./city.ts";
import { closingDate, type Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";

/** What follows from an enterprise's industry, size and course, so that all departments tell one story. */
export interface Traits {
  readonly industrial: boolean;
  readonly farm: boolean;
  readonly trade: boolean;
  readonly food: boolean;
  readonly hotel: boolean;
  readonly transport: boolean;
  readonly construction: boolean;
  readonly mining: boolean;
  readonly software: boolean;
  readonly tobaccoShop: boolean;
  readonly tobaccoFarm: boolean;
  readonly polluting: boolean;
  readonly exporter: boolean;
  readonly technical: boolean;
  /** 0.35, 1 or 2.6 for micro, small and medium. */
  readonly scale: number;
  /** Yuan in the last twelve months. */
  readonly yearly: number;
  readonly staff: number;
  readonly trouble: boolean;
  readonly closedOn: string | null;
  readonly person: boolean;
}

export function traitsOf(enterprise: Enterprise, city: City, random: Random): Traits {
  const { code, licences, patents } = enterprise.industry;
  const has = (kind: string): boolean => licences.some(([name, chance]) => name === kind && chance >= 0.4);
  const starts = (...heads: string[]): boolean => heads.some((head) => code.startsWith(head));
  const farm = starts("01", "03");
  return {
    industrial: starts("08", "09", "13", "16", "22", "23", "27", "30", "33", "34"),
    farm,
    trade: starts("51", "52"),
    food: has("食品经营许可证") || has("食品生产许可证"),
    hotel: code === "6110",
    transport: code === "5431",
    construction: code === "4710",
    mining: starts("08", "09"),
    software: starts("65"),
    tobaccoShop: has("烟草专卖零售许可证"),
    tobaccoFarm: code === "0134",
    polluting: has("排污许可证") || starts("08", "09", "22"),
    exporter: random.chance(
      enterprise.form === "company" && enterprise.size !== "micro" && (farm || starts("13", "27", "34", "51"))
        ? 0.3
        : 0.01,
    ),
    technical: patents >= 0.4,
    scale: { micro: 0.35, small: 1, medium: 2.6 }[enterprise.size],
    yearly: enterprise.revenue.slice(-12).reduce((sum, amount) => sum + amount, 0),
    staff: enterprise.staff.at(-2) ?? 0,
    trouble: enterprise.declineFrom !== null,
    closedOn: closingDate(enterprise, city.months),
    person: enterprise.form === "individual",
  };
}

/** A day of its life within the last `most` days. */
export function someDay(enterprise: Enterprise, city: City, random: Random, most = 2_500): string {
  const life = Math.min(most, daysBetween(enterprise.establishedOn, city.asOf));
  return addDays(city.asOf, -random.int(1, Math.max(2, life)));
}

/** A day of its decline, or of the last three years. */
export function badDay(enterprise: Enterprise, city: City, random: Random): string {
  const from = enterprise.declineFrom ? `${enterprise.declineFrom}-01` : enterprise.establishedOn;
  return addDays(city.asOf, -random.int(1, Math.min(1_060, Math.max(2, daysBetween(from, city.asOf)))));
}

/** The last day of something that began on `from`, or null when that is still to come. */
export function ended(from: string, days: number, city: City): string | null {
  const day = addDays(from, days);
  return day <= city.asOf ? day : null;
}

/** The fields that every licence has. `number` goes up with the series, so no two are alike. */
export function licenceRow(
  enterprise: Enterprise,
  city: City,
  random: Random,
  series: string,
  prefix: string,
  years: number | null,
  issuer: string,
): TrueRow {
  const life = daysBetween(enterprise.establishedOn, city.asOf);
  const span = (years ?? 8) * 365;
  const late = enterprise.fixed === undefined && random.chance(0.06) ? 300 : 0;
  const from = addDays(city.asOf, -random.int(5, Math.max(6, Math.min(life, span - 30 + late))));
  const to = years === null ? null : addDays(from, span - 1);
  const closed = closingDate(enterprise, city.months) !== null;
  return {
    ...subject(enterprise),
    licenceNo: `${prefix}${enterprise.district.code}${String(city.number(series)).padStart(7, "0")}`,
    issuer,
    validFrom: from,
    validTo: to,
    status: closed ? "cancelled" : to !== null && to < city.asOf ? "expired" : "valid",
  };
}

export const roundYuan = (amount: number, step = 100): bigint => yuan(Math.max(step, Math.round(amount / step) * step));

/** Revenue in yuan of the three months up to this position. */
export const quarterRevenue = (enterprise: Enterprise, end: number): number =>
  enterprise.revenue.slice(Math.max(0, end - 2), end + 1).reduce((sum, amount) => sum + amount, 0);

/** Positions of the last `count` quarter ends that are over and reported. */
export const lastQuarters = (city: City, count: number): number[] =>
  city.months
    .flatMap((month, i) => (Number(month.slice(5)) % 3 === 0 && i < city.months.length - 1 ? [i] : []))
    .slice(-count);

export const yearRevenue = (enterprise: Enterprise, city: City, year: number): number =>
  enterprise.revenue.reduce((sum, amount, i) => (city.months[i]!.startsWith(`${year}-`) ? sum + amount : sum), 0);

export const lastYear = (city: City): number => Number(city.asOf.slice(0, 4)) - 1;

export const LENDERS = [
  "玉溪聂耳农村商业银行股份有限公司",
  "滇中抚仙银行股份有限公司玉溪分行",
  "通海秀山村镇银行股份有限公司",
  "红塔湖畔银行股份有限公司",
];
