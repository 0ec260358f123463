/** What an enterprise of an industry looks like, so that its records hang together. */
export interface Industry {
  /** GB/T 4754-2017 class. */
  readonly code: string;
  readonly name: string;
  /** Share of the city's enterprises. */
  readonly weight: number;
  /** What stands after the brand in a company's name, and in an individual's or cooperative's. */
  readonly companyWords: readonly string[];
  readonly shopWords: readonly string[];
  /** Chance of being an individual business, and of being a cooperative. */
  readonly individual: number;
  readonly cooperative: number;
  /** Districts where it is at home, with weights; elsewhere weight 1. */
  readonly home: Readonly<Record<string, number>>;
  /** Revenue against the usual of its size. */
  readonly revenueFactor: number;
  /** All taxes as a share of revenue. */
  readonly taxRate: number;
  /** kWh per 10,000 yuan of revenue. */
  readonly kwhPer10kYuan: number;
  /** Yearly revenue a head, in 10,000 yuan. */
  readonly revenuePerHead: number;
  /** Revenue of each month against the year's mean. */
  readonly season: "even" | "harvest" | "tobacco" | "festival" | "dry";
  readonly licences: readonly (readonly [kind: string, chance: number])[];
  readonly vehicles: number;
  readonly patents: number;
  readonly premises: number;
}

/*
 * code | name | weight | company words | shop words | individual | cooperative | home districts | revenue factor |
 * tax rate | kWh per 10,000 yuan | revenue a head | season | licences | vehicles | patents | premises
 */
const TABLE = `
0134|烟草种植|7|烟叶种植 农业发展|烤烟种植农场 烟叶种植家庭农场|0.35|0.45|530403:5 530424:4 530425:3 530426:5 530427:6|0.8|0.004|90|28|tobacco|取水许可证:0.15|0.5|0.02|0.1
0141|蔬菜种植|9|蔬菜种植 蔬菜产业 农业开发|蔬菜种植场 蔬菜家庭农场|0.3|0.35|530403:5 530423:14 530481:3|0.9|0.004|110|26|harvest|取水许可证:0.2|0.8|0.03|0.15
0143|花卉种植|4|花卉 园艺 鲜花产业|花卉种植场 鲜花农场|0.3|0.3|530402:3 530403:5 530423:5|0.9|0.005|160|24|festival|农作物种子生产经营许可证:0.25|0.5|0.1|0.15
0153|柑橘类种植|4|柑桔产业 果业|柑桔种植场 果园|0.35|0.4|530424:14 530427:6 530428:4|0.9|0.004|80|27|harvest|取水许可证:0.15|0.6|0.02|0.1
0313|猪的饲养|3|养殖 牧业 生态养殖|生猪养殖场|0.4|0.3|530423:4 530426:4 530428:3|1.1|0.004|120|60|even|动物防疫条件合格证:0.85|0.8|0.02|0.15
0911|铜矿采选|1|矿业 铜业|采石场|0|0|530425:9 530427:9|3|0.045|900|75|dry|采矿许可证:0.95 安全生产许可证:0.95 排污许可证:0.7|4|0.3|0.7
0810|铁矿采选|1|矿业 铁矿|采石场|0|0|530425:4 530426:5 530427:12|3|0.045|850|75|dry|采矿许可证:0.95 安全生产许可证:0.95 排污许可证:0.7|4|0.2|0.7
1371|蔬菜加工|3|食品 蔬菜加工|蔬菜加工厂|0.2|0.15|530403:3 530423:12|1.5|0.018|260|55|harvest|食品生产许可证:0.85 排污许可证:0.4|2|0.2|0.5
1610|烟叶复烤|1|复烤 烟叶|烟叶加工厂|0|0|530402:10 530423:3|4|0.05|320|110|tobacco|排污许可证:0.9 安全生产许可证:0.5|3|0.5|0.9
2231|纸和纸板容器制造|2|包装 纸制品|纸箱厂|0.1|0|530402:10 530403:3|1.6|0.028|340|62|even|排污许可证:0.5|1.6|0.4|0.6
2319|包装装潢及其他印刷|2|彩印包装 印务|印刷厂|0.15|0|530402:12|1.6|0.03|300|58|even|排污许可证:0.4|1.2|0.7|0.6
2740|中成药生产|1|药业 生物制药|中药饮片厂|0|0|530402:8 530481:4|2.4|0.045|240|80|even|排污许可证:0.7 高新技术企业证书:0.35|1.5|2.5|0.8
3011|水泥制造|1|建材 水泥|建材厂|0|0|530424:5 530425:5 530426:4|3|0.035|1100|90|dry|安全生产许可证:0.6 排污许可证:0.95|4|0.3|0.8
3311|金属结构制造|3|钢结构 金属制品|金属加工部|0.3|0|530402:7 530425:3 530426:4|1.4|0.028|380|65|dry|安全生产许可证:0.3|1.5|0.4|0.4
3484|机械零部件加工|3|机械 机械制造 精工|机械加工部|0.3|0|530402:9 530425:3|1.3|0.03|420|55|even|高新技术企业证书:0.15|1|1|0.4
4710|住宅房屋建筑|4|建筑工程 建设|建筑施工队|0.05|0|530402:8 530423:3|2|0.032|60|60|dry|安全生产许可证:0.9|2.5|0.1|0.3
5123|果品、蔬菜批发|5|果蔬 农产品贸易|果蔬批发部|0.5|0.1|530402:5 530423:12 530424:3|1.5|0.008|60|150|harvest|食品经营许可证:0.6|1.6|0|0.15
5213|便利店零售|9|商贸 便利连锁|便利店 副食店 超市|0.85|0|530402:9 530403:3 530423:4|0.5|0.012|110|45|festival|烟草专卖零售许可证:0.8 食品经营许可证:0.9|0.2|0|0.05
5227|烟草制品零售|7|烟酒商贸|烟酒商行 烟酒店|0.85|0|530402:9 530423:4|0.6|0.012|70|60|festival|烟草专卖零售许可证:0.97 食品经营许可证:0.5|0.2|0|0.05
5212|超级市场零售|2|商贸 超市连锁|超市 生活超市|0.5|0|530402:6|1.4|0.015|150|55|festival|烟草专卖零售许可证:0.7 食品经营许可证:0.95|0.8|0|0.2
5431|普通货物道路运输|6|物流 运输 供应链|货运部|0.4|0|530402:8 530426:4 530428:3|1.2|0.02|20|50|even|道路运输经营许可证:0.92|5|0.02|0.1
6110|旅游饭店|3|酒店管理 酒店|客栈 民宿|0.5|0|530402:6 530403:3 530481:9|1|0.03|420|22|festival|食品经营许可证:0.7 烟草专卖零售许可证:0.2|0.4|0|0.5
6210|正餐服务|8|餐饮管理 餐饮|饭店 鳝鱼米线馆 铜锅鱼庄|0.8|0|530402:9 530403:4 530481:6|0.5|0.018|240|18|festival|食品经营许可证:0.95 烟草专卖零售许可证:0.15|0.2|0|0.05
6513|应用软件开发|3|软件 信息技术 数字科技|软件工作室|0.1|0|530402:20 530481:3|0.9|0.035|25|38|even|高新技术企业证书:0.3 科技型中小企业证明:0.4|0.3|1.2|0.1
6531|信息系统集成服务|2|智能科技 信息工程|电脑服务部|0.15|0|530402:20|1.1|0.03|25|48|even|高新技术企业证书:0.25 科技型中小企业证明:0.3|0.6|0.8|0.1
7511|农林牧渔技术推广服务|3|农业科技 农业技术 生物科技|农技服务部|0.15|0.1|530402:6 530403:3 530423:4|1|0.015|90|40|harvest|高新技术企业证书:0.2 科技型中小企业证明:0.35 农作物种子生产经营许可证:0.3|0.8|1.2|0.2
`;

