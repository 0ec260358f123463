import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Contract, Wallet } from "ethers";
import { installFastKeccak } from "../../backend/lib/fast-keccak.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { Api } from "../client/api.ts";
import { freePort } from "../client/child-server.ts";
import { Path, ProcessMemory } from "../client/main-path/index.ts";
import { waitFor } from "../client/waiting.ts";
import type { BenchRow } from "./bench.ts";
import type { DoomedAct, LoadOrder, LoadResult } from "./chain-acts-load.ts";
import { type Enterprise, makeEnterprises, signPair, signToFile } from "./chain-acts-parties.ts";

export const ACTS_ROWS = ["acts_per_second"] as const;

/** FireFly's published figure is 28 pinned actions a second: ten times that. */
const TARGET = 280;
const ENTERPRISES = 200;
const CONNECTIONS = 64;
const KILLS = 3;
const DOOMED_EVERY_MS = 250;
const DELIVERED_AT_A_TIME = 50;
const PORT_WAIT_MS = 120_000;

export interface ActsOptions {
  readonly folder: string;
  readonly minutes: number;
  /** Acts a second offered, at most. */
  readonly rate: number;
  /** Acts taken and not yet on the chain, at most. */
  readonly behind: number;
  readonly note: (text: string) => void;
}

interface Server {
  readonly url: string;
  readonly rpcUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(dataDir: string): Promise<Server> {
  const options = ["--data-dir", dataDir, "--port", String(await freePort()), "--sample-enterprises", "20"];
  const program = join(import.meta.dirname, "chain-acts-server.ts");
  const child = spawn(process.execPath, [program, ...options, "--log-level", "error"], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let said = "";
  child.stdout!.on("data", (data: Buffer) => {
    // What comes after the first line is the server's log.
    if (said.includes("\n")) process.stderr.write(data);
    else said += data.toString();
  });
  await waitFor(
    "the server to start",
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      return said.includes("\n") ? true : undefined;
    },
    { timeoutMs: PORT_WAIT_MS },
  );
  const { url, rpcUrl } = JSON.parse(said) as { url: string; rpcUrl: string };
  return {
    ...{ url, rpcUrl, pid: child.pid! },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGINT");
      await once(child, "exit");
    },
  };
}

/** The chain's process among the server's children, found by its program. */
function chainProcessOf(server: number): number | undefined {
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const file = (what: string): string => readFileSync(`/proc/${name}/${what}`, "utf8");
    try {
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(file("status"))?.[1]);
      if (parent === server && file("cmdline").includes("embedded/chain/child.ts")) return Number(name);
    } catch {
      // gone in between
    }
  }
  return undefined;
}

/**
 * Requests whose parties then deliver the withdrawal to the chain by themselves, so that the same withdrawal, sent through
 * the platform, is taken there and fails on the chain.
 */
async function makeDoomed(
  server: Server,
  dataDir: string,
  enterprises: Enterprise[],
  count: number,
): Promise<DoomedAct[]> {
  const api = new Api(server.url);
  const meta = await api.meta();
  const doomed: (DoomedAct & { requestKey: string; receiptId: string })[] = [];
  for (let index = 0; index < count; index++) {
    const pair = signPair(meta, enterprises, 1_000_000 + index);
    const opened = await api
      .as(enterprises[pair.enterprise]!.token)
      .openRequest(JSON.parse(pair.requestBody) as Parameters<Api["openRequest"]>[0]);
    doomed.push({
      ...{ enterprise: pair.enterprise, requestId: opened.id, actId: pair.withdrawalAct, body: pair.withdrawalBody },
      ...{ requestKey: pair.requestKey, receiptId: pair.requestAct },
    });
  }
  for (const { enterprise, receiptId } of doomed) {
    const party = api.as(enterprises[enterprise]!.token);
    const confirmed = async () => ((await party.receipt(receiptId)).state === "confirmed" ? true : undefined);
    await waitFor("the requests to be on the chain", confirmed, { everyMs: 50 });
  }
  const keyPath = ["chain/chain", "chain"].map((path) => join(dataDir, path, "deployer.key")).find(existsSync)!;
  const provider = await connectProvider(server.rpcUrl);
  try {
    const payer = new Wallet(readFileSync(keyPath, "utf8").trim(), provider);
    const abi = ["function withdrawRequest((address requestKey) withdrawal, bytes signature)"];
    const ledger = new Contract(meta.contracts.financing, abi, payer).getFunction("withdrawRequest");
    let nonce = await payer.getNonce();
    for (let from = 0; from < doomed.length; from += DELIVERED_AT_A_TIME) {
      const deliveries = doomed.slice(from, from + DELIVERED_AT_A_TIME).map(({ requestKey, body }) =>
        ledger({ requestKey }, (JSON.parse(body) as { signature: string }).signature, {
          ...{ nonce: nonce++, gasLimit: 200_000 },
        }),
      );
      for (const { hash } of await Promise.all(deliveries)) await provider.waitForTransaction(hash);
    }
  } finally {
    provider.destroy();
  }
  return doomed.map(({ requestKey: _, receiptId: __, ...act }) => act);
}

