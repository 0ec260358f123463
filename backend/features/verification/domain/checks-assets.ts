import { type FactRecord, no, textOf, unknown, yes } from "./check-facts.ts";
import { check } from "./check-kind.ts";
import { plainName } from "./plain-name.ts";

/* What the subject owns. In a current register of the whole city, having no entry is "no". */

const byNumber = (records: readonly FactRecord[], field: string, wanted: string | undefined): FactRecord[] =>
  records.filter((record) => wanted === undefined || plainName(textOf(record, field) ?? "") === plainName(wanted));

/** Pledges and mortgages that aren't cancelled. */
const standing = (records: readonly FactRecord[]): FactRecord[] =>
  records.filter(({ fields }) => fields.status !== "cancelled" && fields.cancelledOn === undefined);

/** Yes when some are left, no when there are none. */
const anyOf = (records: readonly FactRecord[]) => (records.length > 0 ? yes(records) : no());

const certificateNo = {
  name: "certificateNo",
  label: { zh: "不动产权证号", en: "Certificate number" },
  type: "text",
  maxLength: 100,
  optional: true,
} as const;

export const ASSET_CHECKS = [
  /** Of the given certificate, or of any. */
  check({
    code: "realEstateOwned",
    question: { zh: "名下有不动产（或该证号的不动产）", en: "Does it own real estate (or that of this certificate)?" },
    params: [certificateNo],
    catalogs: ["real-estate"],
    rule: (facts, params) => anyOf(byNumber(facts.of("real-estate"), "certificateNo", params.certificateNo)),
  }),
  /**
   * Yes when what it owns (the given certificate, or all) is free, by its own entry and by the register of mortgages; no
   * when some is mortgaged, or it owns nothing such.
   */
  check({
    code: "realEstateUnmortgaged",
    question: {
      zh: "名下不动产（或该证号的不动产）无抵押",
      en: "Is its real estate (or that of this certificate) free of mortgage?",
    },
    params: [certificateNo],
    catalogs: ["real-estate", "real-estate-mortgages"],
    rule(facts, params) {
      const owned = byNumber(facts.of("real-estate"), "certificateNo", params.certificateNo);
      const mortgages = byNumber(facts.of("real-estate-mortgages"), "certificateNo", params.certificateNo);
      const mortgaged = [...owned.filter(({ fields }) => fields.mortgaged === true), ...standing(mortgages)];
      if (mortgaged.length > 0) return no(mortgaged);
      if (owned.some(({ fields }) => fields.mortgaged === undefined)) return unknown("noValue", owned);
      return anyOf(owned);
    },
  }),
  /** Of the given plate, or any that isn't scrapped. */
  check({
    code: "vehicleOwned",
    question: { zh: "名下有机动车（或该号牌的机动车）", en: "Does it own a vehicle (or that of this plate)?" },
    params: [{ name: "plate", label: { zh: "号牌号码", en: "Plate" }, type: "text", maxLength: 12, optional: true }],
    catalogs: ["vehicles"],
    rule: (facts, { plate }) =>
      anyOf(byNumber(facts.of("vehicles"), "plate", plate).filter(({ fields }) => fields.status !== "scrapped")),
  }),
  /** Yes when no pledge of its equity and no mortgage of its movables stands. */
  check({
    code: "pledgeNone",
    question: {
      zh: "股权无出质，动产无抵押",
      en: "Is it free of pledges of its equity and mortgages of its movables?",
    },
    params: [],
    catalogs: ["equity-pledges", "chattel-mortgages"],
    rule(facts) {
      const found = standing([...facts.of("equity-pledges"), ...facts.of("chattel-mortgages")]);
      return found.length > 0 ? no(found) : yes();
    },
  }),
  /** A patent in force, pledged ones included: of the given number, or of any. */
  check({
    code: "patentOwned",
    question: { zh: "拥有有效专利（或该专利号的专利）", en: "Does it own a patent in force (or that of this number)?" },
    params: [
      { name: "patentNo", label: { zh: "专利号", en: "Patent number" }, type: "text", maxLength: 60, optional: true },
    ],
    catalogs: ["patents"],
    rule: (facts, { patentNo }) =>
      anyOf(byNumber(facts.of("patents"), "patentNo", patentNo).filter(({ fields }) => fields.status !== "lapsed")),
  }),
] as const;
