import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LOG_START } from "../../backend/embedded/chain/block-log.ts";

const HOLDER = fileURLToPath(new URL("./chain-holder.ts", import.meta.url));
const RECORD_HEADER_BYTES = 12;

export interface Held {
  rpcUrl: string;
  deployerKey: string;
  chainPid: number;
}

/** Small and repeatable, so that a failing order of kills can be played again. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** kill -9. False when the process had ended by itself: anvil does, when a snapshot was taken. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** The anvil of the moment; for a moment there may be none. */
export async function anvilPid(dataDir: string): Promise<number> {
  const path = join(dataDir, "chain", "anvil.pid");
  for (let i = 0; i < 500; i++) {
    const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    if (pid > 1) return pid;
    await sleep(10);
  }
  throw new Error("there is no anvil");
}

export async function untilGone(pid: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (!alive(pid)) return;
    await sleep(10);
  }
  throw new Error(`process ${pid} is still there`);
}

/** The process and all that it started, by the parent links of /proc. */
function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // gone in the meantime
    }
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** As a power cut ends them: all at once. */
export async function killTree(root: number): Promise<void> {
  const tree = processTree(root);
  for (const pid of tree) kill(pid);
  await Promise.all(tree.map(untilGone));
}

/** Starts a process that holds the chain; `ready` rejects when it ends before the chain answers. */
export function hold(dataDir: string, more: ForkOptions = {}): { child: ChildProcess; ready: Promise<Held> } {
  const child = fork(HOLDER, [dataDir], { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"], ...more });
  const ready = new Promise<Held>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Held));
    child.once("exit", (code) => reject(new Error(`the holder ended with ${code}`)));
  });
  ready.catch(() => undefined);
  return { child, ready };
}

/** What a crash in the middle of an append leaves: the first `share` of a record behind the last whole one. */
export function tearLogTail(dataDir: string, share: number): void {
  const path = join(dataDir, "chain", "blocks.log");
  const log = readFileSync(path);
  const record = log.subarray(LOG_START, LOG_START + RECORD_HEADER_BYTES + log.readUInt32LE(LOG_START));
  appendFileSync(path, record.subarray(0, Math.floor(share * record.length)));
}

/** What a power cut may take: everything of the history since its last sync. */
export function loseUnsyncedHistory(dataDir: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(join(dataDir, "chain", `history.sqlite${suffix}`), { force: true });
}

export function loseHistory(dataDir: string): void {
  loseUnsyncedHistory(dataDir);
  rmSync(join(dataDir, "chain", "history.sqlite"), { force: true });
}

/** True as soon as a new snapshot is begun: then it is written, published, and anvil started anew from it. */
export async function untilSnapshotIsTaken(dataDir: string, limitMs: number): Promise<boolean> {
  const states = () => readdirSync(join(dataDir, "chain")).filter((name) => name.startsWith("state-"));
  const before = new Set(states());
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (states().some((name) => !before.has(name))) return true;
    await sleep(1);
  }
  return false;
}
