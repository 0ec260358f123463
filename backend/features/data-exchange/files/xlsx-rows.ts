import readWorkbook from "read-excel-file/node";
import { DomainError } from "../../../lib/errors.ts";
import type { FileRow } from "./file-row.ts";
import { guardZip } from "./zip-guard.ts";

/** What a person sees in the cell. Doubles are cut to the 15 digits that Excel itself keeps: 0.1 + 0.2 is 0.3 there. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return plainNumber(value);
  if (value instanceof Date) {
    const iso = value.toISOString();
    return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  }
  return String(value);
}

function plainNumber(value: number): string {
  const text = String(Number(value.toPrecision(15)));
  // Exponents come for very small and very large numbers only; toFixed writes them out.
  return text.includes("e") ? value.toFixed(value < 1 ? 12 : 0) : text;
}

/** The rows of the first sheet that has any. A workbook is held in memory whole: its size is limited before. */
export async function* xlsxRows(path: string): AsyncGenerator<FileRow> {
  await guardZip(path);
  let sheets: Awaited<ReturnType<typeof readWorkbook>>;
  try {
    sheets = await readWorkbook(path);
  } catch (error) {
    throw new DomainError("file.corrupt", "the workbook can't be read", {
      cause: error instanceof Error ? error.message : String(error),
    });
  }
  const rows = (sheets.find((sheet) => sheet.data.length > 0)?.data ?? []) as unknown[][];
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  let number = 0;
  for (const row of rows) {
    number++;
    // Sheets leave out empty cells at the end of a row.
    yield { row: number, cells: Array.from({ length: width }, (_, i) => cellText(row[i])) };
  }
}
