import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import { addressIn } from "./names.ts";
import { holdersOf } from "./people.ts";
import type { Random } from "./random.ts";
import {
  badDay,
  ended,
  LENDERS,
  lastYear,
  licenceRow,
  roundYuan,
  someDay,
  type Traits,
  yearRevenue,
} from "./traits.ts";

/** What the market regulator, the police and civil affairs know of an enterprise and those who stand for it. */
export function registerRows(e: Enterprise, city: City, random: Random, traits: Traits): RowsByCatalog {
  const who = subject(e);
  const company = e.form === "company";
  const { trouble } = traits;
  const rows: Record<string, TrueRow[]> = {};
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  const place = e.district.short;

  some("registration-changes", 0.35 * Math.min(1, traits.scale), () => {
    const item = random.pick(["name", "legal-representative", "capital", "address", "scope"]);
    const [before, after] =
      item === "name"
        ? [e.name.replace(/^(玉溪)?/u, "滇中"), e.name]
        : item === "address"
          ? [addressIn(random, e.district.zh), e.address]
          : item === "capital"
            ? [`${Math.max(1, Math.round(e.registeredCapital / 2))}万元`, `${e.registeredCapital}万元`]
            : [null, null];
    return { ...who, item, before, after, changedOn: someDay(e, city, random, 1_800) };
  });
  const year = lastYear(city);
  const revenue = yearRevenue(e, city, year);
  const late = trouble && random.chance(0.3);
  if (revenue > 0 && !late && e.status !== "revoked") {
    const assets = revenue * random.between(0.5, 1.1);
    const debt = assets * (trouble ? random.between(0.7, 1.05) : random.between(0.25, 0.65));
    const margin = trouble ? random.between(-0.12, 0.02) : random.between(0.02, 0.14);
    rows["annual-reports"] = [
      {
        ...who,
        year,
        reportedOn: `${year + 1}-0${random.int(2, 6)}-${random.int(10, 28)}`,
        employees: e.staff[city.months.lastIndexOf(`${year}-12`)] ?? null,
        assets: roundYuan(assets),
        liabilities: roundYuan(debt),
        revenue: yuan(revenue),
        netProfit: margin > 0 ? roundYuan(revenue * margin) : null,
        taxTotal: roundYuan(revenue * e.industry.taxRate),
        publicGuarantees: random.chance(trouble ? 0.2 : 0.04) ? "true" : "false",
        website: random.chance(company ? 0.25 : 0.04) ? "true" : "false",
      },
    ];
  } else if (e.fixed === undefined) {
    some("abnormal-operations", late ? 0.9 : 0.04, () => {
      const listedOn = `${year + 1}-07-0${random.int(2, 8)}`;
      return {
        ...who,
        reason: random.chance(0.7) ? "no-report" : "not-at-address",
        listedOn,
        removedOn: random.chance(0.3) ? ended(listedOn, random.int(20, 90), city) : null,
        authority: `${e.district.zh}市场监督管理局`,
        sourceUpdatedOn: addDays(city.asOf, -random.int(1, 20)),
      };
    });
  }
  some("serious-violations", e.fixed ? 0 : trouble ? 0.02 : 0.0006, () => ({
    ...who,
    reason: random.pick(["被列入经营异常名录届满三年仍未履行相关义务", "提交虚假材料取得登记", "组织策划传销"]),
    listedOn: badDay(e, city, random),
    removedOn: null,
    authority: "玉溪市市场监督管理局",
  }));

  const holders = holdersOf(e.representative, random, traits.person);
  if (!traits.person) {
    const capital = yuan(e.registeredCapital * 10_000);
    rows.shareholders = holders.map(({ person, percent }, i) => ({
      ...who,
      shareholderNo: i + 1,
      shareholderName: person.name,
      shareholderKind: "person",
      personId: person.id,
      subscribed: (capital * BigInt(percent)) / 100n,
      paidIn: (capital * BigInt(percent) * BigInt(random.int(20, 100))) / 10_000n,
      sharePercent: percent,
      subscribedOn: e.establishedOn,
    }));
  }
  const named = holders.slice(0, traits.person ? 1 : 2);
  rows["key-personnel"] = named.map(({ person }, i) => ({
    ...who,
    personName: person.name,
    personId: person.id,
    position: i === 0 ? "legal-representative" : "supervisor",
    appointedOn: e.establishedOn,
  }));
  some("person-identities", company ? 0.9 : 0.5, () => ({
    ...who,
    personName: e.representative.name,
    personId: e.representative.id,
    status: e.fixed === undefined && trouble && random.chance(0.02) ? "restricted" : "normal",
    checkedOn: someDay(e, city, random, 300),
  }));
  some("marriage-registrations", company ? 0.3 : 0.12, () => ({
    ...who,
    personId: e.representative.id,
    status: random.chance(0.85) ? "married" : "divorced",
    spouseId: null,
    registeredOn: someDay(e, city, random, 6_000),
  }));

  some("equity-pledges", company ? (trouble ? 0.12 : 0.02) * traits.scale : 0, () => ({
    ...who,
    pledgeNo: `${e.district.code}${String(city.number("pledge")).padStart(8, "0")}`,
    pledgor: e.representative.name,
    pledgee: random.pick(LENDERS),
    pledgedCapital: yuan(Math.max(1, Math.round(e.registeredCapital * random.between(0.2, 0.8))) * 10_000),
    registeredOn: someDay(e, city, random, 900),
    status: random.chance(0.75) ? "valid" : "cancelled",
    sourceUpdatedOn: addDays(city.asOf, -random.int(1, 30)),
  }));
  some("chattel-mortgages", (trouble ? 0.12 : 0.04) * traits.scale, () => ({
    ...who,
    registrationNumber: e.registrationNumber,
    mortgageNo: `53${String(city.number("chattel")).padStart(10, "0")}`,
    collateral: random.pick(["机器设备一批", "原材料及产成品", "烘烤设备", "冷藏设备"]),
    mortgagee: random.pick(LENDERS),
    securedAmount: yuan(random.int(10, Math.max(12, Math.round(traits.yearly / 40_000))) * 10_000),
    registeredOn: someDay(e, city, random, 1_000),
    debtUntil: addDays(city.asOf, random.int(-200, 700)),
    status: random.chance(0.7) ? "valid" : "cancelled",
  }));
  some("trademarks", Math.min(0.7, 0.16 * traits.scale + (traits.food ? 0.06 : 0)), () => {
    const registeredOn = someDay(e, city, random, 3_400);
    return {
      ...who,
      trademarkNo: String(30_000_000 + city.number("trademark") * 7),
      mark: e.name.replace(/^(玉溪)?(红塔|江川|通海|华宁|易门|峨山|新平|元江|澄江)?/u, "").slice(0, 2),
      class: String(random.int(1, 45)),
      registeredOn,
      validTo: addDays(registeredOn, 3_652),
      status: random.chance(0.04) ? "pledged" : "valid",
    };
  });
  if (traits.food) {
    some("food-licences", 0.85, () => ({
      ...licenceRow(
        e,
        city,
        random,
        "food",
        e.industry.code === "1371" ? "SC" : "JY",
        5,
        `${e.district.zh}市场监督管理局`,
      ),
      kind: e.industry.code === "1371" ? "food-production" : "food-business",
      scope: random.pick(["预包装食品销售", "热食类食品制售", "散装食品销售", "蔬菜制品"]),
    }));
  }
  some("special-equipment", traits.industrial || traits.hotel ? 0.5 * traits.scale : 0.02, () => ({
    ...who,
    registrationCode: `梯11云F${String(city.number("equipment")).padStart(5, "0")}`,
    equipmentKind: traits.hotel ? "elevator" : random.pick(["boiler", "pressure-vessel", "crane", "forklift"]),
    registeredOn: someDay(e, city, random, 2_500),
    nextInspectionOn: addDays(city.asOf, random.int(-60, 500)),
    status: traits.closedOn ? "stopped" : "in-use",
  }));
  some("quality-inspections", traits.industrial || traits.food ? 0.18 : 0.02, () => {
    const failed = e.fixed === undefined && random.chance(trouble ? 0.2 : 0.05);
    return {
      ...who,
      reportNo: `玉质检〔${year}〕${String(city.number("quality")).padStart(6, "0")}号`,
      product: random.pick(["包装材料", "蔬菜制品", "水泥", "机械零件", "米线", "纸箱"]),
      inspectedOn: someDay(e, city, random, 900),
      result: failed ? "failed" : "passed",
      failedItems: failed ? random.pick(["标签", "菌落总数", "强度", "净含量"]) : null,
    };
  });
  some(
    "product-certifications",
    Math.min(0.6, (traits.industrial || traits.construction ? 0.22 : 0.04) * traits.scale),
    () => ({
      ...licenceRow(e, city, random, "certificate", "CN", 3, "中国质量认证中心"),
      kind: traits.food ? "food-safety" : random.pick(["quality", "environment", "safety", "ccc"]),
    }),
  );
  some("special-trade-licences", traits.hotel ? 0.85 : 0.002, () => ({
    ...licenceRow(e, city, random, "trade", "云公特", 8, `${place}公安局`),
    trade: traits.hotel ? "hotel" : random.pick(["engraving", "recycling", "pawn"]),
  }));
  some("health-permits", traits.hotel ? 0.9 : 0.03, () => ({
    ...licenceRow(e, city, random, "health", "玉卫公证字", 4, `${e.district.zh}卫生健康局`),
    grade: random.pick(["A", "B", "C"]),
  }));
  some("social-organisations", 0.004, () => ({
    ...who,
    kind: random.pick(["association", "service"]),
    legalRepresentative: e.representative.name,
    startingFunds: yuan(random.int(3, 50) * 10_000),
    registeredOn: someDay(e, city, random, 3_000),
    inspection: random.pick(["passed", "passed", "basic"]),
    status: "active",
  }));
  return rows;
}
