import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import {
  badDay,
  ended,
  LENDERS,
  lastQuarters,
  lastYear,
  quarterRevenue,
  roundYuan,
  someDay,
  type Traits,
  yearRevenue,
} from "./traits.ts";

const inTrouble = (e: Enterprise, month: string): boolean => e.declineFrom !== null && month >= e.declineFrom;

function declarations(e: Enterprise, city: City, random: Random, months: number): TrueRow[] {
  return city.months.slice(-1 - months, -1).flatMap((period, i) => {
    const sales = e.revenue[city.months.length - 1 - months + i]!;
    if (sales <= 0) return [];
    const output = sales * 0.09;
    const input = output * random.between(0.62, 0.95);
    const exempt = e.industry.taxRate < 0.006;
    return [
      {
        ...subject(e),
        period,
        taxableSales: exempt ? 0n : yuan(sales),
        exemptSales: exempt ? yuan(sales) : 0n,
        outputTax: exempt ? 0n : yuan(output),
        inputTax: exempt ? 0n : yuan(input),
        taxPayable: exempt ? 0n : yuan(output - input),
        declaredOn: addDays(`${period}-28`, random.int(8, 17)),
        onTime: e.fixed === undefined && random.chance(inTrouble(e, period) ? 0.25 : 0.01) ? "false" : "true",
      },
    ];
  });
}

function statements(e: Enterprise, city: City, random: Random, quarters: number): TrueRow[] {
  const lean = random.between(0.55, 1.2);
  const leverage = random.between(0.25, 0.6);
  return lastQuarters(city, quarters).flatMap((end) => {
    const revenue = quarterRevenue(e, end);
    if (revenue <= 0) return [];
    const period = city.months[end]!;
    const bad = inTrouble(e, period);
    const assets = (e.fixed ? revenue * 4 : Math.max(revenue * 4, e.registeredCapital * 3_000)) * lean;
    const current = assets * 0.6;
    const debt = assets * (bad ? Math.min(1.1, leverage + 0.35) : leverage);
    const margin = bad ? random.between(-0.18, 0.01) : random.between(0.03, 0.15);
    return [
      {
        ...subject(e),
        period,
        assets: roundYuan(assets),
        currentAssets: roundYuan(current),
        liabilities: roundYuan(debt),
        currentLiabilities: roundYuan(debt * 0.7),
        receivables: roundYuan(revenue * (bad ? 1.3 : 0.5)),
        inventory: roundYuan(current * 0.25),
        borrowings: roundYuan(debt * 0.4),
        cash: roundYuan(current * (bad ? 0.04 : 0.2)),
        revenue: yuan(revenue),
        costs: roundYuan(revenue * (1 - margin - 0.05)),
        profit: margin > 0 ? roundYuan(revenue * margin) : null,
        loss: margin > 0 ? null : roundYuan(-revenue * margin),
        interestExpense: roundYuan(debt * 0.4 * 0.012),
      },
    ];
  });
}

const PARTNERS = ["红塔", "云岭", "滇池", "抚仙", "玉江", "星云", "大营", "研和", "九溪", "北城"];

function partners(e: Enterprise, random: Random, year: number, revenue: number): TrueRow[] {
  return (["customer", "supplier"] as const).flatMap((side) => {
    let left = 100;
    return Array.from({ length: random.int(1, 3) }, (_, i) => {
      const share = Math.max(1, Math.min(left - 1, Math.round(random.between(8, 45))));
      left -= share;
      return {
        ...subject(e),
        year,
        side,
        rank: i + 1,
        partnerName: `云南${random.pick(PARTNERS)}${random.pick(["商贸", "实业", "供应链", "农产品", "建材"])}有限公司`,
        amount: roundYuan((revenue * (side === "customer" ? 1 : 0.7) * share) / 100),
        sharePercent: share,
        yearsTraded: random.int(1, Math.max(1, Math.min(12, year - Number(e.establishedOn.slice(0, 4))))),
      };
    });
  });
}

