import { mkdirSync } from "node:fs";
import { monthsUntil } from "./calendar.ts";
import { CAST_ENTERPRISES } from "./cast.ts";
import { brokenCells, type Cell, cellsOf } from "./cells.ts";
import { newCity } from "./city.ts";
import { castEnterprise, type Enterprise, randomEnterprise } from "./enterprise.ts";
import { LAYOUTS, type Layout } from "./layouts.ts";
import { type Random, randomOf } from "./random.ts";
import { rowsOf } from "./records.ts";
import { type DepartmentWriter, departmentWriter } from "./writers.ts";

export const DEFAULT_ENTERPRISES = 2_000;
export const DEFAULT_SEED = "yuxi";
export const DEFAULT_AS_OF = "2026-10-31";
const HISTORY_MONTHS = 36;
const MOST_ENTERPRISES = 1_000_000;
const BROKEN_SHARE = 0.007;
const REPEATED_SHARE = 0.004;

export interface SampleCityOptions {
  readonly enterprises?: number;
  readonly seed?: string | number;
  readonly outDir: string;
  /** The day on which the departments close their files, YYYY-MM-DD. */
  readonly asOf?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SampleFile {
  readonly catalogId: string;
  readonly departmentCode: string;
  readonly path: string;
  readonly format: Layout["format"];
  /** All rows below the headings, bad and repeated ones among them. */
  readonly rows: number;
  /** Rows that no receiver can take; each is a broken copy of a good row. */
  readonly badRows: number;
  /** Rows that say again, to the letter, what an earlier row of the file says. */
  readonly repeatedRows: number;
}

export interface SampleEnterprise {
  readonly uscc: string;
  readonly name: string;
  readonly districtCode: string;
  readonly industryCode: string;
}

export interface SampleCity {
  readonly files: readonly SampleFile[];
  /** The cast first (the demo enterprise is the first of all), then some more. */
  readonly enterprises: readonly SampleEnterprise[];
}

interface Desk {
  readonly layout: Layout;
  readonly writer: DepartmentWriter;
  readonly random: Random;
  /** Bad and repeated rows by the file they went to: workbooks come in parts. */
  readonly bad: number[];
  readonly repeated: number[];
  serial: number;
}

async function writeRow(desk: Desk, cells: readonly Cell[], counts?: number[]): Promise<void> {
  // A workbook joins `files` when it is full, a text file at once: both times the row's file has this position.
  const part = desk.layout.format === "xlsx" ? desk.writer.files.length : 0;
  if (counts) counts[part] = (counts[part] ?? 0) + 1;
  await desk.writer.write(cells);
}

async function writeEnterprise(desks: readonly Desk[], rows: ReturnType<typeof rowsOf>): Promise<void> {
  for (const desk of desks) {
    for (const row of rows[desk.layout.catalogId] ?? []) {
      const { random, layout } = desk;
      const cells = cellsOf(row, layout, ++desk.serial, random);
      if (random.chance(BROKEN_SHARE)) await writeRow(desk, brokenCells(cells, layout, random), desk.bad);
      const part = desk.writer.files.length;
      await writeRow(desk, cells);
      // Sent twice within one file; a row that has just ended a workbook can't be repeated in it.
      const sameFile = layout.format !== "xlsx" || desk.writer.files.length === part;
      if (random.chance(REPEATED_SHARE) && sameFile) await writeRow(desk, cells, desk.repeated);
    }
  }
}

/**
 * Writes one city's files as its departments would send them. The same options give the same bytes.
 * Files of one catalog may come in parts. Throws RangeError on a number of enterprises that it can't do.
 */
export async function generateSampleCity(options: SampleCityOptions): Promise<SampleCity> {
  const total = options.enterprises ?? DEFAULT_ENTERPRISES;
  if (!Number.isInteger(total) || total < CAST_ENTERPRISES.length || total > MOST_ENTERPRISES) {
    throw new RangeError(`enterprises must be a whole number from ${CAST_ENTERPRISES.length} to ${MOST_ENTERPRISES}`);
  }
  const seed = String(options.seed ?? DEFAULT_SEED);
  const asOf = options.asOf ?? DEFAULT_AS_OF;
  const months = monthsUntil(asOf, HISTORY_MONTHS);
  const city = newCity(seed, asOf, months);
  mkdirSync(options.outDir, { recursive: true });
  const desks: Desk[] = LAYOUTS.map((layout) => ({
    layout,
    writer: departmentWriter(layout, options.outDir),
    random: randomOf(seed, "desk", layout.catalogId),
    bad: [],
    repeated: [],
    serial: 0,
  }));
  const taken = new Set(CAST_ENTERPRISES.map((member) => member.name));
  const shown: SampleEnterprise[] = [];
  for (let i = 0; i < total; i++) {
    const member = CAST_ENTERPRISES[i];
    const enterprise: Enterprise = member
      ? castEnterprise(member, i, months, seed)
      : randomEnterprise(seed, i, months, asOf, taken);
    await writeEnterprise(desks, rowsOf(enterprise, city));
    if (shown.length < 20) {
      const { uscc, name, district, industry } = enterprise;
      shown.push({ uscc, name, districtCode: district.code, industryCode: industry.code });
    }
    if ((i + 1) % 100 === 0 || i + 1 === total) {
      options.onProgress?.(i + 1, total);
      // Lets the caller's timers and signals in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const files: SampleFile[] = [];
  for (const { layout, writer, bad, repeated } of desks) {
    await writer.close();
    const { catalogId, departmentCode, format } = layout;
    writer.files.forEach(({ path, rows }, part) => {
      files.push({
        catalogId,
        departmentCode,
        path,
        format,
        rows,
        badRows: bad[part] ?? 0,
        repeatedRows: repeated[part] ?? 0,
      });
    });
  }
  return { files, enterprises: shown };
}
