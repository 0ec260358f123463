import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import { badDay, lastQuarters, lastYear, licenceRow, quarterRevenue, someDay, type Traits } from "./traits.ts";

const tonnes = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Environment, safety, water, gas and the power grid's own file. */
export function environmentRows(e: Enterprise, city: City, random: Random, traits: Traits): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const year = lastYear(city);
  const { trouble, polluting } = traits;
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  if (polluting) {
    some("discharge-permits", 0.85, () => ({
      ...licenceRow(e, city, random, "discharge", "PW", 5, `玉溪市生态环境局${e.district.short}分局`),
      management: e.size === "medium" ? "key" : random.pick(["simple", "registered"]),
      pollutants: random.pick(["化学需氧量、氨氮", "颗粒物、二氧化硫、氮氧化物", "悬浮物"]),
    }));
    some("environmental-credit", 0.8, () => {
      const grade = trouble ? random.pick(["blue", "yellow", "red"]) : random.pick(["green", "blue", "blue", "yellow"]);
      return { ...who, year, grade, score: { green: 92, blue: 80, yellow: 66, red: 45 }[grade] ?? 70 };
    });
    rows["pollutant-emissions"] = lastQuarters(city, 2).flatMap((end) => {
      const revenue = quarterRevenue(e, end) / 10_000;
      if (revenue <= 0) return [];
      return [
        {
          ...who,
          period: city.months[end]!,
          codTonnes: tonnes(revenue * random.between(0.000_4, 0.002)),
          so2Tonnes: tonnes(revenue * random.between(0.000_2, 0.001_5)),
          noxTonnes: tonnes(revenue * random.between(0.000_3, 0.002)),
          exceedances: random.count(trouble ? 0.8 : 0.08),
        },
      ];
    });
    some("hazardous-waste", 0.35, () => {
      const produced = tonnes(random.between(0.2, 40) * traits.scale);
      return {
        ...who,
        year,
        wasteCode: random.pick(["900-214-08", "900-041-49", "900-249-08", "321-031-48"]),
        producedTonnes: produced,
        transferredTonnes: tonnes(produced * 0.9),
        storedTonnes: tonnes(produced * 0.1),
      };
    });
  }
  some("environmental-penalties", e.fixed ? 0 : polluting ? (trouble ? 0.12 : 0.03) : 0.002, () => {
    const decidedOn = badDay(e, city, random);
    return {
      ...who,
      decisionNo: `玉环罚〔${decidedOn.slice(0, 4)}〕${city.number(`environment/${decidedOn.slice(0, 4)}`)}号`,
      violation: random.pick(["over-limit", "no-permit", "no-assessment", "waste"]),
      fineAmount: yuan(random.int(4, 200) * 2_500),
      decidedOn,
    };
  });
  const risky = traits.construction || traits.mining || e.industry.code === "3011";
  some("safety-permits", e.fixed ? (e.fixed.licences.includes("安全生产许可证") ? 1 : 0) : risky ? 0.85 : 0, () => ({
    ...licenceRow(e, city, random, "safety", "（滇）AQ", 3, "玉溪市应急管理局"),
    area: traits.construction ? "construction" : "mine",
  }));
  some("safety-accidents", e.fixed ? 0 : risky ? 0.03 : 0.001, () => ({
    ...who,
    accidentNo: `YXSG${String(city.number("accident")).padStart(5, "0")}`,
    level: random.chance(0.9) ? "ordinary" : "serious",
    deaths: random.chance(0.3) ? 1 : 0,
    injured: random.int(1, 3),
    loss: yuan(random.int(5, 180) * 10_000),
    happenedOn: someDay(e, city, random, 1_500),
  }));
  some("safety-standardisation", traits.industrial ? 0.4 : 0.02, () => ({
    ...licenceRow(e, city, random, "standard", "滇AQBⅢ", 3, "玉溪市应急管理局"),
    grade: e.size === "medium" ? "second" : "third",
  }));
  const draws = traits.farm ? 0.2 : traits.mining ? 0.5 : 0.02;
  if (e.fixed ? e.fixed.licences.includes("取水许可证") : random.chance(draws)) {
    const permitted = random.int(2_000, 60_000);
    rows["water-permits"] = [
      {
        ...licenceRow(e, city, random, "water", "C530402S", 5, `${e.district.zh}水利局`),
        yearlyCubicMetres: permitted,
        source: random.pick(["surface", "ground"]),
      },
    ];
    rows["water-fees"] = lastQuarters(city, 2).map((end) => {
      const used = Math.round((permitted / 4) * random.between(0.5, 1.1));
      const payable = yuan(used * 0.25);
      const owes = trouble && e.fixed === undefined && random.chance(0.3);
      return { ...who, period: city.months[end]!, cubicMetres: used, payable, paid: owes ? 0n : payable };
    });
  }
  const meters = (catalogId: string, series: string, price: number, each: number): void => {
    const accountNo = `${series}${String(e.serial * 31 + 7).padStart(9, "0")}`;
    rows[catalogId] = city.months.slice(-5, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 5 + i]!;
      if (sales <= 0) return [];
      const used = Math.max(1, Math.round((4 + sales / 20_000) * each * random.between(0.7, 1.3)));
      const billed = yuan(used * price);
      const bad = e.fixed === undefined && e.declineFrom !== null && month >= e.declineFrom;
      const overdue = random.chance(bad ? 0.15 : 0.003) ? billed : 0n;
      return [
        {
          ...who,
          registrationNumber: e.registrationNumber,
          accountNo,
          month,
          cubicMetres: used,
          billedAmount: billed,
          overdueAmount: overdue,
        },
      ];
    });
  };
  if (random.chance(traits.food || traits.hotel ? 0.6 : 0.2)) meters("water-supply", "S", 3.4, traits.hotel ? 6 : 1);
  if (random.chance(traits.hotel || e.industry.code === "6210" ? 0.45 : 0.04)) meters("gas-supply", "R", 4.2, 1.5);
  if (e.metered) {
    rows["electricity-accounts"] = [
      {
        ...who,
        accountNo: `0530${String(e.serial * 97 + 1_000_003).padStart(10, "0")}`,
        usage: traits.industrial ? "large-industry" : traits.farm ? "farming" : "commercial",
        capacityKva: Math.max(5, Math.round(((traits.yearly / 10_000) * e.industry.kwhPer10kYuan) / 2_400)),
        connectedOn: addDays(e.establishedOn, random.int(5, 50)),
        status: traits.closedOn
          ? "cancelled"
          : e.fixed === undefined && trouble && random.chance(0.08)
            ? "stopped"
            : "normal",
        sourceUpdatedOn: addDays(city.asOf, -random.int(1, 30)),
      },
    ];
  }
  return rows;
}
