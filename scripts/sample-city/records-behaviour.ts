import { addDays, daysBetween } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";

/** A day of the last three years on which the enterprise existed; for one in decline, a day of its decline. */
function troubledDay(enterprise: Enterprise, city: City, random: Random): string {
  const from = enterprise.declineFrom ? `${enterprise.declineFrom}-01` : enterprise.establishedOn;
  const days = Math.min(1_060, Math.max(2, daysBetween(from, city.asOf)));
  return addDays(city.asOf, -random.int(1, days));
}

const CAUSES = ["买卖合同纠纷", "金融借款合同纠纷", "劳动争议", "建设工程施工合同纠纷", "租赁合同纠纷", "民间借贷纠纷"];

function judgments(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const { fixed, declineFrom } = enterprise;
  const count = fixed?.openJudgments ?? Math.min(6, random.count(declineFrom ? 0.85 : 0.025));
  const yearly = enterprise.revenue.reduce((sum, amount) => sum + amount, 0) / 3;
  return Array.from({ length: count }, () => {
    const filedOn = troubledDay(enterprise, city, random);
    const year = filedOn.slice(0, 4);
    const court = enterprise.district.code.slice(2);
    const closed = fixed === undefined && random.chance(declineFrom ? 0.3 : 0.75);
    const enforced = random.chance(declineFrom ? 0.6 : 0.1);
    const defends = enforced || random.chance(declineFrom ? 0.9 : 0.35);
    const role = enforced ? "被执行人" : defends ? "被告" : "原告";
    const stage = enforced ? "执" : "民初";
    const closedOn = addDays(filedOn, random.int(30, 240));
    const done = closed && closedOn <= city.asOf;
    return {
      ...subject(enterprise),
      caseNo: `（${year}）云${court}${stage}${city.number(`case/${year}/${court}/${stage}`)}号`,
      cause: random.pick(CAUSES),
      role,
      // Courts round to hundreds of yuan in this list.
      amount: yuan(Math.max(3_000, Math.round((yearly * random.between(0.02, 0.35)) / 100) * 100)),
      status: done ? (enforced ? "执行完毕" : "已结案") : enforced ? "执行中" : "审理中",
      filedOn,
      closedOn: done ? closedOn : null,
      sourceUpdatedOn: addDays(city.asOf, -2),
    };
  });
}

const VIOLATIONS: readonly (readonly [string, string])[] = [
  ["未按规定公示年度报告", "警告"],
  ["销售不符合食品安全标准的食品", "罚款"],
  ["发布虚假广告", "罚款"],
  ["未取得许可从事经营活动", "没收违法所得"],
  ["安全生产设施不符合要求", "责令停产停业"],
  ["使用未经检定的计量器具", "罚款"],
];

function penalties(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const count = enterprise.fixed?.penalties ?? Math.min(4, random.count(enterprise.declineFrom ? 0.4 : 0.03));
  return Array.from({ length: count }, () => {
    const decidedOn = troubledDay(enterprise, city, random);
    const [violation, penaltyKind] = random.pick(VIOLATIONS);
    const year = decidedOn.slice(0, 4);
    const { short } = enterprise.district;
    return {
      ...subject(enterprise),
      decisionNo: `玉${short}市监处罚〔${year}〕${city.number(`penalty/${short}/${year}`)}号`,
      violation,
      penaltyKind,
      fineAmount: penaltyKind === "罚款" ? yuan(random.int(2, 120) * 500) : null,
      decidedOn,
      authority: `${enterprise.district.zh}市场监督管理局`,
    };
  });
}

const SUBJECTS = [
  "节水灌溉",
  "蔬菜保鲜",
  "花卉育苗",
  "土壤改良",
  "包装印刷",
  "矿石分选",
  "零件加工",
  "数据采集",
  "病虫害监测",
  "冷链运输",
];
const OBJECTS = ["装置", "方法", "系统", "设备", "工艺", "控制方法"];
const KINDS: readonly (readonly [string, number, number])[] = [
  ["发明", 1, 2],
  ["实用新型", 2, 6],
  ["外观设计", 3, 1],
];

function patents(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const { fixed } = enterprise;
  const scale = { micro: 0.35, small: 1, medium: 2.2 }[enterprise.size];
  const count = fixed?.patents ?? Math.min(30, random.count(enterprise.industry.patents * scale));
  const life = Math.min(2_600, daysBetween(enterprise.establishedOn, city.asOf) - 90);
  if (life < 30) return [];
  return Array.from({ length: count }, (_, i) => {
    const [patentType, digit] =
      fixed === undefined
        ? random.weighted(KINDS.map((kind) => [kind, kind[2]] as const))
        : KINDS[i < fixed.inventions ? 0 : 1]!;
    const grantedOn = addDays(city.asOf, -random.int(10, life));
    const filed = Number(grantedOn.slice(0, 4)) - (digit === 1 ? 2 : 1);
    const number = (city.number(`patent/${filed}/${digit}`) * 104_729) % 10_000_000;
    const lapsed = fixed === undefined && random.chance(0.1);
    return {
      ...subject(enterprise),
      patentNo: `ZL${filed}${digit}${String(number).padStart(7, "0")}.${number % 10}`,
      title: `一种${random.pick(SUBJECTS)}${random.pick(OBJECTS)}`,
      patentType,
      grantedOn,
      status: lapsed ? "未缴年费终止" : "专利权维持",
    };
  });
}

export const behaviourRows = (enterprise: Enterprise, city: City, random: Random): RowsByCatalog => ({
  "court-judgments": judgments(enterprise, city, random),
  "administrative-penalties": penalties(enterprise, city, random),
  patents: patents(enterprise, city, random),
});
