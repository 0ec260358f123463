// `npm run proof-schema`: writes docs/proof-pack.schema.json out of the schemas that the checkers use.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { proofPackSchema } from "../backend/lib/proof/json-schema.ts";
import { ROOT, runNode } from "./lib/child.ts";

const FILE = "docs/proof-pack.schema.json";

writeFileSync(join(ROOT, FILE), `${JSON.stringify(proofPackSchema(), null, 2)}\n`);
const { code, output } = await runNode(["node_modules/@biomejs/biome/bin/biome", "format", "--write", FILE]);
process.stdout.write(code === 0 ? `written: ${FILE}\n` : output);
process.exitCode = code ?? 1;
