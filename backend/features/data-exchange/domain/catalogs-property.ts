import type { Catalog } from "./catalog.ts";
import {
  amount,
  boolean,
  catalogsOf,
  code,
  date,
  decimal,
  integer,
  LICENCE,
  LICENCE_STATES,
  licenceFields,
  optional,
  PUBLIC,
  SENSITIVE,
  text,
  words,
} from "./fields.ts";

/* Land, mines, forests and buildings. */

const land = catalogsOf("natural-resources");
const forest = catalogsOf("forestry");
const housing = catalogsOf("housing-construction");

export const PROPERTY_CATALOGS: readonly Catalog[] = [
  land(
    "land-use-rights",
    "国有建设用地使用权信息",
    "Land use rights",
    "assets",
    {
      ...SENSITIVE,
      legalBasis: "《中华人民共和国土地管理法》",
      key: ["certificateNo"],
      licence: { numberField: "certificateNo", issuedField: "registeredOn", validUntilField: "validTo" },
    },
    [
      text("certificateNo", "土地使用权证号", "Certificate number", ["土地证号", "不动产权证号", "权证号"]),
      code("acquired", "取得方式", "Acquired by", ["使用权类型", "权利性质"], {
        ...words({ granted: "出让", allocated: "划拨", leased: "租赁", transferred: "转让" }),
      }),
      code("usage", "土地用途", "Use", ["用途", "地类"], {
        ...words({
          industrial: "工业用地 工业",
          commercial: "商服用地 商业",
          storage: "仓储用地 仓储",
          other: "其他用地 其他",
        }),
      }),
      decimal("areaSqm", "宗地面积", "Area (m²)", ["土地面积", "面积", "宗地面积(平方米)"], { min: 0.01, max: 1e8 }),
      boolean("mortgaged", "是否抵押", "Mortgaged", ["抵押状态"], { codes: { 已抵押: "true", 未抵押: "false" } }),
      date("registeredOn", "登记日期", "Registered on", ["登簿日期"]),
      date("validTo", "使用期限止", "Valid to", ["土地使用终止日期", "使用权终止日期"], optional),
    ],
  ),
  land(
    "real-estate-mortgages",
    "不动产抵押登记信息",
    "Real estate mortgages",
    "assets",
    {
      ...SENSITIVE,
      legalBasis: "《不动产登记暂行条例》",
      updateFrequency: "weekly",
      key: ["mortgageNo"],
      sourceTime: true,
    },
    [
      text("mortgageNo", "不动产登记证明号", "Mortgage number", ["抵押证明号", "他项权证号"]),
      text("certificateNo", "不动产权证号", "Certificate number", ["权证号", "抵押不动产权证号"]),
      text("mortgagee", "抵押权人", "Mortgagee", ["抵押权人名称"]),
      amount("securedAmount", "被担保主债权数额", "Debt secured", ["债权数额", "最高债权额"], { unit: "wanyuan" }),
      date("registeredOn", "抵押登记日期", "Registered on", ["登记日期"]),
      date("cancelledOn", "注销登记日期", "Cancelled on", ["注销日期"], optional),
      code("status", "抵押状态", "Mortgage status", ["状态"], words({ valid: "现势 有效", cancelled: "注销 历史" })),
    ],
  ),
  land(
    "mining-rights",
    "矿业权登记信息",
    "Mining rights",
    "assets",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国矿产资源法》",
      updateFrequency: "quarterly",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "kind" },
    },
    [
      code(
        "kind",
        "矿业权类型",
        "Kind",
        ["许可类型"],
        words({ mining: "采矿许可证 采矿权", exploration: "勘查许可证 探矿权" }),
      ),
      ...licenceFields("矿业权许可证", "Mining licence"),
      text("mineral", "开采矿种", "Mineral", ["矿种", "主矿种"]),
      decimal("areaSqkm", "矿区面积", "Area (km²)", ["矿区面积(平方公里)"], { required: false, min: 0, max: 10_000 }),
    ],
  ),
  land(
    "planning-permits",
    "规划许可信息",
    "Planning permits",
    "assets",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国城乡规划法》",
      key: ["permitNo"],
      licence: { numberField: "permitNo", nameField: "kind", issuedField: "issuedOn" },
    },
    [
      text("permitNo", "规划许可证号", "Permit number", ["许可证编号", "证号"]),
      code("kind", "许可类型", "Kind", ["证书类型", "规划许可类型"], {
        ...words({ land: "建设用地规划许可证", works: "建设工程规划许可证", rural: "乡村建设规划许可证" }),
      }),
      text("projectName", "建设项目名称", "Project", ["项目名称"]),
      decimal("areaSqm", "建设规模", "Area (m²)", ["用地面积", "建设面积"], { required: false, min: 0, max: 1e8 }),
      date("issuedOn", "发证日期", "Issued on", ["核发日期"]),
    ],
  ),
  forest(
    "forest-rights",
    "林权登记信息",
    "Forest rights",
    "assets",
    {
      ...SENSITIVE,
      legalBasis: "《中华人民共和国森林法》",
      updateFrequency: "quarterly",
      key: ["certificateNo"],
      licence: {
        numberField: "certificateNo",
        issuedField: "registeredOn",
        validUntilField: "validTo",
        statusField: "status",
        validStatus: "valid",
      },
    },
    [
      text("certificateNo", "林权证号", "Certificate number", ["不动产权证号", "林权证编号"]),
      decimal("areaMu", "林地面积", "Area (mu)", ["面积", "林地面积(亩)"], { min: 0.01, max: 1e7 }),
      text("species", "主要树种", "Species", ["树种"], optional),
      boolean("mortgaged", "是否抵押", "Mortgaged", ["抵押状态"], { codes: { 已抵押: "true", 未抵押: "false" } }),
      date("registeredOn", "登记日期", "Registered on", ["发证日期"]),
      date("validTo", "林地使用期限止", "Valid to", ["使用终止日期"], { required: false, emptyWords: ["长期"] }),
      code("status", "证书状态", "Certificate status", ["状态"], words(LICENCE_STATES)),
    ],
  ),
  housing(
    "construction-qualifications",
    "建筑业企业资质信息",
    "Construction qualifications",
    "identity",
    {
      ...PUBLIC,
      legalBasis: "《建筑业企业资质管理规定》",
      key: ["licenceNo", "category"],
      licence: { ...LICENCE, nameField: "category" },
    },
    [
      text("category", "资质类别", "Category", ["资质类别及等级", "资质名称"]),
      code("grade", "资质等级", "Grade", ["等级"], {
        ...words({ special: "特级", first: "一级 甲级", second: "二级 乙级", third: "三级 丙级", none: "不分等级" }),
      }),
      ...licenceFields("资质证书", "Qualification"),
    ],
  ),
  housing(
    "construction-permits",
    "建筑工程施工许可信息",
    "Construction permits",
    "operation",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国建筑法》",
      key: ["permitNo"],
      licence: { numberField: "permitNo", nameField: "projectName", issuedField: "issuedOn" },
    },
    [
      text("permitNo", "施工许可证编号", "Permit number", ["许可证编号", "施工许可证号"]),
      text("projectName", "工程名称", "Project", ["项目名称"]),
      code("role", "参建角色", "Role", ["单位角色", "参建单位类型"], {
        ...words({ builder: "施工单位 总包单位", owner: "建设单位", supervisor: "监理单位", designer: "设计单位" }),
      }),
      amount("contractPrice", "合同价格", "Contract price", ["合同价", "合同金额"], { unit: "wanyuan" }),
      date("issuedOn", "发证日期", "Issued on", ["颁发日期"]),
      date("plannedEnd", "计划竣工日期", "Planned end", ["合同竣工日期"], optional),
    ],
  ),
  housing(
    "completion-filings",
    "竣工验收备案信息",
    "Completion filings",
    "operation",
    { ...PUBLIC, legalBasis: "《建设工程质量管理条例》", key: ["filingNo"] },
    [
      text("filingNo", "竣工验收备案编号", "Filing number", ["备案编号", "备案号"]),
      text("projectName", "工程名称", "Project", ["项目名称"]),
      amount("finalCost", "工程结算造价", "Final cost", ["竣工造价", "工程造价"], { required: false, unit: "wanyuan" }),
      date("acceptedOn", "竣工验收日期", "Accepted on", ["验收日期"]),
      date("filedOn", "备案日期", "Filed on", ["备案时间"]),
    ],
  ),
  housing(
    "construction-wage-guarantees",
    "农民工工资保证金信息",
    "Wage guarantees on sites",
    "people",
    { legalBasis: "《保障农民工工资支付条例》", key: ["guaranteeNo"] },
    [
      text("guaranteeNo", "保证金编号", "Guarantee number", ["存储编号", "保函编号"]),
      code(
        "form",
        "存储形式",
        "Form",
        ["保证方式", "存储方式"],
        words({ cash: "现金", letter: "银行保函 保函", insurance: "保险" }),
      ),
      amount("amount", "保证金金额", "Amount", ["存储金额", "担保金额"]),
      integer("workers", "用工人数", "Workers", ["农民工人数"], { required: false, min: 0 }),
      date("depositedOn", "存储日期", "Deposited on", ["缴存日期", "办理日期"]),
      date("releasedOn", "退还日期", "Released on", ["返还日期"], optional),
      code(
        "status",
        "保证金状态",
        "Status",
        ["状态"],
        words({ held: "存储中 有效", used: "已动用", released: "已退还 返还" }),
      ),
    ],
  ),
];
