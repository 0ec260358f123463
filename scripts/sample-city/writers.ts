import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import type { Cell } from "./cells.ts";
import type { Layout } from "./layouts.ts";
import { fixZipTimes } from "./zip-times.ts";

export interface DepartmentWriter {
  write(cells: readonly Cell[]): Promise<void>;
  /** Ends the last file. */
  close(): Promise<void>;
  readonly files: readonly { readonly path: string; rows: number }[];
}

const FLUSH_CHARACTERS = 256 * 1024;
/** A workbook is made in memory, so a large city's are cut into parts, as people do. */
const ROWS_A_WORKBOOK = 20_000;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const textOf = (cell: Cell): string => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell));

function textWriter(
  layout: Layout,
  outDir: string,
  extension: string,
  encode: (text: string) => Buffer,
  start: string,
  line: (cells: readonly Cell[]) => string,
): DepartmentWriter {
  const file = { path: join(outDir, `${layout.fileName}.${extension}`), rows: 0 };
  const handle = openSync(file.path, "w");
  let buffer = start;
  const flush = (): void => {
    writeSync(handle, encode(buffer));
    buffer = "";
  };
  return {
    files: [file],
    async write(cells) {
      buffer += line(cells);
      file.rows++;
      if (buffer.length > FLUSH_CHARACTERS) flush();
    },
    async close() {
      flush();
      closeSync(handle);
    },
  };
}

function sheetCell(cell: Cell): { value: string | number } | { value: Date; type: typeof Date; format: string } | null {
  if (cell === "") return null;
  return cell instanceof Date ? { value: cell, type: Date, format: "yyyy-mm-dd" } : { value: cell };
}

function workbookWriter(layout: Layout, outDir: string): DepartmentWriter {
  const headings = layout.columns.map((column) => column.heading);
  const files: { path: string; rows: number }[] = [];
  let rows: Cell[][] = [];
  const flush = async (): Promise<void> => {
    const part = files.length === 0 ? "" : `-${files.length + 1}`;
    const path = join(outDir, `${layout.fileName}${part}.xlsx`);
    const sheet = [...layout.titles.map((title) => [title]), headings, ...rows].map((row) => row.map(sheetCell));
    const zip = await writeWorkbook(sheet as SheetData, { sheet: "数据" }).toBuffer();
    writeFileSync(path, fixZipTimes(zip));
    files.push({ path, rows: rows.length });
    rows = [];
  };
  return {
    files,
    async write(cells) {
      rows.push([...cells]);
      if (rows.length >= ROWS_A_WORKBOOK) await flush();
    },
    async close() {
      if (rows.length > 0 || files.length === 0) await flush();
    },
  };
}

export function departmentWriter(layout: Layout, outDir: string): DepartmentWriter {
  const headings = layout.columns.map((column) => column.heading);
  const csvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => quoted(textOf(cell))).join(",")}\r\n`;
  switch (layout.format) {
    case "csv-utf8-bom":
      return textWriter(layout, outDir, "csv", (text) => Buffer.from(text), `\uFEFF${csvLine(headings)}`, csvLine);
    case "csv-gb18030":
      return textWriter(layout, outDir, "csv", (text) => iconv.encode(text, "gb18030"), csvLine(headings), csvLine);
    case "ndjson":
      return textWriter(
        layout,
        outDir,
        "ndjson",
        (text) => Buffer.from(text),
        "",
        (cells) =>
          `${JSON.stringify(Object.fromEntries(headings.map((heading, i) => [heading, cells[i] === "" ? null : cells[i]])))}\n`,
      );
    case "xlsx":
      return workbookWriter(layout, outDir);
  }
}
