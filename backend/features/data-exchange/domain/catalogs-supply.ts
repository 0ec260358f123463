import type { Catalog } from "./catalog.ts";
import {
  amount,
  BY_NAME,
  BY_NUMBER_OR_NAME,
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
} from "./fields.ts";

/* Water, gas and power: what an enterprise draws and whether it pays for it. */

const water = catalogsOf("water");
const utilities = catalogsOf("utilities");
const power = catalogsOf("power-supply");

export const SUPPLY_CATALOGS: readonly Catalog[] = [
  water(
    "water-permits",
    "取水许可信息",
    "Water permits",
    "environment",
    { ...PUBLIC, legalBasis: "《取水许可和水资源费征收管理条例》", key: ["licenceNo"], licence: LICENCE },
    [
      ...licenceFields("取水许可证", "Water permit"),
      decimal("yearlyCubicMetres", "年许可取水量", "Permitted water (m³ a year)", ["许可取水量", "年取水量(立方米)"], {
        min: 0,
        max: 1e10,
      }),
      code("source", "取水水源", "Source", ["水源类型"], words({ surface: "地表水", ground: "地下水" })),
    ],
  ),
  water(
    "water-fees",
    "水资源费缴纳信息",
    "Water resource fees",
    "environment",
    {
      legalBasis: "《取水许可和水资源费征收管理条例》",
      updateFrequency: "quarterly",
      key: ["uscc", "period"],
      periodField: "period",
    },
    [
      month("period", "征收期间", "Last month of the period", ["费款所属期", "所属期"]),
      integer("cubicMetres", "实际取水量", "Water taken (m³)", ["取水量", "取水量(立方米)"], { min: 0 }),
      amount("payable", "应缴金额", "Payable", ["应缴水资源费"]),
      amount("paid", "实缴金额", "Paid", ["实缴水资源费"]),
    ],
  ),
  utilities(
    "water-supply",
    "企业用水缴费信息",
    "Tap water",
    "operation",
    { ...BY_NUMBER_OR_NAME, legalBasis: "《城市供水条例》", key: ["accountNo", "month"], periodField: "month" },
    [
      text("accountNo", "用水户号", "Account number", ["户号", "水表户号"]),
      month("month", "用水月份", "Month", ["水费年月", "月份"]),
      integer("cubicMetres", "用水量", "Water used (m³)", ["用水量(立方米)", "水量"], { min: 0 }),
      amount("billedAmount", "水费金额", "Amount billed", ["应收水费", "水费"]),
      amount("overdueAmount", "欠费金额", "Amount overdue", ["欠费"], optional),
    ],
  ),
  utilities(
    "gas-supply",
    "企业用气缴费信息",
    "Gas",
    "operation",
    { ...BY_NAME, legalBasis: "《城镇燃气管理条例》", key: ["accountNo", "month"], periodField: "month" },
    [
      text("accountNo", "用气户号", "Account number", ["户号", "燃气户号"]),
      month("month", "用气月份", "Month", ["气费年月", "月份"]),
      integer("cubicMetres", "用气量", "Gas used (m³)", ["用气量(立方米)", "气量"], { min: 0 }),
      amount("billedAmount", "气费金额", "Amount billed", ["应收气费", "气费"]),
      amount("overdueAmount", "欠费金额", "Amount overdue", ["欠费"], optional),
    ],
  ),
  power(
    "electricity-accounts",
    "用电客户档案信息",
    "Electricity accounts",
    "operation",
    { legalBasis: "《供电营业规则》", updateFrequency: "quarterly", key: ["accountNo"], sourceTime: true },
    [
      text("accountNo", "用电户号", "Account number", ["户号", "用户编号", "用电客户编号"]),
      code("usage", "用电类别", "Use", ["用电性质"], {
        ...words({
          "large-industry": "大工业用电 大工业",
          commercial: "一般工商业用电 一般工商业",
          farming: "农业生产用电 农业",
          other: "其他",
        }),
      }),
      integer("capacityKva", "合同容量", "Capacity (kVA)", ["运行容量", "合同容量(千伏安)"], {
        min: 0,
        max: 10_000_000,
      }),
      date("connectedOn", "接电日期", "Connected on", ["立户日期"], optional),
      code(
        "status",
        "用户状态",
        "Status",
        ["状态"],
        words({ normal: "正常用电 正常", suspended: "暂停 减容", stopped: "停电 欠费停电", cancelled: "销户" }),
      ),
    ],
  ),
];
