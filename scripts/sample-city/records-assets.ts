import { addDays, addYears, daysBetween } from "./calendar.ts";
import { type City, type RowsByCatalog, subject, type TrueRow, yuan } from "./city.ts";
import { closingDate, type Enterprise } from "./enterprise.ts";
import type { Random } from "./random.ts";

const TYPES = { company: "有限责任公司", individual: "个体工商户", cooperative: "农民专业合作社" };
const STATUSES = { active: "存续", dormant: "歇业", cancelled: "注销", revoked: "吊销" };
const SIZES = { micro: "微型", small: "小型", medium: "中型" };

const registration = (enterprise: Enterprise, city: City): TrueRow => ({
  uscc: enterprise.uscc,
  name: enterprise.name,
  enterpriseType: TYPES[enterprise.form],
  status: STATUSES[enterprise.status],
  establishedOn: enterprise.establishedOn,
  registeredCapital: yuan(enterprise.registeredCapital * 10_000),
  districtCode: enterprise.district.zh,
  industryCode: enterprise.industry.code,
  industryName: enterprise.industry.name,
  legalRepresentative: enterprise.legalRepresentative,
  scale: SIZES[enterprise.size],
  address: enterprise.address,
  registrationNumber: enterprise.registrationNumber,
  sourceUpdatedOn: addDays(city.asOf, -(enterprise.serial % 28) - 1),
});

/** A day between the founding and asOf, the later the likelier not. */
function dayOfLife(enterprise: Enterprise, city: City, random: Random, mostDays = 4_000): string {
  const life = Math.min(mostDays, daysBetween(enterprise.establishedOn, city.asOf));
  return addDays(city.asOf, -Math.floor(random.between(1, Math.max(2, life))));
}

const YEARS_VALID: Readonly<Record<string, number>> = {
  烟草专卖零售许可证: 5,
  食品经营许可证: 5,
  食品生产许可证: 5,
  道路运输经营许可证: 4,
  采矿许可证: 10,
  安全生产许可证: 3,
  高新技术企业证书: 3,
  科技型中小企业证明: 1,
  排污许可证: 5,
  取水许可证: 5,
  农作物种子生产经营许可证: 5,
};

const ISSUERS: Readonly<Record<string, string>> = {
  烟草专卖零售许可证: "烟草专卖局",
  道路运输经营许可证: "交通运输局",
  采矿许可证: "自然资源局",
  安全生产许可证: "应急管理局",
  高新技术企业证书: "云南省科学技术厅",
  科技型中小企业证明: "云南省科学技术厅",
  排污许可证: "生态环境分局",
  取水许可证: "水利局",
  农作物种子生产经营许可证: "农业农村局",
  动物防疫条件合格证: "农业农村局",
};

const PREFIX: Readonly<Record<string, string>> = {
  食品经营许可证: "JY1",
  食品生产许可证: "SC1",
  高新技术企业证书: "GR",
  排污许可证: "PWX",
};

function licence(enterprise: Enterprise, city: City, kind: string, random: Random): TrueRow {
  const years = YEARS_VALID[kind];
  const issuer = ISSUERS[kind] ?? "市场监督管理局";
  const lifeDays = daysBetween(enterprise.establishedOn, city.asOf);
  // A sound enterprise renews in time, so the licence shown is its latest; one in ten forgets to.
  const late = enterprise.fixed === undefined && random.chance(0.08);
  const most = Math.min(lifeDays, (years ?? 8) * 365 - 30 + (late ? 400 : 0));
  const validFrom = addDays(city.asOf, -random.int(Math.min(10, most), Math.max(11, most)));
  const validTo = years === undefined ? null : addDays(addYears(validFrom, years), -1);
  const closed = closingDate(enterprise, city.months) !== null;
  const expired = validTo !== null && validTo < city.asOf;
  return {
    ...subject(enterprise),
    kind,
    licenceNo: `${PREFIX[kind] ?? ""}${enterprise.district.code}${String(enterprise.serial).padStart(8, "0")}`,
    issuer: issuer.startsWith("云南省") ? issuer : `${enterprise.district.zh}${issuer}`,
    validFrom,
    validTo: validTo ?? "长期",
    status: closed ? "注销" : expired ? "过期" : "有效",
  };
}

function licences(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const kinds =
    enterprise.fixed?.licences ??
    enterprise.industry.licences.filter(([, chance]) => random.chance(chance)).map(([kind]) => kind);
  return kinds.map((kind) => licence(enterprise, city, kind, random));
}

const SCALE = { micro: 0.35, small: 1, medium: 2.6 };

function realEstate(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const typical = { micro: 180, small: 1_400, medium: 9_000 }[enterprise.size];
  const premises =
    enterprise.fixed?.premises ??
    Array.from({ length: Math.min(6, random.count(enterprise.industry.premises * SCALE[enterprise.size])) }, () => ({
      areaSqm: Math.round(typical * random.between(0.4, 1.8) * 100) / 100,
      mortgaged: random.chance(enterprise.declineFrom ? 0.65 : 0.3),
    }));
  return premises.map(({ areaSqm, mortgaged }) => {
    const registeredOn = dayOfLife(enterprise, city, random);
    const { zh } = enterprise.district;
    const number = city.number(`estate/${enterprise.district.code}`);
    return {
      ...subject(enterprise),
      certificateNo: `云（${registeredOn.slice(0, 4)}）${zh}不动产权第${String(number).padStart(7, "0")}号`,
      usage: random.pick(["工业", "商业", "办公", "仓储"]),
      areaSqm,
      mortgaged: mortgaged ? "已抵押" : "未抵押",
      registeredOn,
      location: enterprise.address,
    };
  });
}

const PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

/** 云F and five signs: a letter and four digits first, two letters and three digits when those are used up. */
function plate(number: number): string {
  const single = PLATE_LETTERS.length * 10_000;
  if (number < single) {
    const mixed = (number * 7_919 + 13) % single;
    return `云F${PLATE_LETTERS[Math.floor(mixed / 10_000)]}${String(mixed % 10_000).padStart(4, "0")}`;
  }
  const left = number - single;
  const letters = Math.floor(left / 1_000);
  const first = PLATE_LETTERS[Math.floor(letters / PLATE_LETTERS.length) % PLATE_LETTERS.length];
  return `云F${first}${PLATE_LETTERS[letters % PLATE_LETTERS.length]}${String(left % 1_000).padStart(3, "0")}`;
}

function vehicles(enterprise: Enterprise, city: City, random: Random): TrueRow[] {
  const count = enterprise.fixed?.vehicles ?? random.count(enterprise.industry.vehicles * SCALE[enterprise.size]);
  const haulage = enterprise.industry.code === "5431";
  return Array.from({ length: count }, () => ({
    ...subject(enterprise),
    plate: plate(city.number("plate")),
    vehicleType: haulage
      ? random.pick(["重型货车", "重型半挂牵引车", "中型货车", "轻型厢式货车"])
      : random.pick(["小型轿车", "小型普通客车", "轻型货车"]),
    registeredOn: dayOfLife(enterprise, city, random, 3_000),
    status: random.weighted<string>([
      ["正常", 20],
      ["抵押", enterprise.declineFrom ? 5 : 1],
      ["查封", enterprise.declineFrom ? 2 : 0],
      ["逾期未检验", 0.5],
    ]),
  }));
}

export const assetRows = (enterprise: Enterprise, city: City, random: Random): RowsByCatalog => ({
  "business-registration": [registration(enterprise, city)],
  "business-licences": licences(enterprise, city, random),
  "real-estate": realEstate(enterprise, city, random),
  vehicles: vehicles(enterprise, city, random),
});
