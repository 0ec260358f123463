// `npm start`: contracts, web pages, embedded parts, sample city, server; then it waits for Ctrl-C.
import { accessSync, constants, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { type Config, optionsHelp, readConfig } from "../backend/config.ts";
import { ensureContracts, ensureWeb } from "./lib/build.ts";
import { killChildren } from "./lib/child.ts";
import { explain } from "./lib/failure.ts";
import { createProgress } from "./lib/progress.ts";
import { onStopRequest } from "./lib/stop.ts";

const STOP_LIMIT_MS = 10_000;

type Running = Awaited<ReturnType<typeof import("../backend/main.ts").startServer>>;

const progress = createProgress();
const stopping = new AbortController();
let running: Running | undefined;
let starting: Promise<unknown> = Promise.resolve();

const fail = (line: string): never => {
  progress.end();
  process.stderr.write(`Rongqiao did not start: ${line}\n`);
  killChildren();
  process.exit(1);
};

/** Before the long work: a port in use or a folder that can't be written is said at once. */
async function checkPlace({ port, host, dataDir }: Config): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  accessSync(dataDir, constants.W_OK);
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

async function start(config: Config): Promise<void> {
  await checkPlace(config);
  await ensureContracts(() => progress.step("Compiling the contracts …"), stopping.signal);
  await ensureWeb(() => progress.step("Building the web pages …"), stopping.signal);
  // Only now: it reads what was compiled.
  const { startServer } = await import("../backend/main.ts");
  if (stopping.signal.aborted) return;
  running = await startServer(config, {
    step: (text: string) => progress.step(text),
    progress: (label: string, done: number, total: number) => progress.progress(label, done, total),
  });
  progress.end();
}

function table(rows: readonly (readonly string[])[]): string {
  // A Chinese character takes two columns on a terminal.
  const width = (text: string) => [...text].reduce((sum, char) => sum + (/[⺀-鿿＀-￯]/.test(char) ? 2 : 1), 0);
  const columns = rows[0]?.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? "")))) ?? [];
  const pad = (text: string, column: number) => text + " ".repeat(columns[column]! - width(text));
  return rows.map((row) => `  ${row.map(pad).join("  ").trimEnd()}`).join("\n");
}

function welcome({ url, demoAccounts }: Running, { dataDir }: Config): string {
  const rows = demoAccounts.map((account) => Object.values(account).map(String));
  const heads = Object.keys(demoAccounts[0] ?? {});
  return [
    "",
    `Rongqiao is ready: ${url}`,
    ...(rows.length > 0 ? ["", "Demo accounts:", table([heads, ...rows])] : []),
    "",
    `Data is kept in ${dataDir}. Stop with Ctrl-C.`,
    "",
  ].join("\n");
}

async function stopAll(): Promise<void> {
  progress.end();
  process.stdout.write("\nStopping …\n");
  const limit = setTimeout(() => {
    process.stderr.write("It did not stop in 10 seconds and is ended now; what was acknowledged is kept.\n");
    killChildren();
    process.exit(1);
  }, STOP_LIMIT_MS);
  stopping.abort(new Error("stopped"));
  killChildren();
  if (!running) {
    // In the middle of a start nothing is lost by leaving: every step can be repeated.
    await Promise.race([starting.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1_000))]);
  }
  await running?.stop();
  clearTimeout(limit);
  process.stdout.write("Stopped.\n");
  process.exit(0);
}

if (Number(process.versions.node.split(".")[0]) < 24) {
  fail(`Node ${process.versions.node} is too old; npm start brings a fitting one by itself`);
}
const argv = process.argv.slice(2);
if (argv.includes("--help") || argv.includes("-h")) {
  process.stdout.write(`${optionsHelp()}\n`);
  process.exit(0);
}

let config: Config | undefined;
try {
  config = readConfig(process.env, argv);
  const settled = config;
  onStopRequest(() => void stopAll().catch((error) => fail(explain(error, settled))));
  starting = start(config);
  await starting;
  if (running && !stopping.signal.aborted) process.stdout.write(welcome(running, config));
} catch (error) {
  if (!stopping.signal.aborted) fail(explain(error, config ?? { port: 0, dataDir: "the data folder" }));
}
