import { YUXI_DISTRICTS } from "../../backend/features/data-exchange/domain/districts.ts";
import { registrationCheckDigit } from "../../backend/lib/registration-number.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { addDays, addYears, monthIndex } from "./calendar.ts";
import { INDUSTRIES, type Industry, SEASONS } from "./industries.ts";
import { addressIn, enterpriseName, type Form } from "./names.ts";
import { type Person, representativeOf } from "./people.ts";
import { type Random, randomOf } from "./random.ts";

export type Size = "micro" | "small" | "medium";
export type Status = "active" | "dormant" | "cancelled" | "revoked";

/** The truth about one enterprise; the departments' records are what each of them sees of it. */
export interface Enterprise {
  /** Its number in the city; no other has it. */
  readonly serial: number;
  readonly uscc: string;
  readonly name: string;
  readonly form: Form;
  readonly size: Size;
  readonly district: { readonly code: string; readonly zh: string; readonly short: string };
  readonly industry: Industry;
  readonly establishedOn: string;
  /** In 10,000 yuan. */
  readonly registeredCapital: number;
  readonly legalRepresentative: string;
  readonly representative: Person;
  /** The number it had before there was a USCC; null when it is younger. */
  readonly registrationNumber: string | null;
  readonly address: string;
  readonly status: Status;
  /** The first month of decline, or null where business is sound. */
  readonly declineFrom: string | null;
  /** Revenue in yuan of each month of the city's history; 0 before it opened and after it closed. */
  readonly revenue: readonly number[];
  /** Employees of each month. */
  readonly staff: readonly number[];
  /** Share of the staff that is insured, 0 for those who insure nobody through the firm. */
  readonly insuredShare: number;
  readonly fundShare: number;
  readonly metered: boolean;
  /** Set for enterprises with a part in the demonstration: their exact belongings. */
  readonly fixed?: FixedBelongings;
}

export interface FixedBelongings {
  readonly licences: readonly string[];
  readonly patents: number;
  readonly inventions: number;
  readonly vehicles: number;
  readonly premises: readonly { readonly areaSqm: number; readonly mortgaged: boolean }[];
  readonly openJudgments: number;
  readonly penalties: number;
  readonly taxGrade: string;
}

/** What a member of the cast fixes; the rest is left to chance. */
export interface FixedEnterprise {
  readonly uscc: string;
  readonly name: string;
  readonly form: Form;
  readonly size: Size;
  readonly districtCode: string;
  readonly industryCode: string;
  readonly establishedOn: string;
  readonly registeredCapital: number;
  readonly legalRepresentative: string;
  readonly yearlyRevenue: number;
  readonly yearlyGrowth: number;
  /** Months before the end of the history in which decline sets in. */
  readonly declineMonths?: number;
  readonly belongings: FixedBelongings;
}

/** 31 signs of GB 32100 without those that organisation codes may not hold. */
const CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODES_A_PREFIX = 31 ** 4;

/** Different for each index: the multiplier has no factor in common with 31, so it only shuffles. */
function organisationCode(index: number): string {
  let left = ((index % CODES_A_PREFIX) * 389_171 + 271_828) % CODES_A_PREFIX;
  let tail = "";
  for (let i = 0; i < 4; i++) {
    tail = CODE_SIGNS[left % 31] + tail;
    left = Math.floor(left / 31);
  }
  return `MA6${"NPQ"[Math.floor(index / CODES_A_PREFIX)] ?? "R"}${tail}`;
}

const KIND: Readonly<Record<Form, string>> = { company: "1", individual: "2", cooperative: "3" };

const YEARLY_REVENUE: Readonly<Record<Size, readonly [median: number, spread: number, most: number]>> = {
  micro: [900_000, 0.65, 4_500_000],
  small: [6_500_000, 0.6, 38_000_000],
  medium: [52_000_000, 0.5, 190_000_000],
};

interface Course {
  readonly yearly: number;
  readonly growth: number;
  readonly declineAt: number;
  readonly closedAt: number;
}

function monthlyRevenue(random: Random, months: readonly string[], opened: string, industry: Industry, course: Course) {
  const { yearly, growth, declineAt, closedAt } = course;
  const openedAt = monthIndex(opened.slice(0, 7));
  const season = SEASONS[industry.season];
  let shock = 0;
  return months.map((month, i) => {
    shock = shock * 0.6 + random.normal() * 0.07;
    const age = monthIndex(month) - openedAt;
    if (age < 0 || i >= closedAt) return 0;
    const trend = (1 + growth) ** ((i - months.length / 2) / 12);
    const fall = i < declineAt ? 1 : Math.max(0.12, 0.93 ** (i - declineAt + 1));
    const start = Math.min(1, (age + 2) / 10);
    return (yearly / 12) * trend * fall * start * season[Number(month.slice(5)) - 1]! * Math.exp(shock);
  });
}

function monthlyStaff(revenue: readonly number[], industry: Industry): number[] {
  let smooth = 0;
  return revenue.map((amount, i) => {
    if (amount === 0) return 0;
    // People are hired and let go slowly: a year's revenue decides, not a month's.
    const year = revenue.slice(Math.max(0, i - 11), i + 1).filter((value) => value > 0);
    const needed = (year.reduce((sum, value) => sum + value, 0) / year.length) * 12;
    smooth = smooth === 0 ? needed : smooth * 0.75 + needed * 0.25;
    return Math.max(1, Math.round(smooth / (industry.revenuePerHead * 10_000)));
  });
}

