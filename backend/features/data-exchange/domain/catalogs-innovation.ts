import type { Catalog } from "./catalog.ts";
import {
  amount,
  catalogsOf,
  code,
  date,
  decimal,
  integer,
  LICENCE,
  licenceFields,
  month,
  optional,
  PUBLIC,
  text,
  words,
  year,
} from "./fields.ts";

/* What an enterprise makes, invents and trades abroad. */

const science = catalogsOf("science-technology");
const industry = catalogsOf("industry-information");
const commerce = catalogsOf("commerce");
const customs = catalogsOf("customs");

const RESULTS = "《中华人民共和国促进科技成果转化法》";

export const INNOVATION_CATALOGS: readonly Catalog[] = [
  science(
    "high-tech-enterprises",
    "高新技术企业认定信息",
    "High-tech enterprises",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《高新技术企业认定管理办法》",
      updateFrequency: "yearly",
      key: ["licenceNo"],
      licence: LICENCE,
    },
    [
      ...licenceFields("高新技术企业证书", "High-tech certificate"),
      text("field", "技术领域", "Field", ["所属技术领域", "高新技术领域"], optional),
    ],
  ),
  science(
    "technology-smes",
    "科技型中小企业入库信息",
    "Technology SMEs",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《科技型中小企业评价办法》",
      updateFrequency: "yearly",
      key: ["registerNo"],
      periodField: "year",
      licence: { numberField: "registerNo", issuedField: "listedOn", validUntilField: "validTo" },
    },
    [
      text("registerNo", "入库登记编号", "Register number", ["登记编号", "入库编号"]),
      year("入库年度", ["年度"]),
      integer("score", "综合评价得分", "Points", ["评价得分"], { required: false, min: 0, max: 100 }),
      date("listedOn", "入库日期", "Listed on", ["公告日期"]),
      date("validTo", "有效期至", "Valid to", ["有效期止"], optional),
    ],
  ),
  science(
    "research-projects",
    "科技计划项目信息",
    "Research projects",
    "innovation",
    { ...PUBLIC, legalBasis: "《中华人民共和国科学技术进步法》", updateFrequency: "quarterly", key: ["projectNo"] },
    [
      text("projectNo", "科技项目编号", "Project number", ["项目编号", "立项编号"]),
      text("projectName", "项目名称", "Project", ["课题名称"]),
      code(
        "level",
        "项目级别",
        "Level",
        ["计划级别"],
        words({ national: "国家级", province: "省级", city: "市级", county: "县级" }),
      ),
      amount("funding", "财政资助金额", "Public funding", ["资助经费", "财政经费"], { unit: "wanyuan" }),
      date("startedOn", "立项日期", "Started on", ["起始日期"]),
      code(
        "status",
        "项目状态",
        "Status",
        ["状态"],
        words({ running: "在研 执行中", accepted: "已验收 通过验收", ended: "终止 撤销" }),
      ),
    ],
  ),
  science(
    "technology-contracts",
    "技术合同认定登记信息",
    "Technology contracts",
    "innovation",
    { legalBasis: RESULTS, updateFrequency: "quarterly", key: ["contractNo"] },
    [
      text("contractNo", "合同登记编号", "Contract number", ["认定登记编号", "技术合同编号"]),
      code("kind", "合同类别", "Kind", ["合同类型", "技术合同类别"], {
        ...words({
          development: "技术开发",
          transfer: "技术转让",
          licence: "技术许可",
          consulting: "技术咨询",
          service: "技术服务",
        }),
      }),
      amount("contractAmount", "合同成交金额", "Contract amount", ["合同金额", "成交额"], { unit: "wanyuan" }),
      amount("technologyAmount", "技术交易额", "Technology part", ["技术交易金额"], {
        required: false,
        unit: "wanyuan",
      }),
      date("registeredOn", "认定登记日期", "Registered on", ["登记日期"]),
    ],
  ),
  industry(
    "specialised-smes",
    "专精特新企业认定信息",
    "Specialised and new SMEs",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《优质中小企业梯度培育管理暂行办法》",
      updateFrequency: "yearly",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "level" },
    },
    [
      code("level", "认定类别", "Level", ["企业类别", "梯度类别"], {
        ...words({
          "little-giant": "专精特新小巨人企业 小巨人",
          specialised: "专精特新中小企业",
          innovative: "创新型中小企业",
          champion: "制造业单项冠军企业",
        }),
      }),
      ...licenceFields("认定证书", "Certificate"),
      text("mainProduct", "主导产品", "Main product", ["主营产品"], optional),
    ],
  ),
  industry(
    "industrial-output",
    "工业企业生产经营月报信息",
    "Industrial output",
    "operation",
    { legalBasis: "《中华人民共和国中小企业促进法》", key: ["uscc", "month"], periodField: "month" },
    [
      month("month", "报告月份", "Month", ["报告期", "统计月份", "月份"]),
      amount("output", "工业总产值", "Gross output", ["总产值", "当月工业总产值"]),
      amount("orders", "新增订单金额", "New orders", ["订单金额"], optional),
      decimal("capacityUse", "产能利用率", "Use of capacity (%)", ["产能利用率(%)"], {
        required: false,
        min: 0,
        max: 200,
      }),
      integer("employees", "用工人数", "Employees", ["从业人员数"], { required: false, min: 0 }),
    ],
  ),
  industry(
    "industrial-energy",
    "工业企业能源消费信息",
    "Industrial energy use",
    "environment",
    {
      legalBasis: "《中华人民共和国节约能源法》",
      updateFrequency: "quarterly",
      key: ["uscc", "month"],
      periodField: "month",
    },
    [
      month("month", "统计月份", "Month", ["报告期", "月份"]),
      decimal(
        "coalEquivalentTonnes",
        "综合能源消费量",
        "Energy used (tonnes of coal equivalent)",
        ["能源消费量(吨标准煤)", "综合能耗"],
        { min: 0, max: 1e9 },
      ),
      decimal("coalTonnes", "原煤消费量", "Coal (tonnes)", ["原煤(吨)"], { required: false, min: 0, max: 1e9 }),
      decimal("unitEnergy", "万元产值能耗", "Energy per 10,000 yuan", ["单位产值能耗"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
    ],
  ),
  commerce(
    "foreign-trade-filings",
    "对外贸易经营者信息",
    "Foreign traders",
    "supply-chain",
    { ...PUBLIC, legalBasis: "《中华人民共和国对外贸易法》", key: ["uscc"] },
    [
      text("filingNo", "备案登记表编号", "Filing number", ["备案编号", "进出口企业代码"]),
      date("filedOn", "备案日期", "Filed on", ["备案登记日期"]),
      code("status", "备案状态", "Status", ["状态"], words({ active: "有效 正常", cancelled: "注销 失效" })),
    ],
  ),
  commerce(
    "retail-sales",
    "限额以上商贸企业销售信息",
    "Sales of larger traders",
    "operation",
    { legalBasis: "《中华人民共和国电子商务法》", key: ["uscc", "month"], periodField: "month" },
    [
      month("month", "报告月份", "Month", ["报告期", "统计月份", "月份"]),
      amount("sales", "商品销售额", "Sales", ["销售额", "当月销售额"]),
      amount("onlineSales", "网络零售额", "Online sales", ["通过公共网络实现的零售额"], optional),
      amount("stock", "期末商品库存额", "Stock", ["库存额", "期末库存"], optional),
    ],
  ),
  customs(
    "customs-registrations",
    "海关报关单位备案信息",
    "Customs registrations",
    "supply-chain",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国海关报关单位备案管理规定》",
      key: ["customsCode"],
      licence: {
        numberField: "customsCode",
        issuedField: "registeredOn",
        validUntilField: "validTo",
        statusField: "status",
        validStatus: "valid",
      },
    },
    [
      text("customsCode", "海关备案编码", "Customs code", ["海关编码", "海关注册编码", "报关单位备案编码"]),
      code(
        "kind",
        "经营类别",
        "Kind",
        ["报关单位类型"],
        words({ trader: "进出口货物收发货人", broker: "报关企业", temporary: "临时备案" }),
      ),
      date("registeredOn", "备案日期", "Registered on", ["注册日期"]),
      date("validTo", "备案有效期", "Valid to", ["有效期至"], { required: false, emptyWords: ["长期", "长期有效"] }),
      code("status", "备案状态", "Status", ["状态", "海关注销标志"], words({ valid: "正常 有效", cancelled: "注销" })),
    ],
  ),
  customs(
    "import-export",
    "进出口货物申报信息",
    "Imports and exports",
    "supply-chain",
    { sensitivity: "sensitive", legalBasis: "《中华人民共和国海关法》", key: ["uscc", "month"], periodField: "month" },
    [
      month("month", "申报月份", "Month", ["统计月份", "月份"]),
      amount("exportValue", "出口货值", "Exports", ["出口额", "出口总值"]),
      amount("importValue", "进口货值", "Imports", ["进口额", "进口总值"]),
      integer("declarations", "报关单数", "Declarations", ["报关单份数"], { min: 0 }),
      text("mainMarket", "主要贸易国别", "Main market", ["主要国别地区"], optional),
    ],
  ),
  customs(
    "customs-credit",
    "海关信用等级信息",
    "Customs credit grades",
    "supply-chain",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国海关注册登记和备案企业信用管理办法》",
      updateFrequency: "quarterly",
      key: ["uscc"],
      sourceTime: true,
    },
    [
      code("grade", "海关信用等级", "Grade", ["信用等级", "企业信用等级"], {
        ...words({ aeo: "高级认证企业 AEO认证", registered: "注册登记和备案企业 常规管理", dishonest: "失信企业" }),
      }),
      date("gradedOn", "认定日期", "Graded on", ["等级认定日期"]),
    ],
  ),
];
