import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_AS_OF, DEFAULT_ENTERPRISES, DEFAULT_SEED, generateSampleCity } from "./generate.ts";

const HELP = `Writes the sample city: twelve catalogs of eight departments, as their files arrive.

  node scripts/sample-city/main.ts --out DIR [--enterprises N] [--seed S] [--as-of YYYY-MM-DD]

  --out          folder for the files; made when it isn't there
  --enterprises  how many enterprises (default ${DEFAULT_ENTERPRISES})
  --seed         another seed gives another city (default ${DEFAULT_SEED})
  --as-of        the day on which the departments close their files (default ${DEFAULT_AS_OF})
`;

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    enterprises: { type: "string", default: String(DEFAULT_ENTERPRISES) },
    seed: { type: "string", default: DEFAULT_SEED },
    "as-of": { type: "string", default: DEFAULT_AS_OF },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help || values.out === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(values["as-of"])) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const started = performance.now();
  const { files, enterprises } = await generateSampleCity({
    enterprises: Number(values.enterprises),
    seed: values.seed,
    outDir: resolve(values.out),
    asOf: values["as-of"],
  });
  for (const file of files) {
    const notes = `${file.badRows} bad, ${file.repeatedRows} repeated`;
    process.stdout.write(`${String(file.rows).padStart(8)} rows  ${file.path}  (${notes})\n`);
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const [demo] = enterprises;
  process.stdout.write(`${rows} rows in ${seconds} s; the demo enterprise is ${demo?.name} (${demo?.uscc})\n`);
}
