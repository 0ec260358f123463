import type { Field } from "../../backend/features/data-exchange/domain/catalog.ts";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";

export type DateForm = "iso" | "slash" | "compact" | "chinese" | "mixed" | "cell";

/** How a department writes a column. */
export type Style =
  | "text"
  | "uscc"
  | "code"
  | "integer"
  | "decimal"
  | "yuan"
  | "wanyuan"
  | "serial"
  | `date:${DateForm}`
  | `month:${Exclude<DateForm, "mixed" | "cell">}`;

export interface LayoutColumn {
  readonly heading: string;
  /** The name in the true row; empty for a running number or a remark. */
  readonly from: string;
  readonly style: Style;
  readonly optional: boolean;
  /** The catalog's field; none for a running number or a remark. */
  readonly field?: Field | undefined;
  /** The department's word for each value; where absent, the true row holds the words. */
  readonly words?: Readonly<Record<string, string>> | undefined;
}

export type Format =
  | "csv-utf8"
  | "csv-utf8-bom"
  | "csv-gb18030"
  | "tsv-utf8"
  | "tsv-gb18030"
  | "csv-zip"
  | "xlsx"
  | "ndjson";

/** One department's file as it has always been made: nobody asked the receiver what the headings are. */
export interface Layout {
  readonly catalogId: string;
  readonly departmentCode: string;
  readonly fileName: string;
  readonly format: Format;
  /** Lines above the table. */
  readonly titles: readonly string[];
  readonly columns: readonly LayoutColumn[];
}

const fieldOf = (catalogId: string, name: string): Field | undefined =>
  standardCatalog(catalogId).fields.find((field) => field.name === name);

/** "heading = field : style", with "?" after the heading where the department may leave the cell empty. */
function columns(catalogId: string, lines: string): LayoutColumn[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [, heading, mark, from, style] = /^\s*(.+?)(\?)? = (\w*) : (\S+)$/.exec(line)!;
      const field = fieldOf(catalogId, from!);
      return { heading: heading!, from: from!, style: style as Style, optional: mark !== undefined, field };
    });
}

const layout = (
  catalogId: string,
  departmentCode: string,
  fileName: string,
  format: Format,
  lines: string,
  titles: readonly string[] = [],
): Layout => ({ catalogId, departmentCode, fileName, format, titles, columns: columns(catalogId, lines) });

/** The files of the first twelve catalogs, to the last heading as their offices have made them for years. */
export const HANDMADE_LAYOUTS: readonly Layout[] = [
  layout(
    "business-registration",
    "market-regulation",
    "市场主体登记信息",
    "csv-utf8-bom",
    `
    统一社会信用代码 = uscc : uscc
    市场主体名称 = name : text
    市场主体类型 = enterpriseType : code
    登记状态 = status : code
    成立日期 = establishedOn : date:iso
    注册资本（万元） = registeredCapital : wanyuan
    行政区划 = districtCode : code
    行业代码 = industryCode : text
    行业名称? = industryName : text
    法定代表人（负责人） = legalRepresentative : text
    划型? = scale : code
    住所? = address : text
    注册号? = registrationNumber : text
    更新日期? = sourceUpdatedOn : date:iso`,
  ),
  layout(
    "business-licences",
    "market-regulation",
    "电子证照清单",
    "xlsx",
    `
    序号? =  : serial
    统一社会信用代码 = uscc : uscc
    企业名称? = enterpriseName : text
    证照名称 = kind : code
    证书编号 = licenceNo : text
    发证机关? = issuer : text
    有效期自 = validFrom : date:chinese
    有效期至? = validTo : date:chinese
    状态 = status : code`,
    ["玉溪市电子证照归集清单"],
  ),
  layout(
    "tax-payments",
    "taxation",
    "纳税申报缴纳",
    "csv-gb18030",
    `
    纳税人识别号 = uscc : uscc
    纳税人名称? = enterpriseName : text
    所属期止 = period : month:compact
    申报营业收入(元) = declaredRevenue : yuan
    应纳税额(元) = taxPayable : yuan
    实缴税额(元) = taxPaid : yuan
    欠税余额(元) = taxUnpaid : yuan`,
  ),
  layout(
    "tax-credit-grades",
    "taxation",
    "纳税信用评价结果",
    "xlsx",
    `
    纳税人识别号 = uscc : uscc
    纳税人名称? = enterpriseName : text
    评价年度 = year : integer
    评价结果 = grade : code
    得分? = score : integer`,
  ),
  layout(
    "social-security",
    "human-resources",
    "单位参保缴费",
    "csv-utf8-bom",
    `
    单位统一社会信用代码 = uscc : uscc
    单位名称? = enterpriseName : text
    费款所属期 = month : month:compact
    参保人数 = insuredCount : integer
    实缴金额（元） = paidAmount : yuan
    欠费金额（元）? = owedAmount : yuan`,
  ),
  layout(
    "provident-fund",
    "provident-fund",
    "单位汇缴明细",
    "xlsx",
    `
    单位公积金账号? = accountNo : text
    缴存单位? = enterpriseName : text
    社会信用代码 = uscc : uscc
    汇缴年月 = month : month:chinese
    缴存人数 = contributors : integer
    汇缴金额 = paidAmount : wanyuan`,
    ["住房公积金单位汇缴明细表", "单位：万元"],
  ),
  layout(
    "electricity",
    "power-supply",
    "企业用电量",
    "ndjson",
    `
    用户编号 = accountNo : text
    户名? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    电费年月 = month : month:iso
    用电量(kWh) = consumptionKwh : integer
    应收电费 = billedAmount : yuan
    欠费? = overdueAmount : yuan`,
  ),
  layout(
    "court-judgments",
    "court",
    "司法裁判执行",
    "csv-gb18030",
    `
    案号 = caseNo : text
    当事人名称? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    案由? = cause : text
    诉讼地位 = role : code
    标的额（万元） = amount : wanyuan
    案件状态 = status : code
    立案日期 = filedOn : date:slash
    结案日期? = closedOn : date:slash
    更新日期? = sourceUpdatedOn : date:slash`,
  ),
  layout(
    "real-estate",
    "natural-resources",
    "不动产登记",
    "xlsx",
    `
    序号? =  : serial
    权利人? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    不动产权证书号 = certificateNo : text
    规划用途? = usage : code
    建筑面积（㎡） = areaSqm : decimal
    抵押状态 = mortgaged : code
    登簿日期 = registeredOn : date:cell
    坐落? = location : text`,
  ),
  layout(
    "vehicles",
    "public-security",
    "机动车登记",
    "csv-gb18030",
    `
    号牌号码 = plate : text
    所有人? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    车辆类型 = vehicleType : code
    初次登记日期 = registeredOn : date:compact
    机动车状态 = status : code`,
  ),
  layout(
    "administrative-penalties",
    "market-regulation",
    "行政处罚公示",
    "csv-utf8-bom",
    `
    行政处罚决定书文号 = decisionNo : text
    当事人名称? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    违法行为类型? = violation : text
    处罚类别 = penaltyKind : code
    罚款金额（元）? = fineAmount : yuan
    处罚决定日期 = decidedOn : date:mixed
    处罚机关? = authority : text
    备注? =  : text`,
  ),
  layout(
    "patents",
    "market-regulation",
    "授权专利",
    "ndjson",
    `
    专利号 = patentNo : text
    专利名称 = title : text
    权利人? = enterpriseName : text
    统一社会信用代码 = uscc : uscc
    专利类型 = patentType : code
    授权公告日 = grantedOn : date:mixed
    法律状态 = status : code`,
  ),
];
