// `npm test`: every suite in order, and the sum of them in the last line.
import { parseArgs } from "node:util";
import { killChildren } from "./lib/child.ts";
import { type Counts, inWords, NONE, sum } from "./lib/counts.ts";
import { onStopRequest } from "./lib/stop.ts";
import { SUITES, type Suite } from "./lib/suites.ts";

const NAMES = SUITES.map(({ name }) => name);

const HELP = `Usage: npm test -- [--only NAME[,NAME...]]

Suites, in their order:
${SUITES.map(({ name, about, extra }) => `  ${name.padEnd(12)} ${about}${extra ? " (only when named)" : ""}`).join("\n")}

SKIP_BROWSER=1 leaves the browser test out; CHROMIUM_PATH names the browser for it.`;

function chosenSuites(argv: string[]): readonly Suite[] {
  const { values } = parseArgs({
    args: argv,
    options: { only: { type: "string", multiple: true }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const only = (values.only ?? []).flatMap((names) => names.split(","));
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`there is no suite "${unknown}"; there are ${NAMES.join(", ")}`);
  return only.length === 0 ? SUITES.filter(({ extra }) => !extra) : SUITES.filter(({ name }) => only.includes(name));
}

async function runSuite(suite: Suite): Promise<Counts> {
  console.log(`\n${suite.name}: ${suite.about}`);
  const startedAt = performance.now();
  let counts: Counts;
  try {
    counts = await suite.run();
  } catch (error) {
    console.log(`  ✗ ${error instanceof Error ? error.message : String(error)}`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  console.log(`  ${inWords(counts)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return counts;
}

let suites: readonly Suite[];
try {
  suites = chosenSuites(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(2);
}
onStopRequest((cause) => {
  killChildren();
  process.stderr.write(`\nStopped by ${cause}.\n`);
  process.exit(130);
});
let total = NONE;
for (const suite of suites) total = sum(total, await runSuite(suite));
console.log(`\n${inWords(total)}`);
// Not by process.exit: a pipe may still hold the last line.
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
