import { parse } from "csv-parse/sync";
import { DomainError } from "../../lib/errors.ts";
import { checkKind } from "./domain/check-kinds.ts";
import { paramsOfRow } from "./domain/check-params.ts";
import type { BatchInput, BatchResult } from "./verification-schemas.ts";

const MAX_ROWS = 500;
const SUBJECT_HEADINGS = ["uscc", "USCC", "统一社会信用代码", "社会信用代码", "信用代码"];

const bad = (message: string, fix: string) => new DomainError("file.invalid", message, { status: 422, fix });

/** Subjects out of a CSV file with a heading row: a column with the code, and the kind's parameters by name or label. */
export function readBatchCsv(kindCode: string, bytes: Uint8Array): BatchInput["subjects"] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw bad("the file is not in UTF-8", "save it as CSV UTF-8");
  }
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { bom: true, columns: true, skip_empty_lines: true, trim: true, max_record_size: 20_000 });
  } catch (error) {
    throw bad(`the file is no CSV: ${(error as Error).message}`, "send CSV with one heading row, commas between cells");
  }
  const first = rows[0];
  if (!first) throw bad("the file has no rows", "send a heading row and one row for each subject");
  const heading = SUBJECT_HEADINGS.find((name) => Object.hasOwn(first, name));
  if (!heading) throw bad("no column has the credit codes", `head it ${SUBJECT_HEADINGS[2]} or uscc`);
  if (rows.length > MAX_ROWS) throw bad(`the file has ${rows.length} rows`, `at most ${MAX_ROWS} at a time`);
  const { params } = checkKind(kindCode);
  return rows.map((row) => ({ uscc: (row[heading] ?? "").slice(0, 40), params: paramsOfRow(params, row) }));
}

const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/** One cell, quoted when needed and never a formula of a spreadsheet. */
function cell(text: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const COLUMNS = [
  "行/row",
  "统一社会信用代码/uscc",
  "结果/outcome",
  "答复/answer",
  "原因/reason",
  "截至/as of",
  "编号/number",
];

/** The answers as a CSV file with a byte order mark, one row for each subject in the order in which they came. */
export function batchCsv({ items }: BatchResult): string {
  const rows = items.map(({ row, uscc, outcome, verification, problem }) => [
    String(row),
    uscc,
    outcome,
    verification?.content?.answer ?? "",
    verification?.content?.reason ?? (problem ? `${problem.code}: ${problem.detail}` : ""),
    verification?.content?.asOf ?? "",
    verification?.number ?? "",
  ]);
  return `\ufeff${[COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
