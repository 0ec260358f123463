import type { Catalog, FieldValue, MappedRecord } from "./catalog.ts";
import { type Fault, rowFault } from "./faults.ts";
import { type HeadingFault, type Mapping, type MappingOptions, mapHeadings } from "./heading-mapping.ts";
import { isEmptyCell, narrow } from "./value-parsers.ts";

export type RowResult =
  | { readonly ok: true; readonly record: MappedRecord }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A space of the full width is white space to trim() too; a byte order mark in mid-file is as well. */
const trimmed = (cell: string): string => cell.trim();

/** Checks one row. All of its faults are told at once, so that a department mends it in one go. */
export function mapRowWith(mapping: Mapping, cells: readonly string[]): RowResult {
  const extra = cells.slice(mapping.width).filter((cell) => trimmed(cell) !== "");
  if (cells.length < mapping.width || extra.length > 0) {
    return { ok: false, faults: [rowFault("", cells.join(" | "), "columnCount")] };
  }
  const faults: Fault[] = [];
  const fields: Record<string, FieldValue> = {};
  for (const { index, heading, field, parse } of mapping.columns) {
    const cell = trimmed(cells[index] ?? "");
    if (isEmptyCell(field, cell)) {
      if (field.required) faults.push(rowFault(heading, cell, "required"));
      continue;
    }
    const parsed = parse(cell);
    if ("value" in parsed) fields[field.name] = parsed.value;
    else faults.push(rowFault(heading, cell, parsed.reason));
  }
  if (faults.length > 0) return { ok: false, faults };
  const { catalog } = mapping;
  const record: MappedRecord = {
    // The same case number comes with narrow and with wide brackets: that makes no second record.
    key: catalog.key.map((name) => narrow(String(fields[name])).replace(/[|\\]/g, "\\$&")).join("|"),
    uscc: String(fields[catalog.subjectField]),
    ...(catalog.periodField ? { period: String(fields[catalog.periodField]) } : {}),
    fields,
  };
  return { ok: true, record };
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
