import type { Log } from "ethers";
import { createLoop } from "./loop.ts";

/** How far the logs were read, with the hashes of some blocks on the way, newest first: by them a reorg is found. */
export interface LogCursor {
  trail: { blockNumber: number; blockHash: string }[];
}

export interface CursorStore {
  load(): Promise<LogCursor | null>;
  save(cursor: LogCursor): Promise<void>;
}

export interface LogBlock {
  number: number;
  hash: string;
  /** Unix seconds. */
  timestamp: number;
}

export interface LocatedLog {
  log: Log;
  block: LogBlock;
}

interface ChainBlock {
  number: number;
  hash: string | null;
  timestamp: number;
}

/** What is asked of a node; an ethers provider answers it. */
export interface LogSource {
  getBlockNumber(): Promise<number>;
  getBlock(numberOrHash: number | string): Promise<ChainBlock | null>;
  getLogs(filter: { address: string[]; topics?: string[][]; fromBlock: number; toBlock: number }): Promise<Log[]>;
}

export interface LogReaderOptions {
  provider: LogSource;
  addresses: string[];
  /** First topics of the wanted logs; all when absent. */
  topics?: string[];
  cursorStore: CursorStore;
  /** 1: up to the head. */
  confirmations: number;
  /** Blocks asked for at once, at most. */
  maxRange?: number;
  /** A range with more logs than this is followed by a shorter one, so that memory stays bounded. */
  manyLogs?: number;
  /** The first block to read when there is no cursor. */
  startBlock?: number;
  pollMs?: number;
  /** The blocks after this one are on the chain no more: what came of their logs must go. */
  onReorg?: (lastGoodBlock: number) => Promise<void>;
  log?: (line: string) => void;
}

export interface LogReader {
  /** Reads one range. True when there is more to read. */
  runOnce(): Promise<boolean>;
  start(): void;
  stop(): Promise<void>;
  wake(): void;
}

const TRAIL_LENGTH = 64;
/** Grows from here: how much is in a range is not known before. */
const FIRST_RANGE = 128;
/** Headers asked for at the same time: a block's time is not in its logs. */
const HEADERS_AT_ONCE = 32;

/** Steps of growing size back from the newest, so that 64 entries reach back over any history. */
function thinned(trail: LogCursor["trail"]): LogCursor["trail"] {
  if (trail.length <= TRAIL_LENGTH) return trail;
  const [recent, older] = [trail.slice(0, TRAIL_LENGTH / 2), trail.slice(TRAIL_LENGTH / 2)];
  return [...recent, ...older.filter((_, i) => i % 2 === 1)];
}

/**
 * Reads the logs of `addresses` in order and hands them to `handle` range by range. A range may come again after a
 * crash, of another branch too: `handle` first takes away what it holds of blocks from `range.from` on.
 */
export function createLogReader(
  options: LogReaderOptions,
  handle: (logs: readonly LocatedLog[], range: { from: number; to: number }) => Promise<void>,
): LogReader {
  const { provider, addresses, topics, cursorStore, confirmations, maxRange = 2_000, manyLogs = 5_000 } = options;
  const { startBlock = 0, pollMs = 250, onReorg = async () => undefined, log = () => undefined } = options;
  let range = Math.min(maxRange, FIRST_RANGE);

  /** The cursor as far as the chain still agrees with it. */
  async function agreedTrail(): Promise<LogCursor["trail"]> {
    const trail = (await cursorStore.load())?.trail ?? [];
    for (const [index, point] of trail.entries()) {
      const block = await provider.getBlock(point.blockNumber);
      if (block?.hash !== point.blockHash) continue;
      if (index > 0) await stepBack(trail.slice(index));
      return trail.slice(index);
    }
    if (trail.length > 0) await stepBack([]);
    return [];
  }

  async function stepBack(trail: LogCursor["trail"]): Promise<void> {
    const lastGood = trail[0]?.blockNumber ?? startBlock - 1;
    log(`the chain was reorganised; reading again after block ${lastGood}`);
    // In this order: after a crash in between, it is found and done again.
    await onReorg(lastGood);
    await cursorStore.save({ trail });
  }

  async function readRange(from: number, to: number): Promise<{ logs: Log[]; end: LogBlock } | undefined> {
    const end = await provider.getBlock(to);
    if (!end?.hash) return undefined;
    const filter = { address: addresses, fromBlock: from, toBlock: to, ...(topics ? { topics: [topics] } : {}) };
    const logs = await provider.getLogs(filter);
    // The end's hash binds all blocks before it: unchanged, the logs are of one and the same chain.
    const after = await provider.getBlock(to);
    if (after?.hash !== end.hash) return undefined;
    return { logs, end: { number: to, hash: end.hash, timestamp: end.timestamp } };
  }

  /** Undefined when one of the blocks was reorganised away in this moment. */
  async function headersOf(logs: readonly Log[], end: LogBlock): Promise<Map<string, LogBlock> | undefined> {
    const headers = new Map([[end.hash, end]]);
    const wanted = [...new Set(logs.map(({ blockHash }) => blockHash))].filter((hash) => !headers.has(hash));
    for (let i = 0; i < wanted.length; i += HEADERS_AT_ONCE) {
      const found = await Promise.all(wanted.slice(i, i + HEADERS_AT_ONCE).map((hash) => provider.getBlock(hash)));
      for (const block of found) {
        if (!block?.hash) return undefined;
        headers.set(block.hash, { number: block.number, hash: block.hash, timestamp: block.timestamp });
      }
    }
    return headers;
  }

  async function runOnce(): Promise<boolean> {
    const trail = await agreedTrail();
    const head = (await provider.getBlockNumber()) - confirmations + 1;
    const from = (trail[0]?.blockNumber ?? startBlock - 1) + 1;
    if (from > head) return false;
    const to = Math.min(head, from + range - 1);

    let read: Awaited<ReturnType<typeof readRange>>;
    try {
      read = await readRange(from, to);
    } catch (error) {
      range = Math.max(1, Math.floor(range / 2)); // nodes bound the size of an answer
      throw error;
    }
    if (!read) return true;
    const { logs, end } = read;
    range = logs.length > manyLogs ? Math.max(1, Math.floor((to - from + 1) / 2)) : Math.min(maxRange, range * 2);

    const headers = await headersOf(logs, end);
    if (!headers) return true; // the next round steps back
    const located = logs
      .toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
      .map((entry) => ({ log: entry, block: headers.get(entry.blockHash) as LogBlock }));
    await handle(located, { from, to });
    await cursorStore.save({ trail: thinned([{ blockNumber: to, blockHash: end.hash }, ...trail]) });
    return to < head;
  }

  const loop = createLoop({
    step: runOnce,
    idleMs: pollMs,
    onError: (error, failures) => {
      if (failures === 1 || failures % 20 === 0) log(`log reader, attempt ${failures}: ${(error as Error).message}`);
    },
  });
  return { runOnce, ...loop };
}
