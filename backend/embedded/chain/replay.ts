import { keccak256 } from "ethers";
import { type Anvil, startAnvil } from "./anvil-process.ts";
import { type AnvilRpc, RpcError } from "./anvil-rpc.ts";
import { type BlockLog, isReloadMark, LOG_START } from "./block-log.ts";
import { type ChainDir, ChainStartError } from "./chain-dir.ts";
import type { BlockHistory, RpcBlock, RpcReceipt } from "./history.ts";
import { dropSnapshot, publishSnapshot, readSnapshot, type Snapshot, writeState } from "./snapshot.ts";

/*
 * The same calls in the same order make the same blocks, with one exception: anvil's state root counts slots that were
 * read as zero and never written, and whether it keeps such a slot depends on whether the contract was created by this
 * process or loaded. So a chain that goes on after a snapshot and one that is loaded from it part ways at the next act
 * that fails. Therefore anvil is started anew from each snapshot as soon as it is taken, and the log says where.
 */

export interface Head {
  number: number;
  hash: string;
  timestamp: number;
  block: RpcBlock;
}

export interface RunningChain {
  anvil: Anvil;
  head: Head;
  /** Transactions that anvil holds but has not put in a block, by hash, in the order of their arrival. */
  pooled: Map<string, string>;
  /** How long the log's part after the snapshot takes to play, in milliseconds: the price of a restart. */
  tailMs: number;
}

export interface Stores {
  dir: ChainDir;
  log: BlockLog;
  history: BlockHistory;
}

class DivergedError extends Error {}

async function readHead(rpc: AnvilRpc): Promise<Head> {
  const block = await rpc.call<RpcBlock>("eth_getBlockByNumber", ["latest", false]);
  return { number: Number(block.number), hash: block.hash, timestamp: Number(block.timestamp), block };
}

/** Puts the head into the history, unless it is there, and its transactions out of the pool. */
async function record({ anvil: { rpc }, head, pooled }: RunningChain, history: BlockHistory): Promise<void> {
  const { number, hash, block } = head;
  const before = history.hashOf(number);
  // Someone may have seen it: another block in its place would be worse than none.
  if (before !== undefined && before !== hash) throw diverged(head, before);
  if (before === undefined) {
    const receipts = await rpc.call<RpcReceipt[]>("eth_getBlockReceipts", [block.number]);
    const raws: string[] = [];
    for (const tx of block.transactions) {
      raws.push(pooled.get(tx) ?? (await rpc.call<string>("eth_getRawTransactionByHash", [tx])));
    }
    history.add({ block, receipts, raws });
  }
  for (const tx of block.transactions) pooled.delete(tx);
}

const diverged = ({ number, hash }: Head, before: string): DivergedError =>
  new DivergedError(`block ${number} came out as ${hash}, it was ${before}`);

/** A block of what waits in anvil's pool: the chain's head, and in the history, when it resolves. */
export async function mineBlock(running: RunningChain, history: BlockHistory, timestamp: number): Promise<void> {
  const { rpc } = running.anvil;
  await rpc.call("evm_setNextBlockTimestamp", [timestamp]);
  await rpc.call("evm_mine");
  running.head = await readHead(rpc);
  await record(running, history);
}

async function submit({ anvil, pooled }: RunningChain, raws: readonly string[]): Promise<void> {
  for (const raw of raws) {
    try {
      await anvil.rpc.call("eth_sendRawTransaction", [raw]);
      pooled.set(keccak256(raw), raw);
    } catch (error) {
      // Only what anvil took is logged, so a refusal here shows in the next block's hash, if it matters.
      if (!(error instanceof RpcError)) throw error;
    }
  }
}

