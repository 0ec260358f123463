import type { Catalog } from "./catalog.ts";
import { catalogsOf, code, date, LICENCE, licenceFields, optional, PUBLIC, text, words } from "./fields.ts";

/* Marks, permits and the quality of what is sold: the market regulator's other half. */

const market = catalogsOf("market-regulation");

export const QUALITY_CATALOGS: readonly Catalog[] = [
  market(
    "trademarks",
    "商标注册信息",
    "Trademarks",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国商标法》",
      key: ["trademarkNo"],
      licence: {
        numberField: "trademarkNo",
        nameField: "mark",
        issuedField: "registeredOn",
        validUntilField: "validTo",
        statusField: "status",
        validStatus: "valid",
      },
    },
    [
      text("trademarkNo", "商标注册号", "Trademark number", ["商标注册证号"]),
      text("mark", "商标名称", "Mark", ["商标"]),
      text("class", "国际分类号", "Class (Nice)", ["类别", "商品服务类别"], { required: false, maxLength: 20 }),
      date("registeredOn", "注册公告日期", "Registered on", ["注册日期", "核准注册日期"]),
      date("validTo", "专用权期限止", "Valid to", ["有效期至", "专用期限止"], optional),
      code("status", "商标状态", "Trademark status", ["状态"], {
        ...words({ valid: "有效 注册", expired: "期满未续展 失效", pledged: "质押", cancelled: "撤销 注销" }),
      }),
    ],
  ),
  market(
    "food-licences",
    "食品生产经营许可信息",
    "Food licences",
    "identity",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国食品安全法》",
      updateFrequency: "weekly",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "kind" },
    },
    [
      code("kind", "许可种类", "Kind", ["许可类型", "许可类别"], {
        ...words({
          "food-business": "食品经营许可证 食品经营 餐饮服务",
          "food-production": "食品生产许可证 食品生产",
          "small-workshop": "食品小作坊登记证 小作坊",
        }),
      }),
      ...licenceFields("食品许可证", "Food licence"),
      text("scope", "许可范围", "Scope", ["经营项目", "食品类别"], optional),
    ],
  ),
  market(
    "special-equipment",
    "特种设备使用登记信息",
    "Special equipment",
    "assets",
    {
      legalBasis: "《中华人民共和国特种设备安全法》",
      key: ["registrationCode"],
      licence: {
        numberField: "registrationCode",
        nameField: "equipmentKind",
        issuedField: "registeredOn",
        validUntilField: "nextInspectionOn",
        statusField: "status",
        validStatus: "in-use",
      },
    },
    [
      text("registrationCode", "使用登记证编号", "Registration code", ["设备注册代码", "使用证编号"]),
      code("equipmentKind", "设备种类", "Kind of equipment", ["设备类别", "设备类型"], {
        ...words({
          boiler: "锅炉",
          "pressure-vessel": "压力容器 气瓶",
          elevator: "电梯",
          crane: "起重机械",
          forklift: "场内专用机动车辆 叉车",
          "pressure-pipe": "压力管道",
        }),
      }),
      date("registeredOn", "使用登记日期", "Registered on", ["登记日期"]),
      date("nextInspectionOn", "下次检验日期", "Next inspection on", ["下次检验时间"], optional),
      code("status", "设备状态", "Equipment status", ["使用状态", "状态"], {
        ...words({ "in-use": "在用", stopped: "停用", scrapped: "报废 注销" }),
      }),
    ],
  ),
  market(
    "quality-inspections",
    "产品质量监督抽查信息",
    "Product quality inspections",
    "operation",
    { ...PUBLIC, legalBasis: "《中华人民共和国产品质量法》", updateFrequency: "quarterly", key: ["reportNo"] },
    [
      text("reportNo", "检验报告编号", "Report number", ["抽查编号", "报告编号"]),
      text("product", "产品名称", "Product", ["抽样产品", "样品名称"]),
      date("inspectedOn", "抽查日期", "Inspected on", ["抽样日期", "检验日期"]),
      code("result", "检验结论", "Result", ["抽查结果", "检验结果"], {
        ...words({ passed: "合格 符合", failed: "不合格 不符合" }),
      }),
      text("failedItems", "不合格项目", "Items failed", ["不合格项"], optional),
    ],
  ),
  market(
    "product-certifications",
    "产品与体系认证信息",
    "Product and system certifications",
    "innovation",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国认证认可条例》",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "kind" },
    },
    [
      code("kind", "认证类别", "Kind", ["认证项目", "认证类型"], {
        ...words({
          ccc: "强制性产品认证 CCC认证",
          quality: "质量管理体系认证 ISO9001",
          environment: "环境管理体系认证 ISO14001",
          "food-safety": "食品安全管理体系认证 HACCP ISO22000",
          safety: "职业健康安全管理体系认证 ISO45001",
        }),
      }),
      ...licenceFields("认证证书", "Certificate"),
    ],
  ),
];
