import { type FactRecord, type Facts, type Finding, no, textOf, yes } from "./check-facts.ts";
import { type AnyCheckKind, check } from "./check-kind.ts";
import type { Bilingual } from "./check-params.ts";
import { plainName } from "./plain-name.ts";

/** In force today: by its own status where it has one, begun, and not over. Without an end it goes on. */
const inForce =
  ({ today }: Facts, from = "validFrom") =>
  (record: FactRecord): boolean =>
    (textOf(record, "status") ?? "valid") === "valid" &&
    (textOf(record, from) ?? today) <= today &&
    (textOf(record, "validTo") ?? today) >= today;

/** Yes when one is in force; "no" names those that there were. */
function anyInForce(facts: Facts, held: readonly FactRecord[], from?: string): Finding {
  const valid = held.filter(inForce(facts, from));
  return valid.length > 0 ? yes(valid) : no(held);
}

/** A permit of one register, of whatever kind. */
const permit = (code: string, catalogId: string, question: Bilingual): AnyCheckKind =>
  check({ code, question, params: [], catalogs: [catalogId], rule: (facts) => anyInForce(facts, facts.of(catalogId)) });

const GRADES = ["special", "first", "second", "third", "none"] as const;
const TRADES = ["pawn", "hotel", "engraving", "recycling"] as const;

/* What the subject may do, and what it was found worthy of. */

export const PERMIT_CHECKS = [
  permit("environmentalPermit", "discharge-permits", {
    zh: "排污许可证有效",
    en: "Is the discharge permit valid?",
  }),
  permit("safetyPermit", "safety-permits", { zh: "安全生产许可证有效", en: "Is the work safety permit valid?" }),
  permit("foodPermit", "food-licences", {
    zh: "食品生产或经营许可证有效",
    en: "Is a food production or food business licence valid?",
  }),
  permit("transportPermit", "road-transport-licences", {
    zh: "道路运输经营许可证有效",
    en: "Is the road transport licence valid?",
  }),
  permit("tobaccoPermit", "tobacco-retail-licences", {
    zh: "烟草专卖零售许可证有效",
    en: "Is the tobacco retail licence valid?",
  }),
  permit("highTechCertificate", "high-tech-enterprises", {
    zh: "高新技术企业证书有效",
    en: "Is the high-tech enterprise certificate valid?",
  }),
  permit("specialisedCertificate", "specialised-smes", {
    zh: "专精特新企业认定有效",
    en: "Is the recognition as a specialised and new enterprise valid?",
  }),
  /** Of the given trade, at least of the given grade (special is above first), where they are given. */
  check({
    code: "constructionQualification",
    question: {
      zh: "建筑业企业资质有效（该类别、不低于该等级）",
      en: "Is a construction qualification valid (of this category, at least of this grade)?",
    },
    params: [
      { name: "category", label: { zh: "资质类别", en: "Category" }, type: "text", maxLength: 100, optional: true },
      {
        name: "grade",
        label: { zh: "等级不低于", en: "Grade at least" },
        type: "choice",
        options: [
          { value: "special", label: { zh: "特级", en: "special" } },
          { value: "first", label: { zh: "一级", en: "first" } },
          { value: "second", label: { zh: "二级", en: "second" } },
          { value: "third", label: { zh: "三级", en: "third" } },
        ],
        optional: true,
      },
    ],
    catalogs: ["construction-qualifications"],
    rule(facts, { category, grade }) {
      const rank = (text: string | undefined) => GRADES.indexOf((text ?? "none") as (typeof GRADES)[number]);
      const fitting = facts
        .of("construction-qualifications")
        .filter(
          (record) => category === undefined || plainName(textOf(record, "category") ?? "") === plainName(category),
        )
        .filter((record) => grade === undefined || rank(textOf(record, "grade")) <= rank(grade));
      return anyInForce(facts, fitting);
    },
  }),
  /** Pawnbroking, the one financial trade that the city itself licenses, and the other special trades. */
  check({
    code: "specialTradePermit",
    question: {
      zh: "特种行业（典当等）许可证有效",
      en: "Is the licence of this special trade (such as pawnbroking) valid?",
    },
    params: [
      {
        name: "trade",
        label: { zh: "行业", en: "Trade" },
        type: "choice",
        options: [
          { value: "pawn", label: { zh: "典当业", en: "Pawnbroking" } },
          { value: "hotel", label: { zh: "旅馆业", en: "Hotel" } },
          { value: "engraving", label: { zh: "公章刻制业", en: "Seal engraving" } },
          { value: "recycling", label: { zh: "废旧金属收购业", en: "Scrap metal" } },
        ] satisfies readonly { value: (typeof TRADES)[number]; label: Bilingual }[],
      },
    ],
    catalogs: ["special-trade-licences"],
    rule: (facts, { trade }) =>
      anyInForce(
        facts,
        facts.of("special-trade-licences").filter(({ fields }) => fields.trade === trade),
      ),
  }),
] as const;
