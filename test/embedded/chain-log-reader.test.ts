import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id, type Log, Wallet } from "ethers";
import { startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import {
  type CursorStore,
  createLogReader,
  type LogCursor,
  type LogReader,
  type LogSource,
} from "../../backend/platform/chain/log-reader.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { deployLogger, signLog } from "../support/chain-load.ts";

const ADDRESS = "0x00000000000000000000000000000000000000aa";

interface Simulated {
  hash: string;
  logs: number;
}

/** A chain whose blocks can be exchanged: an embedded one never reorganises. Block n of branch b has n mod 3 logs. */
function simulatedChain() {
  let blocks: Simulated[] = [];
  const blockAt = (number: number) => {
    const block = blocks[number];
    return block ? { number, hash: block.hash, timestamp: 1_700_000_000 + number } : null;
  };
  let maxAnswer = Number.POSITIVE_INFINITY;
  const source: LogSource = {
    getBlockNumber: async () => blocks.length - 1,
    getBlock: async (which) =>
      typeof which === "number" ? blockAt(which) : blockAt(blocks.findIndex((block) => block.hash === which)),
    getLogs: async ({ fromBlock, toBlock }) => {
      if (toBlock - fromBlock + 1 > maxAnswer) throw new Error("query returned too many results");
      const logs: unknown[] = [];
      for (let blockNumber = fromBlock; blockNumber <= toBlock; blockNumber++) {
        const { hash: blockHash, logs: count } = blocks[blockNumber]!;
        for (let index = 0; index < count; index++) logs.push({ address: ADDRESS, blockNumber, blockHash, index });
      }
      return logs as Log[];
    },
  };
  return {
    source,
    /** Keeps the first `from` blocks and puts `count` of another branch on top. */
    build(branch: string, from: number, count: number) {
      const added = Array.from({ length: count }, (_, i) => ({
        hash: id(`${branch} ${from + i}`),
        logs: (from + i) % 3,
      }));
      blocks = [...blocks.slice(0, from), ...added];
    },
    bound: (blocksAtOnce: number) => {
      maxAnswer = blocksAtOnce;
    },
    expected: () => blocks.flatMap(({ hash, logs }) => Array.from({ length: logs }, (_, index) => `${hash}:${index}`)),
  };
}

describe("the log reader", () => {
  let saved: LogCursor | null;
  let projection: Map<string, number>;
  let delivered: number;
  let steppedBackTo: number[];
  const cursorStore: CursorStore = {
    load: async () => structuredClone(saved),
    save: async (cursor) => {
      saved = structuredClone(cursor);
    },
  };
  /** Its projection is keyed by (block hash, log index), as every reader's is to be. */
  const readerOf = (provider: LogSource, more: object = {}): LogReader =>
    createLogReader(
      {
        ...{ provider, addresses: [ADDRESS], cursorStore, confirmations: 1, maxRange: 7 },
        onReorg: async (lastGood) => {
          steppedBackTo.push(lastGood);
          for (const [key, blockNumber] of projection) if (blockNumber > lastGood) projection.delete(key);
        },
        ...more,
      },
      async (logs, { from, to }) => {
        for (const { log, block } of logs) {
          expect(block).to.include({ hash: log.blockHash, number: log.blockNumber });
          expect(log.blockNumber).to.be.within(from, to);
          delivered += 1;
          projection.set(`${log.blockHash}:${log.index}`, log.blockNumber);
        }
      },
    );
  const readAll = async (reader: LogReader) => {
    for (let i = 0; i < 200; i++) if (!(await reader.runOnce().catch(() => true))) return;
    throw new Error("no end");
  };

  beforeEach(() => {
    saved = null;
    projection = new Map();
    delivered = 0;
    steppedBackTo = [];
  });

  it("reads everything once, in order, however the blocks arrive", async () => {
    const chain = simulatedChain();
    const reader = readerOf(chain.source);
    for (const length of [1, 3, 40, 41, 60]) {
      chain.build("a", 0, length);
      await readAll(reader);
      expect([...projection.keys()]).to.deep.equal(chain.expected());
    }
    expect(delivered).to.equal(projection.size);
  });

  it("stays behind the head by its confirmations", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 20);
    await readAll(readerOf(chain.source, { confirmations: 6 }));
    expect(Math.max(...projection.values())).to.equal(14);
  });

  it("starts at the given block", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 20);
    await readAll(readerOf(chain.source, { startBlock: 11 }));
    expect(Math.min(...projection.values())).to.equal(11);
  });

  it("follows a reorganisation of any depth, also to a shorter chain", async () => {
    for (const [from, count] of [
      [39, 3],
      [30, 20],
      [5, 60],
      [0, 50],
      [33, 2],
    ] as const) {
      const chain = simulatedChain();
      saved = null;
      projection.clear();
      chain.build("a", 0, 40);
      const reader = readerOf(chain.source, { maxRange: 3 });
      await readAll(reader);
      chain.build("b", from, count);
      await readAll(reader);
      expect([...projection.keys()].toSorted(), `from ${from}`).to.deep.equal(chain.expected().toSorted());
      expect(steppedBackTo.at(-1)).to.be.below(from);
    }
  });

  it("keeps enough of the way to step back a little only, over a long history", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 2_000);
    const reader = readerOf(chain.source, { maxRange: 5 });
    for (let i = 0; i < 500; i++) await reader.runOnce();
    expect(saved?.trail.length).to.be.at.most(64);
    chain.build("b", 1_990, 20);
    await readAll(reader);
    expect(steppedBackTo).to.have.length(1);
    expect(steppedBackTo[0]).to.be.within(1_980, 1_989);
  });

  it("gives a log again, never leaves one out, when it dies in the middle", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 30);
    let left = 5;
    const dying = createLogReader(
      { provider: chain.source, addresses: [ADDRESS], cursorStore, confirmations: 1, maxRange: 10 },
      async (logs) => {
        for (const { log } of logs) {
          if (left-- === 0) throw new Error("power cut");
          projection.set(`${log.blockHash}:${log.index}`, log.blockNumber);
        }
      },
    );
    await dying.runOnce().catch(() => undefined);
    await readAll(readerOf(chain.source));
    expect([...projection.keys()]).to.deep.equal(chain.expected());
  });

  it("asks for less where a node bounds its answers", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 50);
    chain.bound(4);
    await readAll(readerOf(chain.source, { maxRange: 1_000 }));
    expect([...projection.keys()]).to.deep.equal(chain.expected());
  });

  it("takes shorter ranges where there are many logs, and longer ones again where there are few", async () => {
    const chain = simulatedChain();
    chain.build("a", 0, 64);
    const ranges: number[] = [];
    const reader = createLogReader(
      { provider: chain.source, addresses: [ADDRESS], cursorStore, confirmations: 1, maxRange: 32, manyLogs: 8 },
      async (logs, { from, to }) => {
        ranges.push(to - from + 1);
        for (const { log } of logs) projection.set(`${log.blockHash}:${log.index}`, log.blockNumber);
      },
    );
    await readAll(reader);
    expect([...projection.keys()]).to.deep.equal(chain.expected());
    // One log a block: 32 are many, 16 still are, 8 are not.
    expect(ranges.slice(0, 4)).to.deep.equal([32, 16, 8, 8]);
  });

  it("reads an embedded chain's logs", async function () {
    this.timeout(20_000);
    const dataDir = mkdtempSync(join(tmpdir(), "reader-"));
    const chain = await startEmbeddedChain({ dataDir });
    const provider = await connectProvider(chain.rpcUrl);
    try {
      const wallet = new Wallet(chain.deployerKey, provider);
      const logger = await deployLogger(wallet);
      for (let nonce = 1; nonce <= 6; nonce++) {
        await provider.send("eth_sendRawTransaction", [await signLog(wallet, logger, nonce, nonce)]);
      }
      await readAll(readerOf(provider, { addresses: [logger] }));
      const logs = await provider.getLogs({ address: logger, fromBlock: 0 });
      expect([...projection.keys()]).to.deep.equal(logs.map((log) => `${log.blockHash}:${log.index}`));
      expect(projection.size).to.equal(6);
    } finally {
      provider.destroy();
      await chain.stop();
      rmSync(dataDir, { recursive: true });
    }
  });
});
