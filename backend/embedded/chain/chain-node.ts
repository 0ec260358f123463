import { keccak256 } from "ethers";
import { type AnvilRpc, RpcError } from "./anvil-rpc.ts";
import { reloadMark } from "./block-log.ts";
import { ChainStartError } from "./chain-dir.ts";
import type { BlockHistory } from "./history.ts";
import { bringUp, mineBlock, type RunningChain, reload, type Stores, takeSnapshot } from "./replay.ts";

const MIN_GAP_MS = 10;
const MAX_GAP_MS = 500;
const MAX_QUEUED = 20_000;
/** anvil's time for a block's receipts grows with the square of their number: 500 take 50 ms. */
const MAX_PER_SEAL = 500;
const MAX_FAILED_STARTS = 3;

interface Waiting {
  raw: string;
  resolve(hash: string): void;
  reject(error: Error): void;
}

export interface ChainNode {
  /** Resolves with the hash once the transaction is durable and its block was made; rejects with anvil's RpcError. */
  send(raw: string): Promise<string>;
  /** For reading, once the chain is up and no block is half made: anvil and the history then tell the same. */
  reader(): Promise<{ rpc: AnvilRpc; history: BlockHistory }>;
  stop(options: { snapshot: boolean }): Promise<void>;
  /** Rejects when the chain can't go on. */
  failed: Promise<never>;
}

export interface ChainNodeOptions {
  stores: Stores;
  /** A snapshot is taken when playing the log's tail would take longer than this. */
  snapshotAfterMs: number;
  note(line: string): void;
}

/**
 * One loop does everything that changes the chain: it brings anvil up, makes blocks and takes snapshots, so that
 * none of these ever run at the same time.
 */
