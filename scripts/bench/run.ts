import { readdirSync } from "node:fs";
import { type Bench, resultOf, table } from "./bench.ts";

const PARTS = new Set(["run.ts", "bench.ts"]);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !PARTS.has(file))
  .map((file) => file.slice(0, -3))
  // NAME-x.ts is a part of NAME.ts.
  .filter((file, _, all) => !all.some((other) => file.startsWith(`${other}-`)))
  .toSorted();

const args = process.argv.slice(2);
const json = args.includes("--json");
const [name] = args.filter((arg) => !arg.startsWith("--"));
if (!name || !names.includes(name)) {
  process.stderr.write(`npm run bench -- NAME [--json] [options], where NAME is one of: ${names.join(", ")}\n`);
  process.exitCode = 2;
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
  const result = resultOf(name, await bench((text) => void process.stderr.write(`${text}\n`)));
  process.stdout.write(`${json ? JSON.stringify(result) : table(result)}\n`);
  if (result.rows.some(({ met }) => met === false)) process.exitCode = 1;
}
