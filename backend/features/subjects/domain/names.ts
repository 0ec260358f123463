import { simplified } from "../../../lib/chinese.ts";

/** The places that names of this installation's enterprises begin with, each in all its forms. */
export interface Places {
  /** Province and city: 云南省, 云南, 玉溪市, 玉溪. */
  readonly above: readonly string[];
  /** Counties and districts: the short form (红塔) with the full ones (红塔区). */
  readonly districts: readonly { readonly short: string; readonly forms: readonly string[] }[];
}

/** A name taken apart. Two names can only mean the same enterprise when their `loose` forms are equal. */
export interface ReadName {
  /** As it was written, without white space around. */
  readonly raw: string;
  /** Equal for the same name in other characters: width, brackets, white space, traditional characters, case. */
  readonly written: string;
  /** `written` without punctuation, without province and city, with one form of the district and of the legal form. */
  readonly loose: string;
  /** `written` without punctuation: tells whether two names differ in more than that. */
  readonly plain: string;
  /** `plain` with one form of the legal form. */
  readonly sameForm: string;
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

/** Legal forms that are the same in law: the longer way of writing it → the shorter. */
const FORMS: readonly (readonly [string, string])[] = [
  ["有限责任公司", "有限公司"],
  ["股份公司", "股份有限公司"],
  ["农民专业合作社", "专业合作社"],
];

const inOneForm = (text: string): string => FORMS.reduce((name, [long, short]) => name.replaceAll(long, short), text);

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
    const sameForm = inOneForm(plain);
    const local = withoutAbove(sameForm);
    const district = districts.find(({ form }) => local.startsWith(form) && local.length > form.length);
    const loose = district ? district.short + local.slice(district.form.length) : local;
    return {
      raw: name.trim(),
      written,
      loose,
      plain,
      sameForm,
      placed: local !== sameForm || district !== undefined,
    };
  };
}

/** The fifteen digits of an old registration number, or undefined. */
export function registrationNumberOf(text: string): string | undefined {
  const digits = text.normalize("NFKC").replace(/[\s-]+/gu, "");
  return /^\d{15}$/.test(digits) ? digits : undefined;
}
