import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import { lastYear, licenceRow, roundYuan, someDay, type Traits } from "./traits.ts";

/** Science, industry, trade and customs. */
export function innovationRows(e: Enterprise, city: City, random: Random, traits: Traits): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const year = lastYear(city);
  const fixed = e.fixed?.licences;
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  const technical = traits.technical && !traits.person;

  some(
    "high-tech-enterprises",
    fixed ? (fixed.includes("高新技术企业证书") ? 1 : 0) : technical ? 0.2 * Math.min(2, traits.scale) : 0,
    () => ({
      ...licenceRow(e, city, random, "high-tech", "GR", 3, "云南省科学技术厅"),
      field: random.pick(["生物与新医药", "电子信息", "先进制造与自动化", "高技术服务", "资源与环境"]),
    }),
  );
  some("technology-smes", fixed ? (fixed.includes("科技型中小企业证明") ? 1 : 0) : technical ? 0.3 : 0, () => ({
    ...who,
    registerNo: `${year + 1}${e.district.code}0C${String(city.number("tech-sme")).padStart(6, "0")}`,
    year: year + 1,
    score: random.int(60, 98),
    listedOn: `${year + 1}-0${random.int(3, 8)}-${random.int(10, 28)}`,
    validTo: `${year + 1}-12-31`,
  }));
  some("specialised-smes", technical && e.size !== "micro" && !traits.trouble ? 0.12 * traits.scale : 0, () => ({
    ...licenceRow(e, city, random, "specialised", "YNZJTX", 3, "云南省工业和信息化厅"),
    level: random.weighted([["innovative", 6] as const, ["specialised", 3] as const, ["little-giant", 0.4] as const]),
    mainProduct: e.industry.name,
  }));
  some("research-projects", technical ? 0.14 * traits.scale : 0.002, () => {
    const startedOn = someDay(e, city, random, 1_400);
    return {
      ...who,
      projectNo: `${startedOn.slice(0, 4)}YX${String(city.number("research")).padStart(5, "0")}`,
      projectName: `${e.industry.name}${random.pick(["关键技术研究", "成果转化", "新品种选育", "智能化升级"])}`,
      level: random.weighted([["city", 6] as const, ["province", 3] as const, ["national", 0.3] as const]),
      funding: yuan(random.int(5, 120) * 10_000),
      startedOn,
      status: random.pick(["running", "accepted"]),
    };
  });
  some("technology-contracts", technical ? 0.12 * traits.scale : 0, () => {
    const registeredOn = someDay(e, city, random, 900);
    const amount = roundYuan(Math.max(20_000, traits.yearly * random.between(0.02, 0.2)));
    return {
      ...who,
      contractNo: `${registeredOn.slice(0, 4)}530400${String(city.number("tech-contract")).padStart(6, "0")}`,
      kind: random.pick(["development", "service", "transfer", "consulting"]),
      contractAmount: amount,
      technologyAmount: (amount * BigInt(random.int(60, 100))) / 100n,
      registeredOn,
    };
  });
  for (let i = traits.person ? 0 : random.count((traits.technical ? 0.5 : 0.06) * traits.scale); i > 0; i--) {
    some("talents", 1, () => ({
      ...who,
      certificateNo: `云职称${String(city.number("talent")).padStart(8, "0")}`,
      personId: e.representative.id,
      level: random.weighted([
        ["senior", 1] as const,
        ["intermediate", 3] as const,
        ["junior", 3] as const,
        ["technician", 1] as const,
      ]),
      speciality: e.industry.name,
      certifiedOn: someDay(e, city, random, 2_500),
    }));
  }
  if (traits.industrial && e.size !== "micro") {
    rows["industrial-output"] = city.months.slice(-7, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 7 + i]!;
      if (sales <= 0) return [];
      return [
        {
          ...who,
          month,
          output: yuan(sales * random.between(0.95, 1.1)),
          orders: yuan(sales * (traits.trouble ? random.between(0.2, 0.7) : random.between(0.7, 1.3))),
          capacityUse: Math.round((traits.trouble ? random.between(25, 60) : random.between(62, 98)) * 10) / 10,
          employees: e.staff[city.months.length - 7 + i]!,
        },
      ];
    });
    rows["industrial-energy"] = city.months.slice(-4, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 4 + i]!;
      if (sales <= 0) return [];
      const tonnes = (sales / 10_000) * e.industry.kwhPer10kYuan * 0.000_123 * random.between(1.1, 1.6);
      return [
        {
          ...who,
          month,
          coalEquivalentTonnes: Math.round(tonnes * 100) / 100,
          coalTonnes: Math.round(tonnes * 40) / 100,
          unitEnergy: Math.round((tonnes / (sales / 10_000)) * 10_000) / 10_000,
        },
      ];
    });
  }
  if (traits.trade && e.size !== "micro" && !traits.person) {
    rows["retail-sales"] = city.months.slice(-7, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 7 + i]!;
      return sales > 0
        ? [
            {
              ...who,
              month,
              sales: yuan(sales),
              onlineSales: yuan(sales * random.between(0, 0.3)),
              stock: yuan(sales * random.between(0.4, 1.5)),
            },
          ]
        : [];
    });
  }
  if (traits.exporter) {
    const filedOn = someDay(e, city, random, 2_500);
    rows["foreign-trade-filings"] = [
      {
        ...who,
        filingNo: String(3_800_000 + city.number("trade-filing")),
        filedOn,
        status: traits.closedOn ? "cancelled" : "active",
      },
    ];
    rows["customs-registrations"] = [
      {
        ...who,
        customsCode: `5304${String(city.number("customs")).padStart(6, "0")}`,
        kind: "trader",
        registeredOn: addDays(filedOn, 10) < city.asOf ? addDays(filedOn, 10) : filedOn,
        validTo: null,
        status: traits.closedOn ? "cancelled" : "valid",
      },
    ];
    rows["customs-credit"] = [
      {
        ...who,
        grade: random.weighted([
          ["registered", 9] as const,
          ["aeo", 0.6] as const,
          ["dishonest", traits.trouble ? 0.6 : 0.02] as const,
        ]),
        gradedOn: someDay(e, city, random, 1_000),
        sourceUpdatedOn: addDays(city.asOf, -random.int(1, 60)),
      },
    ];
    rows["import-export"] = city.months.slice(-7, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 7 + i]!;
      return sales > 0
        ? [
            {
              ...who,
              month,
              exportValue: yuan(sales * random.between(0.1, 0.45)),
              importValue: yuan(sales * random.between(0, 0.06)),
              declarations: random.int(1, 12),
              mainMarket: random.pick(["泰国", "越南", "日本", "阿联酋", "缅甸"]),
            },
          ]
        : [];
    });
  }
  some("employment-subsidies", traits.staff > 3 && e.insuredShare > 0 && !traits.trouble ? 0.3 : 0.01, () => ({
    ...who,
    year,
    kind: random.pick(["retention", "retention", "hiring", "training", "insurance"]),
    amount: roundYuan(Math.max(500, traits.staff * random.between(150, 900))),
    people: Math.max(1, traits.staff),
    paidOn: `${year + 1}-0${random.int(3, 9)}-${random.int(10, 28)}`,
  }));
  return rows;
}
