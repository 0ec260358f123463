import { expect } from "chai";
import type { ProfileRecord } from "../../backend/features/profiles/domain/indicators.ts";
import type { PeriodScope } from "../../backend/features/profiles/domain/sources.ts";
import { compute, indicator, type Known, month, months, power, quarter, record, valueIn } from "./profiles-records.ts";

describe("series indicators", () => {
  it("sum the twelve months up to the newest, all meters together", () => {
    const records = [...months(14, () => 100), power(0, 50, { accountNo: "2" })];
    const found = indicator("operation.electricityKwh12m", records);
    expect(found).to.deep.include({ value: 1_250, asOf: "2026-10-31" });
    expect(found.recordIds).to.have.length(13);
  });

  it("are unknown when the newest month is too old, and not before", () => {
    // 120 days before 15 November is 18 July: June's end is too old, July's is not.
    expect(valueIn("operation.electricityKwh12m", [power(3, 7)])).to.equal(7);
    expect(valueIn("operation.electricityKwh12m", [power(4, 7)])).to.equal(null);
    // 200 days: the first quarter is too old in November, the second is not.
    expect(valueIn("tax.revenue12mFen", [quarter(1, "7")])).to.equal("7");
    expect(valueIn("tax.revenue12mFen", [quarter(2, "7")])).to.equal(null);
  });

  it("compare a year with the year before, like for like", () => {
    const growth = (records: ProfileRecord[]) => valueIn("operation.electricityGrowthBps", records);
    expect(growth(months(24, (back) => (back < 12 ? 110 : 100)))).to.equal(1_000);
    expect(growth(months(24, (back) => (back < 12 ? 2 : 3)))).to.equal(-3_333);
    // Nine months in common are enough, eight aren't; months without a partner don't count.
    expect(growth(months(21, (back) => (back < 9 ? 200 : back < 12 ? 9_999 : 100)))).to.equal(10_000);
    expect(growth(months(20, () => 100))).to.equal(null);
    expect(growth(months(24, (back) => (back < 12 ? 5 : 0)))).to.equal(null);
    const quarters = Array.from({ length: 7 }, (_, back) => quarter(back, back < 4 ? "300" : "200"));
    expect(valueIn("tax.revenueGrowthBps", quarters)).to.equal(5_000);
    expect(valueIn("tax.revenueGrowthBps", quarters.slice(0, 6))).to.equal(null);
  });

  it("add tax in fen beyond what a float can hold, and what is owed over all periods", () => {
    const records = Array.from({ length: 6 }, (_, back) =>
      quarter(back, "9007199254740993", "5", back === 5 ? "77" : "1"),
    );
    expect(valueIn("tax.revenue12mFen", records)).to.equal("36028797018963972");
    expect(valueIn("tax.paid12mFen", records)).to.equal("20");
    expect(valueIn("tax.unpaidFen", records)).to.equal("82");
  });

  it("don't take an empty column for nothing owed", () => {
    expect(valueIn("operation.electricityOverdueFen", [power(0, 1), power(1, 1)])).to.equal(null);
    expect(valueIn("operation.electricityOverdueFen", [power(0, 1), power(1, 1, { overdueAmount: "30" })])).to.equal(
      "30",
    );
  });

  it("take the newest grade, count of people and months of fund", () => {
    const grade = (year: number, letter: string) => record("tax-credit-grades", { year, grade: letter });
    expect(valueIn("tax.creditGrade", [grade(2025, "A"), grade(2024, "C")])).to.equal("A");
    expect(valueIn("tax.creditGrade", [grade(2024, "C")])).to.equal(null);
    const insured = (back: number, insuredCount: number) =>
      record("social-security", { month: month(back), insuredCount, paidAmount: "1" });
    expect(valueIn("people.insuredCount", [insured(4, 9), insured(1, 12)])).to.equal(12);
    const fund = (back: number, paidAmount: string) =>
      record("provident-fund", { month: month(back), contributors: 5 + back, paidAmount });
    const funds = [fund(0, "10"), fund(1, "0"), fund(2, "10"), fund(12, "10")];
    expect(valueIn("people.fundMonths12m", funds)).to.equal(2);
    expect(valueIn("people.fundContributors", funds)).to.equal(5);
  });

  it("make series in the order of time, however old", () => {
    const old = [quarter(9, "1", "2"), quarter(10, "3", "4")];
    const { series } = compute(old);
    const points = (id: string) => series.find((each) => each.id === id)?.points ?? [];
    expect(points("declaredRevenueFen").map(({ value }) => value)).to.deep.equal(["3", "1"]);
    expect(points("taxPaidFen").map(({ period }) => period)).to.deep.equal([month(31), month(28)]);
    expect(points("electricityKwh")).to.deep.equal([]);
  });
});

