import type { Bilingual } from "./check-params.ts";

/** A kind of information in the one table of all that is known. */
export interface QuerySection {
  readonly code: string;
  readonly name: Bilingual;
  readonly catalogs: readonly string[];
}

const NAMED: readonly QuerySection[] = [
  {
    code: "registration",
    name: { zh: "登记注册", en: "Registration" },
    catalogs: [
      "business-registration",
      "registration-changes",
      "annual-reports",
      "social-organisations",
      "tax-registration",
    ],
  },
  {
    code: "persons",
    name: { zh: "股东与主要人员", en: "Shareholders and persons in charge" },
    catalogs: ["shareholders", "key-personnel"],
  },
  {
    code: "realEstate",
    name: { zh: "不动产", en: "Real estate" },
    catalogs: ["real-estate", "land-use-rights", "forest-rights", "mining-rights", "land-transfers"],
  },
  {
    code: "mortgages",
    name: { zh: "抵押与质押", en: "Mortgages and pledges" },
    catalogs: ["real-estate-mortgages", "chattel-mortgages", "equity-pledges"],
  },
  { code: "vehicles", name: { zh: "车辆", en: "Vehicles" }, catalogs: ["vehicles", "operating-vehicles"] },
  { code: "socialSecurity", name: { zh: "社会保险", en: "Social security" }, catalogs: ["social-security"] },
  { code: "housingFund", name: { zh: "住房公积金", en: "Housing provident fund" }, catalogs: ["provident-fund"] },
  {
    code: "tax",
    name: { zh: "纳税", en: "Tax" },
    catalogs: ["tax-payments", "tax-credit-grades", "tax-arrears", "vat-declarations", "corporate-income-tax"],
  },
  {
    code: "judgments",
    name: { zh: "裁判与执行", en: "Judgments and enforcement" },
    catalogs: ["court-judgments", "enforcement-cases", "dishonest-debtors", "bankruptcies", "labour-arbitrations"],
  },
  {
    code: "penalties",
    name: { zh: "处罚与名单", en: "Penalties and lists" },
    catalogs: [
      "administrative-penalties",
      "environmental-penalties",
      "tax-violations",
      "abnormal-operations",
      "serious-violations",
      "joint-punishments",
      "wage-arrears",
    ],
  },
  { code: "patents", name: { zh: "专利与商标", en: "Patents and trademarks" }, catalogs: ["patents", "trademarks"] },
  {
    code: "licences",
    name: { zh: "证照与资质", en: "Licences and qualifications" },
    catalogs: [
      "business-licences",
      "food-licences",
      "discharge-permits",
      "safety-permits",
      "construction-qualifications",
      "road-transport-licences",
      "special-trade-licences",
      "health-permits",
      "tobacco-retail-licences",
      "culture-licences",
      "water-permits",
      "high-tech-enterprises",
      "specialised-smes",
      "product-certifications",
    ],
  },
  {
    code: "loans",
    name: { zh: "担保与债务", en: "Guarantees and debts" },
    catalogs: ["guarantee-contracts", "guarantee-compensations", "notarised-debts"],
  },
  {
    code: "utilities",
    name: { zh: "水电气", en: "Utilities" },
    catalogs: ["electricity", "electricity-accounts", "water-supply", "gas-supply"],
  },
  {
    code: "related",
    name: { zh: "相关人员", en: "Persons related to it" },
    catalogs: ["person-identities", "marriage-registrations", "talents"],
  },
];

const GROUPS: Readonly<Record<string, Bilingual>> = {
  identity: { zh: "其他身份信息", en: "Other identity" },
  operation: { zh: "其他经营信息", en: "Other operation" },
  tax: { zh: "其他税费信息", en: "Other taxes and fees" },
  people: { zh: "其他人员信息", en: "Other on people" },
  assets: { zh: "其他资产信息", en: "Other assets" },
  justice: { zh: "其他司法与信用信息", en: "Other justice and conduct" },
  innovation: { zh: "其他创新信息", en: "Other innovation" },
  "supply-chain": { zh: "供应链", en: "Supply chain" },
  environment: { zh: "环境与安全", en: "Environment and safety" },
};

const UNGROUPED = { code: "other", name: { zh: "其他", en: "Other" } } as const;

/** The name of each section by its code. */
export const SECTION_NAMES: ReadonlyMap<string, Bilingual> = new Map([
  ...NAMED.map(({ code, name }) => [code, name] as const),
  ...Object.entries(GROUPS).map(([code, name]) => [`other-${code}`, name] as const),
  [UNGROUPED.code, UNGROUPED.name],
]);

/** All catalogs in sections: the named ones first, then what is left of each group. None is left out, none is twice. */
export function sectionsOf(catalogs: readonly { readonly id: string; readonly group?: string }[]): QuerySection[] {
  const ids = new Set(catalogs.map(({ id }) => id));
  const named = NAMED.map((section) => ({ ...section, catalogs: section.catalogs.filter((id) => ids.has(id)) }));
  const taken = new Set(named.flatMap((section) => section.catalogs));
  const rest = catalogs.filter(({ id }) => !taken.has(id));
  const groups = Object.entries(GROUPS).map(([code, name]) => ({
    code: `other-${code}`,
    name,
    catalogs: rest.filter(({ group }) => group === code).map(({ id }) => id),
  }));
  const others = rest.filter(({ group }) => group === undefined || !(group in GROUPS)).map(({ id }) => id);
  return [...named, ...groups, { ...UNGROUPED, catalogs: others }].filter((section) => section.catalogs.length > 0);
}
