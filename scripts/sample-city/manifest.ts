import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { BadKind } from "./bad-rows.ts";

export const MANIFEST = "manifest.json";
export const BAD_ROWS = "bad-rows.ndjson";

/** One line of bad-rows.ndjson. */
export interface ExpectedFault {
  /** The file's name. */
  readonly file: string;
  /** The line of a text file, or the row of a sheet, from 1. */
  readonly row: number;
  readonly reason: BadKind;
  /** The heading of the cell at fault; empty where the row as a whole is. */
  readonly column: string;
}

export interface Manifest {
  bad(fault: ExpectedFault): void;
  readonly reasons: Readonly<Record<string, number>>;
  close(summary: Readonly<Record<string, unknown>>): void;
}

const FLUSH_CHARACTERS = 64 * 1024;

/** What a receiver has to find: totals and files in manifest.json, every bad row in bad-rows.ndjson. */
export function manifestIn(outDir: string): Manifest {
  const handle = openSync(join(outDir, BAD_ROWS), "w");
  const reasons: Record<string, number> = {};
  let buffer = "";
  const flush = (): void => {
    writeSync(handle, buffer);
    buffer = "";
  };
  return {
    reasons,
    bad(fault) {
      reasons[fault.reason] = (reasons[fault.reason] ?? 0) + 1;
      buffer += `${JSON.stringify(fault)}\n`;
      if (buffer.length > FLUSH_CHARACTERS) flush();
    },
    close(summary) {
      flush();
      closeSync(handle);
      writeFileSync(join(outDir, MANIFEST), `${JSON.stringify({ ...summary, reasons }, null, 1)}\n`);
    },
  };
}
