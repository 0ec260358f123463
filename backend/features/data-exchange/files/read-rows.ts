import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DomainError } from "../../../lib/errors.ts";
import type { AmountUnit } from "../domain/catalog.ts";
import { delimitedRows } from "./delimited-rows.ts";
import { type FileKind, fileKind, isKnownName } from "./file-kind.ts";
import type { FileRow, RowBlock, RowChunk } from "./file-row.ts";
import { ndjsonRows } from "./ndjson-rows.ts";
import { detectEncoding, namedEncoding, type TextEncoding } from "./text-encoding.ts";
import { xlsxRows } from "./xlsx-rows.ts";
import { bytesOfEntry, openZip } from "./zip.ts";

export interface ReadOptions {
  /** The file's own name: its ending says what kind of text it is. */
  readonly name: string;
  /** Only when the sender states it; found out otherwise. */
  readonly encoding?: string | undefined;
  /** A sheet's name, or its place from 1; the first with rows otherwise. */
  readonly sheet?: string | undefined;
  /** The row with the headings, from 1; found out otherwise. */
  readonly headingRow?: number | undefined;
  /** Knows the headings of the table that is expected. */
  readonly isHeading?: ((cells: readonly string[]) => boolean) | undefined;
}

/** Titles, units and dates that offices write above the table, at most this many lines. */
const MAX_TITLE_LINES = 6;
/** A heading row that is known by its headings may lie deeper. */
const MAX_SEARCHED = 30;

const filled = (cells: readonly string[]): number => cells.reduce((n, cell) => n + (cell.trim() === "" ? 0 : 1), 0);
const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === "");

function unitIn(cells: readonly string[]): AmountUnit | undefined {
  const unit = /单位[:：]\s*(?:人民币)?\s*(万元|元)/u.exec(cells.join(" "))?.[1];
  return unit === undefined ? undefined : unit === "万元" ? "wanyuan" : "yuan";
}

/** Where the headings are among the first rows that aren't blank: said, known by their words, or below the titles. */
function headingPlace(rows: readonly FileRow[], { headingRow, isHeading, name }: ReadOptions): number {
  if (headingRow !== undefined) {
    const at = rows.findIndex(({ row }) => row === headingRow);
    if (at < 0) throw new DomainError("file.headings", `row ${headingRow} of ${name} is empty`, { headingRow });
    return at;
  }
  const known = isHeading ? rows.findIndex(({ cells }) => isHeading(cells)) : -1;
  if (known >= 0) return known;
  let at = 0;
  while (at < MAX_TITLE_LINES && at < rows.length - 1) {
    const { cells } = rows[at]!;
    const count = filled(cells);
    if (count > 2 || (count === 2 && unitIn(cells) === undefined)) break;
    at++;
  }
  return at;
}

/** Drops blank rows, and what is above the heading row; keeps the unit that is named there. */
async function* fromHeadings(
  chunks: AsyncIterable<RowChunk>,
  options: ReadOptions,
  pad: boolean,
): AsyncGenerator<RowBlock> {
  const searched = Math.max(MAX_SEARCHED, options.headingRow ?? 0);
  let waiting: FileRow[] | undefined = [];
  let width = 0;
  const padded = (row: FileRow): FileRow => {
    while (pad && row.cells.length < width) row.cells.push("");
    return row;
  };
  const begin = (part: number): RowBlock => {
    const rows = waiting!;
    waiting = undefined;
    const at = headingPlace(rows, options);
    const sheetUnit = rows
      .slice(0, at)
      .reduce<AmountUnit | undefined>((unit, { cells }) => unitIn(cells) ?? unit, undefined);
    const heading = rows[at]!;
    width = heading.cells.length;
    return {
      heading: sheetUnit === undefined ? heading : { ...heading, sheetUnit },
      rows: rows.slice(at + 1).map(padded),
      part,
    };
  };
  for await (const { rows, part } of chunks) {
    const some = rows.filter(({ cells }) => !isBlank(cells));
    if (!waiting) {
      yield { rows: some.map(padded), part };
      continue;
    }
    waiting.push(...some);
    if (waiting.length >= searched) yield begin(part);
  }
  if (!waiting) return;
  if (waiting.length === 0) throw new DomainError("file.empty", `${options.name} has no table`, { name: options.name });
  yield begin(1);
}

