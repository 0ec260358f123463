import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface DocumentStoreOptions {
  dataDir: string;
  /** 0 chooses a free port. */
  port: number;
}

export interface DocumentStore {
  port: number;
  /** A MongoDB connection string without a database name's slash: append `/name` or pass dbName. */
  uri: string;
  pid: number;
  /** Settles when the process has ended, however that came. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stop(): Promise<void>;
}

type Message = { type: "ready"; port: number } | { type: "failed"; message: string };

const STOP_MS = 10_000;

/** Starts the store in a process of its own, so that it never blocks the caller's thread. */
export function startDocumentStore({ dataDir, port }: DocumentStoreOptions): Promise<DocumentStore> {
  const child = fork(
    fileURLToPath(new URL("./main.ts", import.meta.url)),
    ["--port", String(port), "--data", dataDir],
    {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("message", (m: Message) => {
      if (m.type === "failed") return reject(new Error(m.message));
      resolve({
        port: m.port,
        uri: `mongodb://127.0.0.1:${m.port}`,
        pid: child.pid!,
        exited,
        stop: () => stop(child, exited),
      });
    });
    exited.then(({ code, signal }) =>
      reject(new Error(`the document store ended before it was ready (${signal ?? code})`)),
    );
  });
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}
