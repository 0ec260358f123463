import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_AS_OF, DEFAULT_ENTERPRISES, DEFAULT_SEED, FULL_CITY, generateSampleCity } from "./generate.ts";

const HELP = `Writes the sample city: 101 catalogs of 29 departments, as their files arrive, with second files of
corrections, late rows and deletions, and a manifest of every bad row.

  node scripts/sample-city/main.ts --out DIR [--enterprises N | --scale X] [--seed S] [--as-of YYYY-MM-DD]

  --out          folder for the files; made when it isn't there
  --enterprises  how many enterprises, all of them well known (default ${DEFAULT_ENTERPRISES})
  --scale        a city like the full one: 1 is ${FULL_CITY.enterprises} market entities with 3.2 million records, most of
                 them small traders of whom little is known; 0.01 and 3.1 make it smaller and larger
  --seed         another seed gives another city (default ${DEFAULT_SEED})
  --as-of        the day on which the departments close their files (default ${DEFAULT_AS_OF})
`;

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    enterprises: { type: "string", default: String(DEFAULT_ENTERPRISES) },
    scale: { type: "string" },
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
  const size =
    values.scale === undefined
      ? { enterprises: Number(values.enterprises) }
      : { ...FULL_CITY, enterprises: Math.round(FULL_CITY.enterprises * Number(values.scale)) };
  const { files, enterprises } = await generateSampleCity({
    ...size,
    seed: values.seed,
    outDir: resolve(values.out),
    asOf: values["as-of"],
    supplements: true,
  });
  for (const file of files) {
    const notes = [
      `${file.badRows} bad`,
      `${file.repeatedRows} repeated`,
      `${file.correctedRows} corrected`,
      ...(file.supplement ? [`${file.lateRows} late`, `${file.deletions} deletions`] : []),
    ];
    process.stdout.write(`${String(file.rows).padStart(8)} rows  ${file.path}  (${notes.join(", ")})\n`);
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const [demo] = enterprises;
  process.stdout.write(`${rows} rows in ${seconds} s; the demo enterprise is ${demo?.name} (${demo?.uscc})\n`);
}
