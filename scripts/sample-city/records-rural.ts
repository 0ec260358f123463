import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import { lastYear, licenceRow, roundYuan, someDay, type Traits } from "./traits.ts";

/** Farms, tobacco, haulage and tourism. */
export function ruralRows(
  e: Enterprise,
  city: City,
  random: Random,
  traits: Traits,
  vehicles: readonly TrueRow[],
): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const year = lastYear(city);
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  if (traits.farm) {
    some("leading-farm-enterprises", e.form === "company" ? 0.1 * traits.scale : 0, () => ({
      ...who,
      level: random.weighted([["county", 5] as const, ["city", 3] as const, ["province", 1] as const]),
      product: e.industry.name,
      households: random.int(20, 900),
      recognisedOn: someDay(e, city, random, 2_200),
    }));
    some("model-cooperatives", e.form === "cooperative" ? 0.3 : 0, () => ({
      ...who,
      level: random.weighted([
        ["county", 5] as const,
        ["city", 3] as const,
        ["province", 1] as const,
        ["national", 0.2] as const,
      ]),
      members: random.int(8, 260),
      contributions: yuan(e.registeredCapital * 10_000),
      recognisedOn: someDay(e, city, random, 2_000),
    }));
    some("land-transfers", 0.4, () => {
      const startsOn = someDay(e, city, random, 2_500);
      const area = Math.round(random.between(8, 320) * traits.scale * 10) / 10 + 1;
      return {
        ...who,
        contractNo: `玉农流〔${startsOn.slice(0, 4)}〕${String(city.number("transfer")).padStart(6, "0")}`,
        areaMu: area,
        yearlyRent: roundYuan(area * random.between(600, 2_400)),
        startsOn,
        endsOn: addDays(startsOn, 365 * random.int(5, 20)),
        township: `${e.district.short}${random.pick(["北城", "大营街", "四街", "九龙", "龙街"])}镇`,
      };
    });
    some("green-food", 0.14 * traits.scale, () => ({
      ...licenceRow(e, city, random, "green", "LB", 3, "中国绿色食品发展中心"),
      kind: random.pick(["green", "green", "organic", "origin"]),
      product: random.pick(["小米辣", "西兰花", "柑橘", "玫瑰鲜切花", "生菜"]),
      yearlyTonnes: random.int(20, 4_000),
    }));
    some("agricultural-subsidies", 0.3, () => ({
      ...who,
      year,
      kind: random.pick(["machinery", "fertility", "insurance", "livestock", "facility"]),
      amount: roundYuan(random.between(800, 60_000)),
      paidOn: `${year}-${random.int(10, 12)}-${random.int(10, 28)}`,
    }));
    if (traits.tobaccoFarm) {
      const area = Math.round(random.between(10, 160) * traits.scale * 10) / 10 + 2;
      const contract = Math.round(area * random.between(125, 150));
      some("tobacco-leaf-contracts", 0.85, () => ({
        ...who,
        contractNo: `YX${year}${e.district.code}${String(city.number("leaf")).padStart(6, "0")}`,
        year,
        growerId: e.representative.id,
        areaMu: area,
        contractKg: contract,
        deliveredKg: Math.round(contract * (traits.trouble ? random.between(0.4, 0.8) : random.between(0.88, 1.02))),
        paidAmount: roundYuan(contract * random.between(30, 36)),
      }));
    }
  }
  if (traits.tobaccoShop && random.chance(0.85)) {
    const licence = licenceRow(e, city, random, "tobacco", "5304", 5, `${e.district.zh}烟草专卖局`);
    const tier = random.int(2, 28);
    rows["tobacco-retail-licences"] = [{ ...licence, tier: String(tier) }];
    rows["tobacco-orders"] = city.months.slice(-5, -1).flatMap((month, i) => {
      const sales = e.revenue[city.months.length - 5 + i]!;
      if (sales <= 0) return [];
      const value = sales * random.between(0.25, 0.5);
      return [
        {
          ...who,
          licenceNo: licence.licenceNo!,
          month,
          cartons: Math.round((value / 180) * 10) / 10,
          orderAmount: yuan(value),
          orders: random.int(3, 5),
        },
      ];
    });
  }
  if (traits.transport) {
    some("road-transport-licences", 0.92, () => ({
      ...licenceRow(e, city, random, "road", "滇交运管许可玉字", 4, `${e.district.zh}交通运输局`),
      business: random.pick(["freight", "freight", "freight", "dangerous-goods"]),
    }));
    some("transport-credit", traits.person ? 0.1 : 0.8, () => ({
      ...who,
      year,
      grade: traits.trouble ? random.pick(["A", "B"]) : random.pick(["AAA", "AA", "AA", "A"]),
      violations: random.count(traits.trouble ? 6 : 1.5),
      accidents: random.count(traits.trouble ? 0.4 : 0.05),
    }));
    if (vehicles.length > 0) {
      rows["operating-vehicles"] = vehicles.map((vehicle) => {
        const issuedOn = String(vehicle.registeredOn);
        const validTo = addDays(city.asOf, random.int(-90, 1_200));
        return {
          ...who,
          certificateNo: `5304${String(city.number("operating")).padStart(8, "0")}`,
          plate: vehicle.plate!,
          loadTonnes: random.pick([1.5, 4.9, 9.8, 18, 32]),
          issuedOn,
          validTo,
          status: validTo < city.asOf ? "expired" : "valid",
        };
      });
    }
  }
  some("culture-licences", traits.hotel ? 0.12 : 0.006, () => ({
    ...licenceRow(e, city, random, "culture", "L-YN-YX", 3, "玉溪市文化和旅游局"),
    kind: random.pick(["agency", "entertainment", "performance", "internet"]),
  }));
  return rows;
}
