import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError } from "../../backend/lib/errors.ts";
import { BuildError } from "./build.ts";
import { ROOT } from "./child.ts";

/** What of the configuration the advice speaks about. */
export interface Place {
  port: number;
  dataDir: string;
}

interface SystemError extends Error {
  code?: string;
  port?: number;
  path?: string;
}

/** The error and what caused it, outermost first. */
function chainOf(error: unknown): SystemError[] {
  const chain: SystemError[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 10; at = at.cause) chain.push(at);
  return chain;
}

function knownFailure(error: SystemError, { port, dataDir }: Place): string | undefined {
  const text = `${error.code ?? ""} ${error.message}`;
  if (error.code === "EADDRINUSE") {
    const taken = error.port ?? port;
    if (taken !== port) return `port ${taken} is in use by another program: stop that one and start again`;
    return `port ${port} is in use by another program: stop that one, or choose another with npm start -- --port ${port + 1} (or PORT=${port + 1})`;
  }
  if (/\bENOSPC\b|no space left|database or disk is full|\bEDQUOT\b/.test(text)) {
    return `the disk that holds ${dataDir} is full: free some space, or choose another folder with --data-dir (or DATA_DIR)`;
  }
  if (/\b(EACCES|EPERM|EROFS)\b|readonly database/.test(text)) {
    if (/listen/.test(text)) {
      return `port ${port} may not be opened by this user: choose one above 1023 with --port (or PORT)`;
    }
    return `${error.path ?? dataDir} can't be written by this user: change its rights, or choose another folder with --data-dir (or DATA_DIR)`;
  }
  if (/\b(ENOTDIR|EEXIST)\b/.test(text)) {
    return `${error.path ?? dataDir} is in the way: the data folder must be a folder; choose another with --data-dir (or DATA_DIR)`;
  }
  if (error.code === "EADDRNOTAVAIL" || (error.code === "ENOTFOUND" && /listen|getaddrinfo/.test(text))) {
    return "the address to listen on is not one of this machine's: change --host (or HOST)";
  }
  return undefined;
}

function keepTrace(error: unknown): string {
  const text = `${new Date().toISOString()}\n${error instanceof Error ? error.stack : String(error)}\n`;
  for (const folder of [join(ROOT, ".tmp"), tmpdir()]) {
    try {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, "start-error.log");
      writeFileSync(path, text);
      return `; details are in ${path}`;
    } catch {
      // The next folder may take it.
    }
  }
  return "";
}

/** One line that says what is wrong and what helps; the details of the unforeseen go to a file that it names. */
export function explain(error: unknown, place: Place): string {
  const chain = chainOf(error);
  for (const link of chain) {
    const known = knownFailure(link, place);
    if (known) return known;
  }
  const first = chain[0];
  const line = (first?.message ?? String(error)).trim().split("\n")[0]!;
  if (first instanceof DomainError) return line;
  if (/in use by another process/.test(first?.message ?? "")) return line;
  if (first instanceof BuildError) return `${line.replace(/:$/, "")}${keepTrace(error)}`;
  return `${line || "the start failed"}${keepTrace(error)}`;
}
