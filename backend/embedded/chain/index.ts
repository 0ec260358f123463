import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DomainError } from "../../lib/errors.ts";
import type { FromChild, ToChild } from "./messages.ts";

export interface EmbeddedChainOptions {
  dataDir: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Given, it must be the stored chain's; a new chain gets it (530400 when left out). */
  chainId?: number;
  snapshotAfterMs?: number;
  /** Hears of restarts and the like, a line at a time. */
  note?: (line: string) => void;
}

export interface EmbeddedChain {
  rpcUrl: string;
  chainId: number;
  /** The only funded account of a new chain. */
  deployerKey: string;
  /** The chain's process of the moment. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

type Ready = Extract<FromChild, { type: "ready" }>;

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));
const MAX_RESTARTS_A_MINUTE = 10;

/** Starts the chain in a process of its own, which is started again on the same port when it dies unasked. */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const { dataDir, chainId, snapshotAfterMs = 5_000, note = () => undefined } = options;
  let stopping = false;
  let child: ChildProcess;
  let restarts: number[] = [];

  function launch(port: number): Promise<Ready> {
    child = fork(CHILD, [dataDir, String(port), chainId ? String(chainId) : "", String(snapshotAfterMs)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const launched = child;
    return new Promise((resolve, reject) => {
      let ready: Ready | undefined;
      launched.on("message", (message: FromChild) => {
        if (message.type === "note") note(message.message);
        if (message.type === "failed") {
          note(message.message);
          reject(new DomainError("CHAIN_FAILED", message.message, { dataDir }));
        }
        if (message.type === "ready") {
          ready = message;
          resolve(message);
        }
      });
      launched.once("error", reject);
      launched.once("exit", (code, signal) => {
        reject(
          new DomainError("CHAIN_FAILED", `the chain process ended with ${signal ?? `code ${code}`}`, { dataDir }),
        );
        if (ready && !stopping) void relaunch(ready.port);
      });
    });
  }

  async function relaunch(port: number): Promise<void> {
    while (!stopping) {
      const now = Date.now();
      restarts = [...restarts.filter((at) => at > now - 60_000), now];
      if (restarts.length > MAX_RESTARTS_A_MINUTE) {
        note("the chain process keeps ending; it is left alone now");
        return;
      }
      note("the chain process ended; starting it again");
      try {
        await launch(port);
        return;
      } catch {
        await sleep(100 * restarts.length);
      }
    }
  }

  const ready = await launch(options.port ?? 0);
  return {
    rpcUrl: `http://127.0.0.1:${ready.port}`,
    chainId: ready.chainId,
    deployerKey: ready.deployerKey,
    pid: () => child.pid,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const stop: ToChild = { type: "stop" };
      child.send(stop, () => undefined);
      await gone;
    },
  };
}
