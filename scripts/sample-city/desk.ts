import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import type { RowBreaker } from "./bad-rows.ts";
import { type Cell, cellsOf } from "./cells.ts";
import type { TrueRow } from "./city.ts";
import type { Layout } from "./layouts.ts";
import type { Manifest } from "./manifest.ts";
import { type Random, randomOf } from "./random.ts";
import { type DepartmentWriter, departmentWriter } from "./writers.ts";

const REPEATED_SHARE = 0.004;
const CORRECTED_SHARE = 0.001;
/** Of the rows of catalogs that name their enterprise by more than its code. */
const BY_NAME_SHARE = 0.15;
const BY_NUMBER_SHARE = 0.15;

/** What one file holds beside its good rows; each is counted once. */
export interface Tally {
  rows: number;
  badRows: number;
  repeatedRows: number;
  /** Rows that a later row of the same file, or an earlier file, says otherwise. */
  correctedRows: number;
  /** Rows that tell what was true before what is known already. */
  lateRows: number;
  deletions: number;
}

export interface Desk {
  readonly layout: Layout;
  /** One for each file: workbooks come in parts. */
  readonly tallies: readonly Tally[];
  readonly writer: DepartmentWriter;
  write(row: TrueRow): Promise<void>;
  /** A row of a file of its own: nothing is done to it. `count` says what it stands for. */
  writePlain(row: TrueRow, count: "correctedRows" | "lateRows" | "deletions"): Promise<void>;
}

const NUMBERS = new Set(["yuan", "wanyuan", "integer"]);

/** The same record with another figure, as it stood before it was put right. Undefined where there is no figure. */
export function otherwise(row: TrueRow, layout: Layout): TrueRow | undefined {
  const { key, periodField } = standardCatalog(layout.catalogId);
  const column = layout.columns.find(
    ({ from, style }) =>
      NUMBERS.has(style) && !key.includes(from) && from !== periodField && (row[from] ?? null) !== null,
  );
  if (!column) return undefined;
  const value = row[column.from]!;
  if (typeof value === "bigint") return { ...row, [column.from]: value + 100_00n };
  const number = Number(value);
  return { ...row, [column.from]: number < (column.field?.max ?? number + 1) ? number + 1 : number - 1 };
}

/** Leaves the code away where the department knows the enterprise by its old number or its name as well. */
function namedOtherwise(row: TrueRow, layout: Layout, random: Random): TrueRow {
  const { identity } = standardCatalog(layout.catalogId);
  if (!identity) return row;
  const chance = random.next();
  const number = identity.registrationNumberField;
  if (number && chance < BY_NUMBER_SHARE && row[number]) return { ...row, uscc: null };
  if (identity.nameField && chance > 1 - BY_NAME_SHARE) return { ...row, uscc: null };
  return row;
}

interface DeskOptions {
  readonly seed: string;
  readonly layout: Layout;
  readonly outDir: string;
  readonly breaker: RowBreaker;
  readonly badShare: number;
  readonly manifest: Manifest;
}

export function deskOf({ seed, layout, outDir, breaker, badShare, manifest }: DeskOptions): Desk {
  const writer = departmentWriter(layout, outDir);
  const random = randomOf(seed, "desk", layout.fileName);
  const tallies: Tally[] = [];
  const above = layout.format === "ndjson" ? 0 : layout.titles.length + 1;
  let serial = 0;

  /** A workbook joins `files` when it is full, a text file at once: both times the row's file has this position. */
  const part = (): number => (layout.format === "xlsx" ? writer.files.length : 0);

  async function put(cells: readonly Cell[]): Promise<{ tally: Tally; file: string; row: number }> {
    const at = part();
    tallies[at] ??= { rows: 0, badRows: 0, repeatedRows: 0, correctedRows: 0, lateRows: 0, deletions: 0 };
    const tally = tallies[at];
    tally.rows++;
    const file = writer.nameOf(at);
    await writer.write(cells);
    return { tally, file, row: above + tally.rows };
  }

  return {
    layout,
    tallies,
    writer,
    async write(row) {
      const named = namedOtherwise(row, layout, random);
      const cells = cellsOf(named, layout, ++serial, random);
      if (random.chance(badShare)) {
        const bad = breaker.break(cells, layout, random);
        const { tally, file, row: at } = await put(bad.cells);
        tally.badRows++;
        manifest.bad({ file, row: at, reason: bad.reason, column: bad.column });
      }
      const before = random.chance(CORRECTED_SHARE) ? otherwise(named, layout) : undefined;
      const where = part();
      if (before) await put(cellsOf(before, layout, serial, random));
      const { tally } = await put(cells);
      // Counted where it is corrected: a workbook that is full keeps its last row uncorrected.
      if (before && where === part() && tally.rows > 1) tally.correctedRows++;
      const sameFile = layout.format !== "xlsx" || part() === where;
      if (random.chance(REPEATED_SHARE) && sameFile) (await put(cells)).tally.repeatedRows++;
    },
    async writePlain(row, count) {
      const { tally } = await put(cellsOf(row, layout, ++serial, random));
      tally[count]++;
    },
  };
}
