import { ALL_PERIODS, define, GROWTH, NEWEST, REGISTER, YEAR_SUM } from "./indicator.ts";
import { asCount, asFen, growth, monthsWith, newest, openSum, yearSum } from "./period-rules.ts";
import { amountIn, countIn, fenOf, textOf } from "./profile-record.ts";
import { any, count, every, fromRegister } from "./register-rules.ts";

const insured = define("people", "social-security");
const fund = define("people", "provident-fund");
const wages = define("people", "wage-arrears");
const disputes = define("people", "labour-arbitrations");
const talents = define("people", "talents");

const INSURED = countIn("insuredCount");

/** Whom it employs, and whether they get what they are owed. Only numbers: no attribute of any person is used. */
export const PEOPLE_INDICATORS = [
  insured("insuredCount", "count", "参保人数", "People insured", NEWEST, newest(INSURED, asCount)),
  insured("insuredGrowthBps", "bps", "参保人数同比", "People insured, growth", GROWTH, growth(INSURED)),
  fund(
    "fundMonths12m",
    "count",
    "近12个月公积金缴存月数",
    "Months of provident fund paid, of 12",
    ["近12个月中实际缴存的月数", "Months of the last 12 in which money was paid in"],
    // A month counts as paid when money came in, whatever number of people was declared.
    monthsWith((record) => (fenOf(record, "paidAmount") ?? 0n) > 0n),
  ),
  fund(
    "fundContributors",
    "count",
    "公积金缴存人数",
    "Provident fund contributors",
    NEWEST,
    newest(countIn("contributors"), asCount),
  ),
  insured(
    "socialPaid12mFen",
    "fen",
    "近12个月社保实缴",
    "Social security paid, 12 months",
    YEAR_SUM,
    yearSum(amountIn("paidAmount"), asFen),
  ),
  insured(
    "socialOwedFen",
    "fen",
    "欠缴社保",
    "Social security owed",
    ALL_PERIODS,
    openSum(amountIn("owedAmount"), asFen),
  ),
  fund(
    "fundPaid12mFen",
    "fen",
    "近12个月公积金缴存额",
    "Provident fund paid, 12 months",
    YEAR_SUM,
    yearSum(amountIn("paidAmount"), asFen),
  ),
  wages(
    "wageArrearsListed",
    "flag",
    "在拖欠农民工工资名单",
    "On the list of wage arrears",
    REGISTER,
    fromRegister((record) => textOf(record, "removedOn") === null, any),
  ),
  disputes(
    "labourDisputes24m",
    "count",
    "近24个月劳动仲裁",
    "Labour arbitrations, 24 months",
    REGISTER,
    fromRegister(every, count, { months: 24, on: "filedOn" }),
  ),
  talents("talentCount", "count", "专业技术人才", "Certified specialists", REGISTER, fromRegister(every, count)),
];
