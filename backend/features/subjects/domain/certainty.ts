import type { ReadName } from "./names.ts";

/*
 * How sure it is that a row means an enterprise, in basis points. Evidence that is one of a kind in law comes first; a name
 * loses for everything that a department has added, left out or written otherwise.
 */

/** By what a row was found to mean an enterprise. */
export type LinkedBy =
  | "uscc"
  | "settlement"
  | "registrationNumber"
  | "name"
  | "nameVariant"
  | "formerName"
  | "similarName";

export const CERTAINTY = {
  /** A code that passes its check. */
  uscc: 10_000,
  /** A department has said so before, for the same words in the same catalog. */
  settlement: 9_900,
  /** An old number of fifteen digits. */
  registrationNumber: 9_900,
  /** The registered name, letter by letter. */
  name: 9_800,
  /** In other characters: full width, other brackets, white space, traditional characters. */
  nameVariant: 9_700,
  /** A name that it had before, in whatever characters. */
  formerName: 9_300,
} as const satisfies Partial<Record<LinkedBy, number>>;

/** What a name that is only alike loses, each for itself. */
export const PENALTY = {
  /** Punctuation or brackets left out or added, and nothing else. */
  marks: 300,
  /** Province, city or district written otherwise: 云南省玉溪市红塔区 for 玉溪红塔. */
  place: 700,
  /** The same legal form written otherwise: 有限责任公司 for 有限公司. */
  form: 1_100,
  /** Another legal form, or none: 股份有限公司 for 有限公司; instead of `form`. Never linked by itself. */
  otherForm: 2_000,
  /** A place that the other name doesn't have at all; instead of `place`. */
  placeMissing: 1_400,
} as const;

/** A row below this isn't linked: it goes to quarantine, with the candidates. */
export const LINK_FROM = 8_500;

export interface NameMatch {
  readonly certainty: number;
  readonly by: LinkedBy;
  /** Equal but for the characters that it is written with. */
  readonly lossless: boolean;
  /** The legal form is the same, and written in the same way. */
  readonly formKept: boolean;
}

/** How well a row's name fits one name of an enterprise, or undefined where it doesn't. */
export function matchNames(row: ReadName, known: ReadName, former: boolean): NameMatch | undefined {
  if (row.core !== known.core) return undefined;
  if (row.written === known.written) {
    const by = former ? "formerName" : row.raw === known.raw ? "name" : "nameVariant";
    return { certainty: CERTAINTY[by], by, lossless: true, formKept: true };
  }
  const placeLost = row.placed === known.placed ? PENALTY.place : PENALTY.placeMissing;
  const formLost = row.form !== known.form ? PENALTY.otherForm : row.spelling !== known.spelling ? PENALTY.form : 0;
  const lost = formLost + (row.stem === known.stem ? 0 : placeLost) + (row.plain === known.plain ? PENALTY.marks : 0);
  const certainty = (former ? CERTAINTY.formerName : CERTAINTY.nameVariant) - lost;
  return { certainty, by: "similarName", lossless: false, formKept: formLost === 0 };
}
