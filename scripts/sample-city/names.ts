import type { Industry } from "./industries.ts";
import type { Random } from "./random.ts";

const list = (text: string): string[] => [...text];

const BRAND_FIRST = list(
  "云溪滇玉恒聚兴锦瑞鑫福泰康华嘉荣盛宏昌永和顺祥达裕丰润汇诚信德明金银龙凤秀碧星抚杞哀红绿青山水东南",
);
const BRAND_SECOND = list(
  "源丰泰和兴盛达隆茂发旺祥瑞通顺康宁安华昌荣辉腾远航鸿图润泽林禾穗田海川江湖岭峰创联众合一正大广",
);

const SURNAMES: readonly (readonly [string, number])[] = [
  ["李", 9],
  ["王", 8],
  ["杨", 8],
  ["张", 8],
  ["普", 5],
  ["刘", 5],
  ["陈", 5],
  ["白", 4],
  ["马", 4],
  ["赵", 4],
  ["周", 3],
  ["黄", 3],
  ["罗", 3],
  ["方", 3],
  ["施", 2],
  ["龚", 2],
  ["沐", 1],
  ["矣", 1],
  ["刀", 2],
  ["钱", 2],
  ["郭", 2],
  ["师", 2],
  ["段", 2],
  ["高", 2],
  ["孙", 2],
  ["朱", 2],
  ["邓", 1],
  ["可", 1],
  ["鲁", 1],
  ["纳", 2],
];
const GIVEN = list(
  "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰文建国春梅红志云雪琴海燕波晓辉鹏婷宇佳浩林萍俊光祥忠福贵荣",
);

export function personName(random: Random): string {
  const surname = random.weighted(SURNAMES);
  return surname + random.pick(GIVEN) + (random.chance(0.72) ? random.pick(GIVEN) : "");
}

export type Form = "company" | "individual" | "cooperative";

/** A name that no other enterprise has; `taken` grows. A third character helps where two are used up. */
export function enterpriseName(
  random: Random,
  industry: Industry,
  form: Form,
  district: string,
  taken: Set<string>,
): string {
  for (let attempt = 0; ; attempt++) {
    const third = attempt > 2 ? random.pick(BRAND_SECOND) : "";
    const fourth = attempt > 8 ? random.pick(BRAND_FIRST) : "";
    const brand = random.pick(BRAND_FIRST) + random.pick(BRAND_SECOND) + third + fourth;
    const place = random.chance(0.45) ? "玉溪" : `玉溪${district}`;
    const name =
      form === "company"
        ? `${random.chance(0.8) ? place : district}${brand}${random.pick(industry.companyWords)}有限公司`
        : form === "cooperative"
          ? `${district}${brand}${random.pick(industry.companyWords)}农民专业合作社`
          : `${district}${brand}${random.pick(industry.shopWords)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

const STREETS = [
  "玉兴路",
  "红塔大道",
  "太极路",
  "凤凰路",
  "抚仙路",
  "秀山路",
  "星云路",
  "环城东路",
  "人民路",
  "龙泉路",
  "工业园区",
  "明珠路",
];

export const addressIn = (random: Random, district: string): string =>
  `云南省玉溪市${district}${random.pick(STREETS)}${random.int(1, 288)}号`;
