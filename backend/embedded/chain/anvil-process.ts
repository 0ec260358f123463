import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AnvilRpc, createAnvilRpc } from "./anvil-rpc.ts";
import { BLOCK_GAS_LIMIT, type ChainDir, ChainStartError } from "./chain-dir.ts";

/**
 * Runs anvil under a shell that ends it as soon as the shell's input does: when this process dies, even by kill -9,
 * the pipe closes and anvil goes too. The first line out is anvil's own process id.
 */
const GUARD = `exec 3<&0
"$@" </dev/null 3<&- &
pid=$!
echo $pid
(cat <&3 >/dev/null; kill -9 $pid) 2>/dev/null >/dev/null &
guard=$!
wait $pid
code=$?
kill $guard 2>/dev/null
exit $code`;

/** Blocks whose transactions anvil still has. */
const KEPT_BLOCKS = 8;

export interface Anvil {
  rpc: AnvilRpc;
  /** Resolves when the process has gone, with a word on how. */
  exited: Promise<string>;
  kill(): Promise<void>;
}

/** The platform package carries the bare binary, so nothing depends on an install script having run. */
export function findAnvilBinary(): string {
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  const file = process.platform === "win32" ? "anvil.exe" : "anvil";
  try {
    const binary = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "bin", file);
    if (!existsSync(binary)) throw new Error(`${binary} is not there`);
    if (process.platform !== "win32") chmodSync(binary, 0o755);
    return binary;
  } catch {
    const fallback = process.env.ANVIL_BINARY;
    if (fallback && existsSync(fallback)) return fallback;
    throw new ChainStartError(
      `the embedded chain needs the package ${name}; install it, name an anvil in ANVIL_BINARY, or set CHAIN_RPC_URL to a running chain`,
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    if (process.platform === "linux") return "";
    const [command, ...args] =
      process.platform === "win32"
        ? ["tasklist", "/FI", `PID eq ${pid}`, "/NH"]
        : ["ps", "-o", "command=", "-p", String(pid)];
    return spawnSync(command as string, args, { encoding: "utf8" }).stdout ?? "";
  }
}

/** Where the guard could not do its work (killed itself, or Windows), the next start ends the leftover. */
function killLeftover(pidPath: string): void {
  if (!existsSync(pidPath)) return;
  const pid = Number(readFileSync(pidPath, "utf8"));
  if (Number.isInteger(pid) && pid > 1 && commandLineOf(pid).includes("anvil")) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // gone in between
    }
  }
  rmSync(pidPath, { force: true });
}

function launch(binary: string, args: string[], dir: ChainDir): ChildProcess {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: dir.homePath,
    USERPROFILE: dir.homePath,
    XDG_CACHE_HOME: dir.homePath,
    XDG_CONFIG_HOME: dir.homePath,
    XDG_DATA_HOME: dir.homePath,
    RUST_BACKTRACE: "0",
  };
  if (process.platform === "win32") {
    return spawn(binary, args, { cwd: dir.path, env, stdio: ["ignore", "ignore", "pipe"], windowsHide: true });
  }
  // Its own process group: Ctrl-C in a terminal reaches the supervisor only, which then stops in the right order.
  return spawn("/bin/sh", ["-c", GUARD, "sh", binary, ...args], {
    cwd: dir.path,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
}

/** Starts anvil from the genesis, or from a dumped state, and waits until it answers. */
export async function startAnvil(dir: ChainDir, statePath?: string): Promise<Anvil> {
  killLeftover(dir.pidPath);
  const port = await freePort();
  const source = statePath ? ["--load-state", statePath] : ["--init", dir.genesisPath];
  const args = [
    ...["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(dir.chainId), "--hardfork", "prague"],
    ...["--timestamp", String(dir.genesisTimestamp), "--block-base-fee-per-gas", String(dir.genesisBaseFee)],
    ...["--gas-limit", String(BLOCK_GAS_LIMIT), "--accounts", "0", "--disable-default-create2-deployer"],
    // Blocks are made on demand, in the order of arrival, so that a replay makes the same ones.
    ...["--no-mining", "--order", "fifo"],
    // Without the first, anvil spills a state per block into its home folder; without the second, it keeps all
    // transactions with their traces in memory. They are in our history.
    ...["--prune-history", "--transaction-block-keeper", String(KEPT_BLOCKS)],
    ...["--no-request-size-limit", "--quiet"],
  ];
  const child = launch(findAnvilBinary(), [...args, ...source], dir);

  let anvilPid: number | undefined;
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-2000);
  });
  const notePid = (pid: number) => {
    anvilPid = pid;
    try {
      writeFileSync(dir.pidPath, String(pid), { mode: 0o600 });
    } catch {
      // A full disk: the guard alone has to do.
    }
  };
  if (child.stdout) child.stdout.once("data", (chunk: Buffer) => notePid(Number.parseInt(chunk.toString("utf8"), 10)));
  else if (child.pid) notePid(child.pid);
  child.stdin?.on("error", () => undefined);

  let gone = false;
  const exited = new Promise<string>((resolve) => {
    const end = (how: string) => {
      gone = true;
      child.stdin?.destroy();
      resolve([how, said.trim().split("\n").at(-1)].filter(Boolean).join(": "));
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(`anvil ended with ${signal ?? `code ${code}`}`));
  });
  const rpc = createAnvilRpc(port);
  const kill = async () => {
    rpc.close();
    if (!gone) {
      if (anvilPid) {
        try {
          process.kill(anvilPid, "SIGKILL");
        } catch {
          // gone in between
        }
      }
      child.stdin?.destroy();
      if (process.platform === "win32") child.kill("SIGKILL");
      await exited;
    }
    rmSync(dir.pidPath, { force: true });
  };

  const deadline = Date.now() + 120_000;
  while (!gone) {
    try {
      await rpc.call("eth_chainId");
      return { rpc, exited, kill };
    } catch (error) {
      if (Date.now() > deadline) {
        await kill();
        throw error;
      }
      await sleep(20);
    }
  }
  rpc.close();
  throw new Error(await exited);
}
