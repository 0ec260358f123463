import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import iconv from "iconv-lite";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import type { Cell } from "./cells.ts";
import type { Layout } from "./layouts.ts";
import { zipSink } from "./zip-sink.ts";
import { fixZipTimes } from "./zip-times.ts";

export interface DepartmentWriter {
  write(cells: readonly Cell[]): Promise<void>;
  /** Ends the last file. */
  close(): Promise<void>;
  readonly files: readonly { readonly path: string; rows: number }[];
  /** The name of the file with this position. */
  nameOf(part: number): string;
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
  const zipped = layout.format === "csv-zip";
  const file = { path: join(outDir, `${layout.fileName}.${zipped ? "zip" : extension}`), rows: 0 };
  const handle = openSync(file.path, "w");
  const zip = zipped ? zipSink((bytes) => writeSync(handle, bytes), `${layout.fileName}.${extension}`) : null;
  let buffer = start;
  const flush = (): void => {
    const bytes = encode(buffer);
    if (zip) zip.write(bytes);
    else writeSync(handle, bytes);
    buffer = "";
  };
  return {
    files: [file],
    nameOf: () => basename(file.path),
    async write(cells) {
      buffer += line(cells);
      file.rows++;
      if (buffer.length > FLUSH_CHARACTERS) flush();
    },
    async close() {
      flush();
      zip?.end();
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
  const nameOf = (part: number): string => `${layout.fileName}${part === 0 ? "" : `-${part + 1}`}.xlsx`;
  const flush = async (): Promise<void> => {
    const path = join(outDir, nameOf(files.length));
    const sheet = [...layout.titles.map((title) => [title]), headings, ...rows].map((row) => row.map(sheetCell));
    const zip = await writeWorkbook(sheet as SheetData, { sheet: "数据" }).toBuffer();
    writeFileSync(path, fixZipTimes(zip));
    files.push({ path, rows: rows.length });
    rows = [];
  };
  return {
    files,
    nameOf,
    async write(cells) {
      rows.push([...cells]);
      if (rows.length >= ROWS_A_WORKBOOK) await flush();
    },
    async close() {
      if (rows.length > 0 || files.length === 0) await flush();
    },
  };
}

const utf8 = (text: string): Buffer => Buffer.from(text);
const gb18030 = (text: string): Buffer => iconv.encode(text, "gb18030");

export function departmentWriter(layout: Layout, outDir: string): DepartmentWriter {
  const headings = layout.columns.map((column) => column.heading);
  const csvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => quoted(textOf(cell))).join(",")}\r\n`;
  const tsvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => textOf(cell)).join("\t")}\n`;
  switch (layout.format) {
    case "csv-utf8":
    case "csv-zip":
      return textWriter(layout, outDir, "csv", utf8, csvLine(headings), csvLine);
    case "csv-utf8-bom":
      return textWriter(layout, outDir, "csv", utf8, `\uFEFF${csvLine(headings)}`, csvLine);
    case "csv-gb18030":
      return textWriter(layout, outDir, "csv", gb18030, csvLine(headings), csvLine);
    case "tsv-utf8":
      return textWriter(layout, outDir, "tsv", utf8, tsvLine(headings), tsvLine);
    case "tsv-gb18030":
      return textWriter(layout, outDir, "tsv", gb18030, tsvLine(headings), tsvLine);
    case "ndjson":
      return textWriter(layout, outDir, "ndjson", utf8, "", (cells) => {
        const entries = headings.map((heading, i) => [heading, cells[i] === "" ? null : cells[i]]);
        return `${JSON.stringify(Object.fromEntries(entries))}\n`;
      });
    case "xlsx":
      return workbookWriter(layout, outDir);
  }
}