async function* fromObjects(chunks: AsyncIterable<RowChunk>, name: string): AsyncGenerator<RowBlock> {
  let heading: FileRow | undefined;
  for await (const { rows, part } of chunks) {
    // Each object names its own values, so there are no titles to skip and one-key objects are rows.
    if (heading) yield { rows, part };
    else {
      [heading] = rows;
      yield { heading: heading!, rows: rows.slice(1), part };
    }
  }
  if (!heading) throw new DomainError("file.empty", `${name} has no objects`, { name });
}

async function* plainBlocks(
  path: string,
  kind: Exclude<FileKind, "zip">,
  options: ReadOptions,
): AsyncGenerator<RowBlock> {
  if (kind === "xlsx") return yield* fromHeadings(xlsxRows(path, options.sheet), options, true);
  const encoding: TextEncoding = options.encoding ? namedEncoding(options.encoding) : await detectEncoding(path);
  if (kind === "delimited") return yield* fromHeadings(delimitedRows(path, encoding), options, false);
  return yield* fromObjects(ndjsonRows(path, encoding), options.name);
}

/** Every file of an archive, one after the other, each unpacked beside the archive for as long as it is read. */
async function* archiveBlocks(path: string, options: ReadOptions): AsyncGenerator<RowBlock> {
  const zip = await openZip(path);
  const unpacked = `${path}.entry`;
  try {
    const files = zip.entries.filter(
      ({ name }) => !/[\\/]$/.test(name) && !/(^|[\\/])(__MACOSX[\\/]|\._|\.DS_Store$|Thumbs\.db$)/.test(name),
    );
    const stranger = files.find(({ name }) => !isKnownName(name));
    if (stranger) {
      throw new DomainError("file.unsupported", `${stranger.name} in the archive: only CSV, TSV, XLSX and NDJSON`, {
        name: stranger.name,
      });
    }
    if (files.length === 0) throw new DomainError("file.empty", `${options.name} holds no files`, {});
    const total = files.reduce((sum, { packedBytes }) => sum + packedBytes, 0) || 1;
    let before = 0;
    for (const file of files) {
      await pipeline(Readable.from(bytesOfEntry(file)), createWriteStream(unpacked));
      const entry = basename(file.name.replaceAll("\\", "/"));
      const kind = await fileKind(unpacked, entry);
      if (kind === "zip") throw new DomainError("file.unsupported", `${entry} is an archive in an archive`, {});
      for await (const block of plainBlocks(unpacked, kind, { ...options, name: entry })) {
        yield { ...block, entry, part: (before + file.packedBytes * block.part) / total };
      }
      before += file.packedBytes;
    }
  } finally {
    zip.close();
    await rm(unpacked, { force: true });
  }
}

/**
 * The rows of a CSV, TSV, XLSX or NDJSON file, or of all such files in a ZIP: each table's heading row, then every row that
 * isn't blank. Streamed, in bounded memory. Throws DomainError file.unsupported, file.empty, file.encoding, file.sheet,
 * file.corrupt or file.tooLarge, also after some rows when the damage lies further down.
 */
export async function* readBlocks(path: string, options: ReadOptions): AsyncGenerator<RowBlock> {
  const kind = await fileKind(path, options.name);
  yield* kind === "zip" ? archiveBlocks(path, options) : plainBlocks(path, kind, options);
}

/** The same row by row, headings first. */
export async function* readRows(path: string, options: ReadOptions): AsyncGenerator<FileRow> {
  for await (const { heading, rows } of readBlocks(path, options)) {
    if (heading) yield heading;
    yield* rows;
  }
}
