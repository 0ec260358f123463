import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  /** null when a signal or the time limit ended it. */
  code: number | null;
  /** Standard output and error as they came. */
  output: string;
  timedOut: boolean;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  /** Prints the output as it comes; it is returned all the same. */
  show?: boolean;
  signal?: AbortSignal;
  timeoutMs?: number;
}

const LAST_OUTPUT_MS = 50;

const running = new Set<ChildProcess>();

/** Kills what still runs. A group each, so that a browser or a server that a test started goes too. */
export function killChildren(signal: NodeJS.Signals = "SIGKILL"): void {
  for (const child of running) killGroup(child, signal);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") child.kill(signal);
    else if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Gone in the meantime.
  }
}

/** Runs a program in the project's folder to its end. Rejects only when it can't be started. */
export function runChild(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { env, show = false, signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const settings: SpawnOptions = {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    };
    const child = spawn(file, args, settings);
    running.add(child);
    let output = "";
    let timedOut = false;
    const take = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
      output += chunk;
      if (show) stream.write(chunk);
    };
    child.stdout?.on("data", take(process.stdout));
    child.stderr?.on("data", take(process.stderr));
    const abort = () => killGroup(child, "SIGKILL");
    signal?.addEventListener("abort", abort);
    const timer = timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          abort();
        }, timeoutMs)
      : undefined;
    const done = () => {
      running.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    child.once("error", (error) => {
      done();
      reject(error);
    });
    // "exit" and not "close": a stray grandchild that holds the pipe must not hold us. The moment is for its last output.
    child.once("exit", (code) => {
      setTimeout(() => {
        done();
        resolve({ code, output, timedOut });
      }, LAST_OUTPUT_MS);
    });
  });
}

/** Runs a JavaScript program of an installed package under this Node. */
export const runNode = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  runChild(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], options);
