// `npm run verify-proof -- FILE --rpc URL`: checks a proof pack with nothing but a node of the chain.
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkProfile, type ProfileCheck } from "../backend/features/profiles/domain/check-profile.ts";
import { readProfilePack } from "../backend/features/profiles/domain/profile-pack.ts";
import type { ProfilePack } from "../backend/features/profiles/profile-schemas.ts";
import { checkProof } from "../backend/lib/proof/check.ts";
import { LARGEST_JSON_BYTES, type ShownDocument } from "../backend/lib/proof/document.ts";
import type { ProofCheck, ProofLine } from "../backend/lib/proof/lines.ts";
import { packInLink } from "../backend/lib/proof/link.ts";
import { nodeAt } from "../backend/lib/proof/node.ts";
import {
  isProfile,
  LARGEST_PACK_BYTES,
  LARGEST_PROFILE_BYTES,
  type ProofPack,
  readPackValue,
} from "../backend/lib/proof/pack.ts";
import { type Trust, trustInAddresses, trustInDeployments } from "../backend/lib/proof/trust.ts";
import { profilePorts } from "./lib/profile-ports.ts";
import { profileReport } from "./lib/profile-report.ts";

const HELP = `Checks a proof pack, or an exported credit profile, against any node of the chain; our own servers are not asked.

  npm run verify-proof -- FILE --rpc URL (--registry ADDRESSES | --deployments FILE) [--document FILE]
    [--allow-waiting] [--json]

  FILE           the proof pack, a link as in its QR code, or an exported profile
  --rpc          JSON-RPC address of a node that you trust; without it only the pack's inner consistency is checked
  --registry     addresses of the contracts that you trust, with commas between
  --deployments  a file that has them, such as what GET /api/v1/deployment answers
  --document     the document that the pack is about, when the pack doesn't hold it
  --allow-waiting  records of a profile that are not on the chain yet don't keep the rest from being valid
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

async function packFrom(source: string): Promise<{ pack: ProofPack } | { profile: ProfilePack }> {
  const linked = await packInLink(source);
  const read = linked ?? (await packIn(await fileText(source, LARGEST_PROFILE_BYTES)));
  if ("pack" in read || "profile" in read) return read;
  const at = "at" in read && read.at ? ` (${read.at})` : "";
  throw new Unchecked(`not a proof pack that can be read: ${read.fault}${at}`);
}

async function packIn(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "notJson" as const };
  }
  return isProfile(value) ? readProfilePack(value) : readPackValue(value);
}

async function trustFrom(
  { registry, deployments }: { registry?: string | undefined; deployments?: string | undefined },
  chainId: number,
): Promise<Trust | undefined> {
  try {
    if (registry) return trustInAddresses(registry);
    if (!deployments) return undefined;
    return trustInDeployments(JSON.parse(await fileText(deployments, LARGEST_PACK_BYTES)), chainId);
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

/** The chain of a profile's proofs; 0 for a profile without one, of which no deployment is known. */
const chainIdOf = ({ snapshot, records }: ProfilePack): number =>
  snapshot?.chainId ?? records.find(({ proof }) => proof)?.proof?.chainId ?? 0;

const MARKS = { pass: "✓", fail: "✗", skipped: "–" } as const;
const textOf = ({ id, state, detail }: ProofLine): string => `  ${MARKS[state]} ${id}${detail ? `: ${detail}` : ""}`;

function summaryOf({ verdict, lines }: ProofCheck): string {
  const matching = lines.filter(({ state }) => state === "pass").length;
  if (verdict === "valid") return `valid: all that was compared matches (${matching} lines)`;
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
      "allow-waiting": { type: "boolean", default: false },
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
    const read = await packFrom(source);
    const pack = "profile" in read ? read.profile : read.pack;
    const chain = values.rpc ? nodeAt(values.rpc) : undefined;
    let check: ProofCheck;
    let more: string[] = [];
    if ("profile" in read) {
      const trust = await trustFrom(values, chainIdOf(read.profile));
      const told: ProfileCheck = await checkProfile(read.profile, {
        ...profilePorts,
        chain,
        trust,
        allowWaiting: values["allow-waiting"],
      });
      more = profileReport(told);
      check = told;
    } else {
      check = await checkProof(read.pack, {
        chain,
        trust: await trustFrom(values, read.pack.chainId),
        document: values.document ? await documentFrom(values.document) : undefined,
      });
    }
    say({ format: pack.format, ...check }, [...check.lines.map(textOf), ...more, summaryOf(check)].join("\n"));
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
