/** A word or sentence in both languages of the product. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/**
 * What a column holds, and the form its value has in a record:
 * text, uscc, code: string · date: "YYYY-MM-DD" · month: "YYYY-MM" · amount: fen as a decimal string ·
 * integer, decimal: number · boolean: boolean.
 */
export type FieldType = "text" | "uscc" | "date" | "month" | "amount" | "integer" | "decimal" | "code" | "boolean";

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

export interface Catalog {
  /** A slug such as "tax-payments". */
  readonly id: string;
  readonly name: Bilingual;
  readonly departmentCode: string;
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

/** What is wrong with a catalog's own definition; empty when it can be used. Departments register catalogs too. */
export function catalogFaults(catalog: Catalog): string[] {
  const faults: string[] = [];
  const names = new Set<string>();
  for (const field of catalog.fields) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(field.name)) faults.push(`field name "${field.name}" is not camelCase`);
    if (names.has(field.name)) faults.push(`field "${field.name}" is defined twice`);
    names.add(field.name);
    if (field.headings.length === 0) faults.push(`field "${field.name}" has no heading`);
    if (field.type === "code" && !field.codes) faults.push(`field "${field.name}" is a code without codes`);
    if (field.unit && field.type !== "amount") faults.push(`field "${field.name}" has a unit but is no amount`);
  }
  if (catalog.key.length === 0) faults.push("the key has no fields");
  for (const name of [...catalog.key, catalog.subjectField, ...(catalog.periodField ? [catalog.periodField] : [])]) {
    const field = catalog.fields.find((candidate) => candidate.name === name);
    if (!field) faults.push(`"${name}" is used in the key, subject or period but is not a field`);
    else if (!field.required) faults.push(`"${name}" is used in the key, subject or period but is not required`);
  }
  if ((catalog.erasedAfterYears === undefined) !== (catalog.endedField === undefined)) {
    faults.push("erasedAfterYears and endedField belong together");
  } else if (catalog.endedField) {
    const ended = catalog.fields.find(({ name }) => name === catalog.endedField);
    if (ended?.type !== "date") faults.push(`"${catalog.endedField}" says when a record ended but is no date`);
  }
  const subject = catalog.fields.find((candidate) => candidate.name === catalog.subjectField);
  if (subject && subject.type !== "uscc") faults.push(`the subject field "${subject.name}" is not a uscc`);
  return faults;
}