export async function startChainNode({ stores, snapshotAfterMs, note }: ChainNodeOptions): Promise<ChainNode> {
  const { dir, log, history } = stores;
  let queue: Waiting[] = [];
  let chain: RunningChain | undefined;
  let up = Promise.withResolvers<AnvilRpc>();
  let wake = Promise.withResolvers<void>();
  /** Pending while anvil may be ahead of the history. */
  let settled: Promise<unknown> = Promise.resolve();
  /** Pending while an anvil of before is still being ended. */
  let ended: Promise<void> = Promise.resolve();
  let stopping = false;
  let lastBlockMs = 0;
  let lastSnapshotMs = 0;
  let failedStarts = 0;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  up.promise.catch(() => undefined);

  function use(started: RunningChain): void {
    chain = started;
    void started.anvil.exited.then((how) => {
      if (chain === started && !stopping) {
        note(`${how}; starting it again`);
        down();
      }
    });
    up.resolve(started.anvil.rpc);
  }

  /** Readers wait from here on. */
  function leave(): void {
    chain = undefined;
    up = Promise.withResolvers<AnvilRpc>();
    up.promise.catch(() => undefined);
  }

  function down(): void {
    if (!chain) return;
    const { anvil } = chain;
    leave();
    ended = anvil.kill();
    wake.resolve();
  }

  async function recover(): Promise<void> {
    try {
      await ended;
      use(await bringUp(stores, note));
      failedStarts = 0;
    } catch (error) {
      failedStarts += 1;
      if (error instanceof ChainStartError || failedStarts >= MAX_FAILED_STARTS) throw error;
      note(`the chain did not come up: ${(error as Error).message}`);
    }
  }

  /** Gives the transactions to anvil's pool, which checks them; nothing is mined yet. */
  async function offer(running: RunningChain, batch: Waiting[]): Promise<Waiting[]> {
    const taken: Waiting[] = [];
    for (const [index, waiting] of batch.entries()) {
      try {
        const hash = await running.anvil.rpc.call<string>("eth_sendRawTransaction", [waiting.raw]);
        running.pooled.set(hash, waiting.raw);
        taken.push(waiting);
      } catch (error) {
        if (!(error instanceof RpcError)) {
          queue = [...taken, ...batch.slice(index), ...queue];
          throw error;
        }
        waiting.reject(error);
      }
    }
    return taken;
  }

  /** One block: first in the log, then in anvil. */
  async function seal(running: RunningChain, rawTransactions: string[]): Promise<void> {
    // Never ahead of the wall clock, and never behind the parent (anvil takes an equal time).
    const timestamp = Math.max(running.head.timestamp, Math.floor(Date.now() / 1000));
    await log.append({ timestamp, parentHash: running.head.hash, rawTransactions });
    const mining = mineBlock(running, history, timestamp);
    settled = mining.catch(() => undefined);
    await mining;
  }

  async function hasReady(running: RunningChain): Promise<boolean> {
    if (running.pooled.size === 0) return false;
    const status = await running.anvil.rpc.call<{ pending: string }>("txpool_status");
    return Number(status.pending) > 0;
  }

  async function makeBlocks(running: RunningChain, batch: Waiting[]): Promise<void> {
    const startedAt = performance.now();
    const taken = await offer(running, batch);
    if (taken.length === 0) return;
    const sizeBefore = log.size;
    try {
      await seal(
        running,
        taken.map(({ raw }) => raw),
      );
    } catch (error) {
      if (log.size > sizeBefore) {
        // In the log, so the restart that follows puts it on the chain.
        down();
        void up.promise.then(
          () => answer(taken),
          (cause) => refuse(taken, cause),
        );
      } else {
        // Not in the log, but in anvil's pool: start over without it.
        refuse(taken, error as Error);
        note(`a block could not be written: ${(error as Error).message}`);
        down();
      }
      return;
    }
    answer(taken);
    while (running.head.block.transactions.length > 0 && (await hasReady(running))) await seal(running, []);
    lastBlockMs = performance.now() - startedAt;
    running.tailMs += lastBlockMs;
  }

  const answer = (batch: Waiting[]) => {
    for (const { raw, resolve } of batch) resolve(keccak256(raw));
  };
  const refuse = (batch: Waiting[], cause: Error) => {
    const error = new RpcError(-32000, `the chain could not store the transaction: ${cause.message}`);
    for (const { reject } of batch) reject(error);
  };

  /** Spends at most a twentieth of the time on snapshots, and waits for a quiet moment as long as that is sensible. */
  async function maybeSnapshot(running: RunningChain, quiet: boolean): Promise<void> {
    const due = Math.max(snapshotAfterMs, 20 * lastSnapshotMs);
    if (running.tailMs < (quiet ? due : 3 * due)) return;
    const startedAt = performance.now();
    running.tailMs = 0;
    let marked = false;
    const mark = async () => {
      await log.append(reloadMark(running.head.hash));
      marked = true;
      return log.size;
    };
    try {
      const snapshot = await takeSnapshot(stores, running, mark);
      leave();
      await running.anvil.rpc.idle();
      use(await reload(dir, running, snapshot));
    } catch (error) {
      note(`no snapshot of the chain: ${(error as Error).message}`);
      if (marked) {
        // The log says that anvil was started anew here: so it is.
        chain ??= running;
        down();
      }
    }
    lastSnapshotMs = performance.now() - startedAt;
  }

  async function loop(): Promise<void> {
    while (!stopping || queue.length > 0) {
      if (!chain) {
        await recover();
        continue;
      }
      const running = chain;
      const batch = queue.splice(0, MAX_PER_SEAL);
      try {
        if (batch.length > 0) await makeBlocks(running, batch);
        await maybeSnapshot(running, queue.length === 0);
      } catch (error) {
        note(`the chain process failed: ${(error as Error).message}`);
        down();
        continue;
      }
      if (stopping) continue;
      if (queue.length === 0) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
      if (batch.length > 0 || queue.length > 0) {
        // Lets more arrive, and leaves readers at least half of anvil's time.
        await new Promise((done) => setTimeout(done, Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, lastBlockMs))));
      }
    }
  }

  use(await bringUp(stores, note));
  const finished = loop().catch((error: Error) => {
    stopping = true;
    refuse(queue.splice(0), error);
    up.reject(error);
    failure.reject(error);
  });

  return {
    send(raw) {
      if (stopping) return Promise.reject(new RpcError(-32000, "the chain is stopping"));
      if (queue.length >= MAX_QUEUED) return Promise.reject(new RpcError(-32005, "too many transactions are waiting"));
      return new Promise((resolve, reject) => {
        queue.push({ raw, resolve, reject });
        wake.resolve();
      });
    },
    async reader() {
      const rpc = await up.promise;
      await settled;
      return { rpc, history };
    },
    async stop({ snapshot }) {
      stopping = true;
      wake.resolve();
      await finished;
      if (!chain) return;
      if (snapshot && chain.tailMs > Math.min(1_000, snapshotAfterMs)) {
        const { head } = chain;
        const mark = () => log.append(reloadMark(head.hash)).then(() => log.size);
        await takeSnapshot(stores, chain, mark).catch(() => undefined);
      }
      await chain.anvil.kill();
    },
    failed: failure.promise,
  };
}
