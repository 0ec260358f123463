import type { Catalog } from "./catalog.ts";
import {
  amount,
  BY_NAME,
  boolean,
  catalogsOf,
  code,
  date,
  integer,
  negativeUntil,
  optional,
  PUBLIC,
  SENSITIVE,
  text,
  words,
  year,
} from "./fields.ts";

/* Money and orders from the public side, and debts that the city's guarantee company stands for. */

const finance = catalogsOf("finance");
const resources = catalogsOf("public-resources");
const guarantee = catalogsOf("guarantee");

const FINANCING_GUARANTEES = "《融资担保公司监督管理条例》";

export const PUBLIC_MONEY_CATALOGS: readonly Catalog[] = [
  finance(
    "fiscal-subsidies",
    "财政奖补资金信息",
    "Public grants",
    "operation",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国预算法》",
      updateFrequency: "quarterly",
      key: ["paymentNo"],
      periodField: "year",
    },
    [
      text("paymentNo", "拨付凭证号", "Payment number", ["支付凭证号", "资金拨付编号"]),
      year("资金年度", ["年度"]),
      text("programme", "资金名称", "Programme", ["奖补项目", "专项资金名称"]),
      amount("amount", "拨付金额", "Amount", ["奖补金额", "资金金额"]),
      date("paidOn", "拨付日期", "Paid on", ["支付日期"]),
    ],
  ),
  finance(
    "government-procurement",
    "政府采购合同信息",
    "Government procurement",
    "supply-chain",
    { ...PUBLIC, legalBasis: "《中华人民共和国政府采购法》", updateFrequency: "weekly", key: ["contractNo"] },
    [
      text("contractNo", "采购合同编号", "Contract number", ["合同编号", "政府采购合同编号"]),
      text("buyer", "采购人", "Buyer", ["采购单位"]),
      text("projectName", "采购项目名称", "Project", ["项目名称"]),
      amount("contractAmount", "合同金额", "Contract amount", ["中标金额", "成交金额"]),
      amount("paidAmount", "已支付金额", "Paid", ["累计支付金额"], optional),
      date("signedOn", "合同签订日期", "Signed on", ["签订日期"]),
      code("performance", "履约评价", "Performance", ["履约情况"], {
        required: false,
        ...words({ good: "优 优秀 良好", fair: "合格 一般", bad: "差 不合格" }),
      }),
    ],
  ),
  resources(
    "bid-awards",
    "公共资源交易中标信息",
    "Bids won",
    "supply-chain",
    { ...PUBLIC, ...BY_NAME, legalBasis: "《中华人民共和国招标投标法》", updateFrequency: "daily", key: ["sectionNo"] },
    [
      text("sectionNo", "标段编号", "Section number", ["标段(包)编号", "招标编号"]),
      text("projectName", "项目名称", "Project", ["招标项目名称", "标段名称"]),
      text("tenderer", "招标人", "Tenderer", ["招标单位"], optional),
      amount("awardAmount", "中标金额", "Award", ["中标价", "中标价格"], { unit: "wanyuan" }),
      date("awardedOn", "中标日期", "Awarded on", ["中标通知书日期", "公示日期"]),
    ],
  ),
  guarantee(
    "guarantee-contracts",
    "融资担保业务信息",
    "Guarantees",
    "justice",
    { ...SENSITIVE, legalBasis: FINANCING_GUARANTEES, key: ["contractNo"], sourceTime: true },
    [
      text("contractNo", "担保合同编号", "Contract number", ["合同编号", "委托保证合同编号"]),
      text("lender", "贷款银行", "Lender", ["债权人", "合作银行"]),
      amount("guaranteedAmount", "担保金额", "Amount guaranteed", ["担保额"], { unit: "wanyuan" }),
      amount("outstanding", "在保余额", "Outstanding", ["担保余额"], { unit: "wanyuan" }),
      date("startsOn", "担保起始日", "Starts on", ["放款日期", "起始日期"]),
      date("endsOn", "担保到期日", "Ends on", ["到期日期"]),
      integer("overdueDays", "逾期天数", "Days overdue", ["最长逾期天数"], { required: false, min: 0, max: 10_000 }),
      boolean("counterGuarantee", "是否有反担保", "Counter-guarantee", ["反担保"], optional),
      code(
        "status",
        "担保状态",
        "Status",
        ["状态"],
        words({ live: "在保 正常", released: "解保 已解除", compensated: "代偿 已代偿" }),
      ),
    ],
  ),
  guarantee(
    "guarantee-compensations",
    "担保代偿追偿信息",
    "Guarantees called",
    "justice",
    { ...SENSITIVE, legalBasis: FINANCING_GUARANTEES, key: ["compensationNo"], ...negativeUntil("settledOn") },
    [
      text("compensationNo", "代偿编号", "Compensation number", ["代偿业务编号"]),
      text("contractNo", "担保合同编号", "Contract number", ["合同编号"]),
      amount("amount", "代偿金额", "Amount paid for it", ["代偿额"], { unit: "wanyuan" }),
      amount("recovered", "已追偿金额", "Recovered", ["追偿金额"], { required: false, unit: "wanyuan" }),
      date("paidOn", "代偿日期", "Paid on", ["代偿时间"]),
      date("settledOn", "追偿结清日期", "Settled on", ["结清日期"], optional),
    ],
  ),
];
