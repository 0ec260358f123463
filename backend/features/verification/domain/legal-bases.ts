import type { Bilingual } from "./check-params.ts";

/** What lets an authority look something up without the enterprise's consent. */
export interface LegalBasis {
  readonly code: string;
  /** The provision by its own title, with the version that its number is of. */
  readonly provision: string;
  readonly name: Bilingual;
  /** Codes of the departments that it is given to; all where absent. */
  readonly departments?: readonly string[];
  /** Whether it reaches catalogs that are marked sensitive. */
  readonly sensitive: boolean;
  /** For so many days the enterprise may be kept from knowing, with a reason; 0: it is told at once. */
  readonly withholdDays: number;
}

export const LEGAL_BASES = [
  {
    code: "civilEnforcement",
    provision: "《中华人民共和国民事诉讼法》（2023年修正）第二百五十三条",
    name: { zh: "查询被执行人财产", en: "Inquiry into the property of a person under enforcement" },
    departments: ["court"],
    sensitive: true,
    // Property is hidden by who is warned.
    withholdDays: 30,
  },
  {
    code: "courtEvidence",
    provision: "《中华人民共和国民事诉讼法》（2023年修正）第七十条",
    name: { zh: "法院调查取证", en: "Evidence taken by a court" },
    departments: ["court"],
    sensitive: true,
    withholdDays: 0,
  },
  {
    code: "criminalEvidence",
    provision: "《中华人民共和国刑事诉讼法》（2018年修正）第五十四条",
    name: { zh: "刑事案件收集、调取证据", en: "Evidence in a criminal case" },
    departments: ["court", "procuratorate", "public-security"],
    sensitive: true,
    withholdDays: 180,
  },
  {
    code: "taxInspection",
    provision: "《中华人民共和国税收征收管理法》（2015年修正）第五十七条",
    name: { zh: "税务检查中向有关单位调查", en: "Inquiry in a tax inspection" },
    departments: ["taxation"],
    sensitive: true,
    withholdDays: 0,
  },
  {
    code: "penaltyInvestigation",
    provision: "《中华人民共和国行政处罚法》（2021年修订）第五十四条",
    name: { zh: "行政处罚调查", en: "Investigation of an administrative offence" },
    sensitive: false,
    withholdDays: 0,
  },
  {
    code: "licensingReview",
    provision: "《中华人民共和国行政许可法》（2019年修正）第三十四条",
    name: { zh: "行政许可申请材料核查", en: "Review of an application for a permit" },
    sensitive: false,
    withholdDays: 0,
  },
] as const satisfies readonly LegalBasis[];

export type LegalBasisCode = (typeof LEGAL_BASES)[number]["code"];

export const legalBasis = (code: LegalBasisCode): LegalBasis =>
  LEGAL_BASES.find((basis) => basis.code === code) as LegalBasis;

export const mayUseBasis = ({ departments }: LegalBasis, departmentCode: string | undefined): boolean =>
  departmentCode !== undefined && (departments === undefined || departments.includes(departmentCode));

/** The catalogs that the basis doesn't reach. */
export const beyondBasis = (
  { sensitive }: LegalBasis,
  catalogs: readonly { readonly id: string; readonly sensitivity: string }[],
): string[] => (sensitive ? [] : catalogs.filter((catalog) => catalog.sensitivity === "sensitive").map(({ id }) => id));

export interface LegalUse {
  readonly code: LegalBasisCode;
  readonly caseNo: string;
  readonly officer: string;
}

/** As it stands in the access log. */
export const legalBasisText = ({ code, caseNo, officer }: LegalUse): string =>
  `${legalBasis(code).provision}；案号/文号：${caseNo}；经办人：${officer}`;
