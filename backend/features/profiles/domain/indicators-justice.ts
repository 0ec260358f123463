import { define, REGISTER } from "./indicator.ts";
import { textOf } from "./profile-record.ts";
import { all, any, type Counts, count, every, fromRegister, has, hasNot, sumFen } from "./register-rules.ts";

const court = define("justice", "court-judgments");
const penalties = define("justice", "administrative-penalties");
const enforcement = define("justice", "enforcement-cases");
const dishonest = define("justice", "dishonest-debtors");
const serious = define("justice", "serious-violations");
const joint = define("justice", "joint-punishments");
const taxViolations = define("justice", "tax-violations");
const honours = define("justice", "credit-red-list");

const guarantees = define("justice", "guarantee-contracts");
const called = define("justice", "guarantee-compensations");

/** Whoever sues isn't in trouble for it: only cases against the enterprise count. */
const against = hasNot("role", "plaintiff", "third-party");
const openAgainst = all(has("status", "open"), against);
const listed: Counts = (record) => textOf(record, "removedOn") === null;
const LISTED = [
  "列入后未移出；已归集而无记录即为否",
  "Listed and not removed; no entry in a received register means no",
] as const;

/** Where it stands with courts and authorities. */
export const JUSTICE_INDICATORS = [
  court(
    "openJudgments",
    "count",
    "未结涉诉被告案件",
    "Open cases as the defendant",
    REGISTER,
    fromRegister(openAgainst, count),
  ),
  court(
    "judgmentAmountFen",
    "fen",
    "未结涉诉被告金额",
    "Amount of open cases as the defendant",
    REGISTER,
    fromRegister(openAgainst, sumFen("amount")),
  ),
  penalties(
    "penalties24m",
    "count",
    "近24个月行政处罚",
    "Penalties, 24 months",
    REGISTER,
    fromRegister(every, count, { months: 24, on: "decidedOn" }),
  ),
  penalties(
    "finesFen24m",
    "fen",
    "近24个月罚款金额",
    "Fines, 24 months",
    REGISTER,
    fromRegister(every, sumFen("fineAmount"), { months: 24, on: "decidedOn" }),
  ),
  court(
    "casesFiled24m",
    "count",
    "近24个月被诉案件",
    "Cases filed against it, 24 months",
    REGISTER,
    fromRegister(against, count, { months: 24, on: "filedOn" }),
  ),
  enforcement(
    "enforcementOutstandingFen",
    "fen",
    "未履行执行标的",
    "Enforcement outstanding",
    [
      "未结执行案件的未履行金额；未载明时按执行标的",
      "Of cases not closed: what is outstanding, or the whole amount where that isn't told",
    ],
    fromRegister(
      (record) => textOf(record, "closedOn") === null,
      (taken) => {
        const amounts = taken.map(({ fields }) => String(fields.outstanding ?? fields.amount ?? "0"));
        return amounts.reduce((sum, fen) => sum + (/^-?\d{1,20}$/.test(fen) ? BigInt(fen) : 0n), 0n).toString();
      },
    ),
  ),
  dishonest("dishonestListed", "flag", "失信被执行人", "Dishonest debtor", LISTED, fromRegister(listed, any)),
  serious(
    "seriousListed",
    "flag",
    "严重违法失信名单",
    "On the list of serious violations",
    LISTED,
    fromRegister(listed, any),
  ),
  joint("jointPunishments", "count", "联合惩戒", "Joint punishments in force", LISTED, fromRegister(listed, count)),
  taxViolations(
    "taxViolations36m",
    "count",
    "近36个月税收违法",
    "Tax violations, 36 months",
    REGISTER,
    fromRegister(every, count, { months: 36, on: "decidedOn" }),
  ),
  honours(
    "honours",
    "count",
    "守信激励名单",
    "Lists of honour",
    [
      "各年度各部门守信名单的入选次数；授权期间截断时未知",
      "Times on a list of honour; unknown when the consent cuts the period",
    ],
    fromRegister(every, count),
  ),
  guarantees(
    "guaranteesOutstandingFen",
    "fen",
    "在保余额",
    "Guarantees outstanding",
    [
      "在保合同的余额合计；已归集而无合同即为零",
      "Of contracts that are live; no contract in a received register means zero",
    ],
    fromRegister(has("status", "live"), sumFen("outstanding")),
  ),
  called(
    "guaranteesCalled",
    "count",
    "未结清担保代偿",
    "Guarantees called and not settled",
    REGISTER,
    fromRegister((record) => textOf(record, "settledOn") === null, count),
  ),
];
