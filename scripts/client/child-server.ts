import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Api } from "./api.ts";
import { sleep, waitFor, whileServerAway } from "./waiting.ts";

/** A server process of its own, with all its helpers, that can be killed. */
export interface ChildServer {
  readonly url: string;
  /** kill -9 of the server and of every process that it started, as a power cut would. */
  kill(): Promise<void>;
  /** Ctrl-C. Returns the exit code. */
  interrupt(): Promise<number | null>;
  output(): string;
}

/** The process and all that it started, by the parent links of /proc. */
function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // Gone in the meantime.
    }
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", (code) => resolve(code)));

export async function startChildServer(dataDir: string, port: number, sampleEnterprises = 60): Promise<ChildServer> {
  const where = ["--data-dir", dataDir, "--port", String(port)];
  const options = [...where, "--sample-enterprises", String(sampleEnterprises), "--log-level", "warn"];
  const child = spawn(process.execPath, [join(import.meta.dirname, "server-process.ts"), ...options], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let output = "";
  const keep = (data: Buffer) => {
    output = (output + data.toString()).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    "the server to answer",
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
      return whileServerAway(() => new Api(url, { timeoutMs: 2_000 }).meta(), 0).catch(() => undefined);
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );
  return {
    url,
    async kill() {
      for (const pid of processTree(child.pid!)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // Gone in the meantime.
        }
      }
      await ended(child);
      await sleep(100);
    },
    interrupt() {
      child.kill("SIGINT");
      return ended(child);
    },
    output: () => output,
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === "string") throw new Error("no port");
  return address.port;
}
