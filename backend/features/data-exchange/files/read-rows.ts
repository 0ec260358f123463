import { DomainError } from "../../../lib/errors.ts";
import type { AmountUnit } from "../domain/catalog.ts";
import { delimitedRows } from "./delimited-rows.ts";
import { fileKind } from "./file-kind.ts";
import type { FileRow } from "./file-row.ts";
import { ndjsonRows } from "./ndjson-rows.ts";
import { detectEncoding, namedEncoding, type TextEncoding } from "./text-encoding.ts";
import { xlsxRows } from "./xlsx-rows.ts";

export interface ReadOptions {
  /** The file's own name: its ending says what kind of text it is. */
  readonly name: string;
  /** Only when the sender states it; found out otherwise. */
  readonly encoding?: string;
}

/** Titles, units and dates that offices write above the table, at most this many lines. */
const MAX_TITLE_LINES = 6;

const filled = (cells: readonly string[]): number => cells.reduce((n, cell) => n + (cell.trim() === "" ? 0 : 1), 0);

function unitIn(cells: readonly string[]): AmountUnit | undefined {
  const unit = /单位[:：]\s*(?:人民币)?\s*(万元|元)/u.exec(cells.join(" "))?.[1];
  return unit === undefined ? undefined : unit === "万元" ? "wanyuan" : "yuan";
}

/** Drops blank rows, and the title lines above the heading row; keeps the unit that they name. */
async function* fromHeadings(rows: AsyncIterable<FileRow>, name: string): AsyncGenerator<FileRow> {
  let titles = 0;
  let sheetUnit: AmountUnit | undefined;
  let width = 0;
  for await (const { row, cells } of rows) {
    const count = filled(cells);
    if (count === 0) continue;
    if (width > 0) {
      yield { row, cells };
    } else if (count <= 2 && titles < MAX_TITLE_LINES && (count === 1 || unitIn(cells) !== undefined)) {
      titles++;
      sheetUnit = unitIn(cells) ?? sheetUnit;
    } else {
      width = cells.length;
      yield sheetUnit === undefined ? { row, cells } : { row, cells, sheetUnit };
    }
  }
  if (width === 0) throw new DomainError("file.empty", `${name} has no table`, { name });
}

/**
 * The rows of a CSV, TSV, XLSX or NDJSON file: the heading row first, then every row that isn't blank.
 * Text is streamed in bounded memory. Throws DomainError file.unsupported, file.empty, file.encoding, file.corrupt or
 * file.tooLarge, also after some rows when the damage lies further down.
 */
export async function* readRows(path: string, options: ReadOptions): AsyncGenerator<FileRow> {
  const kind = await fileKind(path, options.name);
  if (kind === "xlsx") return yield* fromHeadings(xlsxRows(path), options.name);
  const encoding: TextEncoding = options.encoding ? namedEncoding(options.encoding) : await detectEncoding(path);
  if (kind === "delimited") return yield* fromHeadings(delimitedRows(path, encoding), options.name);
  // Each object names its own values, so there are no titles to skip and one-key objects are rows.
  let any = false;
  for await (const row of ndjsonRows(path, encoding)) {
    any = true;
    yield row;
  }
  if (!any) throw new DomainError("file.empty", `${options.name} has no objects`, { name: options.name });
}
