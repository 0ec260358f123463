import { parseArgs } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";
import { ACTS_ROWS, actsRows } from "./chain-acts.ts";
import { GAS_ROWS, gasRows } from "./chain-gas.ts";
import { MERKLE_ROWS, merkleRows } from "./chain-merkle.ts";
import { NODE_ROWS, nodeRows } from "./chain-node.ts";
import { inTemporaryFolder } from "./document-store-process.ts";

const ALL_ROWS: readonly string[] = [...ACTS_ROWS, ...GAS_ROWS, ...NODE_ROWS, ...MERKLE_ROWS];

interface Choice {
  readonly rows: readonly string[];
  readonly minutes: number;
  readonly rate: number;
  readonly behind: number;
}

/** --rows a,b --minutes N --rate N --behind N, after the benchmark's name. */
function choiceOf(args: readonly string[]): Choice {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, rows: text, minutes: text, rate: text, behind: text },
  });
  const number = (name: "minutes" | "rate" | "behind", usual: number): number => {
    const value = Number(values[name] ?? usual);
    if (!(value > 0)) throw new Error(`--${name} must be a number above 0`);
    return value;
  };
  const rows = values.rows?.split(",") ?? ALL_ROWS;
  const unknown = rows.find((row) => !ALL_ROWS.includes(row));
  if (unknown !== undefined) throw new Error(`there is no row "${unknown}"; there are ${ALL_ROWS.join(", ")}`);
  return { rows, minutes: number("minutes", 1), rate: number("rate", 1_200), behind: number("behind", 10_000) };
}

/** The way to the chain: acts from HTTP to a confirmed receipt, their gas, the embedded chain, Merkle trees. */
export const bench: Bench = (note) => {
  const { rows, minutes, rate, behind } = choiceOf(process.argv.slice(2));
  const chosen = (of: readonly string[]): string[] => of.filter((row) => rows.includes(row));
  return inTemporaryFolder(async (folder) => {
    const found: BenchRow[] = [];
    const parts = [
      { names: chosen(ACTS_ROWS), run: () => actsRows({ folder, minutes, rate, behind, note }) },
      { names: chosen(GAS_ROWS), run: () => gasRows({ note }) },
      { names: chosen(NODE_ROWS), run: () => nodeRows({ folder, note }) },
      { names: chosen(MERKLE_ROWS), run: () => merkleRows({ folder, rows: chosen(MERKLE_ROWS), note }) },
    ];
    for (const { names, run } of parts) if (names.length > 0) found.push(...(await run()));
    return found;
  });
};