/** What the tax service, the finance bureau and the guarantee company know. */
export function taxRows(e: Enterprise, city: City, random: Random, traits: Traits): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const { trouble } = traits;
  const year = lastYear(city);
  const revenue = yearRevenue(e, city, year);
  const general = traits.yearly > 5_000_000;
  const steady = e.fixed !== undefined;
  rows["tax-registration"] = [
    {
      ...who,
      taxpayerKind: general ? "general" : traits.person && traits.yearly < 600_000 ? "fixed" : "small",
      registeredOn: addDays(e.establishedOn, random.int(1, 25)),
      status:
        e.status === "cancelled" ? "cancelled" : !steady && trouble && random.chance(0.06) ? "abnormal" : "normal",
      taxAuthority: `国家税务总局${e.district.zh}税务局`,
      sourceUpdatedOn: addDays(city.asOf, -random.int(1, 60)),
    },
  ];
  if (general) rows["vat-declarations"] = declarations(e, city, random, 6);
  if (e.form === "company" && revenue > 0) {
    const margin = inTrouble(e, `${year}-10`) ? random.between(-0.15, 0.02) : random.between(0.02, 0.14);
    const income = Math.max(0, revenue * margin);
    rows["corporate-income-tax"] = [
      {
        ...who,
        year,
        revenue: yuan(revenue),
        costs: roundYuan(revenue * (0.95 - margin)),
        profit: margin > 0 ? roundYuan(income) : null,
        loss: margin > 0 ? null : roundYuan(-revenue * margin),
        taxableIncome: yuan(income),
        taxPayable: yuan(income * (traits.technical ? 0.15 : 0.05)),
        rdDeduction: traits.technical && random.chance(0.6) ? roundYuan(revenue * random.between(0.02, 0.09)) : null,
      },
    ];
    rows["financial-statements"] = statements(e, city, random, e.size === "micro" ? 2 : 4);
  }
  if (!traits.person || random.chance(0.15)) {
    rows.invoices = city.months.slice(-7, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 7 + i]!;
      if (sales <= 0) return [];
      const customers = Math.max(1, Math.round((3 + sales / 60_000) * random.between(0.6, 1.4)));
      return [
        {
          ...who,
          month,
          issuedCount: Math.max(1, Math.round(customers * random.between(1, 3))),
          issuedAmount: yuan(sales * random.between(0.85, 1)),
          receivedCount: Math.max(1, Math.round(customers * random.between(0.5, 1.5))),
          receivedAmount: yuan(sales * random.between(0.5, 0.8)),
          redAmount: random.chance(inTrouble(e, month) ? 0.4 : 0.08) ? yuan(sales * random.between(0.01, 0.08)) : 0n,
          customers,
          suppliers: Math.max(1, Math.round(customers * random.between(0.3, 0.8))),
        },
      ];
    });
    if (revenue > 0 && e.form !== "individual") rows["invoice-partners"] = partners(e, random, year, revenue);
  }
  if (!steady && random.chance(trouble ? 0.18 : 0.004)) {
    const period = city.months[lastQuarters(city, 4)[random.int(0, 3)]!]!;
    const cleared = random.chance(0.3);
    rows["tax-arrears"] = [
      {
        ...who,
        taxKind: random.pick(["vat", "income-tax", "other"]),
        period,
        arrears: roundYuan((Math.max(traits.yearly, 100_000) * e.industry.taxRate) / 4),
        announcedOn: ended(`${period}-28`, 35, city),
        clearedOn: cleared ? ended(`${period}-28`, random.int(40, 150), city) : null,
        sourceUpdatedOn: addDays(city.asOf, -random.int(1, 25)),
      },
    ];
  }
  if (!steady && random.chance(trouble ? 0.03 : 0.001)) {
    const decidedOn = badDay(e, city, random);
    rows["tax-violations"] = [
      {
        ...who,
        decisionNo: `玉税稽处〔${decidedOn.slice(0, 4)}〕${city.number(`tax-case/${decidedOn.slice(0, 4)}`)}号`,
        violation: random.pick(["evasion", "false-invoices", "no-payment"]),
        taxRecovered: roundYuan(Math.max(20_000, traits.yearly * 0.02)),
        fine: roundYuan(Math.max(10_000, traits.yearly * 0.01)),
        decidedOn,
        serious: random.chance(0.15) ? "true" : "false",
      },
    ];
  }
  if (traits.exporter) {
    rows["export-refunds"] = lastQuarters(city, 2).map((end) => {
      const sales = quarterRevenue(e, end) * 0.3;
      return {
        ...who,
        period: city.months[end]!,
        exportSales: yuan(sales),
        refundApproved: yuan(sales * 0.09),
        refundPaid: yuan(sales * 0.09),
        category: random.pick(["1", "2", "2", "3"]),
      };
    });
  }
  if (random.chance(0.1 * traits.scale)) {
    const paidOn = someDay(e, city, random, 900);
    rows["fiscal-subsidies"] = [
      {
        ...who,
        paymentNo: `玉财${paidOn.slice(0, 4)}-${String(city.number("payment")).padStart(6, "0")}`,
        year: Number(paidOn.slice(0, 4)),
        programme: random.pick(["中小企业发展专项资金", "高原特色农业发展资金", "技术改造补助", "稳增长奖补资金"]),
        amount: yuan(random.int(1, 40) * 10_000),
        paidOn,
      },
    ];
  }
  if (random.chance((trouble ? 0.1 : 0.05) * traits.scale)) {
    const startsOn = someDay(e, city, random, 500);
    const amount = yuan(random.int(20, 300) * 10_000);
    const called = !steady && trouble && random.chance(0.35);
    const contractNo = `玉担〔${startsOn.slice(0, 4)}〕${String(city.number("guarantee")).padStart(5, "0")}`;
    rows["guarantee-contracts"] = [
      {
        ...who,
        contractNo,
        lender: random.pick(LENDERS),
        guaranteedAmount: amount,
        outstanding: called ? 0n : (amount * BigInt(random.int(30, 100))) / 100n,
        startsOn,
        endsOn: addDays(startsOn, 365),
        overdueDays: called ? random.int(60, 300) : 0,
        counterGuarantee: random.chance(0.6) ? "true" : "false",
        status: called ? "compensated" : "live",
        sourceUpdatedOn: addDays(city.asOf, -random.int(1, 15)),
      },
    ];
    if (called) {
      rows["guarantee-compensations"] = [
        {
          ...who,
          compensationNo: `玉担偿${String(city.number("compensation")).padStart(5, "0")}`,
          contractNo,
          amount,
          recovered: (amount * BigInt(random.int(0, 40))) / 100n,
          paidOn: addDays(startsOn, random.int(100, 330)) < city.asOf ? addDays(startsOn, 100) : startsOn,
          settledOn: null,
        },
      ];
    }
  }
  return rows;
}
