// `npm run check`: format, lint, types and layers; `npm run check -- --fix` formats and fixes first.
import { runChecks } from "./lib/checks.ts";
import { inWords } from "./lib/counts.ts";

const argv = process.argv.slice(2);
const unknown = argv.find((arg) => arg !== "--fix");
if (unknown) {
  process.stderr.write(`there is no option ${unknown}; npm run check -- --fix formats and fixes\n`);
  process.exit(2);
}
const counts = await runChecks({ fix: argv.includes("--fix") });
console.log(inWords(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
