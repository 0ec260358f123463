import { ensureContracts } from "./build.ts";
import { runNode } from "./child.ts";
import type { Counts } from "./counts.ts";

interface Check {
  name: string;
  args: readonly string[];
}

const BIOME = "node_modules/@biomejs/biome/bin/biome";
const TSC = "node_modules/typescript/bin/tsc";

const CHECKS: readonly Check[] = [
  { name: "format and lint", args: [BIOME, "check", "--error-on-warnings"] },
  {
    name: "Solidity lint",
    args: ["node_modules/solhint/solhint.js", "--disc", "--noPoster", "--max-warnings", "0", "contracts/**/*.sol"],
  },
  { name: "types: backend, scripts and tests", args: [TSC, "-p", "."] },
  { name: "types: frontend", args: [TSC, "-p", "frontend"] },
  {
    name: "layers",
    args: [
      "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
      "--config",
      ".dependency-cruiser.cjs",
      "backend",
      "contracts",
      "frontend/src",
      "scripts",
      "test",
    ],
  },
];

/** Runs every check, prints a line for each and what a failed one had to say. */
export async function runChecks({ fix = false }: { fix?: boolean } = {}): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  // The tests import the types that come out of the contracts.
  await ensureContracts(() => console.log("  compiling the contracts …"));
  for (const { name, args } of CHECKS) {
    const startedAt = performance.now();
    const given = fix && args[0] === BIOME ? [...args, "--write"] : args;
    const { code, output } = await runNode(given, { timeoutMs: 300_000 });
    console.log(`  ${code === 0 ? "✓" : "✗"} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    // dependency-cruiser ends with the advice to install an older TypeScript; swc reads ours.
    const said = output.split("‼ missing-tsc-transpiler")[0]!.trimEnd();
    if (code !== 0) console.log(said.replaceAll(/^/gm, "    "));
    counts[code === 0 ? "passed" : "failed"] += 1;
  }
  return counts;
}
