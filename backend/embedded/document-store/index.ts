import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./main.ts";

export interface DocumentStoreOptions {
  dataDir: string;
  /** 0 chooses a free port. */
  port: number;
  /** Clients must log in with these. */
  credentials?: { user: string; password: string };
  /** Not announced as a replica set of one, so that clients send no retryable writes. */
  standalone?: boolean;
}

export interface DocumentStore {
  port: number;
  /** A whole connection string without a database: give dbName beside it, or use `url`. */
  uri: string;
  /** The connection string for a database, with the credentials if there are any. */
  url(database: string): string;
  pid: number;
  /** Settles when the process has ended, however that came. */
  exited: Promise<Exit>;
  stop(): Promise<void>;
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How much a backup holds, or a restored store. */
export interface BackupSummary {
  collections: number;
  documents: number;
  bytes: number;
}

const STOP_MS = 10_000;

/** Starts the store in a process of its own, so that it never blocks the caller's thread. */
export async function startDocumentStore(options: DocumentStoreOptions): Promise<DocumentStore> {
  const { dataDir, port, credentials, standalone } = options;
  const args = ["serve", "--port", String(port), "--data", dataDir, ...(standalone ? ["--standalone"] : [])];
  const { child, exited, outcome } = run(args, {
    DOCUMENT_STORE_USER: credentials?.user,
    DOCUMENT_STORE_PASSWORD: credentials?.password,
  });
  const ready = await outcome;
  if (ready.type !== "ready") throw new Error("the document store did something else than start");
  const url = (database: string): string => connectionString(ready.port, database, credentials);
  return { port: ready.port, uri: url(""), url, pid: child.pid!, exited, stop: () => stop(child, exited) };
}

/** Copies a folder's data into one file, while a server may be running on it. Never overwrites unless forced. */
export function backupDocumentStore(o: { dataDir: string; to: string; force?: boolean }): Promise<BackupSummary> {
  return summary(["backup", "--data", o.dataDir, "--to", o.to, ...(o.force ? ["--force"] : [])]);
}

/** Puts a backup into a folder that no server runs on. Never replaces data unless forced. */
export function restoreDocumentStore(o: { dataDir: string; from: string; force?: boolean }): Promise<BackupSummary> {
  return summary(["restore", "--data", o.dataDir, "--from", o.from, ...(o.force ? ["--force"] : [])]);
}

async function summary(args: string[]): Promise<BackupSummary> {
  const { outcome, exited } = run(args, {});
  const told = await outcome;
  await exited;
  if (told.type !== "done") throw new Error("the document store did something else than was asked");
  const { collections, documents, bytes } = told.result as BackupSummary;
  return { collections, documents, bytes };
}

/** Runs main.ts as a child; `outcome` rejects with the reason that the child gives. */
function run(args: string[], env: Record<string, string | undefined>) {
  const child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), args, {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  const exited = new Promise<Exit>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  const outcome = new Promise<Exclude<Outcome, { type: "failed" }>>((resolve, reject) => {
    child.once("error", reject);
    child.once("message", (m: Outcome) => (m.type === "failed" ? reject(new Error(m.message)) : resolve(m)));
    exited.then(({ code, signal }) =>
      reject(new Error(`the document store ended before it was done (${signal ?? code})`)),
    );
  });
  return { child, exited, outcome };
}

function connectionString(port: number, database: string, credentials: DocumentStoreOptions["credentials"]): string {
  const path = database === "" ? "" : `/${encodeURIComponent(database)}`;
  if (!credentials) return `mongodb://127.0.0.1:${port}${path}`;
  const login = [credentials.user, credentials.password].map(encodeURIComponent).join(":");
  return `mongodb://${login}@127.0.0.1:${port}${path || "/"}?authSource=admin`;
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}
