import type { Bilingual, Catalog } from "./catalog.ts";

/** What the values of a catalog's codes are called: field → value → words. */
export type CodeWords = Readonly<Record<string, Readonly<Record<string, Bilingual>>>>;

const HAN = /\p{Script=Han}/u;

/**
 * A value that records may hold stays in every later version (see catalog-changes.ts), so the version in use knows them all.
 * The first word that departments write for a value is the usual one; in English it is the first that isn't Chinese, else
 * the value itself.
 */
export function codeWords({ fields }: Pick<Catalog, "fields">): CodeWords {
  return Object.fromEntries(
    fields.flatMap(({ name, type, codes }) => {
      if (type !== "code") return [];
      const words = Object.entries(codes ?? {});
      const wordsOf = (value: string): Bilingual => {
        const own = words.flatMap(([word, code]) => (code === value ? [word] : []));
        return { zh: own[0]!, en: own.find((word) => !HAN.test(word)) ?? value };
      };
      return [[name, Object.fromEntries(words.map(([, value]) => [value, wordsOf(value)]))]];
    }),
  );
}
