import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Api } from "./client/api.ts";
import { FileMemory, Path } from "./client/main-path/index.ts";
import { type PlayedStep, play } from "./client/main-path/play.ts";
import { whileServerAway } from "./client/waiting.ts";

const HELP = `Plays the whole path against a running instance: a department's file, an enterprise and two banks, a financing
request, sealed bids, a credit grant, and its proof. Run again after a break, it finishes the run that it began.

  npm run demo -- [--url URL] [--json] [--state FILE] [--wait SECONDS] [--fresh]

  --url    the instance (default http://localhost:3000)
  --json   print one JSON object instead of text
  --state  where the run is remembered until it is finished (default: a file in the system's temporary folder)
  --wait   how long the server may be away (default 120)
  --fresh  forget an unfinished run and begin a new one
`;
/** Requests of a run close after a day; a run older than this is not worth finishing. */
const OLDEST_RUN_MS = 20 * 3_600_000;

interface Settings {
  readonly url: string;
  readonly json: boolean;
  readonly state: string;
  readonly waitMs: number;
  readonly fresh: boolean;
}

function readSettings(): Settings | undefined {
  const { values } = parseArgs({
    options: {
      url: { type: "string", default: "http://localhost:3000" },
      json: { type: "boolean", default: false },
      state: { type: "string" },
      wait: { type: "string", default: "120" },
      fresh: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const seconds = Number(values.wait);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new Error(`--wait must be a number of seconds, not ${values.wait}`);
  if (!URL.canParse(values.url))
    throw new Error(`--url must be an address such as http://localhost:3000, not ${values.url}`);
  const name = createHash("sha256").update(values.url).digest("hex").slice(0, 12);
  const state = resolve(values.state ?? join(tmpdir(), `rongqiao-demo-${name}.json`));
  return { url: values.url, json: values.json, state, waitMs: seconds * 1000, fresh: values.fresh };
}

/** A memory of this very instance: of one with other data, or of long ago, it is of no use. */
async function openMemory({ state, fresh }: Settings, api: Api): Promise<FileMemory> {
  const memory = new FileMemory(state);
  const { demoAccounts } = await api.meta();
  const [first] = demoAccounts;
  if (!first) throw new Error("the instance has no demo accounts: the demo needs one with the sample city");
  const session = await api.login(first.username, first.password);
  const block = (await api.as(session.token).chain("eth_getBlockByNumber", ["0x1", false])) as { hash: string } | null;
  const instance = block?.hash ?? "";
  const begunAt = memory.recall<number>("begunAt") ?? 0;
  const stale = memory.recall("instance") !== instance || Date.now() - begunAt > OLDEST_RUN_MS;
  if (fresh || stale) memory.clear();
  await memory.once("instance", () => instance);
  await memory.once("begunAt", () => Date.now());
  return memory;
}

function printStep({ title, lines, transactions, before, milliseconds }: PlayedStep, number: number): void {
  const when = before ? "done before" : `${(milliseconds / 1000).toFixed(1)} s`;
  process.stdout.write(`\n${number}. ${title}  (${when})\n`);
  for (const line of lines) process.stdout.write(`     ${line}\n`);
  for (const { label, hash, blockNumber } of transactions) {
    process.stdout.write(`     tx ${hash}  block ${blockNumber}  ${label}\n`);
  }
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (!settings) {
    process.stdout.write(HELP);
    return;
  }
  const { url, json, waitMs } = settings;
  const api = new Api(url);
  let away = false;
  const onAway = () => {
    if (!away) process.stderr.write(`${url} does not answer; waiting up to ${waitMs / 1000} s\n`);
    away = true;
  };
  const memory = await whileServerAway(() => openMemory(settings, api), waitMs, onAway);
  const path = new Path(api, await whileServerAway(() => api.meta(), waitMs, onAway), memory);
  let number = 0;
  const onStep = (step: PlayedStep) => {
    away = false;
    number++;
    if (!json) printStep(step, number);
  };
  try {
    const steps = await play(path, { awayLimitMs: waitMs, onAway, onStep });
    if (json) process.stdout.write(`${JSON.stringify({ url, verified: true, steps })}\n`);
    else process.stdout.write("\nThe grant is verified: the pack, the chain and the regulator's check agree.\n");
    memory.clear();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (json) process.stdout.write(`${JSON.stringify({ url, verified: false, error: message })}\n`);
    process.stderr.write(`\nThe demo stopped after step ${number}: ${message}\n`);
    process.stderr.write(
      `Run it again to go on from there (remembered in ${settings.state}), or with --fresh to begin anew.\n`,
    );
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
