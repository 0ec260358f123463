// `npm run coverage`: runs every contract test, counts what it reaches, and fails when that is too little.
import { rmSync } from "node:fs";
import { killChildren, runNode } from "./lib/child.ts";
import { below, COUNTED, contractCoverage, coverageTable } from "./lib/contract-coverage/report.ts";
import { onStopRequest } from "./lib/stop.ts";

/** Of the lines of each contract, and of the sides of its conditions. */
const LEAST = 0.98;
const HARDHAT = "node_modules/hardhat/dist/src/cli.js";
const CONFIG = "scripts/lib/contract-coverage/hardhat.config.ts";

if (process.argv.length > 2) {
  process.stderr.write("npm run coverage takes no options\n");
  process.exit(2);
}
onStopRequest(() => {
  killChildren();
  process.exit(130);
});
// What an earlier run left must not count for this one.
rmSync(COUNTED, { recursive: true, force: true });
console.log("running the tests of the contracts: a minute …");
const { code, output } = await runNode([HARDHAT, "--config", CONFIG, "test", "--coverage"], {
  env: { HARDHAT_DISABLE_TELEMETRY: "true", NO_COLOR: "1", FORCE_COLOR: "0" },
  timeoutMs: 600_000,
});
if (code === 0) {
  const coverage = contractCoverage();
  console.log(coverageTable(coverage));
  const poor = below(coverage, LEAST);
  for (const { path } of poor) console.log(`✗ ${path} is below ${100 * LEAST} %`);
  process.exitCode = poor.length > 0 ? 1 : 0;
} else {
  // From the failures on, without the report that follows them; all of it when there is none.
  const failures = output.search(/^\s*\d+ failing/m);
  console.log(
    output
      .slice(Math.max(failures, 0))
      .replace(/^Saved html report[\s\S]*/m, "")
      .trimEnd(),
  );
  console.log("✗ tests failed: nothing is said of what they cover");
  process.exitCode = 1;
}
