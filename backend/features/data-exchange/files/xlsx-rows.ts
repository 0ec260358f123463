import { DomainError } from "../../../lib/errors.ts";
import type { FileRow, RowChunk } from "./file-row.ts";
import { type Book, openBook } from "./xlsx-book.ts";
import { parseXml, unescaped } from "./xlsx-xml.ts";
import { openZip } from "./zip.ts";

const MAX_COLUMNS = 16_384;
const DAY_MS = 86_400_000;

/** Doubles are cut to the 15 digits that Excel itself keeps: 0.1 + 0.2 is 0.3 there. */
function plainNumber(value: number): string {
  const text = String(Number(value.toPrecision(15)));
  // Exponents come for very small and very large numbers only; toFixed writes them out.
  return text.includes("e") ? value.toFixed(Math.abs(value) < 1 ? 12 : 0) : text;
}

function dateText(serial: number, from1904: boolean): string {
  // Excel counts the 1900-02-29 that never was.
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const time = new Date(epoch + Math.round(serial * 86_400) * 1000);
  if (Number.isNaN(time.getTime())) return plainNumber(serial);
  const iso = time.toISOString();
  return time.getTime() % DAY_MS === 0 ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** The column of a cell's name: A is 0, AA is 26. -1 where there is no name. */
function columnOf(name: string | undefined): number {
  let column = 0;
  for (let i = 0; name && i < name.length; i++) {
    const code = name.charCodeAt(i) - 64;
    if (code < 1 || code > 26) break;
    column = column * 26 + code;
  }
  return column - 1;
}

/** What a person sees in the cell. */
function cellText(type: string, style: string | undefined, value: string, book: Book): string {
  switch (type) {
    case "s":
      return book.texts[Number(value)] ?? "";
    case "b":
      return value === "1" ? "true" : "false";
    case "n": {
      if (value === "") return "";
      const number = Number(value);
      if (Number.isNaN(number)) return value;
      return book.dates[Number(style ?? 0)] ? dateText(number, book.from1904) : plainNumber(number);
    }
    case "d":
      return value.endsWith("T00:00:00") || value.endsWith("T00:00:00Z") ? value.slice(0, 10) : value.replace("T", " ");
    default:
      return unescaped(value);
  }
}

async function* rowsOfSheet(book: Book, entry: Book["sheets"][number]["entry"]): AsyncGenerator<RowChunk> {
  let rows: FileRow[] = [];
  let cells: string[] = [];
  let row = 0;
  let column = -1;
  let type = "n";
  let style: string | undefined;
  let value = "";
  let taking = false;
  let reading = 0;
  const parts = parseXml(entry, {
    open(name, attributes) {
      if (name === "c") {
        const named = columnOf(attributes.r);
        column = named < 0 ? column + 1 : named;
        if (column >= MAX_COLUMNS) throw new DomainError("file.corrupt", `row ${row} has too many columns`, { row });
        type = attributes.t ?? "n";
        style = attributes.s;
        value = "";
      } else if (name === "row") {
        row = Number(attributes.r) || row + 1;
        cells = [];
        column = -1;
      } else if (name === "rPh") reading++;
      else if (name === "v" || name === "t") taking = reading === 0;
    },
    text(text) {
      if (taking) value += text;
    },
    close(name) {
      if (name === "v" || name === "t") taking = false;
      else if (name === "rPh") reading--;
      else if (name === "c") {
        while (cells.length < column) cells.push("");
        cells[column] = cellText(type, style, value, book);
      } else if (name === "row") rows.push({ row, cells });
    },
  });
  for await (const part of parts) {
    if (rows.length === 0) continue;
    yield { rows, part };
    rows = [];
  }
  if (rows.length > 0) yield { rows, part: 1 };
}

function chosenSheet(book: Book, wanted: string): Book["sheets"][number] {
  const found = book.sheets.find(({ name }) => name.trim() === wanted.trim()) ?? book.sheets[Number(wanted) - 1];
  if (found) return found;
  const names = book.sheets.map(({ name }) => name).join("、");
  throw new DomainError("file.sheet", `the workbook has no sheet "${wanted}"; it has ${names}`, { sheet: wanted });
}

/** The rows of the sheet that is asked for (its name, or its place from 1), or of the first that has any. Streamed. */
export async function* xlsxRows(path: string, sheet?: string): AsyncGenerator<RowChunk> {
  const zip = await openZip(path);
  try {
    const book = await openBook(zip);
    const sheets = sheet === undefined ? book.sheets : [chosenSheet(book, sheet)];
    for (const { entry } of sheets) {
      let any = false;
      for await (const chunk of rowsOfSheet(book, entry)) {
        any ||= chunk.rows.some(({ cells }) => cells.some((cell) => cell.trim() !== ""));
        if (any) yield chunk;
      }
      if (any) return;
    }
  } finally {
    zip.close();
  }
}
