import { keccak256 } from "ethers";
import { type Anvil, startAnvil } from "./anvil-process.ts";
import { type AnvilRpc, RpcError } from "./anvil-rpc.ts";
import { type BlockLog, LOG_START } from "./block-log.ts";
import { type ChainDir, ChainStartError } from "./chain-dir.ts";
import { dropSnapshot, readSnapshot, type Snapshot } from "./snapshot.ts";

export interface Head {
  number: number;
  hash: string;
  timestamp: number;
  transactions: string[];
}

export interface RunningChain {
  anvil: Anvil;
  head: Head;
  /** Transactions that anvil holds but has not put in a block, by hash, in the order of their arrival. */
  pooled: Map<string, string>;
  /** How long the log's part after the snapshot takes to play, in milliseconds: the price of a restart. */
  tailMs: number;
}

class DivergedError extends Error {}

export async function readHead(rpc: AnvilRpc): Promise<Head> {
  const block = await rpc.call<{ number: string; hash: string; timestamp: string; transactions: string[] }>(
    "eth_getBlockByNumber",
    ["latest", false],
  );
  return {
    number: Number(block.number),
    hash: block.hash,
    timestamp: Number(block.timestamp),
    transactions: block.transactions,
  };
}

export async function mineBlock(rpc: AnvilRpc, timestamp: number): Promise<Head> {
  await rpc.call("evm_setNextBlockTimestamp", [timestamp]);
  await rpc.call("evm_mine");
  return readHead(rpc);
}

/** The same calls in the same order as when the blocks were first made, so the same chain comes out. */
async function play(dir: ChainDir, log: BlockLog, snapshot: Snapshot | undefined): Promise<RunningChain> {
  const anvil = await startAnvil(dir, snapshot?.statePath);
  const { rpc } = anvil;
  try {
    let head = await readHead(rpc);
    if (snapshot && head.hash !== snapshot.blockHash) throw new DivergedError("the snapshot's head has another hash");
    const pooled = new Map<string, string>();
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
    for (const { record } of log.read(snapshot?.logOffset ?? LOG_START)) {
      if (record.parentHash !== head.hash) {
        throw new DivergedError(`block ${head.number} came out as ${head.hash}, it was ${record.parentHash}`);
      }
      for (const raw of record.rawTransactions) await submit(raw);
      head = await mineBlock(rpc, record.timestamp);
      for (const hash of head.transactions) pooled.delete(hash);
    }
    return { anvil, head, pooled, tailMs: performance.now() - startedAt };
  } catch (error) {
    await anvil.kill();
    throw error;
  }
}

/** Brings anvil to the state that the log tells, by the snapshot where that works and from the genesis otherwise. */
export async function bringUp(dir: ChainDir, log: BlockLog, note: (line: string) => void): Promise<RunningChain> {
  const snapshot = readSnapshot(dir.path, log.size);
  if (snapshot) {
    try {
      return await play(dir, log, snapshot);
    } catch (error) {
      note(`the chain's snapshot doesn't fit (${(error as Error).message}); playing its log from the start`);
    }
  }
  dropSnapshot(dir.path);
  try {
    return await play(dir, log, undefined);
  } catch (error) {
    if (error instanceof DivergedError) {
      throw new ChainStartError(
        `the chain in ${dir.path} can't be rebuilt as it was: ${error.message}. Was it written by another version of anvil?`,
      );
    }
    throw error;
  }
}
