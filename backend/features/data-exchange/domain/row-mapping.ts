import { registrationNumberFault } from "../../../lib/registration-number.ts";
import { isUscc } from "../../../lib/uscc.ts";
import type { Catalog, FieldValue, MappedRecord } from "./catalog.ts";
import { type Fault, rowFault } from "./faults.ts";
import { type HeadingFault, type Mapping, type MappingOptions, mapHeadings } from "./heading-mapping.ts";
import { isDeletionMark } from "./special-columns.ts";
import { isEmptyCell, narrow } from "./value-parsers.ts";

/** What a row says of its enterprise, where that may be less than a USCC. */
export interface SubjectNames {
  readonly uscc?: string | undefined;
  readonly registrationNumber?: string | undefined;
  readonly name?: string | undefined;
}

/** A record whose enterprise is still to be found when `uscc` is empty. */
export interface ReadRecord extends MappedRecord {
  readonly deleted?: boolean;
  readonly subject?: SubjectNames;
}

export type RowResult =
  | { readonly ok: true; readonly record: ReadRecord }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A space of the full width is white space to trim() too; a byte order mark in mid-file is as well. */
const trimmed = (cell: string): string => cell.trim();

/** The same case number comes with narrow and with wide brackets: that makes no second record. */
function keyOf(catalog: Catalog, fields: Readonly<Record<string, FieldValue>>): string {
  let key = "";
  for (const name of catalog.key) {
    const part = narrow(String(fields[name]));
    key += `${key && "|"}${/[|\\]/.test(part) ? part.replace(/[|\\]/g, "\\$&") : part}`;
  }
  return key;
}

function subjectOf(catalog: Catalog, fields: Readonly<Record<string, FieldValue>>): SubjectNames {
  const text = (name: string | undefined) => (name === undefined ? undefined : (fields[name] as string | undefined));
  const uscc = text(catalog.subjectField);
  return {
    uscc,
    registrationNumber: text(catalog.identity?.registrationNumberField),
    name: text(catalog.identity?.nameField),
  };
}

/** The record with the enterprise that was found for it. */
export const withSubject = (catalog: Catalog, record: ReadRecord, uscc: string): ReadRecord => ({
  ...record,
  uscc,
  fields: { ...record.fields, [catalog.subjectField]: uscc },
});

/** Checks one row. All of its faults are told at once, so that a department mends it in one go. */
export function mapRowWith(mapping: Mapping, cells: readonly string[]): RowResult {
  const { catalog, width, deletion } = mapping;
  let tooWide = false;
  for (let i = width; i < cells.length; i++) tooWide ||= trimmed(cells[i]!) !== "";
  if (cells.length < width || tooWide) {
    return { ok: false, faults: [rowFault("", cells.join(" | "), "columnCount")] };
  }
  const faults: Fault[] = [];
  const deleted = deletion ? isDeletionMark(cells[deletion.index]!) : false;
  if (deleted === undefined) faults.push(rowFault(deletion!.heading, cells[deletion!.index]!, "deletionMark"));
  const fields: Record<string, FieldValue> = {};
  for (const { index, heading, field, parse } of mapping.columns) {
    // A deletion says which record; the rest of its row may be empty or stale.
    if (deleted && !catalog.key.includes(field.name) && field.name !== catalog.subjectField) continue;
    const cell = trimmed(cells[index]!);
    if (isEmptyCell(field, cell)) {
      if (field.required && (!deleted || catalog.key.includes(field.name))) {
        faults.push(rowFault(heading, cell, "required"));
      }
      continue;
    }
    const parsed = parse(cell);
    if ("value" in parsed) {
      fields[field.name] = parsed.value;
    } else if (catalog.identity && field.name === catalog.subjectField && /^\d{15}$/.test(narrow(cell))) {
      // The number that enterprises had before there was a USCC.
      const number = narrow(cell);
      if (registrationNumberFault(number) === null) fields[field.name] = number;
      else faults.push(rowFault(heading, cell, "registrationNumberCheck"));
    } else {
      faults.push(rowFault(heading, cell, parsed.reason));
    }
    if (field.name === catalog.identity?.registrationNumberField && /^\d{15}$/.test(narrow(cell))) {
      if (registrationNumberFault(narrow(cell)) !== null)
        faults.push(rowFault(heading, cell, "registrationNumberCheck"));
    }
  }
  if (faults.length > 0) return { ok: false, faults };
  const key = keyOf(catalog, fields);
  const period = catalog.periodField === undefined ? undefined : fields[catalog.periodField];
  const marks = { ...(period === undefined ? {} : { period: String(period) }), ...(deleted ? { deleted } : {}) };
  const uscc = fields[catalog.subjectField] as string | undefined;
  if (!catalog.identity || deleted || (uscc !== undefined && isUscc(uscc))) {
    return { ok: true, record: { key, uscc: uscc !== undefined && isUscc(uscc) ? uscc : "", fields, ...marks } };
  }
  const names = subjectOf(catalog, fields);
  // A registration number in the column of the USCC is none: it doesn't stay there.
  delete fields[catalog.subjectField];
  const subject = uscc === undefined ? names : { ...names, uscc: undefined, registrationNumber: uscc };
  return { ok: true, record: { key, uscc: "", fields, subject, ...marks } };
}

/** The key of a row that has faults elsewhere. Undefined when the key itself is not readable. */
export function keyOfRow(mapping: Mapping, cells: readonly string[]): string | undefined {
  const fields: Record<string, FieldValue> = {};
  for (const { index, field, parse } of mapping.columns) {
    if (!mapping.catalog.key.includes(field.name)) continue;
    const cell = trimmed(cells[index] ?? "");
    const parsed = isEmptyCell(field, cell) ? undefined : parse(cell);
    if (!parsed || !("value" in parsed)) return undefined;
    fields[field.name] = parsed.value;
  }
  return keyOf(mapping.catalog, fields);
}

/** Headings and one row in one step, for a record pushed alone. Files use mapHeadings once, then mapRowWith. */
export function mapRow(
  catalog: Catalog,
  headings: readonly string[],
  cells: readonly string[],
  options: MappingOptions = {},
): RowResult | { readonly ok: false; readonly faults: readonly HeadingFault[] } {
  const result = mapHeadings(catalog, headings, options);
  return result.ok ? mapRowWith(result.mapping, cells) : result;
}