async function playLoad(order: LoadOrder, onProgress: (taken: number, onChain: number) => void): Promise<LoadResult> {
  const child: ChildProcess = fork(join(import.meta.dirname, "chain-acts-load.ts"), { stdio: "inherit" });
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on(
      "message",
      (message: {
        result?: LoadResult;
        error?: string;
        progress?: LoadResult & { taken: number; onChain: number };
      }) => {
        if (message.result) resolve(message.result);
        if (message.error) reject(new Error(message.error));
        if (message.progress) onProgress(message.progress.taken, message.progress.onChain);
      },
    );
    child.once("exit", (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  child.send(order);
  return result;
}

async function killChain(
  server: Server,
  seconds: number,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  let kills = 0;
  for (; kills < KILLS; kills++) {
    await sleep((seconds * 1000) / (KILLS + 1), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const pid = chainProcessOf(server.pid);
    if (!pid) throw new Error("the chain's process is not there to be killed");
    process.kill(pid, "SIGKILL");
    note(`  kill -9 of the chain's process ${pid}`);
  }
  return kills;
}

/** Acts from HTTP to the confirmed receipt, while the chain is killed three times and an act in each batch fails. */
export async function actsRows({ folder, minutes, rate, behind, note }: ActsOptions): Promise<BenchRow[]> {
  await installFastKeccak();
  const dataDir = join(folder, "data");
  note("starting an instance of its own");
  const server = await startServer(dataDir);
  try {
    const api = new Api(server.url);
    const meta = await api.meta();
    const operator = await new Path(api, meta, new ProcessMemory()).demo("operator");
    note(`enrolling ${ENTERPRISES} enterprises`);
    const enterprises = await makeEnterprises(api, meta, operator, ENTERPRISES);
    const seconds = minutes * 60;
    const doomed = await makeDoomed(server, dataDir, enterprises, Math.ceil((seconds * 1000) / DOOMED_EVERY_MS));
    const pairs = Math.ceil((seconds * rate) / 2) + CONNECTIONS;
    note(`signing ${2 * pairs} acts beforehand`);
    const file = join(folder, "signed.ndjson");
    signToFile(file, meta, enterprises, pairs, note);

    note(`sending for ${minutes} min, at most ${rate} acts/s`);
    const ended = new AbortController();
    const kills = killChain(server, seconds, note, ended.signal);
    let told = Date.now();
    const result = await playLoad(
      {
        ...{ url: server.url, rpcUrl: server.rpcUrl, contracts: meta.contracts, file, pairs, doomed, seconds, rate },
        ...{ tokens: enterprises.map(({ token }) => token), connections: CONNECTIONS, maxBehind: behind },
        operatorToken: operator.api.transport.options.token!,
      },
      (taken, onChain) => {
        if (Date.now() - told < 10_000) return;
        told = Date.now();
        note(`  ${taken} taken, ${onChain} on the chain`);
      },
    );
    ended.abort();
    const survived = await kills;
    note(JSON.stringify({ ...result, trouble: result.trouble.length }));
    if (result.trouble.length > 0) throw new Error(`not every act came through:\n${result.trouble.join("\n")}`);
    if (survived !== KILLS) throw new Error(`the chain was killed ${survived} times, not ${KILLS}`);
    const perSecond = result.acts / result.seconds;
    return [
      { id: "acts_per_second", value: perSecond, unit: "acts/s", target: `>= ${TARGET}`, met: perSecond >= TARGET },
      { id: "acts_confirmed", value: result.acts, unit: "acts" },
      { id: "acts_answer_p50", value: result.answerP50, unit: "ms" },
      { id: "acts_answer_p99", value: result.answerP99, unit: "ms" },
      { id: "acts_receipt_p50", value: result.receiptP50, unit: "ms" },
      { id: "acts_receipt_p99", value: result.receiptP99, unit: "ms" },
      { id: "acts_failed_on_purpose", value: result.failedActs, unit: "acts" },
      {
        ...{ id: "acts_transactions_with_failure", value: result.transactionsWithFailure, unit: "transactions" },
        ...{ ratio: result.transactionsWithFailure / result.transactions, against: "all transactions" },
      },
      { id: "acts_chain_kills_survived", value: survived, unit: "kills" },
    ];
  } finally {
    await server.stop();
  }
}
