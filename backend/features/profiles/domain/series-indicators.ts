import { type MonthSeries, monthSeries, monthText, recordsOf, yearOf } from "./periods.ts";
import { fenOf, idsOf, numberOf, type ProfileRecord } from "./profile-record.ts";
import type { Finding, Findings, Sources } from "./sources.ts";

/*
 * What an enterprise reports month by month or quarter by quarter. A year is the 12 months up to the newest period
 * reported, not up to today: departments report late, and a month that isn't in yet is no month without sales.
 */

/** Days after the end of the newest period until it no longer speaks for the present. */
const STALE_DAYS = { tax: 200, grade: 550, insured: 200, fund: 120, electricity: 120 };

export interface Series {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly unit: "fen" | "count" | "kwh";
  readonly points: { readonly period: string; readonly value: string }[];
}

/** A record's amount or count as bigint, null when the record doesn't say. */
type Measure = (record: ProfileRecord) => bigint | null;

const amountIn =
  (field: string): Measure =>
  (record) =>
    fenOf(record, field);
const countIn =
  (field: string): Measure =>
  (record) => {
    const value = numberOf(record, field);
    return value !== null && Number.isSafeInteger(value) ? BigInt(value) : null;
  };

const said = (records: readonly ProfileRecord[], measure: Measure): ProfileRecord[] =>
  records.filter((record) => measure(record) !== null);
const total = (records: readonly ProfileRecord[], measure: Measure): bigint =>
  records.reduce((sum, record) => sum + (measure(record) ?? 0n), 0n);

type Amount = string | number;
const asFen = (sum: bigint): Amount => sum.toString();
const asCount = (sum: bigint): Amount => Number(sum);

function sumOf(
  series: MonthSeries | null,
  records: readonly ProfileRecord[],
  measure: Measure,
  form: (sum: bigint) => Amount,
): Finding {
  const used = said(records, measure);
  if (!series || used.length === 0) return { value: null, recordIds: [] };
  return { value: form(total(used, measure)), asOf: series.asOf, recordIds: idsOf(used) };
}

const newestYear = (series: MonthSeries | null): ProfileRecord[] =>
  series ? recordsOf(series, yearOf(series, series.newest)) : [];
const newestMonth = (series: MonthSeries | null): ProfileRecord[] => (series ? recordsOf(series, [series.newest]) : []);

/** Division rounded half away from zero, of any numerator. */
function roundedRatio(numerator: bigint, denominator: bigint): bigint {
  const half = numerator < 0n ? -denominator : denominator;
  return (2n * numerator + half) / (2n * denominator);
}

/**
 * Growth in basis points, like for like: only months that both years have are compared. Five or more periods in the
 * last year mean monthly reports (12 expected), fewer mean quarterly ones (4). Unknown below three quarters of those, or
 * when the year before sums to zero.
 */
function growthOf(series: MonthSeries | null, measure: Measure): Finding {
  const none: Finding = { value: null, recordIds: [] };
  if (!series) return none;
  const hasValue = (month: number): boolean => said(recordsOf(series, [month]), measure).length > 0;
  const reported = yearOf(series, series.newest).filter(hasValue);
  const pairs = reported.filter((month) => hasValue(month - 12));
  const expected = reported.length > 4 ? 12 : 4;
  if (pairs.length * 4 < expected * 3) return none;
  const now = said(recordsOf(series, pairs), measure);
  const before = said(
    recordsOf(
      series,
      pairs.map((month) => month - 12),
    ),
    measure,
  );
  const base = total(before, measure);
  if (base <= 0n) return none;
  const bps = roundedRatio((total(now, measure) - base) * 10_000n, base);
  return { value: Number(bps), asOf: series.asOf, recordIds: [...idsOf(before), ...idsOf(now)] };
}

function creditGrade(records: readonly ProfileRecord[], today: string): Finding {
  const years = records.map((record) => ({ record, year: numberOf(record, "year") }));
  const newest = years.reduce<(typeof years)[number] | null>(
    (best, each) => (each.year !== null && (best?.year ?? 0) < each.year ? each : best),
    null,
  );
  if (!newest?.year) return { value: null, recordIds: [] };
  const end = `${newest.year}-12-31`;
  const grade = newest.record.fields.grade;
  const ageDays = (Date.parse(today) - Date.parse(end)) / 86_400_000;
  if (typeof grade !== "string" || ageDays > STALE_DAYS.grade) return { value: null, recordIds: [] };
  return { value: grade, asOf: end < today ? end : today, recordIds: [newest.record.id] };
}