const words = (text: string): string[] => text.split(" ");

const weights = (text: string): [string, number][] =>
  text === "-" ? [] : words(text).map((pair) => [pair.split(":")[0]!, Number(pair.split(":")[1])]);

export const INDUSTRIES: readonly Industry[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const cells = line.split("|");
    const text = (i: number): string => cells[i]!;
    const number = (i: number): number => Number(cells[i]);
    return {
      code: text(0),
      name: text(1),
      weight: number(2),
      companyWords: words(text(3)),
      shopWords: words(text(4)),
      individual: number(5),
      cooperative: number(6),
      home: Object.fromEntries(weights(text(7))),
      revenueFactor: number(8),
      taxRate: number(9),
      kwhPer10kYuan: number(10),
      revenuePerHead: number(11),
      season: text(12) as Industry["season"],
      licences: weights(text(13)),
      vehicles: number(14),
      patents: number(15),
      premises: number(16),
    };
  });

export const industryOf = (code: string): Industry => {
  const industry = INDUSTRIES.find((candidate) => candidate.code === code);
  if (!industry) throw new RangeError(`no industry ${code}`);
  return industry;
};

/** January to December, mean about 1. */
export const SEASONS: Readonly<Record<Industry["season"], readonly number[]>> = {
  even: [0.9, 0.8, 1.02, 1.02, 1.02, 1.05, 1, 1, 1.04, 1, 1.05, 1.1],
  harvest: [1.2, 1, 1, 0.9, 0.8, 0.8, 0.85, 0.9, 1, 1.1, 1.2, 1.25],
  tobacco: [0.5, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.6, 2, 1.8, 1.2, 0.9],
  festival: [1.3, 1.35, 0.85, 0.9, 1, 0.9, 1.05, 1.05, 0.9, 1.1, 0.8, 0.8],
  dry: [0.9, 0.7, 1.15, 1.2, 1.1, 0.9, 0.8, 0.8, 0.9, 1.1, 1.2, 1.25],
};
