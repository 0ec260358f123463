// `npm run proof-schema`: writes the schemas in docs out of those that the checkers use.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { profilePackSchema } from "../backend/features/profiles/profile-json-schema.ts";
import { proofPackSchema } from "../backend/lib/proof/json-schema.ts";
import { ROOT, runNode } from "./lib/child.ts";

// The profile's first: naming the parts of proof packs names them for every schema made after.
const schemas = { "profile-pack": profilePackSchema(), "proof-pack": proofPackSchema() };
const files = Object.entries(schemas).map(([name, schema]) => {
  const file = `docs/${name}.schema.json`;
  writeFileSync(join(ROOT, file), `${JSON.stringify(schema, null, 2)}\n`);
  return file;
});
const { code, output } = await runNode(["node_modules/@biomejs/biome/bin/biome", "format", "--write", ...files]);
process.stdout.write(code === 0 ? `written: ${files.join(", ")}\n` : output);
process.exitCode = code ?? 1;
