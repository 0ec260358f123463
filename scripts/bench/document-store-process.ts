import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../backend/embedded/document-store/main.ts");
const INTERRUPTED = 130;
const STOP_MS = 60_000;

export interface Store {
  readonly port: number;
  readonly uri: string;
  readonly pid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Gives `work` a folder that is gone afterwards, even when it failed or was interrupted. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "document-store-bench-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const interrupt = () => process.exit(INTERRUPTED);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  process.once("exit", remove);
  for (const signal of signals) process.once(signal, interrupt);
  try {
    return await work(folder);
  } finally {
    process.off("exit", remove);
    for (const signal of signals) process.off(signal, interrupt);
    remove();
  }
}

/** Tells before the hour of loading, not after it, that the disk is too small. */
export function needSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const gigabytes = (n: number): string => `${(n / 1e9).toFixed(1)} GB`;
  if (bavail * bsize < bytes)
    throw new Error(`${folder} has ${gigabytes(bavail * bsize)} free and ${gigabytes(bytes)} are needed: set TMPDIR`);
}

/** The store as its own program, which ends with this process whatever happens. */
export async function startStore(dataDir: string): Promise<Store> {
  mkdirSync(dataDir, { recursive: true });
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, "--port", "0", "--data", dataDir],
    { stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  const port = await readyPort(child);
  return { port, uri: `mongodb://127.0.0.1:${port}`, pid: child.pid!, stop: (signal) => stop(child, signal) };
}

async function readyPort(child: ChildProcess): Promise<number> {
  let output = "";
  for await (const chunk of child.stdout!) {
    output += chunk;
    if (output.includes("\n")) return (JSON.parse(output) as { port: number }).port;
  }
  throw new Error(`the document store ended before it was ready: ${output}`);
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** The most memory that a process ever held, in MB of a million bytes. */
export function peakMemory(pid: number): number {
  if (process.platform !== "linux") throw new Error("the peak of a process's memory is read from /proc: Linux only");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (!kilobytes) throw new Error(`/proc/${pid}/status tells no VmHWM`);
  return (Number(kilobytes) * 1024) / 1e6;
}
