import { STANDARD_DEPARTMENTS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import type { FixedEnterprise } from "./enterprise.ts";

/* Who takes part in the demonstration. All of them are invented. */

export interface CastMember {
  readonly kind: "institution" | "department" | "regulator" | "operator" | "enterprise";
  readonly name: { readonly zh: string; readonly en: string };
  readonly uscc: string;
  /** Of departments only. */
  readonly departmentCode?: string;
}

/** A government body's code: authority 1 (public sector), kind 1 (government). */
const government = (organisation: string): string => makeUscc("1", "1", "530400", organisation);

export const CAST_INSTITUTIONS: readonly CastMember[] = [
  {
    kind: "institution",
    name: { zh: "玉溪聂耳农村商业银行股份有限公司", en: "Yuxi Nie Er Rural Commercial Bank" },
    uscc: makeUscc("9", "1", "530402", "MA6KB001"),
  },
  {
    kind: "institution",
    name: { zh: "滇中抚仙银行股份有限公司玉溪分行", en: "Dianzhong Fuxian Bank, Yuxi Branch" },
    uscc: makeUscc("9", "1", "530402", "MA6KB002"),
  },
  {
    kind: "institution",
    name: { zh: "通海秀山村镇银行股份有限公司", en: "Tonghai Xiushan Village Bank" },
    uscc: makeUscc("9", "1", "530423", "MA6KB003"),
  },
];

export const CAST_DEPARTMENTS: readonly CastMember[] = STANDARD_DEPARTMENTS.map(({ code, name }, i) => ({
  kind: "department",
  name,
  uscc: government(`0153D${String(i + 1).padStart(3, "0")}`),
  departmentCode: code,
}));

export const CAST_REGULATOR: CastMember = {
  kind: "regulator",
  name: { zh: "国家金融监督管理总局玉溪监管分局", en: "NFRA Yuxi Branch" },
  uscc: government("0153R001"),
};

export const CAST_OPERATOR: CastMember = {
  kind: "operator",
  name: { zh: "玉溪融桥数据运营有限公司", en: "Yuxi Rongqiao Data Operations" },
  uscc: makeUscc("9", "1", "530402", "MA6KP001"),
};

/** The first three enterprises of every sample city, whatever its seed. */
export const CAST_ENTERPRISES: readonly FixedEnterprise[] = [
  {
    uscc: makeUscc("9", "1", "530402", "MA6KE001"),
    name: "玉溪云溪农业科技有限公司",
    form: "company",
    size: "small",
    districtCode: "530402",
    industryCode: "7511",
    establishedOn: "2019-04-12",
    registeredCapital: 800,
    legalRepresentative: "普云岚",
    yearlyRevenue: 17_500_000,
    yearlyGrowth: 0.16,
    belongings: {
      licences: ["高新技术企业证书", "科技型中小企业证明", "农作物种子生产经营许可证"],
      patents: 7,
      inventions: 2,
      vehicles: 4,
      premises: [{ areaSqm: 1_860.5, mortgaged: false }],
      openJudgments: 0,
      penalties: 0,
      taxGrade: "A",
    },
  },
  {
    uscc: makeUscc("9", "3", "530423", "MA6KE002"),
    name: "通海杞麓绿源蔬菜种植农民专业合作社",
    form: "cooperative",
    size: "small",
    districtCode: "530423",
    industryCode: "0141",
    establishedOn: "2016-09-20",
    registeredCapital: 320,
    legalRepresentative: "杨春林",
    yearlyRevenue: 8_200_000,
    yearlyGrowth: 0.07,
    belongings: {
      licences: ["取水许可证"],
      patents: 0,
      inventions: 0,
      vehicles: 3,
      premises: [{ areaSqm: 920, mortgaged: true }],
      openJudgments: 0,
      penalties: 0,
      taxGrade: "B",
    },
  },
  {
    uscc: makeUscc("9", "1", "530425", "MA6KE003"),
    name: "易门滇矿机械制造有限公司",
    form: "company",
    size: "small",
    districtCode: "530425",
    industryCode: "3484",
    establishedOn: "2011-06-08",
    registeredCapital: 1_500,
    legalRepresentative: "赵志明",
    yearlyRevenue: 21_000_000,
    yearlyGrowth: -0.05,
    declineMonths: 15,
    belongings: {
      licences: ["安全生产许可证"],
      patents: 3,
      inventions: 0,
      vehicles: 5,
      premises: [
        { areaSqm: 3_400, mortgaged: true },
        { areaSqm: 760, mortgaged: true },
      ],
      openJudgments: 2,
      penalties: 1,
      taxGrade: "C",
    },
  },
];

export const DEMO_ENTERPRISE_USCC: string = CAST_ENTERPRISES[0]!.uscc;
