import { keccak256 } from "ethers";
import { type Anvil, startAnvil } from "./anvil-process.ts";
import { type AnvilRpc, RpcError } from "./anvil-rpc.ts";
import { type BlockLog, LOG_START } from "./block-log.ts";
import { type ChainDir, ChainStartError } from "./chain-dir.ts";
import type { BlockHistory, RpcBlock, RpcReceipt } from "./history.ts";
import { dropSnapshot, readSnapshot, type Snapshot } from "./snapshot.ts";

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
async function record(
  rpc: AnvilRpc,
  { number, hash, block }: Head,
  history: BlockHistory,
  pooled: Map<string, string>,
) {
  if (history.hashOf(number) !== hash) {
    const receipts = await rpc.call<RpcReceipt[]>("eth_getBlockReceipts", [block.number]);
    const raws: string[] = [];
    for (const tx of block.transactions) {
      raws.push(pooled.get(tx) ?? (await rpc.call<string>("eth_getRawTransactionByHash", [tx])));
    }
    history.add({ block, receipts, raws });
  }
  for (const tx of block.transactions) pooled.delete(tx);
}

/** A block of what waits in anvil's pool. In the history, too, when it resolves. */
export async function mineBlock(
  { rpc, pooled, history }: { rpc: AnvilRpc; pooled: Map<string, string>; history: BlockHistory },
  timestamp: number,
): Promise<Head> {
  await rpc.call("evm_setNextBlockTimestamp", [timestamp]);
  await rpc.call("evm_mine");
  const head = await readHead(rpc);
  await record(rpc, head, history, pooled);
  return head;
}

/** The same calls in the same order as when the blocks were first made, so the same chain comes out. */
async function play({ dir, log, history }: Stores, snapshot: Snapshot | undefined): Promise<RunningChain> {
  const anvil = await startAnvil(dir, snapshot?.statePath);
  const { rpc } = anvil;
  try {
    let head = await readHead(rpc);
    if (snapshot && head.hash !== snapshot.blockHash) throw new DivergedError("the snapshot's head has another hash");
    const pooled = new Map<string, string>();
    await record(rpc, head, history, pooled);
    const submit = async (raw: string) => {
      try {
        await rpc.call("eth_sendRawTransaction", [raw]);
        pooled.set(keccak256(raw), raw);
      } catch (error) {
        // Only what anvil took is logged, so a refusal here shows in the next block's hash, if it matters.
        if (!(error instanceof RpcError)) throw error;
      }
    };
    for (const raw of snapshot?.pooled ?? []) await submit(raw);

    const startedAt = performance.now();
    for (const { record: logged } of log.read(snapshot?.logOffset ?? LOG_START)) {
      if (logged.parentHash !== head.hash) {
        throw new DivergedError(`block ${head.number} came out as ${head.hash}, it was ${logged.parentHash}`);
      }
      for (const raw of logged.rawTransactions) await submit(raw);
      head = await mineBlock({ rpc, pooled, history }, logged.timestamp);
    }
    history.cutAfter(head.number);
    return { anvil, head, pooled, tailMs: performance.now() - startedAt };
  } catch (error) {
    await anvil.kill();
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
