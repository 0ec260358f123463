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
  negativeUntil,
  optional,
  PUBLIC,
  text,
  words,
  year,
} from "./fields.ts";

/* What an enterprise takes from its surroundings and gives back, and how safely it works. */

const ecology = catalogsOf("ecology-environment");
const emergency = catalogsOf("emergency-management");

const SAFETY = "《中华人民共和国安全生产法》";

export const ENVIRONMENT_CATALOGS: readonly Catalog[] = [
  ecology(
    "discharge-permits",
    "排污许可信息",
    "Discharge permits",
    "environment",
    { ...PUBLIC, legalBasis: "《排污许可管理条例》", key: ["licenceNo"], licence: LICENCE },
    [
      ...licenceFields("排污许可证", "Discharge permit"),
      code("management", "管理类别", "Management", ["排污许可管理类别"], {
        ...words({ key: "重点管理", simple: "简化管理", registered: "登记管理" }),
      }),
      text("pollutants", "主要污染物种类", "Pollutants", ["主要污染物"], optional),
    ],
  ),
  ecology(
    "environmental-penalties",
    "生态环境行政处罚信息",
    "Environmental penalties",
    "environment",
    {
      ...PUBLIC,
      legalBasis: "《中华人民共和国环境保护法》",
      updateFrequency: "weekly",
      key: ["decisionNo"],
      ...negativeUntil("decidedOn"),
    },
    [
      text("decisionNo", "处罚决定书文号", "Decision number", ["决定书文号", "行政处罚决定书文号"]),
      code("violation", "违法类型", "Violation", ["环境违法行为", "违法行为类型"], {
        ...words({
          "over-limit": "超标排放 超总量排放",
          "no-permit": "无证排污 未取得排污许可证",
          "no-assessment": "未批先建 环评违法",
          waste: "固体废物违法 危险废物违法",
          noise: "噪声污染",
          other: "其他",
        }),
      }),
      amount("fineAmount", "罚款金额", "Fine", ["处罚金额", "罚款"], optional),
      date("decidedOn", "处罚决定日期", "Decided on", ["决定日期", "处罚日期"]),
    ],
  ),
  ecology(
    "environmental-credit",
    "企业环境信用评价信息",
    "Environmental credit",
    "environment",
    {
      ...PUBLIC,
      legalBasis: "《企业环境信用评价办法（试行）》",
      updateFrequency: "yearly",
      key: ["uscc", "year"],
      periodField: "year",
    },
    [
      year("评价年度", ["年度"]),
      code("grade", "环境信用等级", "Grade", ["评价等级", "信用等级"], {
        ...words({
          green: "环保诚信企业 绿牌 绿色",
          blue: "环保良好企业 蓝牌 蓝色",
          yellow: "环保警示企业 黄牌 黄色",
          red: "环保不良企业 红牌 红色",
        }),
      }),
      integer("score", "评价得分", "Points", ["得分"], { required: false, min: 0, max: 100 }),
    ],
  ),
  ecology(
    "pollutant-emissions",
    "污染物排放监测信息",
    "Pollutant emissions",
    "environment",
    {
      legalBasis: "《中华人民共和国环境保护税法》",
      updateFrequency: "quarterly",
      key: ["uscc", "period"],
      periodField: "period",
    },
    [
      month("period", "监测期间", "Last month of the period", ["监测期", "所属期"]),
      decimal("codTonnes", "化学需氧量排放量", "COD (tonnes)", ["COD排放量", "化学需氧量(吨)"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
      decimal("so2Tonnes", "二氧化硫排放量", "Sulphur dioxide (tonnes)", ["SO2排放量", "二氧化硫(吨)"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
      decimal("noxTonnes", "氮氧化物排放量", "Nitrogen oxides (tonnes)", ["NOX排放量", "氮氧化物(吨)"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
      integer("exceedances", "超标次数", "Exceedances", ["超标天数"], { min: 0, max: 10_000 }),
    ],
  ),
  ecology(
    "hazardous-waste",
    "危险废物产生转移信息",
    "Hazardous waste",
    "environment",
    {
      legalBasis: "《中华人民共和国固体废物污染环境防治法》",
      updateFrequency: "yearly",
      key: ["uscc", "year", "wasteCode"],
      periodField: "year",
    },
    [
      year("申报年度", ["年度"]),
      text("wasteCode", "危险废物代码", "Waste code", ["废物代码", "危废代码"], { maxLength: 20 }),
      decimal("producedTonnes", "产生量", "Produced (tonnes)", ["产生量(吨)"], { min: 0, max: 1e6 }),
      decimal("transferredTonnes", "转移量", "Transferred (tonnes)", ["转移处置量", "转移量(吨)"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
      decimal("storedTonnes", "贮存量", "Stored (tonnes)", ["年末贮存量", "贮存量(吨)"], {
        required: false,
        min: 0,
        max: 1e6,
      }),
    ],
  ),
  emergency(
    "safety-permits",
    "安全生产许可信息",
    "Work safety permits",
    "identity",
    { ...PUBLIC, legalBasis: "《安全生产许可证条例》", key: ["licenceNo"], licence: { ...LICENCE, nameField: "area" } },
    [
      code("area", "许可领域", "Area", ["许可范围", "行业类别"], {
        ...words({
          construction: "建筑施工",
          mine: "非煤矿山 矿山",
          chemicals: "危险化学品",
          fireworks: "烟花爆竹",
        }),
      }),
      ...licenceFields("安全生产许可证", "Safety permit"),
    ],
  ),
  emergency(
    "safety-accidents",
    "生产安全事故信息",
    "Safety accidents",
    "environment",
    {
      ...PUBLIC,
      legalBasis: "《生产安全事故报告和调查处理条例》",
      key: ["accidentNo"],
      ...negativeUntil("happenedOn"),
    },
    [
      text("accidentNo", "事故编号", "Accident number", ["事故档案号"]),
      code(
        "level",
        "事故等级",
        "Level",
        ["事故级别"],
        words({ ordinary: "一般事故 一般", serious: "较大事故 较大", major: "重大事故 重大", extreme: "特别重大事故" }),
      ),
      integer("deaths", "死亡人数", "Deaths", [], { min: 0, max: 10_000 }),
      integer("injured", "受伤人数", "Injured", ["重伤人数"], { required: false, min: 0, max: 10_000 }),
      amount("loss", "直接经济损失", "Direct loss", ["经济损失"], { required: false, unit: "wanyuan" }),
      date("happenedOn", "事故发生日期", "Happened on", ["发生日期", "发生时间"]),
    ],
  ),
  emergency(
    "safety-standardisation",
    "安全生产标准化达标信息",
    "Work safety standardisation",
    "environment",
    { ...PUBLIC, legalBasis: SAFETY, key: ["licenceNo"], licence: LICENCE },
    [
      code(
        "grade",
        "标准化等级",
        "Grade",
        ["达标等级", "等级"],
        words({ first: "一级", second: "二级", third: "三级" }),
      ),
      ...licenceFields("标准化证书", "Standardisation certificate"),
    ],
  ),
];
