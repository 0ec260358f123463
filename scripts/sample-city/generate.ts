import { mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { rowBreaker } from "./bad-rows.ts";
import { monthsUntil } from "./calendar.ts";
import { CAST_ENTERPRISES } from "./cast.ts";
import { newCity, type RowsByCatalog } from "./city.ts";
import { type Desk, deskOf, type Tally } from "./desk.ts";
import { castEnterprise, type Enterprise, randomEnterprise } from "./enterprise.ts";
import { LAYOUTS, type Layout } from "./layouts.ts";
import { manifestIn } from "./manifest.ts";
import { randomOf } from "./random.ts";
import { rowsOf } from "./records.ts";
import { hasSupplement, type Supplement, supplementLayout, supplementOf } from "./supplements.ts";

export const DEFAULT_ENTERPRISES = 2_000;
export const DEFAULT_SEED = "yuxi";
export const DEFAULT_AS_OF = "2026-10-31";
/** The full city: 220,000 market entities and 3.2 million records, for they are mostly small traders. */
export const FULL_CITY = { enterprises: 220_000, wellKnownShare: 0.058 };
const HISTORY_MONTHS = 36;
const MOST_ENTERPRISES = 1_000_000;
const BAD_SHARE = 0.01;

export interface SampleCityOptions {
  readonly enterprises?: number;
  readonly seed?: string | number;
  readonly outDir: string;
  /** The day on which the departments close their files, YYYY-MM-DD. */
  readonly asOf?: string;
  /** The share of the enterprises of which every department has its records; of the others only some know. */
  readonly wellKnownShare?: number;
  /** Share of bad rows. */
  readonly badShare?: number;
  /** Second files with corrections, late rows and deletions. */
  readonly supplements?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SampleFile extends Readonly<Tally> {
  readonly catalogId: string;
  readonly departmentCode: string;
  readonly path: string;
  readonly format: Layout["format"];
  /** A second file, to be sent after the first ones. */
  readonly supplement: boolean;
}

export interface SampleEnterprise {
  readonly uscc: string;
  readonly name: string;
  readonly districtCode: string;
  readonly industryCode: string;
}

export interface SampleCity {
  /** In the order in which they are to be sent. */
  readonly files: readonly SampleFile[];
  /** The cast first (the demo enterprise is the first of all), then some more. */
  readonly enterprises: readonly SampleEnterprise[];
}

async function writeEnterprise(
  desks: readonly Desk[],
  supplements: ReadonlyMap<string, Supplement>,
  rows: RowsByCatalog,
  fixed: boolean,
): Promise<void> {
  for (const desk of desks) {
    const supplement = fixed ? undefined : supplements.get(desk.layout.catalogId);
    for (const row of rows[desk.layout.catalogId] ?? []) {
      await desk.write(row);
      if (supplement) await supplement.see(row);
    }
  }
}

async function filesOf(desk: Desk, supplement: boolean): Promise<SampleFile[]> {
  await desk.writer.close();
  const { catalogId, departmentCode, format } = desk.layout;
  return desk.writer.files.flatMap(({ path }, part) => {
    const tally = desk.tallies[part];
    if (tally) return [{ catalogId, departmentCode, path, format, supplement, ...tally }];
    // Who has nothing to tell sends no file.
    rmSync(path);
    return [];
  });
}

/**
 * Writes one city's files as its departments would send them, and beside them the manifest of what a receiver has to
 * find. The same options give the same bytes. Files of one catalog may come in parts. Throws RangeError on a number of
 * enterprises that it can't do.
 */
export async function generateSampleCity(options: SampleCityOptions): Promise<SampleCity> {
  const total = options.enterprises ?? DEFAULT_ENTERPRISES;
  if (!Number.isInteger(total) || total < CAST_ENTERPRISES.length || total > MOST_ENTERPRISES) {
    throw new RangeError(`enterprises must be a whole number from ${CAST_ENTERPRISES.length} to ${MOST_ENTERPRISES}`);
  }
  const { outDir, wellKnownShare = 1, badShare = BAD_SHARE } = options;
  const seed = String(options.seed ?? DEFAULT_SEED);
  const asOf = options.asOf ?? DEFAULT_AS_OF;
  const months = monthsUntil(asOf, HISTORY_MONTHS);
  const city = newCity(seed, asOf, months);
  mkdirSync(outDir, { recursive: true });
  const manifest = manifestIn(outDir);
  const shared = { seed, outDir, breaker: rowBreaker(), badShare, manifest };
  const desks = LAYOUTS.map((layout) => deskOf({ ...shared, layout }));
  const supplements = new Map<string, Supplement>(
    LAYOUTS.filter((layout) => options.supplements && hasSupplement(layout)).map((layout) => [
      layout.catalogId,
      supplementOf(deskOf({ ...shared, layout: supplementLayout(layout) }), layout, city),
    ]),
  );
  const taken = new Set(CAST_ENTERPRISES.map((member) => member.name));
  const known = randomOf(seed, "known");
  const shown: SampleEnterprise[] = [];
  for (let i = 0; i < total; i++) {
    const member = CAST_ENTERPRISES[i];
    const enterprise: Enterprise = member
      ? castEnterprise(member, i, months, seed)
      : randomEnterprise(seed, i, months, asOf, taken);
    const wellKnown = known.chance(wellKnownShare) || member !== undefined;
    await writeEnterprise(desks, supplements, rowsOf(enterprise, city, wellKnown), member !== undefined);
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
  for (const desk of desks) files.push(...(await filesOf(desk, false)));
  for (const { desk } of supplements.values()) files.push(...(await filesOf(desk, true)));
  const relative = files.map(({ path, ...file }) => ({ file: basename(path), ...file }));
  manifest.close({ seed, asOf, enterprises: total, wellKnownShare, files: relative });
  return { files, enterprises: shown };
}