/** Enterprises founded before October 2015 were given one of fifteen digits. */
function registrationNumber(district: string, establishedOn: string, serial: number): string | null {
  if (establishedOn >= "2015-10-01") return null;
  const body = `${district}2${String(serial).padStart(7, "0")}`;
  return body + registrationCheckDigit(body);
}

const districtOf = (code: string) => {
  const district = YUXI_DISTRICTS.find((candidate) => candidate.code === code);
  if (!district) throw new RangeError(`no district ${code}`);
  return { code, zh: district.name.zh, short: district.short };
};

export function castEnterprise(
  fixed: FixedEnterprise,
  serial: number,
  months: readonly string[],
  seed: string,
): Enterprise {
  const random = randomOf(seed, "cast", fixed.uscc);
  const industry = INDUSTRIES.find((candidate) => candidate.code === fixed.industryCode)!;
  const declineAt = fixed.declineMonths === undefined ? months.length : months.length - fixed.declineMonths;
  const course = { yearly: fixed.yearlyRevenue, growth: fixed.yearlyGrowth, declineAt, closedAt: months.length };
  const revenue = monthlyRevenue(random, months, fixed.establishedOn, industry, course);
  const district = districtOf(fixed.districtCode);
  return {
    serial,
    uscc: fixed.uscc,
    name: fixed.name,
    form: fixed.form,
    size: fixed.size,
    district,
    industry,
    establishedOn: fixed.establishedOn,
    registeredCapital: fixed.registeredCapital,
    legalRepresentative: fixed.legalRepresentative,
    representative: representativeOf(seed, serial, fixed.legalRepresentative),
    registrationNumber: registrationNumber(fixed.districtCode, fixed.establishedOn, serial),
    address: addressIn(random, district.zh),
    status: "active",
    declineFrom: months[declineAt] ?? null,
    revenue,
    staff: monthlyStaff(revenue, industry),
    insuredShare: 0.95,
    fundShare: 0.8,
    metered: true,
    fixed: fixed.belongings,
  };
}

export function randomEnterprise(
  seed: string,
  index: number,
  months: readonly string[],
  asOf: string,
  taken: Set<string>,
): Enterprise {
  const random = randomOf(seed, "enterprise", index);
  const industry = random.weighted(INDUSTRIES.map((item) => [item, item.weight] as const));
  const form = random.weighted<Form>([
    ["individual", industry.individual],
    ["cooperative", industry.cooperative],
    ["company", 1 - industry.individual - industry.cooperative],
  ]);
  const size: Size =
    form === "individual"
      ? "micro"
      : random.weighted<Size>([
          ["micro", form === "cooperative" ? 5 : 3.4],
          ["small", 4],
          ["medium", industry.revenueFactor > 1.3 && form === "company" ? 1.4 : 0.4],
        ]);
  const district = districtOf(
    random.weighted(YUXI_DISTRICTS.map(({ code }) => [code, industry.home[code] ?? 1] as const)),
  );
  // Most firms are young; none opens in the last month, so that each has some history.
  const establishedOn = addDays(asOf, -(60 + 365 * Math.min(24, -Math.log(1 - random.next()) * 6.5)));
  const declining = random.chance(0.14);
  const declineAt = declining ? random.int(6, months.length - 3) : months.length;
  const status: Status = declining
    ? random.weighted<Status>([
        ["active", 7],
        ["dormant", 1],
        ["cancelled", 1],
        ["revoked", 0.6],
      ])
    : random.weighted<Status>([
        ["active", 97],
        ["cancelled", 2],
        ["dormant", 1],
      ]);
  const closedAt = status === "active" ? months.length : random.int(Math.min(declineAt + 2, 30), months.length - 1);
  const [median, spread, most] = YEARLY_REVENUE[size];
  const factor = size === "micro" ? Math.min(industry.revenueFactor, 1.4) : industry.revenueFactor;
  const yearly = Math.min(most, median * factor * Math.exp(random.normal() * spread));
  const growth = declining ? random.between(-0.1, 0.05) : 0.06 + random.normal() * 0.12;
  const revenue = monthlyRevenue(random, months, establishedOn, industry, { yearly, growth, declineAt, closedAt });
  const capital = (yearly / 10_000) * random.between(0.1, 0.6);
  const representative = representativeOf(seed, index);
  const capitalStep = capital > 300 ? 100 : capital > 30 ? 10 : 1;
  return {
    serial: index,
    uscc: makeUscc("9", KIND[form], district.code, organisationCode(index)),
    name: enterpriseName(random, industry, form, district.short, taken),
    form,
    size,
    district,
    industry,
    establishedOn,
    registeredCapital: Math.max(form === "individual" ? 2 : 10, Math.round(capital / capitalStep) * capitalStep),
    legalRepresentative: representative.name,
    representative,
    registrationNumber: registrationNumber(district.code, establishedOn, index),
    address: addressIn(random, district.zh),
    status,
    declineFrom: months[declineAt] ?? null,
    revenue,
    staff: monthlyStaff(revenue, industry),
    insuredShare: random.chance(form === "company" ? 0.95 : 0.45) ? random.between(0.55, 1) : 0,
    fundShare: random.chance({ micro: 0.12, small: 0.5, medium: 0.85 }[size]) ? random.between(0.35, 0.9) : 0,
    metered: random.chance(form === "company" ? 0.75 : 0.45),
  };
}

/** The day its licence of business was given back or taken, for one that is closed. */
export const closingDate = (enterprise: Enterprise, months: readonly string[]): string | null => {
  if (enterprise.status === "active") return null;
  const last = enterprise.revenue.findLastIndex((amount) => amount > 0);
  return last < 0 ? addYears(enterprise.establishedOn, 1) : `${months[last]}-28`;
};
