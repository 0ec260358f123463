import type { RepaymentMethod } from "../../backend/features/requests/request-schemas.ts";

export interface EligibilityCondition {
  readonly indicator: string;
  readonly op: "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in" | "between";
  /** Amounts are decimal strings of fen. */
  readonly value: string | number | boolean | (string | number)[];
}

export type Eligibility = EligibilityCondition | { all: Eligibility[] } | { any: Eligibility[] } | { not: Eligibility };

export interface SampleProduct {
  readonly code: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** Position in CAST_INSTITUTIONS. */
  readonly institution: number;
  readonly amountMinFen: string;
  readonly amountMaxFen: string;
  readonly termMonthsMin: number;
  readonly termMonthsMax: number;
  readonly annualRateBps: number;
  readonly repaymentMethods: RepaymentMethod[];
  readonly purposes: string[];
  readonly eligibility: Eligibility;
}

const fen = (yuan: number): string => (BigInt(yuan) * 100n).toString();

const is = (
  indicator: string,
  op: EligibilityCondition["op"],
  value: EligibilityCondition["value"],
): EligibilityCondition => ({ indicator, op, value });

const IN_BUSINESS = is("identity.status", "eq", "active");
const NO_OPEN_JUDGMENT = is("justice.openJudgments", "eq", 0);
const GROWING_TRADES = ["0134", "0141", "0143", "0153", "0313"];

export const SAMPLE_PRODUCTS: readonly SampleProduct[] = [
  {
    code: "KCD-01",
    name: { zh: "科创贷", en: "Science and innovation loan" },
    institution: 1,
    amountMinFen: fen(500_000),
    amountMaxFen: fen(10_000_000),
    termMonthsMin: 6,
    termMonthsMax: 36,
    annualRateBps: 385,
    repaymentMethods: ["interestFirst", "equalInstalment"],
    purposes: ["workingCapital", "research", "equipment"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("identity.ageMonths", "gte", 24),
        { any: [is("innovation.highTech", "eq", true), is("innovation.patentCount", "gte", 3)] },
        is("tax.creditGrade", "in", ["A", "B", "M"]),
        NO_OPEN_JUDGMENT,
      ],
    },
  },
  {
    code: "XYD-01",
    name: { zh: "香悦贷", en: "Tobacco retailers' loan" },
    institution: 0,
    amountMinFen: fen(30_000),
    amountMaxFen: fen(500_000),
    termMonthsMin: 3,
    termMonthsMax: 24,
    annualRateBps: 450,
    repaymentMethods: ["equalInstalment", "interestFirst"],
    purposes: ["workingCapital", "rawMaterials"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("supply.tobaccoLicence", "eq", true),
        is("identity.ageMonths", "gte", 12),
        is("tax.revenue12mFen", "gte", fen(100_000)),
        NO_OPEN_JUDGMENT,
      ],
    },
  },
  {
    code: "XYE-01",
    name: { zh: "香叶贷", en: "Tobacco-leaf growers' loan" },
    institution: 0,
    amountMinFen: fen(50_000),
    amountMaxFen: fen(3_000_000),
    termMonthsMin: 6,
    termMonthsMax: 18,
    annualRateBps: 410,
    repaymentMethods: ["bullet", "interestFirst"],
    purposes: ["rawMaterials", "workingCapital"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("identity.industryCode", "in", ["0134", "1610"]),
        is("identity.ageMonths", "gte", 12),
        is("tax.unpaidFen", "eq", "0"),
        is("justice.penalties24m", "lte", 1),
      ],
    },
  },
  {
    code: "ZYZ-01",
    name: { zh: "种养殖大户贷", en: "Large growers' and breeders' loan" },
    institution: 2,
    amountMinFen: fen(100_000),
    amountMaxFen: fen(5_000_000),
    termMonthsMin: 6,
    termMonthsMax: 36,
    annualRateBps: 430,
    repaymentMethods: ["bullet", "interestFirst", "equalPrincipal"],
    purposes: ["rawMaterials", "expansion", "equipment"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("identity.industryCode", "in", GROWING_TRADES),
        is("tax.revenue12mFen", "gte", fen(1_000_000)),
        is("justice.judgmentAmountFen", "lt", fen(200_000)),
      ],
    },
  },
  {
    code: "SYD-01",
    name: { zh: "税易贷", en: "Tax record loan" },
    institution: 1,
    amountMinFen: fen(100_000),
    amountMaxFen: fen(3_000_000),
    termMonthsMin: 3,
    termMonthsMax: 12,
    annualRateBps: 395,
    repaymentMethods: ["interestFirst", "equalInstalment"],
    purposes: ["workingCapital"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("tax.creditGrade", "in", ["A", "B"]),
        is("tax.paid12mFen", "gte", fen(20_000)),
        is("tax.unpaidFen", "eq", "0"),
        is("tax.revenueGrowthBps", "gte", -2_000),
        NO_OPEN_JUDGMENT,
      ],
    },
  },
  {
    code: "DFD-01",
    name: { zh: "电费贷", en: "Electricity record loan" },
    institution: 0,
    amountMinFen: fen(50_000),
    amountMaxFen: fen(2_000_000),
    termMonthsMin: 3,
    termMonthsMax: 12,
    annualRateBps: 420,
    repaymentMethods: ["equalInstalment", "interestFirst"],
    purposes: ["workingCapital", "equipment"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("operation.electricityKwh12m", "gte", 20_000),
        is("operation.electricityGrowthBps", "gte", -1_500),
        is("identity.ageMonths", "gte", 24),
        { not: is("justice.openJudgments", "gt", 0) },
      ],
    },
  },
  {
    code: "SBD-01",
    name: { zh: "社保贷", en: "Social security record loan" },
    institution: 2,
    amountMinFen: fen(100_000),
    amountMaxFen: fen(3_000_000),
    termMonthsMin: 6,
    termMonthsMax: 24,
    annualRateBps: 405,
    repaymentMethods: ["equalInstalment", "equalPrincipal"],
    purposes: ["workingCapital", "expansion"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("people.insuredCount", "gte", 5),
        is("people.insuredGrowthBps", "gte", -2_000),
        { any: [is("people.fundMonths12m", "gte", 9), is("people.insuredCount", "gte", 20)] },
        NO_OPEN_JUDGMENT,
      ],
    },
  },
  {
    code: "ZSC-01",
    name: { zh: "知识产权质押贷", en: "Intellectual property pledge loan" },
    institution: 1,
    amountMinFen: fen(300_000),
    amountMaxFen: fen(8_000_000),
    termMonthsMin: 12,
    termMonthsMax: 36,
    annualRateBps: 400,
    repaymentMethods: ["interestFirst", "equalPrincipal"],
    purposes: ["research", "equipment", "workingCapital"],
    eligibility: {
      all: [
        IN_BUSINESS,
        is("innovation.patentCount", "gte", 2),
        is("identity.registeredCapitalFen", "gte", fen(1_000_000)),
        is("tax.creditGrade", "in", ["A", "B", "M"]),
        is("justice.penalties24m", "eq", 0),
        NO_OPEN_JUDGMENT,
      ],
    },
  },
];
