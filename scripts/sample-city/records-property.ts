import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import { ended, LENDERS, licenceRow, roundYuan, someDay, type Traits } from "./traits.ts";

/** Land, forests, building sites and what is lent on them. */
export function propertyRows(
  e: Enterprise,
  city: City,
  random: Random,
  traits: Traits,
  estates: readonly TrueRow[],
): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const { zh, code } = e.district;
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  const mortgage = (certificateNo: string, area: number): TrueRow => {
    const registeredOn = someDay(e, city, random, 900);
    return {
      ...who,
      mortgageNo: `云（${registeredOn.slice(0, 4)}）${zh}不动产证明第${String(city.number(`mortgage/${code}`)).padStart(7, "0")}号`,
      certificateNo,
      mortgagee: random.pick(LENDERS),
      securedAmount: yuan(Math.max(10, Math.round((area * random.between(1_200, 2_600)) / 10_000)) * 10_000),
      registeredOn,
      cancelledOn: null,
      status: "valid",
      sourceUpdatedOn: addDays(city.asOf, -random.int(1, 40)),
    };
  };
  // Each estate that says it is mortgaged has its mortgage in the register of mortgages.
  const mortgaged = estates.filter((estate) => estate.mortgaged === "已抵押");
  if (mortgaged.length > 0) {
    rows["real-estate-mortgages"] = mortgaged.map((estate) =>
      mortgage(String(estate.certificateNo), Number(estate.areaSqm)),
    );
  }
  some("land-use-rights", (traits.industrial ? 0.4 : traits.farm ? 0.05 : 0.06) * traits.scale, () => {
    const registeredOn = someDay(e, city, random, 4_000);
    return {
      ...who,
      certificateNo: `玉国用（${registeredOn.slice(0, 4)}）第${String(city.number("land")).padStart(6, "0")}号`,
      acquired: random.pick(["granted", "granted", "leased", "transferred"]),
      usage: traits.industrial ? "industrial" : random.pick(["commercial", "storage", "other"]),
      areaSqm: Math.round(random.between(800, 9_000) * traits.scale * 100) / 100,
      mortgaged: random.chance(traits.trouble ? 0.7 : 0.35) ? "true" : "false",
      registeredOn,
      validTo: addDays(registeredOn, 50 * 365),
    };
  });
  some("mining-rights", traits.mining ? 0.95 : 0, () => ({
    ...licenceRow(e, city, random, "mine", "C5304", 10, "云南省自然资源厅"),
    kind: random.chance(0.85) ? "mining" : "exploration",
    mineral: e.industry.code === "0911" ? "铜矿" : "铁矿",
    areaSqkm: Math.round(random.between(0.2, 12) * 100) / 100,
  }));
  some("planning-permits", (traits.industrial || traits.construction ? 0.12 : 0.01) * traits.scale, () => ({
    ...who,
    permitNo: `建字第${code}${String(city.number("planning")).padStart(6, "0")}号`,
    kind: random.pick(["land", "works", "rural"]),
    projectName: `${e.district.short}${random.pick(["厂房", "仓库", "综合楼"])}建设项目`,
    areaSqm: random.int(500, 30_000),
    issuedOn: someDay(e, city, random, 1_500),
  }));
  some("forest-rights", traits.farm ? 0.06 : 0.004, () => {
    const registeredOn = someDay(e, city, random, 3_000);
    return {
      ...who,
      certificateNo: `玉林证字（${registeredOn.slice(0, 4)}）第${String(city.number("forest")).padStart(6, "0")}号`,
      areaMu: Math.round(random.between(20, 900) * 10) / 10,
      species: random.pick(["云南松", "核桃", "桉树", "华山松"]),
      mortgaged: random.chance(0.2) ? "true" : "false",
      registeredOn,
      validTo: addDays(registeredOn, 30 * 365),
      status: "valid",
    };
  });
  if (traits.construction) {
    some("construction-qualifications", 0.9, () => ({
      ...licenceRow(e, city, random, "qualification", "D353", 5, "云南省住房和城乡建设厅"),
      category: random.pick(["建筑工程施工总承包", "市政公用工程施工总承包", "钢结构工程专业承包"]),
      grade: e.size === "medium" ? random.pick(["first", "second"]) : random.pick(["second", "third", "none"]),
    }));
    for (let i = random.count(1.1 * traits.scale); i > 0; i--) {
      const issuedOn = someDay(e, city, random, 1_000);
      const price = Math.max(30, Math.round((traits.yearly * random.between(0.15, 0.5)) / 10_000)) * 10_000;
      const projectName = `${e.district.short}${random.pick(["安置房", "标准厂房", "道路改造", "学校扩建"])}${city.number("site")}号工程`;
      some("construction-permits", 1, () => ({
        ...who,
        permitNo: `${code}${issuedOn.replaceAll("-", "").slice(0, 6)}${String(city.number("site-permit")).padStart(4, "0")}`,
        projectName,
        role: "builder",
        contractPrice: yuan(price),
        issuedOn,
        plannedEnd: addDays(issuedOn, random.int(200, 600)),
      }));
      some("construction-wage-guarantees", 0.8, () => ({
        ...who,
        guaranteeNo: `玉薪保${String(city.number("wage-guarantee")).padStart(7, "0")}`,
        form: random.pick(["cash", "letter", "insurance"]),
        amount: yuan(Math.round(price * 0.015)),
        workers: random.int(8, 120),
        depositedOn: issuedOn,
        releasedOn: null,
        status: "held",
      }));
      const acceptedOn = ended(issuedOn, random.int(250, 650), city);
      if (acceptedOn !== null) {
        some("completion-filings", 0.9, () => ({
          ...who,
          filingNo: `玉竣备${String(city.number("completion")).padStart(6, "0")}`,
          projectName,
          finalCost: roundYuan(price * random.between(0.95, 1.15)),
          acceptedOn,
          filedOn: acceptedOn,
        }));
      }
    }
  }
  if (traits.construction || traits.software || traits.industrial) {
    some("bid-awards", 0.2 * traits.scale, () => {
      const awardedOn = someDay(e, city, random, 700);
      return {
        ...who,
        sectionNo: `YX${awardedOn.replaceAll("-", "")}${String(city.number("bid")).padStart(5, "0")}`,
        projectName: random.pick(["信息化采购", "道路养护", "校舍维修", "农田水利", "设备采购"]),
        tenderer: `${zh}人民政府`,
        awardAmount: yuan(Math.max(3, Math.round((traits.yearly * random.between(0.03, 0.25)) / 10_000)) * 10_000),
        awardedOn,
      };
    });
  }
  some("government-procurement", (traits.software || traits.construction ? 0.2 : 0.025) * traits.scale, () => {
    const signedOn = someDay(e, city, random, 900);
    const amount = roundYuan(Math.max(8_000, traits.yearly * random.between(0.02, 0.2)));
    return {
      ...who,
      contractNo: `玉政采〔${signedOn.slice(0, 4)}〕${String(city.number("procurement")).padStart(5, "0")}`,
      buyer: random.pick(["玉溪市教育体育局", "玉溪市人民医院", "红塔区人民政府", "玉溪市水利局"]),
      projectName: random.pick(["办公设备采购", "软件运维服务", "食堂食材配送", "绿化养护"]),
      contractAmount: amount,
      paidAmount: (amount * BigInt(random.int(0, 100))) / 100n,
      signedOn,
      performance: random.pick(["good", "good", "fair", traits.trouble ? "bad" : "good"]),
    };
  });
  return rows;
}
