import type { IndicatorGroup } from "./indicator.ts";
import { monthText, recordsOf } from "./periods.ts";
import { amountIn, countIn, type Measure, numberOf, said, total } from "./profile-record.ts";
import type { Sources } from "./sources.ts";

/** What figures over time are, without an enterprise. */
export interface SeriesDefinition {
  readonly id: string;
  readonly group: IndicatorGroup;
  readonly name: { readonly zh: string; readonly en: string };
  readonly unit: "fen" | "count" | "kwh";
  readonly catalogId: string;
  readonly measure: Measure;
  readonly yearly: boolean;
}

export interface Series {
  readonly id: string;
  /** Oldest first; a period is a month, or a year where the catalog counts years. */
  readonly points: { readonly period: string; readonly value: string }[];
}

const series = (
  group: IndicatorGroup,
  catalogId: string,
  id: string,
  unit: SeriesDefinition["unit"],
  zh: string,
  en: string,
  measure: Measure,
  yearly = false,
): SeriesDefinition => ({ id, group, catalogId, unit, name: { zh, en }, measure, yearly });

const wholeTonnes: Measure = (record) => {
  const tonnes = numberOf(record, "coalEquivalentTonnes");
  return tonnes === null ? null : BigInt(Math.round(tonnes));
};

/** At least one for each group that has figures over time. */
export const SERIES: readonly SeriesDefinition[] = [
  series(
    "operation",
    "electricity",
    "electricityKwh",
    "kwh",
    "月用电量",
    "Electricity by month",
    countIn("consumptionKwh"),
  ),
  series(
    "tax",
    "tax-payments",
    "declaredRevenueFen",
    "fen",
    "分季申报收入",
    "Declared revenue by quarter",
    amountIn("declaredRevenue"),
  ),
  series("tax", "tax-payments", "taxPaidFen", "fen", "分季实缴税额", "Tax paid by quarter", amountIn("taxPaid")),
  series("people", "social-security", "insuredCount", "count", "参保人数", "People insured", countIn("insuredCount")),
  series(
    "people",
    "provident-fund",
    "fundPaidFen",
    "fen",
    "公积金缴存额",
    "Provident fund paid by month",
    amountIn("paidAmount"),
  ),
  series(
    "tax",
    "vat-declarations",
    "vatSalesFen",
    "fen",
    "增值税应税销售额",
    "Taxable sales",
    amountIn("taxableSales"),
  ),
  series("operation", "financial-statements", "assetsFen", "fen", "资产总计", "Total assets", amountIn("assets")),
  series(
    "operation",
    "financial-statements",
    "liabilitiesFen",
    "fen",
    "负债合计",
    "Total liabilities",
    amountIn("liabilities"),
  ),
  series(
    "operation",
    "annual-reports",
    "reportedRevenueFen",
    "fen",
    "年报营业总收入",
    "Revenue by year",
    amountIn("revenue"),
    true,
  ),
  series(
    "operation",
    "annual-reports",
    "employees",
    "count",
    "年报从业人数",
    "Employees by year",
    countIn("employees"),
    true,
  ),
  series(
    "supply-chain",
    "invoices",
    "invoicedFen",
    "fen",
    "月开票金额",
    "Invoices issued by month",
    amountIn("issuedAmount"),
  ),
  series(
    "innovation",
    "corporate-income-tax",
    "rdDeductionFen",
    "fen",
    "研发费用加计扣除",
    "R&D deduction by year",
    amountIn("rdDeduction"),
    true,
  ),
  series(
    "environment",
    "industrial-energy",
    "energyTonnes",
    "count",
    "综合能耗（吨标准煤）",
    "Energy (tonnes of coal equivalent)",
    wholeTonnes,
  ),
  series(
    "environment",
    "water-fees",
    "waterTaken",
    "count",
    "取水量（立方米）",
    "Water taken (m³)",
    countIn("cubicMetres"),
  ),
  series(
    "supply-chain",
    "import-export",
    "exportsFen",
    "fen",
    "月出口货值",
    "Exports by month",
    amountIn("exportValue"),
  ),
];

/** History, however old: the reader sees the dates. A series without a point is left out. */
export function seriesOf(sources: Sources): Series[] {
  return SERIES.flatMap(({ id, catalogId, measure, yearly }) => {
    const found = sources.series(catalogId);
    if (!found) return [];
    const points = [...found.byMonth.keys()]
      .sort((a, b) => a - b)
      .flatMap((month) => {
        const records = said(recordsOf(found, [month]), measure);
        const period = yearly ? monthText(month).slice(0, 4) : monthText(month);
        return records.length === 0 ? [] : [{ period, value: total(records, measure).toString() }];
      });
    return points.length === 0 ? [] : [{ id, points }];
  });
}
