// `npm run verify-proof -- FILE --rpc URL`: checks a proof pack with nothing but a node of the chain.
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkProof } from "../backend/lib/proof/check.ts";
import { LARGEST_JSON_BYTES, type ShownDocument } from "../backend/lib/proof/document.ts";
import type { ProofCheck, ProofLine } from "../backend/lib/proof/lines.ts";
import { packInLink } from "../backend/lib/proof/link.ts";
import { nodeAt } from "../backend/lib/proof/node.ts";
import { LARGEST_PACK_BYTES, type ProofPack, readPack } from "../backend/lib/proof/pack.ts";
import { type Trust, trustInAddresses, trustInDeployments } from "../backend/lib/proof/trust.ts";

const HELP = `Checks a proof pack against any node of the chain; our own servers are not asked.

  npm run verify-proof -- FILE --rpc URL (--registry ADDRESSES | --deployments FILE) [--document FILE] [--json]

  FILE           the proof pack, or a link as in its QR code
  --rpc          JSON-RPC address of a node that you trust; without it only the pack's inner consistency is checked
  --registry     addresses of the contracts that you trust, with commas between
  --deployments  a file that has them, such as what GET /api/v1/deployment answers
  --document     the document that the pack is about, when the pack doesn't hold it
  --json         print one JSON object

Ends with 0: valid. 1: not valid. 2: not everything could be checked (a file that can't be read, no answer from the
node, or no registry that you trust).
`;

const VALID = 0;
const NOT_VALID = 1;
const NOT_CHECKED = 2;

/** Nothing could be checked, and why. */
class Unchecked extends Error {}

async function fileText(path: string, limit: number): Promise<string> {
  try {
    if (statSync(path).size > limit) throw new Unchecked(`${path} has more than ${limit} bytes`);
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Unchecked((error as Error).message);
  }
}

async function packFrom(source: string): Promise<ProofPack> {
  const linked = await packInLink(source);
  const read = linked ?? readPack(await fileText(source, LARGEST_PACK_BYTES));
  if ("pack" in read) return read.pack;
  const at = "at" in read && read.at ? ` (${read.at})` : "";
  throw new Unchecked(`not a proof pack that can be read: ${read.fault}${at}`);
}

async function trustFrom(
  { registry, deployments }: { registry?: string | undefined; deployments?: string | undefined },
  pack: ProofPack,
): Promise<Trust | undefined> {
  try {
    if (registry) return trustInAddresses(registry);
    if (!deployments) return undefined;
    return trustInDeployments(JSON.parse(await fileText(deployments, LARGEST_PACK_BYTES)), pack.chainId);
  } catch (error) {
    throw new Unchecked(`${registry ?? deployments}: ${(error as Error).message}`);
  }
}

/** The file's digest, taken as it streams by; a small one is read as JSON as well, if it is that. */
async function documentFrom(path: string): Promise<ShownDocument> {
  const digest = createHash("sha256");
  const small: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.length;
      if (bytes <= LARGEST_JSON_BYTES) small.push(chunk);
      else small.length = 0;
    }
  } catch (error) {
    throw new Unchecked((error as Error).message);
  }
  const file = { sha256: `0x${digest.digest("hex")}`, bytes };
  try {
    return { file, json: JSON.parse(Buffer.concat(small).toString("utf8")) as unknown };
  } catch {
    return { file };
  }
}

const MARKS = { pass: "✓", fail: "✗", skipped: "–" } as const;
const textOf = ({ id, state, detail }: ProofLine): string => `  ${MARKS[state]} ${id}${detail ? `: ${detail}` : ""}`;

function summaryOf({ verdict, lines }: ProofCheck): string {
  if (verdict === "valid") return `valid: all that was compared matches (${lines.length} lines)`;
  const bad = lines.filter(({ state }) => state === "fail").map(({ id }) => id);
  if (verdict === "invalid") return `NOT VALID: ${bad.join(", ")}`;
  const left = lines.filter(({ state, optional }) => state === "skipped" && !optional).map(({ id }) => id);
  return `not fully checked: nothing is wrong so far, but this was not compared: ${left.join(", ")}`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rpc: { type: "string" },
      registry: { type: "string" },
      deployments: { type: "string" },
      document: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [source] = positionals;
  if (values.help || !source || positionals.length > 1) {
    process.stdout.write(HELP);
    return values.help ? VALID : NOT_CHECKED;
  }
  const say = (result: object, text: string): void => {
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${text}\n`);
  };
  try {
    if (values.rpc && !URL.canParse(values.rpc)) throw new Unchecked(`${values.rpc} is not an address`);
    const pack = await packFrom(source);
    const check = await checkProof(pack, {
      chain: values.rpc ? nodeAt(values.rpc) : undefined,
      trust: await trustFrom(values, pack),
      document: values.document ? await documentFrom(values.document) : undefined,
    });
    say({ format: pack.format, ...check }, [...check.lines.map(textOf), summaryOf(check)].join("\n"));
    return check.verdict === "valid" ? VALID : check.verdict === "invalid" ? NOT_VALID : NOT_CHECKED;
  } catch (error) {
    if (!(error instanceof Unchecked)) throw error;
    say({ verdict: "unchecked", reason: error.message }, `could not be checked: ${error.message}`);
    return NOT_CHECKED;
  }
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return NOT_CHECKED;
});
