import { ZodError } from "zod";
import { DomainError } from "../../lib/errors.ts";
import { changedFields, correctedRow } from "./domain/correction.ts";
import type { CurrentRecord, ObjectionCatalog } from "./objection-views.ts";

export type RowCheck =
  | { ok: true; record: { key: string; uscc: string; fields: Readonly<Record<string, string | number | boolean>> } }
  | { ok: false; faults: readonly { column: string; message: { en: string } }[] };

export interface RowRules {
  catalogOf(catalogId: string): ObjectionCatalog;
  /** Checks a row, field name → cell, exactly as a row of a file is. */
  checkRow(catalogId: string, row: Readonly<Record<string, string>>): RowCheck;
}

/** All faults at once, as those of any input, each under its field. */
const fieldFaults = (faults: readonly { path: string[]; message: string }[]) =>
  new ZodError(faults.map(({ path, message }) => ({ code: "custom", path, message, input: undefined })));

/** Throws unless the changes make a row that the catalog takes, and that says something else of the same record. */
export function requireRow(
  rules: RowRules,
  record: CurrentRecord,
  changes: Record<string, string>,
  at: string,
): Record<string, string> {
  const { fields, fixedFields } = rules.catalogOf(record.catalogId);
  const known = new Set(fields.map(({ name }) => name));
  const names = Object.keys(changes);
  const wrong = names.flatMap((name) => {
    if (!known.has(name)) return [{ path: [at, name], message: "the catalog has no such field" }];
    if (fixedFields.includes(name))
      return [{ path: [at, name], message: "this names the record and can't be changed" }];
    return [];
  });
  if (wrong.length > 0) throw fieldFaults(wrong);
  const row = correctedRow(fields, record.fields, changes);
  const result = rules.checkRow(record.catalogId, row);
  if (!result.ok) {
    throw fieldFaults(result.faults.map(({ column, message }) => ({ path: [at, column], message: message.en })));
  }
  const changed = changedFields(record.fields, result.record.fields);
  // What wasn't to change must come out of the check as it went in: a correction changes what it says and no more.
  const astray = changed.filter((name) => !names.includes(name));
  if (astray.length > 0 || result.record.key !== record.key || result.record.uscc !== record.uscc) {
    throw new DomainError(
      "objection.uncorrectable",
      `as the catalog is today, a correction would change ${astray.join(", ") || "the record's key"} too`,
      { fix: "send the whole record anew in a file of the catalog" },
    );
  }
  if (changed.length === 0) throw fieldFaults([{ path: [at], message: "these are the values that the record has" }]);
  return row;
}