describe("a consent's period", () => {
  const within = (first: string, last: string): PeriodScope => ({
    bounded: true,
    covers: (period) => period === undefined || (period >= first && period <= last),
  });
  const seen = (records: readonly ProfileRecord[], scope: PeriodScope) =>
    compute(
      records.filter(({ fields }) => scope.covers(String(fields.month ?? fields.period))),
      { scope },
    ).indicators;
  const find = (list: readonly Known[], id: string) => list.find((each) => each.id === id)!;
  const power24 = months(24, () => 100);

  it("makes a sum that it cuts unknown, not smaller", () => {
    const id = "operation.electricityKwh12m";
    expect(find(seen(power24, within("2025-11", "2026-10")), id).value).to.equal(1_200);
    expect(find(seen(power24, within("2025-12", "2026-10")), id)).to.deep.include({
      value: null,
      why: "outsideConsent",
      recordIds: [],
    });
    // A year that ends earlier is whole, and as of then.
    expect(find(seen(power24, within("2025-09", "2026-08")), id)).to.deep.include({ value: 1_200, asOf: "2026-08-31" });
    expect(find(seen(power24, within("2025-11", "2026-10")), "operation.electricityGrowthBps").value).to.equal(null);
    expect(find(seen(power24, within("2024-11", "2026-10")), "operation.electricityGrowthBps").value).to.equal(0);
  });

  it("leaves no sum over all time, and leaves the newest figure", () => {
    const taxes = [quarter(0, "7", "10", "5"), quarter(1, "7")];
    const list = seen(taxes, within("2020-01", "2026-12"));
    expect(find(list, "tax.unpaidFen")).to.deep.include({ value: null, why: "outsideConsent" });
    const insured = record("social-security", { month: month(0), insuredCount: 12, paidAmount: "1" });
    expect(find(seen([insured], within("2026-10", "2026-10")), "people.insuredCount").value).to.equal(12);
  });

  it("doesn't cut what a register says without a period", () => {
    expect(find(seen([], within("2026-10", "2026-10")), "justice.openJudgments").value).to.equal(0);
    // A register that speaks of years is cut by them: no entry in sight is no zero.
    expect(find(seen([], within("2026-10", "2026-10")), "justice.honours").value).to.equal(null);
  });
});

describe("trends", () => {
  it("tell the same figure a year before", () => {
    const { value, before } = indicator(
      "operation.electricityKwh12m",
      months(24, (back) => (back < 12 ? 110 : 100)),
    );
    expect([value, before]).to.deep.equal([1_320, { value: 1_200, asOf: "2025-10-31" }]);
    expect(
      indicator(
        "operation.electricityKwh12m",
        months(13, () => 1),
      ).before,
    ).to.equal(undefined);
    const penalty = (decidedOn: string) =>
      record("administrative-penalties", { decisionNo: decidedOn, penaltyKind: "fine", decidedOn });
    const penalties = ["2026-01-01", "2025-06-01", "2024-01-01"].map(penalty);
    expect(indicator("justice.penalties24m", penalties)).to.deep.include({
      value: 2,
      before: { value: 2, asOf: "2025-11-15" },
    });
  });
});
