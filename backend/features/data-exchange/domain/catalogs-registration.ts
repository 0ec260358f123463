import type { Catalog } from "./catalog.ts";
import {
  amount,
  BY_NUMBER_OR_NAME,
  boolean,
  catalogsOf,
  code,
  date,
  decimal,
  integer,
  negativeUntil,
  optional,
  PUBLIC,
  personId,
  SENSITIVE,
  text,
  words,
  year,
} from "./fields.ts";

/* What the market regulator knows of an enterprise beside its registration: changes, reports, owners, lists. */

const market = catalogsOf("market-regulation");
const REGISTRATION = "《中华人民共和国市场主体登记管理条例》";
const PUBLICITY = "《企业信息公示暂行条例》";

export const REGISTRATION_CATALOGS: readonly Catalog[] = [
  market(
    "registration-changes",
    "变更登记信息",
    "Changes of registration",
    "identity",
    { ...PUBLIC, legalBasis: REGISTRATION, updateFrequency: "daily", key: ["uscc", "item", "changedOn"] },
    [
      code("item", "变更事项", "Item changed", ["变更项目", "变更内容"], {
        ...words({
          name: "名称变更 企业名称变更",
          "legal-representative": "法定代表人变更 负责人变更",
          capital: "注册资本变更 出资额变更",
          address: "住所变更 经营场所变更",
          scope: "经营范围变更",
          shareholders: "股东变更 投资人变更",
          type: "企业类型变更",
        }),
      }),
      text("before", "变更前", "Before", ["变更前内容", "原内容"], optional),
      text("after", "变更后", "After", ["变更后内容", "现内容"], optional),
      date("changedOn", "变更日期", "Changed on", ["核准变更日期", "变更时间", "核准日期"]),
    ],
  ),
  market(
    "annual-reports",
    "企业年度报告信息",
    "Annual reports",
    "operation",
    { legalBasis: PUBLICITY, updateFrequency: "yearly", key: ["uscc", "year"], periodField: "year" },
    [
      year("年报年度", ["报告年度", "年度"]),
      date("reportedOn", "报送日期", "Reported on", ["年报日期", "报送时间"]),
      integer("employees", "从业人数", "Employees", ["从业人员数", "职工人数"], { required: false, min: 0 }),
      amount("assets", "资产总额", "Total assets", ["总资产"], optional),
      amount("liabilities", "负债总额", "Total liabilities", ["总负债"], optional),
      amount("revenue", "营业总收入", "Revenue", ["营业收入", "销售总额"], optional),
      amount("netProfit", "净利润", "Net profit", ["税后利润"], optional),
      amount("taxTotal", "纳税总额", "Tax total", [], optional),
      boolean("publicGuarantees", "是否对外担保", "Guarantees for others", ["对外提供保证担保"], optional),
      boolean("website", "是否有网站或网店", "Website or shop", ["有无网站"], optional),
    ],
  ),
  market(
    "abnormal-operations",
    "经营异常名录信息",
    "List of abnormal operations",
    "justice",
    {
      ...PUBLIC,
      legalBasis: "《企业经营异常名录管理暂行办法》",
      updateFrequency: "weekly",
      key: ["uscc", "listedOn"],
      ...negativeUntil("removedOn"),
      sourceTime: true,
    },
    [
      code("reason", "列入原因", "Reason", ["列入经营异常名录原因", "异常原因"], {
        ...words({
          "no-report": "未按期公示年报 未依照规定公示年度报告",
          "not-at-address": "登记住所无法联系 通过登记的住所或者经营场所无法联系",
          "false-information": "公示信息隐瞒真实情况弄虚作假 公示信息弄虚作假",
          "no-disclosure": "未按期公示应公示信息",
        }),
      }),
      date("listedOn", "列入日期", "Listed on", ["列入时间", "列入异常名录日期"]),
      date("removedOn", "移出日期", "Removed on", ["移出时间"], optional),
      text("authority", "作出决定机关", "Authority", ["列入机关"], optional),
    ],
  ),
  market(
    "serious-violations",
    "严重违法失信名单信息",
    "List of serious violations",
    "justice",
    {
      ...PUBLIC,
      legalBasis: "《市场监督管理严重违法失信名单管理办法》",
      updateFrequency: "weekly",
      key: ["uscc", "listedOn"],
      ...negativeUntil("removedOn"),
    },
    [
      text("reason", "列入事由", "Reason", ["列入严重违法失信名单原因", "列入原因"]),
      date("listedOn", "列入日期", "Listed on", ["列入时间"]),
      date("removedOn", "移出日期", "Removed on", ["移出时间"], optional),
      text("authority", "列入决定机关", "Authority", ["作出决定机关"], optional),
    ],
  ),
  market(
    "shareholders",
    "股东及出资信息",
    "Shareholders",
    "identity",
    { ...SENSITIVE, legalBasis: "《中华人民共和国公司法》", updateFrequency: "weekly", key: ["uscc", "shareholderNo"] },
    [
      integer("shareholderNo", "股东序号", "Shareholder's number", ["股东编号"], { min: 1, max: 500 }),
      text("shareholderName", "股东名称", "Shareholder", ["股东姓名", "投资人", "出资人名称"]),
      code("shareholderKind", "股东类型", "Kind", ["投资人类型", "出资人类型"], {
        ...words({ person: "自然人 自然人股东 个人", enterprise: "企业法人 法人股东 法人", state: "国有资产管理机构" }),
      }),
      personId("personId", "证件号码", "Identity number", ["身份证号", "公民身份号码", "身份证号码"], optional),
      text("shareholderUscc", "股东统一社会信用代码", "Shareholder's code", ["法人股东代码"], {
        required: false,
        maxLength: 18,
      }),
      amount("subscribed", "认缴出资额", "Capital subscribed", ["认缴额"], { unit: "wanyuan" }),
      amount("paidIn", "实缴出资额", "Capital paid in", ["实缴额"], { required: false, unit: "wanyuan" }),
      decimal("sharePercent", "持股比例", "Share (%)", ["出资比例", "持股比例(%)", "出资比例(%)"], {
        min: 0,
        max: 100,
      }),
      date("subscribedOn", "认缴出资日期", "Subscribed on", ["认缴日期"], optional),
    ],
  ),
  market(
    "key-personnel",
    "主要人员信息",
    "Key personnel",
    "identity",
    { ...SENSITIVE, legalBasis: REGISTRATION, updateFrequency: "weekly", key: ["uscc", "personId", "position"] },
    [
      text("personName", "姓名", "Name of the person", ["人员姓名"]),
      personId("personId", "证件号码", "Identity number", ["身份证号", "公民身份号码", "身份证号码"]),
      code("position", "职务", "Position", ["任职", "职位"], {
        ...words({
          "legal-representative": "法定代表人 负责人 经营者",
          "executive-director": "执行董事 董事长",
          director: "董事",
          manager: "经理 总经理",
          supervisor: "监事",
        }),
      }),
      date("appointedOn", "任职日期", "Appointed on", ["任职起始日期"], optional),
    ],
  ),
  market(
    "equity-pledges",
    "股权出质登记信息",
    "Equity pledges",
    "assets",
    { ...PUBLIC, legalBasis: "《股权出质登记办法》", updateFrequency: "weekly", key: ["pledgeNo"], sourceTime: true },
    [
      text("pledgeNo", "质权登记编号", "Pledge number", ["登记编号", "出质登记编号"]),
      text("pledgor", "出质人", "Pledgor", ["出质人名称"]),
      text("pledgee", "质权人", "Pledgee", ["质权人名称"]),
      amount("pledgedCapital", "出质股权数额", "Capital pledged", ["出质数额"], { unit: "wanyuan" }),
      date("registeredOn", "出质登记日期", "Registered on", ["登记日期", "设立登记日期"]),
      code("status", "出质状态", "Pledge status", ["状态"], words({ valid: "有效", cancelled: "无效 注销 撤销" })),
    ],
  ),
  market(
    "chattel-mortgages",
    "动产抵押登记信息",
    "Chattel mortgages",
    "assets",
    {
      ...PUBLIC,
      ...BY_NUMBER_OR_NAME,
      legalBasis: "《中华人民共和国民法典》",
      updateFrequency: "weekly",
      key: ["mortgageNo"],
    },
    [
      text("mortgageNo", "抵押登记编号", "Mortgage number", ["登记编号", "动产抵押登记书编号"]),
      text("collateral", "抵押物", "Collateral", ["抵押物概况", "抵押财产"], optional),
      text("mortgagee", "抵押权人", "Mortgagee", ["抵押权人名称"]),
      amount("securedAmount", "被担保债权数额", "Debt secured", ["担保债权数额", "被担保主债权数额"], {
        unit: "wanyuan",
      }),
      date("registeredOn", "抵押登记日期", "Registered on", ["登记日期"]),
      date("debtUntil", "债务履行期限止", "Debt due on", ["履行期限止"], optional),
      code("status", "抵押登记状态", "Mortgage status", ["状态"], words({ valid: "有效", cancelled: "注销 无效" })),
    ],
  ),
];
