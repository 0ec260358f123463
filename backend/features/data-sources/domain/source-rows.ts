/** One row as a source gives it: its own columns, any values. */
export type SourceRow = Readonly<Record<string, unknown>>;

export interface ColumnMapping {
  /** The source's column; of JSON it may be a pointer into the row, such as /owner/code. */
  readonly source: string;
  /** The catalog's field. */
  readonly field: string;
  /** Of an amount whose column says nothing of its unit. */
  readonly unit?: "yuan" | "wanyuan" | undefined;
}

/** A row is a deletion of its record when this column holds one of these values. */
export interface DeletionMark {
  readonly source: string;
  readonly values: readonly string[];
}

export interface RowRules {
  readonly mapping: readonly ColumnMapping[];
  readonly deletion?: DeletionMark | undefined;
}

/** The column that tells the ingestion of a deletion. */
export const DELETION_COLUMN = "_deleted";

/** RFC 6901. Undefined where it leads nowhere. */
export function atPointer(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  let at = value;
  for (const part of pointer.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
};

const valueAt = (row: SourceRow, source: string): unknown =>
  source.startsWith("/") ? atPointer(row, source) : Object.hasOwn(row, source) ? row[source] : undefined;

const UNITS = { yuan: "元", wanyuan: "万元" } as const;
const headingOf = ({ field, unit }: ColumnMapping): string => (unit ? `${field}(${UNITS[unit]})` : field);

/** The same row under the catalog's names. Without a mapping the source's names stand, and are found as headings. */
export function mappedRow(row: SourceRow, { mapping, deletion }: RowRules): Record<string, string> {
  const cells: [string, string][] =
    mapping.length === 0
      ? Object.entries(row).map(([name, value]) => [name, cellText(value)])
      : mapping.map((column) => [headingOf(column), cellText(valueAt(row, column.source))]);
  const kept = cells.filter(([name]) => name !== DELETION_COLUMN && (mapping.length > 0 || name !== deletion?.source));
  if (deletion?.values.includes(cellText(valueAt(row, deletion.source)))) {
    kept.push([DELETION_COLUMN, "true"]);
  }
  return Object.fromEntries(kept);
}

/** A column that no catalog has: the ingestion shows it beside a bad row, and doesn't read it. */
export const PLACE_COLUMN = "来源位置";

/**
 * The file that the ingestion reads: one JSON object a line. Each names its place at the source, so two pages are never the
 * same file though their rows be the same, and one page always is.
 */
export const rowsAsLines = (rows: readonly SourceRow[], rules: RowRules, place: string): Buffer =>
  Buffer.from(
    rows
      .map((row, index) => `${JSON.stringify({ ...mappedRow(row, rules), [PLACE_COLUMN]: `${place}-${index + 1}` })}\n`)
      .join(""),
  );

/** A JSON array of objects, or one object a line. Throws SyntaxError that says where. */
export function parseRows(text: string): SourceRow[] {
  const isRow = (value: unknown): value is SourceRow =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const check = (values: readonly unknown[], what: string): SourceRow[] => {
    const wrong = values.findIndex((value) => !isRow(value));
    if (wrong >= 0) throw new SyntaxError(`${what} ${wrong + 1} is no JSON object`);
    return values as SourceRow[];
  };
  if (text.trimStart().startsWith("[")) return check(JSON.parse(text) as unknown[], "row");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return check(
    lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new SyntaxError(`line ${index + 1} is no JSON`);
      }
    }),
    "line",
  );
}
