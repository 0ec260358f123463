import type { Catalog } from "./catalog.ts";
import {
  amount,
  catalogsOf,
  code,
  date,
  decimal,
  integer,
  LICENCE,
  LICENCE_STATES,
  licenceFields,
  month,
  optional,
  PUBLIC,
  personId,
  SENSITIVE,
  text,
  words,
  year,
} from "./fields.ts";

/* Farming, tobacco, roads and tourism: what this city lives on. */

const agriculture = catalogsOf("agriculture");
const tobacco = catalogsOf("tobacco");
const transport = catalogsOf("transport");
const tourism = catalogsOf("culture-tourism");

const TOBACCO = "《中华人民共和国烟草专卖法》";
const ROADS = "《中华人民共和国道路运输条例》";

export const RURAL_CATALOGS: readonly Catalog[] = [
  agriculture(
    "leading-farm-enterprises",
    "农业产业化龙头企业信息",
    "Leading farm enterprises",
    "operation",
    { ...PUBLIC, legalBasis: "《中华人民共和国乡村振兴促进法》", updateFrequency: "yearly", key: ["uscc", "level"] },
    [
      code(
        "level",
        "龙头企业级别",
        "Level",
        ["级别", "认定级别"],
        words({ national: "国家级", province: "省级", city: "市级", county: "县级" }),
      ),
      text("product", "主导产业", "Main product", ["主营产品"], optional),
      integer("households", "带动农户数", "Households", ["带动农户"], { required: false, min: 0 }),
      date("recognisedOn", "认定日期", "Recognised on", ["批准日期"]),
    ],
  ),
  agriculture(
    "model-cooperatives",
    "农民专业合作社示范社信息",
    "Model cooperatives",
    "operation",
    { ...PUBLIC, legalBasis: "《中华人民共和国农民专业合作社法》", updateFrequency: "yearly", key: ["uscc", "level"] },
    [
      code(
        "level",
        "示范社级别",
        "Level",
        ["级别", "示范社等级"],
        words({ national: "国家级", province: "省级", city: "市级", county: "县级" }),
      ),
      integer("members", "成员数量", "Members", ["成员户数", "社员人数"], { min: 5, max: 100_000 }),
      amount("contributions", "成员出资总额", "Members' contributions", ["出资总额"], { unit: "wanyuan" }),
      date("recognisedOn", "认定日期", "Recognised on", ["批准日期"]),
    ],
  ),
  agriculture(
    "land-transfers",
    "农村土地经营权流转信息",
    "Farm land transfers",
    "assets",
    { ...SENSITIVE, legalBasis: "《农村土地经营权流转管理办法》", updateFrequency: "quarterly", key: ["contractNo"] },
    [
      text("contractNo", "流转合同编号", "Contract number", ["合同编号"]),
      decimal("areaMu", "流转面积", "Area (mu)", ["面积(亩)", "流转面积(亩)"], { min: 0.01, max: 1e6 }),
      amount("yearlyRent", "年流转费", "Rent a year", ["年租金", "流转价款"]),
      date("startsOn", "流转期限起", "Starts on", ["起始日期"]),
      date("endsOn", "流转期限止", "Ends on", ["终止日期"]),
      text("township", "所在乡镇", "Township", ["乡镇", "坐落"], optional),
    ],
  ),
  agriculture(
    "green-food",
    "绿色食品与地理标志认证信息",
    "Green food certificates",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《绿色食品标志管理办法》",
      updateFrequency: "quarterly",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "kind" },
    },
    [
      code(
        "kind",
        "认证类型",
        "Kind",
        ["产品认证类型"],
        words({ green: "绿色食品", organic: "有机农产品 有机食品", origin: "农产品地理标志 地理标志" }),
      ),
      ...licenceFields("农产品认证证书", "Farm product certificate"),
      text("product", "产品名称", "Product", ["认证产品"]),
      decimal("yearlyTonnes", "批准产量", "Approved output (tonnes)", ["核准产量", "批准产量(吨)"], {
        required: false,
        min: 0,
        max: 1e7,
      }),
    ],
  ),
  agriculture(
    "agricultural-subsidies",
    "惠农补贴发放信息",
    "Farm subsidies",
    "operation",
    {
      legalBasis: "《中华人民共和国农业法》",
      updateFrequency: "yearly",
      key: ["uscc", "year", "kind"],
      periodField: "year",
    },
    [
      year("补贴年度", ["年度"]),
      code("kind", "补贴项目", "Kind", ["补贴类型", "补贴名称"], {
        ...words({
          machinery: "农机购置补贴",
          fertility: "耕地地力保护补贴",
          insurance: "农业保险保费补贴",
          livestock: "畜禽养殖补贴",
          facility: "设施农业补贴",
        }),
      }),
      amount("amount", "补贴金额", "Amount", ["发放金额"]),
      date("paidOn", "发放日期", "Paid on", ["拨付日期"], optional),
    ],
  ),
  tobacco(
    "tobacco-retail-licences",
    "烟草专卖零售许可信息",
    "Tobacco retail licences",
    "identity",
    { ...PUBLIC, legalBasis: TOBACCO, key: ["licenceNo"], licence: LICENCE },
    [
      ...licenceFields("烟草专卖零售许可证", "Tobacco licence"),
      code("tier", "零售户档位", "Tier", ["客户档位", "档位"], {
        required: false,
        codes: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i + 1}档`, String(i + 1)])),
      }),
    ],
  ),
  tobacco(
    "tobacco-orders",
    "卷烟订货信息",
    "Cigarette orders",
    "supply-chain",
    { ...SENSITIVE, legalBasis: TOBACCO, key: ["licenceNo", "month"], periodField: "month" },
    [
      text("licenceNo", "烟草专卖许可证号", "Tobacco licence number", ["许可证号", "专卖证号"]),
      month("month", "订货月份", "Month", ["订货年月", "月份"]),
      decimal("cartons", "订货数量", "Cartons ordered", ["订货条数", "订货量(条)"], { min: 0, max: 1e7 }),
      amount("orderAmount", "订货金额", "Order amount", ["购进金额", "进货金额"]),
      integer("orders", "订货次数", "Orders", ["订单数"], { required: false, min: 0, max: 1000 }),
    ],
  ),
  tobacco(
    "tobacco-leaf-contracts",
    "烟叶种植收购合同信息",
    "Tobacco leaf contracts",
    "supply-chain",
    { ...SENSITIVE, legalBasis: TOBACCO, updateFrequency: "yearly", key: ["contractNo"], periodField: "year" },
    [
      text("contractNo", "种植收购合同编号", "Contract number", ["合同编号", "烟叶合同号"]),
      year("种植年度", ["年度"]),
      personId(
        "growerId",
        "烟农身份证号",
        "Grower's identity number",
        ["身份证号", "身份证号码", "证件号码"],
        optional,
      ),
      decimal("areaMu", "约定种植面积", "Area (mu)", ["种植面积", "合同面积(亩)"], { min: 0.1, max: 1e5 }),
      decimal("contractKg", "约定交售量", "Contracted (kg)", ["合同收购量", "约定交售量(公斤)"], { min: 0, max: 1e8 }),
      decimal("deliveredKg", "实际交售量", "Delivered (kg)", ["收购数量", "实际交售量(公斤)"], {
        required: false,
        min: 0,
        max: 1e8,
      }),
      amount("paidAmount", "收购金额", "Amount paid", ["烟叶收购款"], optional),
    ],
  ),
  transport(
    "road-transport-licences",
    "道路运输经营许可信息",
    "Road transport licences",
    "identity",
    { ...PUBLIC, legalBasis: ROADS, key: ["licenceNo"], licence: LICENCE },
    [
      code("business", "经营范围类别", "Business", ["经营类别", "业户类别"], {
        ...words({
          freight: "道路货物运输 普通货运",
          "dangerous-goods": "危险货物运输",
          passenger: "道路旅客运输",
          repair: "机动车维修",
          taxi: "出租客运 网约车",
        }),
      }),
      ...licenceFields("道路运输经营许可证", "Road transport licence"),
    ],
  ),
  transport(
    "operating-vehicles",
    "营运车辆道路运输证信息",
    "Operating vehicles",
    "assets",
    {
      legalBasis: ROADS,
      key: ["certificateNo"],
      licence: {
        numberField: "certificateNo",
        nameField: "plate",
        issuedField: "issuedOn",
        validUntilField: "validTo",
        statusField: "status",
        validStatus: "valid",
      },
    },
    [
      text("certificateNo", "道路运输证号", "Certificate number", ["运输证号", "营运证号"]),
      text("plate", "号牌号码", "Plate", ["车牌号", "车牌号码"], { maxLength: 10 }),
      decimal("loadTonnes", "核定载质量", "Load (tonnes)", ["吨位", "核定吨位"], {
        required: false,
        min: 0,
        max: 1000,
      }),
      date("issuedOn", "发证日期", "Issued on", ["核发日期"]),
      date("validTo", "有效期至", "Valid to", ["有效期止"], optional),
      code("status", "营运状态", "Status", ["状态"], {
        ...words({ ...LICENCE_STATES, valid: "营运 有效 正常", suspended: "停运 暂停" }),
      }),
    ],
  ),
  transport(
    "transport-credit",
    "道路运输企业质量信誉考核信息",
    "Transport quality grades",
    "operation",
    {
      ...PUBLIC,
      legalBasis: "《道路货物运输及站场管理规定》",
      updateFrequency: "yearly",
      key: ["uscc", "year"],
      periodField: "year",
    },
    [
      year("考核年度", ["年度"]),
      code(
        "grade",
        "信誉考核等级",
        "Grade",
        ["考核等级", "质量信誉等级"],
        words({ AAA: "AAA AAA级", AA: "AA AA级", A: "A A级", B: "B B级" }),
      ),
      integer("violations", "违章次数", "Violations", ["违法违章次数"], { required: false, min: 0, max: 100_000 }),
      integer("accidents", "责任事故次数", "Accidents", ["行车责任事故次数"], { required: false, min: 0, max: 10_000 }),
    ],
  ),
  tourism(
    "culture-licences",
    "文化旅游经营许可信息",
    "Culture and tourism licences",
    "identity",
    {
      ...PUBLIC,
      legalBasis: "《旅行社条例》",
      updateFrequency: "quarterly",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "kind" },
    },
    [
      code("kind", "许可类别", "Kind", ["许可项目", "许可类型"], {
        ...words({
          agency: "旅行社业务经营许可证",
          entertainment: "娱乐经营许可证",
          performance: "营业性演出许可证",
          internet: "网络文化经营许可证",
        }),
      }),
      ...licenceFields("文化旅游许可证", "Culture and tourism licence"),
    ],
  ),
];