/** Transactions of the pool that anvil has not dropped in the meantime. */
async function stillPooled({ anvil, pooled }: RunningChain): Promise<string[]> {
  if (pooled.size === 0) return [];
  const pool = await anvil.rpc.call<Record<string, Record<string, Record<string, { hash: string }>>>>("txpool_content");
  const held = new Set<string>();
  for (const senders of Object.values(pool)) {
    for (const byNonce of Object.values(senders)) for (const { hash } of Object.values(byNonce)) held.add(hash);
  }
  return [...pooled].filter(([hash]) => held.has(hash)).map(([, raw]) => raw);
}

/** anvil as the snapshot has it, or at the genesis. */
async function load(dir: ChainDir, snapshot: Snapshot | undefined): Promise<RunningChain> {
  const anvil = await startAnvil(dir, snapshot?.statePath);
  try {
    const head = await readHead(anvil.rpc);
    if (snapshot && head.hash !== snapshot.blockHash) throw new DivergedError("the snapshot's head has another hash");
    const running = { anvil, head, pooled: new Map<string, string>(), tailMs: 0 };
    await submit(running, snapshot?.pooled ?? []);
    return running;
  } catch (error) {
    await anvil.kill();
    throw error;
  }
}

/** Writes a snapshot; `mark` is called when nothing but its publishing is left, and gives the log's offset behind it. */
export async function takeSnapshot(
  { dir, history }: Stores,
  running: RunningChain,
  mark: () => Promise<number>,
): Promise<Snapshot> {
  const { number: blockNumber, hash: blockHash } = running.head;
  const pooled = await stillPooled(running);
  // First: a snapshot has no old blocks in it.
  history.sync();
  const state = await writeState(dir.path, running.anvil.rpc, blockNumber);
  return publishSnapshot(dir.path, state, { logOffset: await mark(), blockNumber, blockHash, pooled });
}

/** Starts anvil anew from the snapshot that was just taken of it. */
export async function reload(dir: ChainDir, running: RunningChain, snapshot: Snapshot): Promise<RunningChain> {
  await running.anvil.kill();
  return load(dir, snapshot);
}

async function play(stores: Stores, snapshot: Snapshot | undefined): Promise<RunningChain> {
  const { dir, log, history } = stores;
  let running = await load(dir, snapshot);
  try {
    await record(running, history);
    let startedAt = performance.now();
    for (const { record: logged, endOffset } of log.read(snapshot?.logOffset ?? LOG_START)) {
      if (logged.parentHash !== running.head.hash) throw diverged(running.head, logged.parentHash);
      if (isReloadMark(logged)) {
        running = await reload(dir, running, await takeSnapshot(stores, running, async () => endOffset));
        startedAt = performance.now();
      } else {
        await submit(running, logged.rawTransactions);
        await mineBlock(running, history, logged.timestamp);
      }
    }
    history.cutAfter(running.head.number);
    running.tailMs = performance.now() - startedAt;
    return running;
  } catch (error) {
    await running.anvil.kill();
    throw error;
  }
}

/**
 * Brings anvil to the state that the log tells, by the snapshot where that works and from the genesis otherwise. A
 * snapshot has no old transactions in it: it is of use only with a history that reaches as far.
 */
export async function bringUp(stores: Stores, note: (line: string) => void): Promise<RunningChain> {
  const { dir, log, history } = stores;
  const snapshot = await readSnapshot(dir.path, log.size);
  if (snapshot) {
    try {
      if (history.hashOf(snapshot.blockNumber) !== snapshot.blockHash) throw new DivergedError("the history lacks it");
      return await play(stores, snapshot);
    } catch (error) {
      note(`the chain's snapshot doesn't fit (${(error as Error).message}); playing its log from the start`);
    }
  }
  dropSnapshot(dir.path);
  try {
    return await play(stores, undefined);
  } catch (error) {
    if (error instanceof DivergedError) {
      throw new ChainStartError(
        `the chain in ${dir.path} can't be rebuilt as it was: ${error.message}. Was it written by another version of anvil?`,
      );
    }
    throw error;
  }
}
