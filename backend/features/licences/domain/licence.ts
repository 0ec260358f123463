/** A text in both languages of the product. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** What the library needs to know of a catalog; `licence` where its records are electronic licences. */
export interface LicenceCatalog {
  readonly id: string;
  readonly name: Bilingual;
  readonly departmentCode: string;
  readonly fields: readonly {
    readonly name: string;
    readonly label: Bilingual;
    readonly type: string;
    readonly codes?: Readonly<Record<string, string>>;
  }[];
  readonly licence?: {
    readonly numberField: string;
    readonly nameField?: string;
    readonly issuedField?: string;
    readonly validUntilField?: string;
    readonly statusField?: string;
    readonly validStatus?: string;
  };
}

export interface LicenceRecord {
  readonly _id: string;
  readonly catalogId: string;
  readonly uscc: string;
  readonly period?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type LicenceStatus = "valid" | "expired" | "suspended" | "revoked";

export interface Licence {
  /** The record's id. */
  readonly id: string;
  /** The catalog's id. */
  readonly kind: string;
  readonly kindName: Bilingual;
  readonly title?: Bilingual | undefined;
  readonly number: string;
  readonly issuer?: string | undefined;
  readonly issuedOn?: string | undefined;
  readonly validUntil?: string | undefined;
  readonly status: LicenceStatus;
}

/** What departments' own states come to; a state that is none of these isn't in force. */
const STATES: Readonly<Record<string, LicenceStatus>> = {
  expired: "expired",
  lapsed: "expired",
  suspended: "suspended",
  dormant: "suspended",
  seized: "suspended",
  // Somebody has a right in it; it is in force.
  pledged: "valid",
  mortgaged: "valid",
};

/** The day in China: licences end there. */
export const chinaDay = (now: Date): string => new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

/** As the department says, unless time says otherwise: a record is not always brought up to date on the last day. */
export function statusOf(
  said: string | undefined,
  validStatus: string | undefined,
  validUntil: string | undefined,
  today: string,
): LicenceStatus {
  const state = said === undefined || said === validStatus ? "valid" : (STATES[said] ?? "revoked");
  return state === "valid" && validUntil !== undefined && validUntil < today ? "expired" : state;
}

/** The licence that a record is; undefined where its catalog holds none. `today`: YYYY-MM-DD. */
export function licenceOf(record: LicenceRecord, catalog: LicenceCatalog, today: string): Licence | undefined {
  const { licence } = catalog;
  if (!licence) return undefined;
  const field = (name: string | undefined) => (name === undefined ? undefined : textOf(record.fields[name]));
  const number = field(licence.numberField);
  if (number === undefined) return undefined;
  const issuer = field("issuer");
  const issuedOn = field(licence.issuedField);
  const validUntil = field(licence.validUntilField);
  const title = field(licence.nameField);
  const codes = catalog.fields.find(({ name }) => name === licence.nameField)?.codes ?? {};
  const word = Object.entries(codes).find(([, value]) => value === title)?.[0];
  return {
    id: record._id,
    kind: catalog.id,
    kindName: catalog.name,
    ...(title === undefined ? {} : { title: { zh: word ?? title, en: word ? title.replaceAll("-", " ") : title } }),
    number,
    ...(issuer === undefined ? {} : { issuer }),
    ...(issuedOn === undefined ? {} : { issuedOn }),
    ...(validUntil === undefined ? {} : { validUntil }),
    status: statusOf(field(licence.statusField), licence.validStatus, validUntil, today),
  };
}

/** Those in force first, then by kind, then the newest first. */
export const sortedLicences = <T extends Licence>(licences: readonly T[]): T[] =>
  [...licences].sort(
    (a, b) =>
      Number(b.status === "valid") - Number(a.status === "valid") ||
      a.kind.localeCompare(b.kind) ||
      (b.issuedOn ?? "").localeCompare(a.issuedOn ?? "") ||
      a.id.localeCompare(b.id),
  );
