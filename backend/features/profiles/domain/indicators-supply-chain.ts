import { define, ENTRY, GROWTH, NEWEST, REGISTER, ratio, YEAR_SUM } from "./indicator.ts";
import { asCount, asFen, growth, newest, ofNewest, yearRatio, yearSum } from "./period-rules.ts";
import { amountIn, countIn, numberOf, type ProfileRecord, textOf } from "./profile-record.ts";
import { all, any, count, every, fromRegister, has, inForce, sumFen, textField } from "./register-rules.ts";

const licences = define("supply-chain", "business-licences", "supply");
const invoices = define("supply-chain", "invoices", "supply");
const partners = define("supply-chain", "invoice-partners", "supply");
const exports_ = define("supply-chain", "export-refunds", "supply");

const procurement = define("supply-chain", "government-procurement", "supply");
const bids = define("supply-chain", "bid-awards", "supply");
const trade = define("supply-chain", "import-export", "supply");
const customs = define("supply-chain", "customs-credit", "supply");

const SOLD = amountIn("issuedAmount");
const side = (wanted: string) => (record: ProfileRecord) => textOf(record, "side") === wanted;
/** The largest partner's share of a year's trade, in basis points. */
const largestShare = (taken: readonly ProfileRecord[]): number | null => {
  const shares = taken.flatMap((record) => numberOf(record, "sharePercent") ?? []);
  return shares.length === 0 ? null : Math.max(...shares) * 100;
};
const LARGEST = [
  "最近年度第一大对手的交易占比（CR1）；过旧或未载明则未知",
  "Share of the largest one in the newest year (concentration ratio CR1); unknown when that is too old or not told",
] as const;

/** Whom it trades with, and how much hangs on one of them. */
export const SUPPLY_INDICATORS = [
  licences(
    "tobaccoLicence",
    "flag",
    "烟草专卖零售许可",
    "Tobacco retail licence",
    REGISTER,
    fromRegister(all(has("status", "valid"), has("kind", "tobacco-retail"), inForce("validFrom", "validTo")), any),
  ),
  invoices("invoiced12mFen", "fen", "近12个月开票金额", "Invoices issued, 12 months", YEAR_SUM, yearSum(SOLD, asFen)),
  invoices("invoicedGrowthBps", "bps", "开票金额同比", "Invoices issued, growth", GROWTH, growth(SOLD)),
  invoices(
    "purchased12mFen",
    "fen",
    "近12个月取得发票金额",
    "Invoices received, 12 months",
    YEAR_SUM,
    yearSum(amountIn("receivedAmount"), asFen),
  ),
  invoices(
    "redShareBps",
    "bps",
    "红字发票占比",
    "Red invoices ÷ invoices issued",
    ratio("近12个月红字发票金额 ÷ 开票金额", "Red invoices ÷ invoices issued, last 12 months"),
    yearRatio(amountIn("redAmount"), SOLD),
  ),
  invoices("customers", "count", "下游客户数", "Customers", NEWEST, newest(countIn("customers"), asCount)),
  invoices("suppliers", "count", "上游供应商数", "Suppliers", NEWEST, newest(countIn("suppliers"), asCount)),
  partners(
    "largestCustomerBps",
    "bps",
    "第一大客户占比",
    "Share of the largest customer",
    LARGEST,
    ofNewest(side("customer"), largestShare),
  ),
  partners(
    "largestSupplierBps",
    "bps",
    "第一大供应商占比",
    "Share of the largest supplier",
    LARGEST,
    ofNewest(side("supplier"), largestShare),
  ),
  exports_(
    "exportSales12mFen",
    "fen",
    "近12个月出口销售额",
    "Export sales, 12 months",
    YEAR_SUM,
    yearSum(amountIn("exportSales"), asFen),
  ),
  trade(
    "exports12mFen",
    "fen",
    "近12个月出口货值",
    "Exports, 12 months",
    YEAR_SUM,
    yearSum(amountIn("exportValue"), asFen),
  ),
  customs("customsGrade", "code", "海关信用等级", "Customs credit grade", ENTRY, textField("grade")),
  procurement(
    "procurement24mFen",
    "fen",
    "近24个月政府采购合同额",
    "Government contracts, 24 months",
    REGISTER,
    fromRegister(every, sumFen("contractAmount"), { months: 24, on: "signedOn" }),
  ),
  bids(
    "bidsWon24m",
    "count",
    "近24个月中标次数",
    "Bids won, 24 months",
    REGISTER,
    fromRegister(every, count, { months: 24, on: "awardedOn" }),
  ),
];
