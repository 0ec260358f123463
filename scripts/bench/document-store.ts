import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";
import { connectClient, connectLoader } from "./document-store-clients.ts";
import { GROWN, GROWTH_ROWS, growthRows } from "./document-store-growth.ts";
import { CITY, MEMORY_ROWS, memoryRows } from "./document-store-memory.ts";
import { inTemporaryFolder } from "./document-store-process.ts";
import { SPEED_ROWS, speedRows } from "./document-store-speed.ts";

const ALL_ROWS = [...SPEED_ROWS, ...MEMORY_ROWS, ...GROWTH_ROWS];
const ROUNDS = 5;
const ROUND_MS = 1_000;

interface Choice {
  readonly rows: readonly string[];
  readonly docsMemory: number;
  readonly docsGrowth: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/** --rows a,b --docs-memory N --docs-growth N --rounds N --round-ms N, after the benchmark's name. */
function choiceOf(args: readonly string[]): Choice {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      rows: text,
      "docs-memory": text,
      "docs-growth": text,
      rounds: text,
      "round-ms": text,
    },
  });
  const number = (
    name: "docs-memory" | "docs-growth" | "rounds" | "round-ms",
    usual: number,
    least: number,
  ): number => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name} must be a whole number from ${least} on`);
    return value;
  };
  const rows = values.rows?.split(",") ?? ALL_ROWS;
  const unknown = rows.find((row) => !ALL_ROWS.includes(row));
  if (unknown !== undefined) throw new Error(`there is no row "${unknown}"; there are ${ALL_ROWS.join(", ")}`);
  return {
    rows,
    docsMemory: number("docs-memory", CITY, 2_000),
    docsGrowth: number("docs-growth", GROWN, 2_000),
    rounds: number("rounds", ROUNDS, 1),
    roundMs: number("round-ms", ROUND_MS, 1),
  };
}

/** The embedded document store over TCP: speed beside plain SQLite, memory with a city's records, growth. */
export const bench: Bench = (note) => {
  const { rows, docsMemory, docsGrowth, rounds, roundMs } = choiceOf(process.argv.slice(2));
  const chosen = (of: readonly string[]): string[] => of.filter((row) => rows.includes(row));
  return inTemporaryFolder(async (folder) => {
    const found: BenchRow[] = [];
    const parts = [
      {
        names: chosen(SPEED_ROWS),
        run: (names: string[]) =>
          speedRows(names, connectClient, { folder: join(folder, "speed"), rounds, ms: roundMs, note }),
      },
      {
        names: chosen(MEMORY_ROWS),
        run: () => memoryRows(connectLoader, { folder: join(folder, "memory"), count: docsMemory, note }),
      },
      {
        names: chosen(GROWTH_ROWS),
        run: (names: string[]) =>
          growthRows(names, { folder: join(folder, "growth"), count: docsGrowth, rounds, note }),
      },
    ];
    for (const { names, run } of parts) if (names.length > 0) found.push(...(await run(names)));
    return found;
  });
};
