import { STANDARD_CATALOGS } from "../../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { formatCount, formatValue, isChinese } from "./format.ts";
import type { RecordView } from "./queries.ts";

type RecordField = RecordView["fields"][number];

/** The word that departments write for a code; the code itself in English, where it is a word. */
function codeText(catalogId: string, field: string, value: string): string {
  if (!isChinese()) return value;
  const codes =
    STANDARD_CATALOGS.find(({ id }) => id === catalogId)?.fields.find(({ name }) => name === field)?.codes ?? {};
  return Object.entries(codes).find(([, code]) => code === value)?.[0] ?? value;
}

/** A record's value by the type of its field (see FieldType of the catalogs). */
export function recordValue(catalogId: string, { name, type, value }: RecordField): string {
  if (value === null) return "—";
  switch (type) {
    case "amount":
      return formatValue(value, "fen");
    case "boolean":
      return formatValue(value, "flag");
    case "date":
      return formatValue(value, "date");
    case "integer":
    case "decimal":
      // A year is no quantity.
      return /^year$|Year$/.test(name) ? String(value) : formatCount(Number(value));
    case "code":
      return codeText(catalogId, name, String(value));
    default:
      return String(value);
  }
}
