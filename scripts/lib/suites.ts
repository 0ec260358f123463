import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "./browser.ts";
import { ensureContracts, ensureWeb } from "./build.ts";
import { runChecks } from "./checks.ts";
import { type Ended, ROOT, runNode } from "./child.ts";
import { type Counts, sum } from "./counts.ts";

const MINUTE = 60_000;
const HARDHAT = "node_modules/hardhat/dist/src/cli.js";
const CRASHED: Counts = { passed: 0, failed: 1, skipped: 0 };
const say = (line: string): void => console.log(`  ${line}`);

export interface Suite {
  name: string;
  about: string;
  /** Run only when it is named. */
  extra?: true;
  run(): Promise<Counts>;
}

/** A runner that broke off is one failure more, whatever it counted before. */
function orCrash(counts: Counts | undefined, { code, output, timedOut }: Ended, limitMs: number): Counts {
  if (counts && (code === 0 || counts.failed > 0)) return counts;
  say(timedOut ? `✗ ended after ${limitMs / MINUTE} minutes` : `✗ the runner ended with code ${code}`);
  if (!counts) console.log(output.trimEnd().split("\n").slice(-40).join("\n"));
  return { passed: 0, skipped: 0, ...counts, failed: (counts?.failed ?? 0) + 1 };
}

/** Hardhat's runners have no report to a file: their summary lines are read, and are shown when something failed. */
async function runHardhat(kind: "solidity" | "mocha"): Promise<Counts> {
  const limitMs = 4 * MINUTE;
  const env = { HARDHAT_DISABLE_TELEMETRY: "true", NO_COLOR: "1", FORCE_COLOR: "0" };
  const ended = await runNode([HARDHAT, "test", kind], { env, timeoutMs: limitMs });
  const count = (word: string) => Number(ended.output.match(new RegExp(`^ {2}(\\d+) ${word}`, "m"))?.[1] ?? 0);
  const summary = ended.output.search(/^ {2}\d+ passing/m);
  if (summary < 0) return orCrash(undefined, ended, limitMs);
  const counts = { passed: count("passing"), failed: count("failing"), skipped: count("(?:pending|skipped)") };
  if (counts.failed > 0) console.log(ended.output.slice(summary).trimEnd());
  return orCrash(counts, ended, limitMs);
}

async function runMocha(
  folder: string,
  limitMs: number,
  { env = {}, options = [] }: { env?: NodeJS.ProcessEnv; options?: readonly string[] } = {},
): Promise<Counts> {
  const countsPath = join(ROOT, ".tmp", `counts-${folder}.json`);
  mkdirSync(join(ROOT, ".tmp"), { recursive: true });
  rmSync(countsPath, { force: true });
  const ended = await runNode(
    [
      "node_modules/mocha/bin/mocha.js",
      "--reporter",
      "./scripts/lib/mocha-reporter.cjs",
      "--timeout",
      "30000",
      // A test that forgot a timer or a socket must not hold up the rest.
      "--exit",
      ...options,
      `test/${folder}/**/*.test.ts`,
    ],
    { env: { NODE_ENV: "test", ...env, MOCHA_COUNTS: countsPath }, show: true, timeoutMs: limitMs },
  );
  let counts: Counts | undefined;
  try {
    counts = JSON.parse(readFileSync(countsPath, "utf8")) as Counts;
  } catch {
    // It broke off before its end.
  }
  return orCrash(counts, ended, limitMs);
}

/** One test: that the contracts' tests reach enough of them. Its report is shown when they don't. */
async function runCoverage(): Promise<Counts> {
  const { code, output } = await runNode(["--disable-warning=ExperimentalWarning", "scripts/coverage.ts"], {
    timeoutMs: 5 * MINUTE,
  });
  if (code === 0) return { passed: 1, failed: 0, skipped: 0 };
  console.log(output.trimEnd());
  return CRASHED;
}

async function runBrowser(options: readonly string[] = []): Promise<Counts> {
  if (process.env.SKIP_BROWSER === "1") {
    say("- left out: SKIP_BROWSER=1");
    return { passed: 0, failed: 0, skipped: 1 };
  }
  let chromium: string;
  try {
    chromium = await ensureBrowser(say);
  } catch (error) {
    say(`✗ ${(error as Error).message}`);
    return CRASHED;
  }
  await ensureWeb(() => say("building the web pages …"));
  return runMocha("e2e", 10 * MINUTE, { env: { CHROMIUM_PATH: chromium }, options });
}

const withContracts = (run: () => Promise<Counts>) => async (): Promise<Counts> => {
  await ensureContracts(() => say("compiling the contracts …"));
  return run();
};

/** In this order: what is quick to run and quick to understand comes first. */
export const SUITES: readonly Suite[] = [
  { name: "check", about: "format, lint, types, layers", run: () => runChecks() },
  { name: "solidity", about: "fuzz and invariant tests of the contracts", run: () => runHardhat("solidity") },
  { name: "contracts", about: "contracts, through Hardhat", run: () => runHardhat("mocha") },
  { name: "coverage", about: "lines and conditions of the contracts", run: withContracts(runCoverage) },
  { name: "domain", about: "pure rules and their properties", run: () => runMocha("domain", 4 * MINUTE) },
  {
    name: "embedded",
    about: "document store and chain of one machine",
    run: withContracts(() => runMocha("embedded", 12 * MINUTE)),
  },
  {
    name: "features",
    about: "the API over HTTP, with the real store and chain",
    run: withContracts(() => runMocha("features", 15 * MINUTE)),
  },
  {
    name: "other-chain",
    about: "API and browser tests on a Hardhat node in the embedded chain's place",
    extra: true,
    run: withContracts(async () => {
      const options = ["--require", "./test/support/chain-hardhat.ts"];
      return sum(await runMocha("features", 15 * MINUTE, { options }), await runBrowser(options));
    }),
  },
  {
    name: "e2e",
    about: "the whole path in a browser",
    run: withContracts(() => runBrowser()),
  },
];
