import { type FactRecord, type Facts, type Finding, monthsBefore, no, numberOf, textOf, yes } from "./check-facts.ts";
import { check } from "./check-kind.ts";

const BLAMED = ["defendant", "enforced", "dishonest-enforced"];

/* What is held against the subject. In a current register, having no entry is "yes, it is free of it". */

const freeOf = (found: readonly FactRecord[]): Finding => (found.length > 0 ? no(found) : yes());

/** On a list today: put on it, and not taken off yet. */
const listed = (facts: Facts, catalogId: string): FactRecord[] =>
  facts.of(catalogId).filter((record) => (textOf(record, "removedOn") ?? "9999") > facts.today);

export const CONDUCT_CHECKS = [
  /**
   * Yes when no case in which it is defendant or under enforcement is open; one that was suspended isn't closed. Being
   * plaintiff doesn't count.
   */
  check({
    code: "openJudgmentNone",
    question: { zh: "无未结诉讼或执行案件（作为被告或被执行人）", en: "Is it free of open judgments and enforcement?" },
    params: [],
    catalogs: ["court-judgments", "enforcement-cases"],
    rule: (facts) =>
      freeOf([
        ...facts
          .of("court-judgments")
          .filter(({ fields }) => fields.status === "open" && BLAMED.includes(String(fields.role))),
        ...facts.of("enforcement-cases").filter(({ fields }) => fields.status !== "closed"),
      ]),
  }),
  check({
    code: "dishonestNone",
    question: { zh: "不在失信被执行人名单", en: "Is it off the list of dishonest debtors?" },
    params: [],
    catalogs: ["dishonest-debtors"],
    rule: (facts) => freeOf(listed(facts, "dishonest-debtors")),
  }),
  /** Within so many months up to today, by the date of the decision; environmental ones count as well. */
  check({
    code: "penaltyNone",
    question: { zh: "该月数内无行政处罚", en: "Is it free of administrative penalties within so many months?" },
    params: [{ name: "months", label: { zh: "月数", en: "Months" }, type: "integer", min: 1, max: 60 }],
    catalogs: ["administrative-penalties", "environmental-penalties"],
    rule(facts, { months }) {
      const from = monthsBefore(facts.today, months);
      const all = [...facts.of("administrative-penalties"), ...facts.of("environmental-penalties")];
      return freeOf(all.filter((record) => (textOf(record, "decidedOn") ?? facts.today) >= from));
    },
  }),
  check({
    code: "abnormalOperationNone",
    question: { zh: "不在经营异常名录", en: "Is it off the list of abnormal operations?" },
    params: [],
    catalogs: ["abnormal-operations"],
    rule: (facts) => freeOf(listed(facts, "abnormal-operations")),
  }),
  check({
    code: "seriousViolationNone",
    question: {
      zh: "不在严重违法失信名单和失信惩戒名单",
      en: "Is it off the lists of serious violations and joint punishment?",
    },
    params: [],
    catalogs: ["serious-violations", "joint-punishments"],
    rule: (facts) => freeOf([...listed(facts, "serious-violations"), ...listed(facts, "joint-punishments")]),
  }),
  check({
    code: "wageArrearsNone",
    question: { zh: "不在拖欠农民工工资失信名单", en: "Is it off the list of wage arrears?" },
    params: [],
    catalogs: ["wage-arrears"],
    rule: (facts) => freeOf(listed(facts, "wage-arrears")),
  }),
  /** Yes when no guarantor ever paid for it, no guaranteed loan of it is overdue, and it is not in bankruptcy. */
  check({
    code: "loanDefaultNone",
    question: {
      zh: "无贷款违约（代偿、逾期、破产）",
      en: "Is it free of loan defaults (paid by a guarantor, overdue, bankrupt)?",
    },
    params: [],
    catalogs: ["guarantee-contracts", "guarantee-compensations", "bankruptcies"],
    rule: (facts) =>
      freeOf([
        ...facts
          .of("guarantee-contracts")
          .filter((record) => record.fields.status === "compensated" || (numberOf(record, "overdueDays") ?? 0) > 0),
        ...facts.of("guarantee-compensations"),
        ...facts.of("bankruptcies").filter(({ fields }) => fields.status === "open"),
      ]),
  }),
] as const;
