import { addDays } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";
import { badDay, ended, LENDERS, lastYear, roundYuan, someDay, type Traits } from "./traits.ts";

/** Courts, notaries, arbitration, credit lists and investment projects. */
export function justiceRows(e: Enterprise, city: City, random: Random, traits: Traits): RowsByCatalog {
  const rows: Record<string, TrueRow[]> = {};
  const who = subject(e);
  const { trouble } = traits;
  const steady = e.fixed !== undefined && e.fixed.openJudgments === 0;
  const court = e.district.code.slice(2);
  const some = (catalogId: string, chance: number, make: () => TrueRow): void => {
    if (random.chance(chance)) rows[catalogId] = [...(rows[catalogId] ?? []), make()];
  };
  const owed = (): bigint => roundYuan(Math.max(6_000, traits.yearly * random.between(0.02, 0.25)));
  const touched = (): string => addDays(city.asOf, -random.int(1, 20));

  some("enforcement-cases", steady ? 0 : trouble ? 0.3 : 0.006, () => {
    const filedOn = badDay(e, city, random);
    const closedOn = random.chance(0.35) ? ended(filedOn, random.int(60, 300), city) : null;
    const amount = owed();
    return {
      ...who,
      caseNo: `（${filedOn.slice(0, 4)}）云${court}执${city.number(`enforce/${court}`) + 20_000}号`,
      party: e.name,
      amount,
      outstanding: closedOn ? 0n : (amount * BigInt(random.int(30, 100))) / 100n,
      filedOn,
      closedOn,
      status: closedOn ? "closed" : random.chance(0.3) ? "suspended" : "open",
      sourceUpdatedOn: touched(),
    };
  });
  some("dishonest-debtors", e.fixed ? 0 : trouble ? 0.09 : 0.0008, () => {
    const listedOn = badDay(e, city, random);
    return {
      ...who,
      caseNo: `（${listedOn.slice(0, 4)}）云${court}执恢${city.number(`dishonest/${court}`)}号`,
      party: e.name,
      personId: random.chance(0.5) ? e.representative.id : null,
      conduct: random.pick(["refusal", "evasion", "false-report", "other"]),
      amount: owed(),
      listedOn,
      removedOn: random.chance(0.2) ? ended(listedOn, random.int(60, 400), city) : null,
      sourceUpdatedOn: touched(),
    };
  });
  some("bankruptcies", e.fixed || traits.person ? 0 : trouble ? 0.02 : 0, () => {
    const acceptedOn = badDay(e, city, random);
    return {
      ...who,
      caseNo: `（${acceptedOn.slice(0, 4)}）云04破${city.number("bankruptcy")}号`,
      kind: random.pick(["liquidation", "restructuring", "settlement"]),
      acceptedOn,
      administrator: "云南滇玉律师事务所",
      status: random.chance(0.6) ? "open" : "closed",
    };
  });
  some("notarised-debts", (trouble ? 0.06 : 0.012) * traits.scale, () => {
    const notarisedOn = someDay(e, city, random, 900);
    return {
      ...who,
      notaryNo: `（${notarisedOn.slice(0, 4)}）云玉证字第${city.number("notary")}号`,
      creditor: random.pick(LENDERS),
      amount: roundYuan(Math.max(50_000, traits.yearly * 0.1), 10_000),
      notarisedOn,
      dueOn: addDays(notarisedOn, 365),
      enforcementIssued: !steady && trouble && random.chance(0.3) ? "true" : "false",
    };
  });
  some("labour-arbitrations", steady ? 0 : (trouble ? 0.16 : 0.012) * Math.max(0.5, traits.scale), () => {
    const filedOn = badDay(e, city, random);
    const closedOn = ended(filedOn, random.int(30, 75), city);
    return {
      ...who,
      caseNo: `玉劳人仲案〔${filedOn.slice(0, 4)}〕${city.number("arbitration")}号`,
      dispute: random.pick(["wages", "wages", "insurance", "injury", "contract"]),
      workers: random.int(1, Math.max(1, Math.min(20, traits.staff))),
      awardAmount: closedOn ? roundYuan(random.between(3_000, 180_000)) : null,
      filedOn,
      closedOn,
      result: closedOn ? random.pick(["worker", "settled", "split", "employer"]) : null,
    };
  });
  some("wage-arrears", steady ? 0 : trouble ? (traits.construction ? 0.12 : 0.03) : 0.0006, () => {
    const listedOn = badDay(e, city, random);
    const workers = random.int(3, Math.max(4, Math.min(60, traits.staff)));
    return {
      ...who,
      decisionNo: `玉人社监列〔${listedOn.slice(0, 4)}〕${city.number("wages")}号`,
      workers,
      amount: roundYuan(workers * random.between(8_000, 30_000)),
      listedOn,
      removedOn: random.chance(0.35) ? ended(listedOn, random.int(60, 300), city) : null,
      sourceUpdatedOn: touched(),
    };
  });
  some("joint-punishments", e.fixed ? 0 : trouble ? 0.05 : 0.001, () => {
    const listedOn = badDay(e, city, random);
    return {
      ...who,
      listNo: `SX5304${String(city.number("punished")).padStart(6, "0")}`,
      area: random.pick(["tax", "work-safety", "environment", "quality", "wages", "procurement"]),
      fact: random.pick(["拒不履行行政处罚决定", "拖欠劳动者报酬", "提供虚假材料谋取中标", "违法排污"]),
      listedOn,
      removedOn: random.chance(0.3) ? ended(listedOn, random.int(90, 400), city) : null,
      authority: "玉溪市发展和改革委员会",
      sourceUpdatedOn: touched(),
    };
  });
  some("credit-red-list", trouble ? 0 : 0.04 * Math.max(0.5, traits.scale), () => ({
    ...who,
    year: lastYear(city),
    list: e.fixed?.taxGrade === "A" ? "tax-a" : random.pick(["tax-a", "contract-honouring", "honest-model"]),
    authority: "玉溪市发展和改革委员会",
    listedOn: `${lastYear(city) + 1}-05-${random.int(10, 28)}`,
  }));
  some("project-approvals", (traits.industrial || traits.farm ? 0.14 : 0.03) * traits.scale, () => {
    const approvedOn = someDay(e, city, random, 1_200);
    return {
      ...who,
      projectCode: `${approvedOn.slice(2, 4)}${approvedOn.slice(5, 7)}-${e.district.code}-04-01-${String(city.number("project")).padStart(6, "0")}`,
      projectName: `${e.district.short}${random.pick(["生产线技改", "标准厂房", "冷链仓储", "智慧大棚", "屋顶光伏"])}项目`,
      kind: random.chance(0.9) ? "filing" : "approval",
      investment: yuan(Math.max(20, Math.round((traits.yearly * random.between(0.1, 0.8)) / 10_000)) * 10_000),
      approvedOn,
      stage: random.pick(["planned", "building", "building", "done"]),
    };
  });
  return rows;
}
