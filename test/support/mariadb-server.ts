import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { freePort } from "../../scripts/client/child-server.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { type DatabaseServer, said, stopServer } from "./postgres-server.ts";

const CACHE = join(import.meta.dirname, "..", "..", ".tmp", "mariadb");
const PACKAGES = ["mariadb-server-core", "mariadb-server", "mariadb-common", "libaio1", "liburing2", "libnuma1"];
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

interface Programs {
  readonly server: string;
  readonly messages: string;
  readonly libraries: string;
}

const run = (program: string, args: string[], cwd: string): string =>
  execFileSync(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", timeout: 180_000 });

/** Debian's packages, laid out in a folder of the project: nothing is installed, and no root is needed. */
function fetched(): Programs {
  const laidOut: Programs = {
    server: join(CACHE, "usr", "sbin", "mariadbd"),
    messages: join(CACHE, "usr", "share", "mysql"),
    libraries: ["lib", "usr/lib"].map((folder) => join(CACHE, folder, "x86_64-linux-gnu")).join(":"),
  };
  if (existsSync(laidOut.server)) return laidOut;
  const part = `${CACHE}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    run("apt-get", ["download", ...PACKAGES], part);
  } catch {
    // A fresh machine has no lists yet.
    run("apt-get", ["update", "-qq"], part);
    run("apt-get", ["download", ...PACKAGES], part);
  }
  for (const file of readdirSync(part).filter((name) => name.endsWith(".deb"))) {
    run("dpkg", ["-x", file, "."], part);
    rmSync(join(part, file));
  }
  rmSync(CACHE, { recursive: true, force: true });
  renameSync(part, CACHE);
  return laidOut;
}

function programs(): Programs {
  for (const name of ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd"]) {
    if (existsSync(name)) return { server: name, messages: "/usr/share/mysql", libraries: "" };
  }
  return fetched();
}

/** Why there is no MariaDB to be had here; undefined when there is. */
export function missingMariadb(): string | undefined {
  try {
    programs();
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim().split("\n").at(-1);
  }
}

/** A MariaDB of its own on a free port, with the user `reader`. */
export async function startMariadb(): Promise<DatabaseServer> {
  const { server, messages, libraries } = programs();
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-mariadb-"));
  const data = join(folder, "data");
  mkdirSync(data);
  if (isRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY);
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const common = [
    "--no-defaults",
    `--datadir=${data}`,
    `--tmpdir=${folder}`,
    `--lc-messages-dir=${messages}`,
    ...(isRoot ? ["--user=nobody"] : []),
  ];
  const password = "test-password";
  const tables = ["mysql_system_tables.sql", "mysql_system_tables_data.sql"].map((file) =>
    readFileSync(join(messages, file), "utf8"),
  );
  const rights = [
    "FLUSH PRIVILEGES;",
    `CREATE USER 'reader'@'%' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO 'reader'@'%';",
    "CREATE DATABASE shared CHARACTER SET utf8mb4;",
  ];
  const input = ["create database mysql;", "use mysql;", ...tables, ...rights].join("\n");
  execFileSync(server, [...common, "--bootstrap"], { input, env, stdio: ["pipe", "pipe", "pipe"] });
  const port = await freePort();
  const options = [
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    `--socket=${join(folder, "s")}`,
    "--skip-name-resolve",
  ];
  const child = spawn(server, [...common, ...options], { stdio: "pipe", env });
  const output = said(child);
  await waitFor("MariaDB to answer", async () => {
    if (child.exitCode !== null) throw new Error(`MariaDB ended: ${output()}`);
    try {
      const connection = await mysql.createConnection({ host: "127.0.0.1", port, user: "reader", password });
      await connection.end();
      return true;
    } catch {
      return undefined;
    }
  });
  return { port, password, stop: () => stopServer(child, folder) };
}
