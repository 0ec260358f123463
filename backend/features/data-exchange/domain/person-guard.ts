import { isDay, personIdCheckCharacter } from "./person-id.ts";

/*
 * Numbers of natural persons where no column is for them: free text, another column, a line that can't be read. An identity
 * number of eighteen digits is known by its province, its day of birth and its check character; a mobile telephone by its
 * eleven digits. Each becomes a mark out of its keyed hash: the same number the same mark, so that keys stay apart and
 * repeats are found, and nobody reads the number out of it.
 */

const PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])";
const GAP = "[\\s\\p{Cf}·.-]{0,2}";
const ID_NUMBER = new RegExp(
  `(?<!\\d)${PROVINCE}\\d{4}${GAP}(?:19|20)\\d{2}${GAP}\\d{2}${GAP}\\d{2}${GAP}\\d{3}[\\dXx](?!\\d)`,
  "gu",
);
/** Not within a hash, which is of digits and letters too. */
const MOBILE = /(?<![\da-f#])(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?![\da-f])/g;
const WIDE = /[０-９Ｘｘ]/g;
const MAYBE = /[\d０-９]{4}/;
const SHORTEST = 11;

const bare = (text: string): string => text.replace(/[^\dXx]/g, "").toUpperCase();
const looksLikeId = (number: string): boolean => isDay(number.slice(6, 14));
const isIdNumber = (number: string): boolean => looksLikeId(number) && personIdCheckCharacter(number) === number[17];

/** What is left of a number that nobody may read. */
export const masked = (text: string): string =>
  text.length < 6 ? "*".repeat(text.length) : `${text.slice(0, 2)}…${text.slice(-2)}`;

/** The generation of the key, at the hash's beginning, says nothing of the person. */
const markOf = (number: string, what: string, hash: GuardOptions["hash"]): string =>
  hash ? `#${hash(what + number).slice(2, 18)}` : masked(number);

interface GuardOptions {
  /** Without it a number is left with its ends. */
  readonly hash?: ((value: string) => string) | undefined;
  /** Telephones too; not where numbers of eleven digits are accounts and contracts. */
  readonly phones: boolean;
  /** Numbers too whose check character is wrong: slips of the pen are somebody's number all the same. */
  readonly slips?: boolean;
}

/** Text without numbers of natural persons. Idempotent. */
export function withoutPersons(text: string, { hash, phones, slips = false }: GuardOptions): string {
  // Most texts have no number at all.
  if (text.length < SHORTEST || !MAYBE.test(text)) return text;
  const plain = text.replace(WIDE, (sign) => sign.normalize("NFKC"));
  const guarded = plain.replace(ID_NUMBER, (found) => {
    const number = bare(found);
    if (isIdNumber(number)) return markOf(number, "", hash);
    return slips && looksLikeId(number) ? masked(number) : found;
  });
  const done = phones ? guarded.replace(MOBILE, (found) => markOf(bare(found).slice(-11), "mobile:", hash)) : guarded;
  return done === plain ? text : done;
}

/** Fields of these names hold numbers of things, of any length. */
export const isNumberField = (name: string): boolean => /(?:No|Number|Code|Uscc)$/i.test(name);
