import type { Bilingual } from "./licence.ts";

/** A material that an enterprise hands in itself, for as long as it is good for. */
export interface MaterialKind {
  readonly id: string;
  readonly name: Bilingual;
  /** The longest that it may count as valid, from the day it speaks of. */
  readonly maxDays: number;
  /** Of structured statements: what is asked for; a file where absent. */
  readonly fields?: readonly { readonly name: string; readonly label: Bilingual; readonly amount?: true }[];
}

const text = (name: string, zh: string, en: string) => ({ name, label: { zh, en } });
const amount = (name: string, zh: string, en: string) => ({ ...text(name, zh, en), amount: true as const });

export const MATERIAL_KINDS: readonly MaterialKind[] = [
  { id: "audited-statements", name: { zh: "经审计的财务报表", en: "Audited financial statements" }, maxDays: 550 },
  { id: "interim-statements", name: { zh: "近期财务报表", en: "Interim financial statements" }, maxDays: 190 },
  { id: "articles", name: { zh: "公司章程", en: "Articles of association" }, maxDays: 3_650 },
  { id: "board-resolution", name: { zh: "股东会或董事会决议", en: "Resolution of owners or board" }, maxDays: 365 },
  { id: "lease", name: { zh: "经营场所租赁合同", en: "Lease of the premises" }, maxDays: 3_650 },
  { id: "sales-contracts", name: { zh: "主要购销合同", en: "Main contracts of sale and purchase" }, maxDays: 730 },
  { id: "bank-statements", name: { zh: "银行流水", en: "Bank statements" }, maxDays: 190 },
  { id: "tax-returns", name: { zh: "纳税申报表", en: "Tax returns" }, maxDays: 400 },
  { id: "asset-valuation", name: { zh: "资产评估报告", en: "Valuation of assets" }, maxDays: 365 },
  {
    id: "debt-statement",
    name: { zh: "负债及对外担保情况说明", en: "Statement of debts and guarantees" },
    maxDays: 95,
    fields: [
      amount("bankDebtFen", "银行借款余额", "Owed to banks"),
      amount("otherDebtFen", "其他借款余额", "Owed to others"),
      amount("guaranteesFen", "对外担保余额", "Guarantees for others"),
      text("remarks", "说明", "Remarks"),
    ],
  },
];

export const materialKind = (id: string): MaterialKind | undefined => MATERIAL_KINDS.find((kind) => kind.id === id);

/** Kinds that the licence library answers: the catalog's id behind this. */
const LICENCE_PREFIX = "licence:";
export const licenceKindId = (catalogId: string): string => `${LICENCE_PREFIX}${catalogId}`;
export const catalogOfKind = (kind: string): string | undefined =>
  kind.startsWith(LICENCE_PREFIX) ? kind.slice(LICENCE_PREFIX.length) : undefined;

export const MOST_FILE_BYTES = 20 * 1024 * 1024;

/** What files are taken: by their ending, and by the bytes that such files begin with. */
export const FILE_TYPES: readonly { readonly ending: string; readonly mediaType: string; readonly magic: string }[] = [
  { ending: "pdf", mediaType: "application/pdf", magic: "25504446" },
  { ending: "png", mediaType: "image/png", magic: "89504e470d0a1a0a" },
  { ending: "jpg", mediaType: "image/jpeg", magic: "ffd8ff" },
  { ending: "jpeg", mediaType: "image/jpeg", magic: "ffd8ff" },
  { ending: "ofd", mediaType: "application/ofd", magic: "504b0304" },
  {
    ending: "docx",
    mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    magic: "504b0304",
  },
  {
    ending: "xlsx",
    mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    magic: "504b0304",
  },
];

/** The media type of a file, or undefined when its ending isn't taken or its bytes are of something else. */
export function mediaTypeOf(fileName: string, start: Uint8Array): string | undefined {
  const ending = fileName.toLowerCase().split(".").at(-1);
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return FILE_TYPES.find((type) => type.ending === ending && hex.startsWith(type.magic))?.mediaType;
}

export type MaterialState = "valid" | "notYet" | "expired" | "withdrawn";

export interface Validity {
  readonly validFrom: string;
  readonly validUntil: string;
  readonly withdrawnAt?: Date | undefined;
}

/** `today`: YYYY-MM-DD. */
export function materialState({ validFrom, validUntil, withdrawnAt }: Validity, today: string): MaterialState {
  if (withdrawnAt) return "withdrawn";
  if (validFrom > today) return "notYet";
  return validUntil < today ? "expired" : "valid";
}

const DAY_MS = 86_400_000;

/** Why these dates can't be taken, or undefined. */
export function faultOfValidity(
  { validFrom, validUntil }: Validity,
  { maxDays }: MaterialKind,
  today: string,
): { field: string; reason: string; fix: string } | undefined {
  const days = (Date.parse(validUntil) - Date.parse(validFrom)) / DAY_MS;
  if (days < 0) return { field: "validUntil", reason: "it ends before it begins", fix: "turn the dates around" };
  if (days > maxDays)
    return {
      field: "validUntil",
      reason: "materials of this kind aren't valid that long",
      fix: `at most ${maxDays} days`,
    };
  if (validUntil < today) return { field: "validUntil", reason: "it has expired already", fix: "hand in a newer one" };
  return undefined;
}

/** The one to offer where this kind is asked for: valid, and the one that stays so longest. */
export function offerOf<T extends Validity & { readonly kind: string; readonly _id: string }>(
  materials: readonly T[],
  kind: string,
  today: string,
): T | undefined {
  return materials
    .filter((one) => one.kind === kind && materialState(one, today) === "valid")
    .sort((a, b) => b.validUntil.localeCompare(a.validUntil) || b._id.localeCompare(a._id))[0];
}
