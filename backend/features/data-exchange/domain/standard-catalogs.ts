import type { Catalog, DepartmentEntry } from "./catalog.ts";
import { BEHAVIOUR_CATALOGS } from "./catalogs-behaviour.ts";
import { IDENTITY_CATALOGS } from "./catalogs-identity.ts";
import { OPERATION_CATALOGS } from "./catalogs-operation.ts";

/** The departments that own the standard catalogs. */
export const STANDARD_DEPARTMENTS: readonly DepartmentEntry[] = [
  { code: "market-regulation", name: { zh: "玉溪市市场监督管理局", en: "Yuxi Administration for Market Regulation" } },
  { code: "taxation", name: { zh: "国家税务总局玉溪市税务局", en: "Yuxi Tax Service" } },
  {
    code: "human-resources",
    name: { zh: "玉溪市人力资源和社会保障局", en: "Yuxi Human Resources and Social Security Bureau" },
  },
  { code: "provident-fund", name: { zh: "玉溪市住房公积金管理中心", en: "Yuxi Housing Provident Fund Centre" } },
  { code: "power-supply", name: { zh: "云南电网玉溪供电局", en: "Yunnan Power Grid, Yuxi Power Supply Bureau" } },
  { code: "court", name: { zh: "玉溪市中级人民法院", en: "Yuxi Intermediate People's Court" } },
  {
    code: "natural-resources",
    name: { zh: "玉溪市自然资源和规划局", en: "Yuxi Natural Resources and Planning Bureau" },
  },
  { code: "public-security", name: { zh: "玉溪市公安局", en: "Yuxi Public Security Bureau" } },
];

/** The twelve catalogs that a credit profile is computed from. */
export const STANDARD_CATALOGS: readonly Catalog[] = [
  ...IDENTITY_CATALOGS,
  ...OPERATION_CATALOGS,
  ...BEHAVIOUR_CATALOGS,
];

export function standardCatalog(id: string): Catalog {
  const catalog = STANDARD_CATALOGS.find((candidate) => candidate.id === id);
  if (!catalog) throw new RangeError(`no standard catalog ${id}`);
  return catalog;
}
