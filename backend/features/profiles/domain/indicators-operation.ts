import { ALL_PERIODS, define, GROWTH, NEWEST, ratio, YEAR_SUM, YEARLY_GROWTH } from "./indicator.ts";
import {
  asCount,
  asFen,
  evenness,
  growth,
  monthsWith,
  newest,
  newestField,
  openSum,
  yearRatio,
  yearSum,
} from "./period-rules.ts";
import { amountIn, countIn, fenOf } from "./profile-record.ts";

const electricity = define("operation", "electricity");
const reports = define("operation", "annual-reports");
const statements = define("operation", "financial-statements");
const KWH = countIn("consumptionKwh");

/**
 * How it runs: energy as the sign of activity that is hardest to invent, and the balance sheet. The ratios are those of
 * 《企业绩效评价标准值》 (Ministry of Finance): asset-liability ratio = liabilities ÷ assets, current ratio = current
 * assets ÷ current liabilities.
 */
export const OPERATION_INDICATORS = [
  electricity("electricityKwh12m", "kwh", "近12个月用电量", "Electricity, 12 months", YEAR_SUM, yearSum(KWH, asCount)),
  electricity("electricityGrowthBps", "bps", "用电量同比", "Electricity, growth", GROWTH, growth(KWH)),
  // Suppliers leave the column empty for a month that is paid; only when it is empty throughout is it unknown.
  electricity(
    "electricityOverdueFen",
    "fen",
    "欠缴电费",
    "Electricity overdue",
    ALL_PERIODS,
    openSum(amountIn("overdueAmount"), asFen),
  ),
  electricity(
    "electricityBilled12mFen",
    "fen",
    "近12个月电费",
    "Electricity billed, 12 months",
    YEAR_SUM,
    yearSum(amountIn("billedAmount"), asFen),
  ),
  electricity(
    "electricityEvennessBps",
    "bps",
    "用电平稳度",
    "Evenness of electricity",
    [
      "近12个月中最低月用电量 ÷ 月均用电量；不足九个月则未知",
      "Lowest of the last 12 months ÷ their mean; unknown below nine months",
    ],
    evenness(KWH),
  ),
  electricity(
    "activeMonths12m",
    "count",
    "近12个月有用电的月数",
    "Months with electricity, of 12",
    ["近12个月中用电量大于零的月数", "Months of the last 12 in which electricity was used"],
    monthsWith((record) => (KWH(record) ?? 0n) > 0n),
  ),
  reports(
    "reportedRevenueFen",
    "fen",
    "年报营业总收入",
    "Revenue, annual report",
    NEWEST,
    newest(amountIn("revenue"), asFen),
  ),
  reports(
    "reportedProfitFen",
    "fen",
    "年报净利润",
    "Net profit, annual report",
    NEWEST,
    newest(amountIn("netProfit"), asFen),
  ),
  reports(
    "reportedRevenueGrowthBps",
    "bps",
    "年报营业收入增长",
    "Revenue growth, annual report",
    YEARLY_GROWTH,
    growth(amountIn("revenue"), true),
  ),
  statements("assetsFen", "fen", "资产总计", "Total assets", NEWEST, newest(amountIn("assets"), asFen)),
  statements("liabilitiesFen", "fen", "负债合计", "Total liabilities", NEWEST, newest(amountIn("liabilities"), asFen)),
  statements(
    "debtRatioBps",
    "bps",
    "资产负债率",
    "Asset-liability ratio",
    ratio("最近一期负债合计 ÷ 资产总计", "Liabilities ÷ assets of the newest period"),
    newestField((record) => {
      const [assets, debts] = [fenOf(record, "assets"), fenOf(record, "liabilities")];
      return assets === null || debts === null || assets <= 0n ? null : Number((debts * 10_000n) / assets);
    }),
  ),
  statements(
    "currentRatioBps",
    "bps",
    "流动比率",
    "Current ratio",
    ratio("最近一期流动资产 ÷ 流动负债", "Current assets ÷ current liabilities of the newest period"),
    newestField((record) => {
      const [assets, debts] = [fenOf(record, "currentAssets"), fenOf(record, "currentLiabilities")];
      return assets === null || debts === null || debts <= 0n ? null : Number((assets * 10_000n) / debts);
    }),
  ),
  statements(
    "interestBurdenBps",
    "bps",
    "利息负担率",
    "Interest ÷ revenue",
    ratio("近12个月利息支出 ÷ 营业收入", "Interest expense ÷ revenue of the last 12 months"),
    yearRatio(amountIn("interestExpense"), amountIn("revenue")),
  ),
];
