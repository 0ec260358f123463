import type { IndicatorView } from "../profile-schemas.ts";

type Bilingual = IndicatorView["name"];

/** What an indicator is, without an enterprise: for the profile, for rules that use it and for those who read it. */
export interface Indicator {
  readonly id: string;
  readonly group: IndicatorView["group"];
  readonly name: Bilingual;
  readonly unit: IndicatorView["unit"];
  readonly catalogId: string;
  /** How it is worked out, and when it is unknown. */
  readonly description: Bilingual;
}

const define =
  (group: Indicator["group"], catalogId: string) =>
  (name: string, unit: Indicator["unit"], zh: string, en: string, how: readonly [string, string]): Indicator => ({
    id: `${group}.${name}`,
    group,
    name: { zh, en },
    unit,
    catalogId,
    description: { zh: how[0], en: how[1] },
  });

const registration = define("identity", "business-registration");
const electricity = define("operation", "electricity");
const tax = define("tax", "tax-payments");
const grades = define("tax", "tax-credit-grades");
const insured = define("people", "social-security");
const fund = define("people", "provident-fund");
const estate = define("assets", "real-estate");
const vehicles = define("assets", "vehicles");
const court = define("justice", "court-judgments");
const penalties = define("justice", "administrative-penalties");
const patents = define("innovation", "patents");
const highTech = define("innovation", "business-licences");
const supply = define("supply", "business-licences");
const licences = define("licences", "business-licences");

const REGISTERED = ["取自市场主体登记", "From the business registration"] as const;
const YEAR_SUM = [
  "截至最近一期的12个月合计；最近一期过旧则未知",
  "Sum of the 12 months up to the newest period; unknown when that is too old",
] as const;
const GROWTH = [
  "近12个月与上一年同月（季）相比；可比的月（季）不足四分之三则未知",
  "The last 12 months against the same months (quarters) a year before; unknown when fewer than three quarters of them can be compared",
] as const;
const ALL_PERIODS = ["各所属期未清部分合计", "What is still open, summed over all periods"] as const;
const NEWEST = ["最近一期；过旧则未知", "The newest period; unknown when it is too old"] as const;
const REGISTER = [
  "全市登记簿：已归集而无记录即为零，未归集则未知",
  "A register of the whole city: no entry means zero once it was received, unknown before",
] as const;

/** Every indicator, in the order in which a profile shows them. */
export const INDICATORS: readonly Indicator[] = [
  registration("status", "code", "登记状态", "Registration status", REGISTERED),
  registration("ageMonths", "months", "成立月数", "Age", [
    "成立日期至今的整月数",
    "Whole months since it was established",
  ]),
  registration("districtCode", "code", "所属区县", "District", REGISTERED),
  registration("industryCode", "code", "行业代码", "Industry code", REGISTERED),
  registration("registeredCapitalFen", "fen", "注册资本", "Registered capital", REGISTERED),

  electricity("electricityKwh12m", "kwh", "近12个月用电量", "Electricity, 12 months", YEAR_SUM),
  electricity("electricityGrowthBps", "bps", "用电量同比", "Electricity, growth", GROWTH),
  electricity("electricityOverdueFen", "fen", "欠缴电费", "Electricity overdue", ALL_PERIODS),

  tax("paid12mFen", "fen", "近12个月实缴税额", "Tax paid, 12 months", YEAR_SUM),
  tax("revenue12mFen", "fen", "近12个月申报收入", "Declared revenue, 12 months", YEAR_SUM),
  tax("revenueGrowthBps", "bps", "申报收入同比", "Declared revenue, growth", GROWTH),
  grades("creditGrade", "code", "纳税信用等级", "Tax credit grade", [
    "最近评价年度的等级；两年以上未评价则未知",
    "Grade of the newest year assessed; unknown when not assessed for two years",
  ]),
  tax("unpaidFen", "fen", "欠缴税额", "Tax unpaid", ALL_PERIODS),

  insured("insuredCount", "count", "参保人数", "People insured", NEWEST),
  insured("insuredGrowthBps", "bps", "参保人数同比", "People insured, growth", GROWTH),
  fund("fundMonths12m", "count", "近12个月公积金缴存月数", "Months of provident fund paid, of 12", [
    "近12个月中实际缴存的月数",
    "Months of the last 12 in which money was paid in",
  ]),
  fund("fundContributors", "count", "公积金缴存人数", "Provident fund contributors", NEWEST),

  estate("realEstateCount", "count", "不动产数量", "Real estate", REGISTER),
  estate("realEstateAreaSqm", "sqm", "不动产面积", "Real estate, floor area", REGISTER),
  estate("mortgagedCount", "count", "已抵押不动产数量", "Real estate mortgaged", REGISTER),
  vehicles("vehicleCount", "count", "机动车数量", "Vehicles", [
    "未报废的车辆；全市登记簿：已归集而无记录即为零，未归集则未知",
    "Those not scrapped. A register of the whole city: no entry means zero once it was received, unknown before",
  ]),

  court("openJudgments", "count", "未结涉诉被告案件", "Open cases as the defendant", REGISTER),
  court("judgmentAmountFen", "fen", "未结涉诉被告金额", "Amount of open cases as the defendant", REGISTER),
  penalties("penalties24m", "count", "近24个月行政处罚", "Penalties, 24 months", REGISTER),
  penalties("finesFen24m", "fen", "近24个月罚款金额", "Fines, 24 months", REGISTER),

  patents("patentCount", "count", "有效专利", "Patents in force", REGISTER),
  patents("inventionCount", "count", "有效发明专利", "Invention patents in force", REGISTER),
  highTech("highTech", "flag", "高新技术企业", "High-tech enterprise", REGISTER),

  supply("tobaccoLicence", "flag", "烟草专卖零售许可", "Tobacco retail licence", REGISTER),
  licences("validCount", "count", "有效证照", "Licences in force", REGISTER),
];
