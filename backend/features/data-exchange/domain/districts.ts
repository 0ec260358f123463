import type { Bilingual } from "./catalog.ts";

/** The county-level divisions of Yuxi, GB/T 2260. */
export const YUXI_DISTRICTS: readonly { readonly code: string; readonly name: Bilingual; readonly short: string }[] = [
  { code: "530402", name: { zh: "红塔区", en: "Hongta District" }, short: "红塔" },
  { code: "530403", name: { zh: "江川区", en: "Jiangchuan District" }, short: "江川" },
  { code: "530423", name: { zh: "通海县", en: "Tonghai County" }, short: "通海" },
  { code: "530424", name: { zh: "华宁县", en: "Huaning County" }, short: "华宁" },
  { code: "530425", name: { zh: "易门县", en: "Yimen County" }, short: "易门" },
  { code: "530426", name: { zh: "峨山彝族自治县", en: "Eshan Yi Autonomous County" }, short: "峨山" },
  { code: "530427", name: { zh: "新平彝族傣族自治县", en: "Xinping Yi and Dai Autonomous County" }, short: "新平" },
  {
    code: "530428",
    name: { zh: "元江哈尼族彝族傣族自治县", en: "Yuanjiang Hani, Yi and Dai Autonomous County" },
    short: "元江",
  },
  { code: "530481", name: { zh: "澄江市", en: "Chengjiang City" }, short: "澄江" },
];

/** Every way departments write a district → its code. */
export const DISTRICT_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  YUXI_DISTRICTS.flatMap(({ code, name, short }) => [
    [name.zh, code],
    [`玉溪市${name.zh}`, code],
    [short, code],
    [`${short}县`, code],
  ]),
);
