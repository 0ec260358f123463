import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { keccak256, Signature, Transaction, Wallet } from "ethers";
import secp256k1 from "secp256k1";
import { installFastKeccak } from "../../backend/lib/fast-keccak.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import type { BenchRow } from "./bench.ts";

export const NODE_ROWS = [
  "chain_rss_mb_100k",
  "chain_disk_mb_100k",
  "chain_restart_ms_100k",
  "chain_replay_per_second",
];
const FULL = 100_000;
const AT_ONCE = 200;
/** Half of each was seen at most: docs/operations.md says what it is made of. */
const MOST_RSS_MB = 800;
const MOST_DISK_MB = 120;
const MOST_RESTART_MS = 5_000;
/** Stores the first word of its call data under itself and logs it: `sstore(w, w); mstore(0, w); log1(0, 32, 1)`. */
const STORE_AND_LOG = "0x600e600c600039600e6000f35f358080555f52600160205fa100";

const PROGRAM = join(import.meta.dirname, "../../backend/embedded/chain/child.ts");
/** As the server has it. */
const SNAPSHOT_AFTER_MS = 5_000;

interface Chain {
  rpcUrl: string;
  chainId: number;
  deployerKey: string;
  pid: number;
  stop(): Promise<void>;
}

/** The chain's own process, which ends with this one whatever happens. */
function startChain(dataDir: string, note: (text: string) => void): Promise<Chain> {
  const child = fork(PROGRAM, [dataDir, "0", "", String(SNAPSHOT_AFTER_MS)], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.send({ type: "stop" });
    await ended;
  };
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the chain ended with ${code}`)));
    child.on("message", (message: { type: string; message?: string } & Omit<Chain, "rpcUrl"> & { port: number }) => {
      if (message.message) note(message.message);
      if (message.type !== "ready") return;
      const { port, chainId, deployerKey } = message;
      resolve({ rpcUrl: `http://127.0.0.1:${port}`, chainId, deployerKey, pid: child.pid!, stop });
    });
  });
}

function megabytesOf(pid: number): number {
  if (process.platform !== "linux") throw new Error("a process's memory is read from /proc: Linux only");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

function bytesIn(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // A snapshot's file may go in this moment.
    sum += entry.isDirectory() ? bytesIn(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }
  return sum;
}

/** The memory of the chain's process and of its anvil, which for a moment, after a snapshot, isn't there. */
function memoryOf(chain: Chain, dataDir: string): number {
  try {
    const anvil = Number(readFileSync(join(dataDir, "chain", "anvil.pid"), "utf8"));
    return megabytesOf(chain.pid) + megabytesOf(anvil);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Natively signed: one core must not spend its time on the clients' work. */
function signerOf({ chainId, deployerKey }: Chain, to: string): (nonce: number) => string {
  const key = Buffer.from(deployerKey.slice(2), "hex");
  return (nonce) => {
    const fees = { gasLimit: 120_000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0n };
    const data = `0x${nonce.toString(16).padStart(64, "0")}`;
    const transaction = Transaction.from({ type: 2, chainId, nonce, to, data, ...fees });
    const { signature, recid } = secp256k1.ecdsaSign(Buffer.from(transaction.unsignedHash.slice(2), "hex"), key);
    const hex = Buffer.from(signature).toString("hex");
    transaction.signature = Signature.from({
      ...{ r: `0x${hex.slice(0, 64)}`, s: `0x${hex.slice(64)}` },
      yParity: recid === 1 ? 1 : 0,
    });
    return transaction.serialized;
  };
}

async function sendAll(rpcUrl: string, raws: readonly string[]): Promise<void> {
  const calls = raws.map((raw, id) => ({ jsonrpc: "2.0", id, method: "eth_sendRawTransaction", params: [raw] }));
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(calls),
  });
  for (const { error } of (await response.json()) as { error?: { message: string } }[]) {
    if (error) throw new Error(`the chain refused a transaction: ${error.message}`);
  }
}

/** The embedded chain after so many transactions that store one slot and emit one event each. */
export async function nodeRows({
  folder,
  transactions = FULL,
  note,
}: {
  folder: string;
  transactions?: number;
  note: (text: string) => void;
}): Promise<BenchRow[]> {
  await installFastKeccak();
  const dataDir = join(folder, "chain-node");
  const start = () => startChain(dataDir, note);
  let chain = await start();
  try {
    const provider = await connectProvider(chain.rpcUrl);
    const deployed = await new Wallet(chain.deployerKey, provider).sendTransaction({ data: STORE_AND_LOG });
    const to = (await deployed.wait())!.contractAddress!;
    const sign = signerOf(chain, to);

    note(`${transactions} transactions, ${AT_ONCE} at a time`);
    let [memory, disk] = [0, 0];
    for (let nonce = 1; nonce <= transactions; nonce += AT_ONCE) {
      await sendAll(
        chain.rpcUrl,
        Array.from({ length: AT_ONCE }, (_, i) => sign(nonce + i)),
      );
      memory = Math.max(memory, memoryOf(chain, dataDir));
      disk = Math.max(disk, bytesIn(dataDir) / 1e6);
      const done = nonce - 1 + AT_ONCE;
      if (done % (transactions / 10) === 0) note(`  ${done} sent: ${Math.round(memory)} MB of memory at most`);
    }
    const samples = [1, Math.floor(transactions / 2), transactions].map((nonce) => keccak256(sign(nonce)));
    const receiptsOf = (from: typeof provider) =>
      Promise.all(samples.map((hash) => from.send("eth_getTransactionReceipt", [hash])));
    const before = await receiptsOf(provider);
    assert(before.every((receipt) => receipt.status === "0x1"));
    provider.destroy();

    const restarted = async (): Promise<number> => {
      await chain.stop();
      const startedAt = performance.now();
      chain = await start();
      const ms = performance.now() - startedAt;
      const again = await connectProvider(chain.rpcUrl);
      assert.deepEqual(await receiptsOf(again), before);
      again.destroy();
      return ms;
    };
    note("a restart");
    const restartMs = await restarted();
    note("a restart from the log alone");
    await chain.stop();
    rmSync(join(dataDir, "chain", "snapshot.json"));
    const replayMs = await restarted();

    // The limits are for the full size: fewer transactions can't show that they hold.
    const limit = (value: number, most: number) =>
      transactions >= FULL ? { target: `≤ ${most}`, met: value <= most } : {};
    return [
      { id: NODE_ROWS[0]!, value: memory, unit: "MB", ...limit(memory, MOST_RSS_MB) },
      { id: NODE_ROWS[1]!, value: disk, unit: "MB", ...limit(disk, MOST_DISK_MB) },
      { id: NODE_ROWS[2]!, value: restartMs, unit: "ms", ...limit(restartMs, MOST_RESTART_MS) },
      { id: NODE_ROWS[3]!, value: (transactions / replayMs) * 1_000, unit: "1/s" },
    ];
  } finally {
    await chain.stop();
  }
}
