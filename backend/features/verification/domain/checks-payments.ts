import {
  daysAfter,
  endOfMonth,
  type FactRecord,
  type Facts,
  type Finding,
  fenOf,
  no,
  numberOf,
  REPORTED_AFTER_DAYS,
  textOf,
  unknown,
  yes,
} from "./check-facts.ts";
import { check } from "./check-kind.ts";

const GRADES = ["D", "C", "M", "B", "A"] as const;
const month = { name: "month", label: { zh: "月份", en: "Month" }, type: "month" } as const;

/** From before all records until now. */
const ALWAYS = (_: unknown, today: string) => ["0001-01-01", today] as const;

/**
 * Paid in a month by at least so many people. Without a record of the month it is "no" only when the register was sent long
 * enough after that month to be complete for it.
 */
function paidIn(
  facts: Facts,
  { catalogId, people, amount }: { catalogId: string; people: string; amount: string },
  wanted: string,
  persons: number,
): Finding {
  const records = facts.of(catalogId).filter((record) => textOf(record, "month") === wanted);
  const register = facts.register(catalogId);
  if (records.length === 0) {
    const complete =
      typeof register === "object" && daysAfter(endOfMonth(wanted), REPORTED_AFTER_DAYS) <= register.asOf;
    return complete ? no() : unknown("notReported");
  }
  if (records.some((record) => numberOf(record, people) === undefined || fenOf(record, amount) === undefined))
    return unknown("noValue", records);
  const paid = records.filter((record) => fenOf(record, amount)! > 0n);
  const count = paid.reduce((sum, record) => sum + numberOf(record, people)!, 0);
  return paid.length > 0 && count >= persons ? yes(records) : no(records);
}

const owing = (record: FactRecord, field: string): boolean => (fenOf(record, field) ?? 0n) > 0n;

/* What the subject pays to the public. */

export const PAYMENT_CHECKS = [
  /** The newest year's grade counts. Without any the subject was not assessed: unknown. */
  check({
    code: "taxGrade",
    question: { zh: "纳税信用等级不低于该级", en: "Is the tax credit grade at least this one?" },
    params: [
      {
        name: "grade",
        label: { zh: "等级", en: "Grade" },
        type: "choice",
        options: [...GRADES].reverse().map((grade) => ({ value: grade, label: { zh: `${grade} 级`, en: grade } })),
      },
    ],
    catalogs: ["tax-credit-grades"],
    periods: ALWAYS,
    rule(facts, { grade }) {
      const records = [...facts.of("tax-credit-grades")].sort(
        (a, b) => (numberOf(b, "year") ?? 0) - (numberOf(a, "year") ?? 0),
      );
      const newest = records.slice(0, 1);
      const found = GRADES.indexOf(String(newest[0]?.fields.grade) as (typeof GRADES)[number]);
      if (found < 0) return unknown("noValue", newest);
      return found >= GRADES.indexOf(grade as (typeof GRADES)[number]) ? yes(newest) : no(newest);
    },
  }),
  /**
   * Yes when no tax period that was declared has tax unpaid and no arrears that were announced stand. Who never declared is
   * unknown to the register.
   */
  check({
    code: "taxArrearsNone",
    question: { zh: "无欠税", en: "Is it free of tax arrears?" },
    params: [],
    catalogs: ["tax-arrears", "tax-payments"],
    periods: ALWAYS,
    rule(facts) {
      const records = facts.of("tax-payments");
      const unpaid = [
        ...records.filter((record) => owing(record, "taxUnpaid")),
        ...facts
          .of("tax-arrears")
          .filter((record) => owing(record, "arrears") && (textOf(record, "clearedOn") ?? "9999") > facts.today),
      ];
      if (unpaid.length > 0) return no(unpaid);
      const silent = records.length === 0 || records.some((record) => fenOf(record, "taxUnpaid") === undefined);
      return silent ? unknown("noValue", records) : yes(records);
    },
  }),
  check({
    code: "socialSecurityPaid",
    question: {
      zh: "该月为不少于该人数缴纳了社会保险",
      en: "Was social security paid in this month for at least so many people?",
    },
    params: [month, { name: "persons", label: { zh: "人数", en: "People" }, type: "integer", min: 1, max: 1_000_000 }],
    catalogs: ["social-security"],
    periods: (params) => [params.month],
    rule: (facts, params) =>
      paidIn(
        facts,
        { catalogId: "social-security", people: "insuredCount", amount: "paidAmount" },
        params.month,
        params.persons,
      ),
  }),
  check({
    code: "housingFundPaid",
    question: { zh: "该月缴存了住房公积金", en: "Was the housing provident fund paid in this month?" },
    params: [month],
    catalogs: ["provident-fund"],
    periods: (params) => [params.month],
    rule: (facts, params) =>
      paidIn(facts, { catalogId: "provident-fund", people: "contributors", amount: "paidAmount" }, params.month, 1),
  }),
  /** Yes when no meter has an amount overdue; without a meter in its name: unknown. */
  check({
    code: "electricityPaid",
    question: { zh: "无电费欠费", en: "Is it free of unpaid electricity bills?" },
    params: [],
    catalogs: ["electricity"],
    periods: ALWAYS,
    rule(facts) {
      const records = facts.of("electricity");
      const unpaid = records.filter((record) => owing(record, "overdueAmount"));
      if (unpaid.length > 0) return no(unpaid);
      return records.length === 0 ? unknown("noValue") : yes(records);
    },
  }),
] as const;
