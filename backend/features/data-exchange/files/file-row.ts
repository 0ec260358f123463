import type { AmountUnit } from "../domain/catalog.ts";

export interface FileRow {
  /** The line of a text file or the row of a sheet, from 1. */
  readonly row: number;
  readonly cells: string[];
  /** On the heading row only: the unit that a line above the table names ("单位：万元"). */
  readonly sheetUnit?: AmountUnit;
  /** A line that holds no row at all; its text is the only cell. */
  readonly damaged?: boolean;
}

/** Rows that were read together, and how much of the file that took. */
export interface RowChunk {
  readonly rows: FileRow[];
  /** From 0 to 1, as far as the reader can tell. */
  readonly part: number;
}

/** Rows of one table: the first block of a table has its headings. */
export interface RowBlock extends RowChunk {
  readonly heading?: FileRow | undefined;
  /** The file's name inside an archive. */
  readonly entry?: string | undefined;
}
