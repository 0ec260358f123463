import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";

/** True from the month in which business turns bad. */
const inTrouble = (enterprise: Enterprise, month: string): boolean =>
  enterprise.declineFrom !== null && month >= enterprise.declineFrom;

/** Positions of the last months of the quarters that lie wholly in the history and were filed by asOf. */
const quarterEnds = (city: City): number[] =>
  city.months.flatMap((month, i) =>
    Number(month.slice(5)) % 3 === 0 && i >= 2 && i < city.months.length - 1 ? [i] : [],
  );

function taxPayments(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const rows: TrueRow[] = [];
  for (const end of quarterEnds(city)) {
    const revenue = enterprise.revenue.slice(end - 2, end + 1).reduce((sum, amount) => sum + amount, 0);
    if (revenue <= 0) continue;
    const period = city.months[end]!;
    // Small-scale taxpayers below 300,000 yuan a quarter are free of value-added tax.
    const relief = revenue < 300_000 ? 0.25 : 1;
    const payable = yuan(revenue * enterprise.industry.taxRate * relief * random.between(0.88, 1.12));
    const owes = random.chance(inTrouble(enterprise, period) ? 0.35 : 0.004) && enterprise.fixed?.taxGrade !== "A";
    const unpaid = owes ? (payable * BigInt(random.int(20, 100))) / 100n : 0n;
    rows.push({
      ...subject(enterprise),
      period,
      declaredRevenue: yuan(revenue),
      taxPayable: payable,
      taxPaid: payable - unpaid,
      taxUnpaid: unpaid,
    });
  }
  return rows;
}

const POINTS: Readonly<Record<string, readonly [number, number]>> = {
  A: [90, 100],
  B: [70, 89],
  M: [70, 89],
  C: [40, 69],
  D: [5, 39],
};

function taxGrades(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  if (enterprise.form === "individual") return [];
  const rows: TrueRow[] = [];
  const last = Number(city.asOf.slice(0, 4)) - 1;
  for (let year = last - 2; year <= last; year++) {
    const age = year - Number(enterprise.establishedOn.slice(0, 4));
    if (age < 0) continue;
    const grade =
      enterprise.fixed?.taxGrade ??
      (inTrouble(enterprise, `${year}-10`)
        ? random.weighted<string>([
            ["B", 2],
            ["C", 4],
            ["D", 3],
          ])
        : age < 2
          ? "M"
          : random.weighted<string>([
              ["A", enterprise.size === "micro" ? 2 : 4],
              ["B", 6],
              ["C", 0.4],
            ]));
    const [from, to] = POINTS[grade]!;
    rows.push({ ...subject(enterprise), year, grade: `${grade}级`, score: random.int(from, to) });
  }
  return rows;
}

function socialSecurity(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const base = random.between(1_050, 1_650);
  return quarterEnds(city).flatMap((i) => {
    const insured = Math.round(enterprise.staff[i]! * enterprise.insuredShare);
    if (insured === 0) return [];
    const month = city.months[i]!;
    const due = yuan(insured * base * random.between(0.98, 1.02));
    const owed = inTrouble(enterprise, month) && random.chance(0.25) ? due / 2n : 0n;
    return [{ ...subject(enterprise), month, insuredCount: insured, paidAmount: due - owed, owedAmount: owed }];
  });
}

function providentFund(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  if (enterprise.fundShare === 0) return [];
  const each = random.between(420, 1_100);
  const accountNo = `5304${String(enterprise.serial + 1).padStart(8, "0")}`;
  return city.months.slice(-12).flatMap((month, i) => {
    const staff = enterprise.staff[city.months.length - 12 + i]!;
    // Paying in for the staff is the first thing that firms in trouble leave off.
    if (staff === 0 || (inTrouble(enterprise, month) && random.chance(0.6))) return [];
    const contributors = Math.max(1, Math.round(staff * enterprise.fundShare));
    return [{ ...subject(enterprise), accountNo, month, contributors, paidAmount: yuan(contributors * each) }];
  });
}

function electricity(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  if (!enterprise.metered) return [];
  const price = random.between(0.48, 0.64);
  const thrift = random.between(0.75, 1.3);
  const accountNo = `0530${String(enterprise.serial * 97 + 1_000_003).padStart(10, "0")}`;
  return city.months.slice(-24).flatMap((month, i) => {
    const revenue = enterprise.revenue[city.months.length - 24 + i]!;
    if (revenue === 0) return [];
    const base = { micro: 180, small: 900, medium: 5_000 }[enterprise.size];
    const kwh = Math.round(
      base + (revenue / 10_000) * enterprise.industry.kwhPer10kYuan * thrift * random.between(0.93, 1.07),
    );
    const billed = yuan(kwh * price);
    const overdue = random.chance(inTrouble(enterprise, month) ? 0.12 : 0.002) ? billed : 0n;
    return [
      { ...subject(enterprise), accountNo, month, consumptionKwh: kwh, billedAmount: billed, overdueAmount: overdue },
    ];
  });
}

export const operationRows = (enterprise: Enterprise, city: City, random: Random): RowsByCatalog => ({
  "tax-payments": taxPayments(enterprise, city, random),
  "tax-credit-grades": taxGrades(enterprise, city, random),
  "social-security": socialSecurity(enterprise, city, random),
  "provident-fund": providentFund(enterprise, city, random),
  electricity: electricity(enterprise, city, random),
});
