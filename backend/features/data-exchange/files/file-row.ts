import type { AmountUnit } from "../domain/catalog.ts";

export interface FileRow {
  /** The line of a text file or the row of a sheet, from 1. */
  readonly row: number;
  readonly cells: string[];
  /** On the heading row only: the unit that a line above the table names ("单位：万元"). */
  readonly sheetUnit?: AmountUnit;
}
