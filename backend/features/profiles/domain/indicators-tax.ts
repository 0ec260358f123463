import { ALL_PERIODS, define, GROWTH, NEWEST, ratio, YEAR_SUM, YEARLY_GROWTH } from "./indicator.ts";
import { asFen, growth, monthsWith, newest, newestField, openSum, yearRatio, yearSum } from "./period-rules.ts";
import { amountIn, numberOf, textOf } from "./profile-record.ts";
import { fromRegister, sumFen } from "./register-rules.ts";

const tax = define("tax", "tax-payments");
const grades = define("tax", "tax-credit-grades");
const vat = define("tax", "vat-declarations");
const income = define("tax", "corporate-income-tax");
const arrears = define("tax", "tax-arrears");

const REVENUE = amountIn("declaredRevenue");
const PAID = amountIn("taxPaid");

/** What it declares and pays. Grades are those of 《纳税缴费信用管理办法》: A, B, M, C, D. */
export const TAX_INDICATORS = [
  tax("paid12mFen", "fen", "近12个月实缴税额", "Tax paid, 12 months", YEAR_SUM, yearSum(PAID, asFen)),
  tax("revenue12mFen", "fen", "近12个月申报收入", "Declared revenue, 12 months", YEAR_SUM, yearSum(REVENUE, asFen)),
  tax("revenueGrowthBps", "bps", "申报收入同比", "Declared revenue, growth", GROWTH, growth(REVENUE)),
  grades(
    "creditGrade",
    "code",
    "纳税信用等级",
    "Tax credit grade",
    ["最近评价年度的等级；过旧则未知", "Grade of the newest year assessed; unknown when that is too old"],
    newestField((record) => textOf(record, "grade")),
  ),
  tax("unpaidFen", "fen", "欠缴税额", "Tax unpaid", ALL_PERIODS, openSum(amountIn("taxUnpaid"), asFen)),
  tax("paidGrowthBps", "bps", "实缴税额同比", "Tax paid, growth", GROWTH, growth(PAID)),
  tax(
    "burdenBps",
    "bps",
    "税负率",
    "Tax burden",
    ratio("近12个月实缴税额 ÷ 申报营业收入", "Tax paid ÷ declared revenue of the last 12 months"),
    yearRatio(PAID, REVENUE),
  ),
  tax(
    "paidShareBps",
    "bps",
    "应纳税额入库率",
    "Share of tax payable that was paid",
    ratio("近12个月实缴税额 ÷ 应纳税额", "Tax paid ÷ tax payable of the last 12 months"),
    yearRatio(PAID, amountIn("taxPayable")),
  ),
  grades(
    "creditScore",
    "count",
    "纳税信用得分",
    "Tax credit points",
    NEWEST,
    newestField((record) => numberOf(record, "score")),
  ),
  vat(
    "vatSales12mFen",
    "fen",
    "近12个月增值税应税销售额",
    "Taxable sales, 12 months",
    YEAR_SUM,
    yearSum(amountIn("taxableSales"), asFen),
  ),
  vat("vatSalesGrowthBps", "bps", "应税销售额同比", "Taxable sales, growth", GROWTH, growth(amountIn("taxableSales"))),
  vat(
    "vatOnTimeMonths12m",
    "count",
    "近12个月按期申报次数",
    "Declarations in time, of 12 months",
    ["近12个月中按期申报的期数", "Periods of the last 12 months that were declared in time"],
    monthsWith(({ fields }) => fields.onTime === true),
  ),
  income("taxableIncomeFen", "fen", "应纳税所得额", "Taxable income", NEWEST, newest(amountIn("taxableIncome"), asFen)),
  income(
    "incomeRevenueGrowthBps",
    "bps",
    "汇算营业收入增长",
    "Revenue growth, yearly settlement",
    YEARLY_GROWTH,
    growth(amountIn("revenue"), true),
  ),
  arrears(
    "announcedArrearsFen",
    "fen",
    "公告欠税余额",
    "Tax arrears announced",
    [
      "公告后未清欠的余额合计；已归集而无公告即为零",
      "Balances announced and not cleared; no announcement in a received register means zero",
    ],
    fromRegister((record) => textOf(record, "clearedOn") === null, sumFen("arrears")),
  ),
];
