// `npm run gas-table`: measures every act and writes the tables of docs/contracts.md; with --check it only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureContracts } from "./lib/build.ts";
import { ROOT } from "./lib/child.ts";
import { differences, gasTables, LEAF_COUNTS, RELAY_SIZES, withTables } from "./lib/gas-table.ts";

const HELP = `Usage: npm run gas-table -- [--check]

Measures gas on Hardhat's in-process network and writes docs/contracts.md. --check writes nothing and fails when a number
there is off by more than 2 %.`;
const TOLERANCE = 0.02;
const PATH = join(ROOT, "docs/contracts.md");

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function wantsCheck(): boolean {
  try {
    const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
    if (values.help) {
      process.stdout.write(`${HELP}\n`);
      process.exit(0);
    }
    return values.check === true;
  } catch (error) {
    say((error as Error).message);
    process.exit(2);
  }
}

const check = wantsCheck();
await ensureContracts(() => say("compiling the contracts …"));
// Not before: Hardhat reads the artifacts as it is loaded.
const { createGasWorld, measureActs, measureLeaves } = await import("./lib/gas.ts");
say("measuring: half a minute …");
const world = await createGasWorld();
const leaves = [];
for (const count of LEAF_COUNTS) leaves.push(await measureLeaves(world, count));
const tables = gasTables({ acts: await measureActs(world, RELAY_SIZES), leaves, deployment: world.deployment });
const document = readFileSync(PATH, "utf8");
if (check) {
  const found = differences(document, tables, TOLERANCE);
  for (const line of found) console.log(line);
  console.log(
    found.length === 0 ? "the gas table is up to date" : "run npm run gas-table and commit docs/contracts.md",
  );
  process.exitCode = found.length === 0 ? 0 : 1;
} else {
  writeFileSync(PATH, withTables(document, tables));
  console.log(tables);
}
