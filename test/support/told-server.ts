import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { startServer } from "../../backend/main.ts";

type Started = Pick<Awaited<ReturnType<typeof startServer>>, "url" | "mongodbUri" | "chainRpcUrl">;

/** A server process of its own that logs all that it can: with every byte that it says and keeps. */
export interface ToldServer extends Started {
  readonly output: () => Buffer;
  /** Every file of its data, as it is now. */
  files(): { path: string; bytes: Buffer }[];
  stop(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, "told-server-process.ts");

export async function startToldServer(): Promise<ToldServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "rongqiao-told-"));
  const options = ["--data-dir", dataDir, "--port", "0", "--sample-enterprises", "60", "--log-level", "debug"];
  const child: ChildProcess = fork(PROGRAM, options, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const said: Buffer[] = [];
  child.stdout!.on("data", (data: Buffer) => said.push(data));
  child.stderr!.on("data", (data: Buffer) => said.push(data));
  const started = await new Promise<Started>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Started));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${Buffer.concat(said)}`)));
  });
  return {
    ...started,
    output: () => Buffer.concat(said),
    files: () =>
      readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => ({ path: path.slice(dataDir.length + 1), bytes: readFileSync(path) })),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
