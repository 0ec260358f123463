import { simplified } from "../../../lib/chinese.ts";

/** The places that names of this installation's enterprises begin with, each in all its forms. */
export interface Places {
  /** Province and city: 云南省, 云南, 玉溪市, 玉溪. */
  readonly above: readonly string[];
  /** Counties and districts: the short form (红塔) with the full ones (红塔区). */
  readonly districts: readonly { readonly short: string; readonly forms: readonly string[] }[];
}

/** A name taken apart. Two names can only mean the same enterprise when their cores are equal. */
export interface ReadName {
  /** As it was written, without white space around. */
  readonly raw: string;
  /** Equal for the same name in other characters: width, brackets, white space, traditional characters, case. */
  readonly written: string;
  /** `written` without punctuation: tells whether two names differ in more than that. */
  readonly plain: string;
  /** `plain` without the legal form at its end. */
  readonly stem: string;
  /** The legal form, the same for all its ways of writing; empty for a name that ends in none. */
  readonly form: string;
  /** The legal forms in the name as they are written. */
  readonly spelling: string;
  /** `stem` without province and city and with one form of the district. */
  readonly core: string;
  /** Whether it begins with a province, city or district. */
  readonly placed: boolean;
}

const INVISIBLE = /[\p{White_Space}\p{Cc}\p{Cf}\uFFFC]+/gu;
const OPENING = /[〔[【{「『《〈〖<]/gu;
const CLOSING = /[〕\]】}」』》〉〗>]/gu;
const QUOTES = /["'`“”‘’„«»]+/gu;
const DOTS = /[•・‧∙⋅●.]/gu;
const DASHES = /[-‐‑‒–—―－−~～_]+/gu;
const MARKS = /[()·\-,，、;；:：!！?？*#/\\|+&]+/gu;
const MOST_PASSES = 4;

const pass = (text: string): string =>
  simplified(text.replace(INVISIBLE, "").normalize("NFKC").toUpperCase())
    .replace(INVISIBLE, "")
    .replace(OPENING, "(")
    .replace(CLOSING, ")")
    .replace(QUOTES, "")
    .replace(DOTS, "·")
    .replace(DASHES, "-");

/** One writing of a name. Idempotent. */
export function writtenName(text: string): string {
  let now = pass(text);
  // What was taken out between two signs may let them join: rare, so that the second pass mostly finds nothing to do.
  for (let i = 1, before = text; i < MOST_PASSES && now !== before; i++) {
    before = now;
    now = pass(now);
  }
  return now;
}

/**
 * Ways of writing that mean one legal form: 公司法 lets a company's name have either, and 农民专业合作社法 asks for
 * 专业合作社 alone. What isn't here (股份有限责任公司, which no law knows) stands for nothing but itself.
 */
const SAME_FORM: ReadonlyMap<string, string> = new Map([
  ["有限责任公司", "有限公司"],
  ["股份公司", "股份有限公司"],
  ["农民专业合作社", "专业合作社"],
]);
/** The longest first. */
const COMPANY_FORMS = /股份有限责任公司|股份有限公司|股份公司|有限责任公司|有限公司|农民专业合作社|专业合作社/g;
/** What a name ends in that says its legal form. 公司 alone leaves it open which; a branch is part of what it is. */
const FORM_AT_END =
  /(?:股份有限责任公司|股份有限公司|有限公司|专业合作社联合社|专业合作社|合作社|股份合作|特殊普通合伙|普通合伙|有限合伙|合伙企业|个人独资企业|个人独资|个体工商户|(?<![分子])公司)+$/;

const inOneForm = (text: string): string => text.replace(COMPANY_FORMS, (form) => SAME_FORM.get(form) ?? form);

export type NameReader = (name: string) => ReadName;

export function createNameReader(places: Places): NameReader {
  const longestFirst = (forms: readonly string[]) => [...forms].map(writtenName).sort((a, b) => b.length - a.length);
  const above = longestFirst(places.above);
  const districts = places.districts
    .flatMap(({ short, forms }) => [short, ...forms].map((form) => ({ form: writtenName(form), short })))
    .sort((a, b) => b.form.length - a.form.length);

  /** Without the places above; never to nothing: a name that is nothing but a place keeps it. */
  function withoutAbove(text: string): string {
    for (let rest = text; ; ) {
      const found = above.find((place) => rest.startsWith(place) && rest.length > place.length);
      if (found === undefined) return rest;
      rest = rest.slice(found.length);
    }
  }

  return (name) => {
    const written = writtenName(name);
    const plain = written.replace(MARKS, "");
    const formed = inOneForm(plain);
    const end = FORM_AT_END.exec(formed)?.[0] ?? "";
    // A name that is nothing but a form keeps it.
    const form = end.length < formed.length ? end : "";
    const stem = formed.slice(0, formed.length - form.length);
    const local = withoutAbove(stem);
    const district = districts.find((one) => local.startsWith(one.form) && local.length > one.form.length);
    return {
      raw: name.trim(),
      written,
      plain,
      stem,
      form,
      spelling: (plain.match(COMPANY_FORMS) ?? []).join(" "),
      core: district ? district.short + local.slice(district.form.length) : local,
      placed: local !== stem || district !== undefined,
    };
  };
}

/** The fifteen digits of an old registration number, or undefined. */
export function registrationNumberOf(text: string): string | undefined {
  const digits = text.normalize("NFKC").replace(/[\s-]+/gu, "");
  return /^\d{15}$/.test(digits) ? digits : undefined;
}
