import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { scorecardDigest } from "../backend/features/scoring/domain/scorecard.ts";
import { installFastKeccak } from "../backend/lib/fast-keccak.ts";
import type { TrendWish } from "./scorecard/binning.ts";
import { cityOutcomes } from "./scorecard/city-outcomes.ts";
import { readOutcomes } from "./scorecard/outcomes.ts";
import { packageOf } from "./scorecard/package.ts";
import { reportHtml } from "./scorecard/report.ts";
import { SAMPLE_CATEGORIES, SAMPLE_TARGET, sampleOutcomes } from "./scorecard/sample-outcomes.ts";
import { TRAINING, train } from "./scorecard/train.ts";
import { validate } from "./scorecard/validation.ts";

const FOLDER = ".tmp/scorecard";
const HELP = `Fits a points scorecard from labelled outcomes; docs/scorecard.md tells how to read what comes out.

  npm run train-scorecard -- INPUT.csv --target COLUMN [options]
  npm run train-scorecard -- --sample [options]
  npm run train-scorecard -- --city 8000 [options]

  INPUT.csv            one row an enterprise, one column an indicator; an empty cell is unknown
  --target COLUMN      the outcome: 1 is bad, 0 is good
  --sample             makes up outcomes from a known truth, to try it out
  --city ENTERPRISES   outcomes of that many enterprises of the sample city, from the rows of its departments
  --city-seed SEED     another seed is another city (default training)
  --out FILE           the scorecard (default ${FOLDER}/scorecard.json)
  --report FILE        the report (default ${FOLDER}/report.html)
  --package FILE       scorecard and report as one JSON, to upload (default ${FOLDER}/package.json)
  --author TEXT        who made it (default "unnamed")
  --population TEXT    whose outcomes they are
  --holdout SHARE      share of the rows kept out of training (default ${TRAINING.holdout})
  --seed N             another seed keeps other rows out (default ${TRAINING.seed})
  --monotone COLUMNS   bins whose points only rise or only fall, as the data say; "all" for every number
  --rising COLUMNS     more is never worse
  --falling COLUMNS    less is never worse
  --category COLUMNS   codes that look like numbers
  --groups COLUMNS     may not count; good grades are compared between their values (four-fifths rule)
  --compare COLUMNS    may count, and are compared all the same
  --fixed COLUMNS      what an enterprise can't change: no advice is given on it
  --id ID --version N  of the scorecard (default ${TRAINING.id}, ${TRAINING.version})
  --meaning TEXT       what counts as bad (default: the target's name)
  --trained-at TIME    ISO time in UTC (default now); the rest depends on rows, options and seed alone

COLUMNS are separated by commas.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: "string" },
    sample: { type: "boolean", default: false },
    city: { type: "string" },
    "city-seed": { type: "string", default: "training" },
    package: { type: "string", default: join(FOLDER, "package.json") },
    author: { type: "string", default: "unnamed" },
    population: { type: "string" },
    out: { type: "string", default: join(FOLDER, "scorecard.json") },
    report: { type: "string", default: join(FOLDER, "report.html") },
    holdout: { type: "string", default: String(TRAINING.holdout) },
    seed: { type: "string", default: TRAINING.seed },
    monotone: { type: "string", default: "" },
    rising: { type: "string", default: "" },
    falling: { type: "string", default: "" },
    category: { type: "string", default: "" },
    groups: { type: "string", default: "" },
    compare: { type: "string", default: "" },
    fixed: { type: "string" },
    id: { type: "string", default: TRAINING.id },
    version: { type: "string", default: String(TRAINING.version) },
    meaning: { type: "string" },
    "trained-at": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const list = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

function write(path: string, text: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
}

interface Input {
  csv: string | Buffer;
  target: string;
  categories: string[];
  groups: string[];
  monotone: string[];
  fixed: ReadonlySet<string>;
  population: string;
}

/** What is read, and by which column: a file, or one that is made up, which is written down to be looked at. */
function input(): Input {
  const fixed = values.fixed === undefined ? TRAINING.fixed : new Set(list(values.fixed));
  const madeUp = { groups: ["identity.districtCode"], monotone: ["all"] };
  if (values.city !== undefined) {
    const city = cityOutcomes({ enterprises: Number(values.city), seed: values["city-seed"] });
    write(join(FOLDER, "outcomes.csv"), city.csv);
    // Where and in what line an enterprise works is compared, and doesn't count.
    const groups = [...madeUp.groups, "identity.industryCode"];
    return { ...city, ...madeUp, groups, categories: [...city.categories], fixed: new Set(city.fixed) };
  }
  if (values.sample) {
    const { csv } = sampleOutcomes();
    write(join(FOLDER, "outcomes.csv"), csv);
    const population = "made up from a known truth";
    return { csv, target: SAMPLE_TARGET, categories: [...SAMPLE_CATEGORIES], ...madeUp, fixed, population };
  }
  return {
    csv: readFileSync(positionals[0]!),
    target: values.target!,
    categories: list(values.category),
    groups: list(values.groups),
    monotone: list(values.monotone),
    fixed,
    population: `the rows of ${basename(positionals[0]!)}`,
  };
}

function run(): void {
  const holdout = Number(values.holdout);
  if (!(holdout > 0 && holdout < 1)) throw new Error("--holdout is a share between 0 and 1, such as 0.3");
  const { csv, target, categories, groups, monotone, fixed, population } = input();
  const outcomes = readOutcomes(csv, { target, categories: new Set(categories) });
  const numbers = outcomes.columns.flatMap(({ kind, id }) => (kind === "number" ? [id] : []));
  const compared = [...groups, ...list(values.compare)];
  const known = new Set(outcomes.columns.map(({ id }) => id));
  const trendsOf = (ids: string[], wish: TrendWish): [string, TrendWish][] => ids.map((id) => [id, wish]);
  const trends = new Map([
    ...trendsOf(monotone.includes("all") ? numbers : monotone, "monotone"),
    ...trendsOf(list(values.rising), "rising"),
    ...trendsOf(list(values.falling), "falling"),
  ]);
  for (const id of [...trends.keys(), ...compared]) if (!known.has(id)) throw new Error(`there is no column "${id}"`);
  const training = train(outcomes, {
    ...TRAINING,
    id: values.id,
    version: Number(values.version),
    target: values.meaning ?? target,
    trainedAt: values["trained-at"] ?? new Date().toISOString(),
    seed: values.seed,
    holdout,
    trends,
    groups: new Set(groups),
    fixed,
  });
  const validation = validate(training, compared);
  write(values.out, `${JSON.stringify(training.scorecard, null, 2)}\n`);
  write(values.report, reportHtml(training, validation));
  const about = { author: values.author, population: values.population ?? population };
  write(values.package, `${JSON.stringify(packageOf(training, validation, about), null, 1)}\n`);
  const { auc, ks, rows, bads } = validation.holdout;
  const { calibration, drift } = validation;
  const unfair = [...validation.impact].flatMap(([id, { adverse }]) => (adverse ? [id] : []));
  process.stdout.write(
    [
      `${training.scorecard.characteristics.length} characteristics from ${validation.train.rows} rows; ${rows} rows kept out, ${bads} of them bad`,
      `AUC ${auc.auc.toFixed(4)} (95 %: ${auc.low.toFixed(4)} to ${auc.high.toFixed(4)}), Gini ${auc.gini.toFixed(4)}, KS ${ks.ks.toFixed(4)}`,
      `Hosmer–Lemeshow p ${calibration.pValue.toFixed(4)}, PSI ${drift.score.psi} (${drift.score.drift})`,
      ...training.leftOut.map(({ id, reason }) => `left out: ${id} (${reason})`),
      ...unfair.map((id) => `look at the groups of ${id}: some get good grades less than four fifths as often`),
      `scorecard  ${values.out}  ${scorecardDigest(training.scorecard)}`,
      `report     ${values.report}`,
      `to upload  ${values.package}`,
      "",
    ].join("\n"),
  );
}

if (
  values.help ||
  (!values.sample && values.city === undefined && (positionals.length !== 1 || values.target === undefined))
) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    // Every row is scored for the report, and every score names the digest of its inputs.
    await installFastKeccak();
    run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