function pointsOf(series: MonthSeries | null, measure: Measure): Series["points"] {
  if (!series) return [];
  return [...series.byMonth.keys()]
    .sort((a, b) => a - b)
    .flatMap((month) => {
      const records = said(recordsOf(series, [month]), measure);
      return records.length === 0 ? [] : [{ period: monthText(month), value: total(records, measure).toString() }];
    });
}

const KWH = countIn("consumptionKwh");
const REVENUE = amountIn("declaredRevenue");
const TAX_PAID = amountIn("taxPaid");
const INSURED = countIn("insuredCount");

export function seriesIndicators({ of, today }: Sources): { findings: Findings; series: Series[] } {
  const electricity = monthSeries(of("electricity"), "month", today, STALE_DAYS.electricity);
  const tax = monthSeries(of("tax-payments"), "period", today, STALE_DAYS.tax);
  const insured = monthSeries(of("social-security"), "month", today, STALE_DAYS.insured);
  const fund = monthSeries(of("provident-fund"), "month", today, STALE_DAYS.fund);
  const contributors = countIn("contributors");

  // A month counts as paid when money came in, whatever number of people was declared.
  const paidIn = newestYear(fund).filter((record) => (fenOf(record, "paidAmount") ?? 0n) > 0n);
  const monthsPaid = new Set(paidIn.map((record) => record.fields.month ?? record.period)).size;

  const findings: Findings = {
    "operation.electricityKwh12m": sumOf(electricity, newestYear(electricity), KWH, asCount),
    "operation.electricityGrowthBps": growthOf(electricity, KWH),
    // Suppliers leave the column empty for a month that is paid; only when it is empty throughout is it unknown.
    "operation.electricityOverdueFen": sumOf(electricity, electricity?.records ?? [], amountIn("overdueAmount"), asFen),
    "tax.paid12mFen": sumOf(tax, newestYear(tax), TAX_PAID, asFen),
    "tax.revenue12mFen": sumOf(tax, newestYear(tax), REVENUE, asFen),
    "tax.revenueGrowthBps": growthOf(tax, REVENUE),
    "tax.creditGrade": creditGrade(of("tax-credit-grades"), today),
    "tax.unpaidFen": sumOf(tax, tax?.records ?? [], amountIn("taxUnpaid"), asFen),
    "people.insuredCount": sumOf(insured, newestMonth(insured), INSURED, asCount),
    "people.insuredGrowthBps": growthOf(insured, INSURED),
    "people.fundMonths12m": fund
      ? { value: monthsPaid, asOf: fund.asOf, recordIds: idsOf(newestYear(fund)) }
      : { value: null, recordIds: [] },
    "people.fundContributors": sumOf(fund, newestMonth(fund), contributors, asCount),
  };
  // Series show history, however old: the reader sees the dates.
  const history = (catalogId: string, field: string): MonthSeries | null =>
    monthSeries(of(catalogId), field, today, Number.POSITIVE_INFINITY);
  return {
    findings,
    series: [
      {
        id: "electricityKwh",
        name: { zh: "月用电量", en: "Electricity by month" },
        unit: "kwh",
        points: pointsOf(history("electricity", "month"), KWH),
      },
      {
        id: "declaredRevenueFen",
        name: { zh: "分季申报收入", en: "Declared revenue by quarter" },
        unit: "fen",
        points: pointsOf(history("tax-payments", "period"), REVENUE),
      },
      {
        id: "taxPaidFen",
        name: { zh: "分季实缴税额", en: "Tax paid by quarter" },
        unit: "fen",
        points: pointsOf(history("tax-payments", "period"), TAX_PAID),
      },
      {
        id: "insuredCount",
        name: { zh: "参保人数", en: "People insured" },
        unit: "count",
        points: pointsOf(history("social-security", "month"), INSURED),
      },
    ],
  };
}
