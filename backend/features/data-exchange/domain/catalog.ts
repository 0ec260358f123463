/** A word or sentence in both languages of the product. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/**
 * What a column holds, and the form its value has in a record:
 * text, uscc, code: string · date: "YYYY-MM-DD" · month: "YYYY-MM" · amount: fen as a decimal string ·
 * integer, decimal: number · boolean: boolean ·
 * person-id: a natural person's id number (GB 11643), which is never kept: a record holds its keyed hash in hex.
 */
export type FieldType =
  | "text"
  | "uscc"
  | "date"
  | "month"
  | "amount"
  | "integer"
  | "decimal"
  | "code"
  | "boolean"
  | "person-id";

/** The nine groups of a credit profile's indicators. */
export const CATALOG_GROUPS = [
  "identity",
  "operation",
  "tax",
  "people",
  "assets",
  "justice",
  "innovation",
  "supply-chain",
  "environment",
] as const;
export type CatalogGroup = (typeof CATALOG_GROUPS)[number];

export type AmountUnit = "yuan" | "wanyuan";

export type FieldValue = string | number | boolean;

export interface Field {
  /** camelCase; the name in records and in the API. */
  readonly name: string;
  readonly label: Bilingual;
  /** What departments write above the column. Spaces, brackets' width and a unit in brackets don't matter. */
  readonly headings: readonly string[];
  readonly type: FieldType;
  readonly required: boolean;
  /** The unit of an amount whose heading and sheet name none. Yuan when absent. */
  readonly unit?: AmountUnit;
  /**
   * What departments write → the value in the record; the record's own values are accepted as well.
   * A boolean may add words of its own for "true" and "false" to the usual 是, 否, 有, 无, 1, 0.
   */
  readonly codes?: Readonly<Record<string, string>>;
  /** Words that mean "no value" in this column, such as 长期 for a licence without an end. */
  readonly emptyWords?: readonly string[];
  /** Bounds of an integer or a decimal, both inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** The longest text taken, in characters; 200 when absent. */
  readonly maxLength?: number;
}

/** public: anyone may see it · internal: those on the platform · sensitive: only under a live consent or by law. */
export type Sensitivity = "public" | "internal" | "sensitive";
/** open: shared without asking · conditional: shared for a stated purpose · closed: not shared. */
export type ShareType = "open" | "conditional" | "closed";
export type UpdateFrequency = "daily" | "weekly" | "monthly" | "quarterly" | "yearly";

/** Which fields make a record an electronic licence. */
export interface LicenceFields {
  readonly numberField: string;
  /** The field with the licence's kind or title; the catalog's own name when absent. */
  readonly nameField?: string;
  readonly issuedField?: string;
  /** Without a value in it the licence has no end. */
  readonly validUntilField?: string;
  readonly statusField?: string;
  /** The value of `statusField` while the licence is in force. */
  readonly validStatus?: string;
}

/** By what else than its USCC a record may name its enterprise. */
export interface IdentityFields {
  readonly registrationNumberField?: string;
  readonly nameField?: string;
}

export interface Catalog {
  /** A slug such as "tax-payments". */
  readonly id: string;
  readonly name: Bilingual;
  readonly departmentCode: string;
  readonly group: CatalogGroup;
  readonly sensitivity: Sensitivity;
  readonly shareType: ShareType;
  readonly updateFrequency: UpdateFrequency;
  /** The law that lets the department collect and share it, by its own title. */
  readonly legalBasis: string;
  readonly fields: readonly Field[];
  /** The fields that together name a record. All of them are required fields. */
  readonly key: readonly string[];
  /** The field with the USCC of the enterprise that the record is about. */
  readonly subjectField: string;
  /** The month, date or year that the record speaks of. */
  readonly periodField?: string;
  /** Set where records are negative: about a person they are erased so many years after the date in `endedField`. */
  readonly erasedAfterYears?: number;
  readonly endedField?: string;
  /** The date on which the department's own system last changed the row: an older one that comes later is not news. */
  readonly sourceTimeField?: string;
  readonly licence?: LicenceFields;
  /** Set where the subject field may be empty: the enterprise is then found by one of these. */
  readonly identity?: IdentityFields;
}

export interface DepartmentEntry {
  readonly code: string;
  readonly name: Bilingual;
}

/** One row of a file after checking. */
export interface MappedRecord {
  /** The key fields' values joined by "|". */
  readonly key: string;
  readonly uscc: string;
  readonly period?: string;
  /** Fields without a value are left out. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}
