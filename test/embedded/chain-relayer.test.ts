import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Contract, Interface, JsonRpcProvider, keccak256, toBeHex, Wallet } from "ethers";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import { type Deployment, ensureDeployed } from "../../backend/platform/chain/deployments.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import type { Act } from "../../backend/platform/chain/relay-store.ts";
import { encodeExecute } from "../../backend/platform/chain/relay-transaction.ts";
import { createRelayer, type Relayer, type RelayerOptions } from "../../backend/platform/chain/relayer.ts";
import { signed } from "../../backend/platform/chain/sign-transaction.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { createMemoryRelayStore, type MemoryRelayStore } from "../support/memory-relay-store.ts";

const artifacts = artifactsFrom("artifacts");
const anchors = new Interface(artifacts("AnchorRegistry").abi as string[]);

describe("the relayer", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: EmbeddedChain;
  let provider: JsonRpcProvider;
  let deployment: Deployment;
  let store: MemoryRelayStore;
  let lines: string[];
  let serial = 0;
  const losers: JsonRpcProvider[] = [];
  const key = Wallet.createRandom().privateKey;
  const relayerAddress = new Wallet(key).address;

  const freshRoot = () => keccak256(toBeHex(++serial, 32));
  /** Anchors a root: the least act that the real contracts take. */
  const anchorAct = (root = freshRoot(), gasLimit = 120_000): Act => ({
    id: keccak256(toBeHex(1_000_000 + ++serial, 32)),
    target: deployment.addresses.anchors,
    data: anchors.encodeFunctionData("anchor", [root, 1, serial]),
    gasLimit,
  });
  const relayerOf = (more: Partial<RelayerOptions> = {}): Relayer =>
    createRelayer({
      ...{ provider, key, relayAddress: deployment.addresses.relay, store, confirmations: 1, pollMs: 10 },
      ...{ log: (line: string) => lines.push(line), abis: [artifacts("AnchorRegistry").abi] },
      ...more,
    });
  /** Runs rounds until nothing is queued or open; errors are part of the game. */
  const drain = async (relayer: Relayer, rounds = 300) => {
    for (let i = 0; i < rounds; i++) {
      if (!(await relayer.runOnce().catch(() => false))) await sleep(10);
      if (store.inState("queued").length + store.inState("sent").length === 0) return;
    }
    throw new Error(`not drained: ${JSON.stringify(relayer.status())} ${lines.join(" | ")}`);
  };
  const anchoredCounts = async (fromBlock: number): Promise<number[]> => {
    const logs = await provider.getLogs({ address: deployment.addresses.anchors, fromBlock });
    return logs.map((log) => Number(anchors.parseLog(log)?.args.count));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "relayer-"));
    chain = await startEmbeddedChain({ dataDir: folder });
    provider = await connectProvider(chain.rpcUrl);
    deployment = await ensureDeployed({
      ...{ provider, deployerKey: chain.deployerKey, dataFile: join(folder, "deployments.json"), artifacts },
      ...{ operators: [], relayers: [relayerAddress] },
    });
  });
  after(async () => {
    for (const each of [provider, ...losers]) each.destroy();
    await chain.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    store = createMemoryRelayStore();
    lines = [];
  });

  it("sends many acts in one transaction and tells each one's outcome", async () => {
    const twice = freshRoot();
    const acts = [anchorAct(), anchorAct(twice), anchorAct(twice), anchorAct()];
    store.add(...acts);
    await drain(relayerOf());
    expect(store.outcomes).to.have.length(1);
    const [outcome] = store.outcomes;
    expect(outcome?.failed.map(({ actId }) => actId)).to.deep.equal([acts[2]!.id]);
    expect(outcome?.failed[0]?.reason).to.match(
      new RegExp(`^AnchorRegistryAlreadyAnchored\\(root: ${twice}, at: \\d+\\)$`),
    );
    const receipt = await provider.getTransactionReceipt(outcome!.transactionHash);
    expect(receipt?.blockHash).to.equal(outcome?.blockHash);
    expect(outcome?.timestamp).to.equal((await provider.getBlock(outcome!.blockNumber))?.timestamp);
    expect(store.inState("done")).to.deep.equal([acts[0], acts[1], acts[3]].map((act) => act!.id));
  });

  it("keeps the order over several open transactions", async () => {
    const from = (await provider.getBlockNumber()) + 1;
    const acts = Array.from({ length: 95 }, () => anchorAct());
    store.add(...acts);
    await drain(relayerOf({ maxActs: 10, maxOpen: 4 }));
    expect(store.outcomes.length).to.be.at.least(10);
    const counts = await anchoredCounts(from);
    expect(counts).to.have.length(95);
    expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b));
  });

  it("waits for the confirmations that it was told", async () => {
    store.add(anchorAct());
    const relayer = relayerOf({ confirmations: 3 });
    for (let i = 0; i < 4; i++) await relayer.runOnce();
    expect(store.inState("sent")).to.have.length(1);
    const deployer = new Wallet(chain.deployerKey, provider);
    for (let i = 0; i < 2; i++) await (await deployer.sendTransaction({ to: deployer.address })).wait();
    await relayer.runOnce();
    expect(store.inState("done")).to.have.length(1);
  });

  it("corners an act that no block can hold, and the others go on", async () => {
    const poison = anchorAct(freshRoot(), 2_000_000_000);
    const acts = [
      ...Array.from({ length: 6 }, () => anchorAct()),
      poison,
      ...Array.from({ length: 6 }, () => anchorAct()),
    ];
    store.add(...acts);
    await drain(relayerOf({ maxGas: 4_000_000_000, maxOpen: 2 }));
    expect(store.inState("failed"), lines.join("\n")).to.deep.equal([poison.id]);
    expect(store.entries.get(poison.id)?.reason).to.match(/the chain refuses it/);
    expect(store.inState("done")).to.have.length(12);
  });

  it("puts an act aside whose gas the relay says is short, and sends the others again", async () => {
    // Signed with too little gas by another version of the program, and already saved: it reverts as a whole.
    const acts = [anchorAct(), anchorAct(freshRoot(), 900_000), anchorAct()];
    store.add(...acts);
    const nonce = await provider.getTransactionCount(relayerAddress);
    const unsigned = {
      chainId: 530_400n,
      nonce,
      to: deployment.addresses.relay,
      data: encodeExecute(acts),
      gasLimit: 600_000,
    };
    const transaction = signed(new Wallet(key), unsigned, { tip: 0n, maxFee: 10n ** 10n });
    await store.saveTransaction({ nonce, ...transaction, actIds: acts.map(({ id }) => id) });
    await drain(relayerOf());
    expect(store.inState("failed")).to.deep.equal([acts[1]?.id]);
    expect(store.entries.get(acts[1]!.id)?.reason).to.match(/^RelayInsufficientGas\(/);
    expect(store.inState("done")).to.deep.equal([acts[0]?.id, acts[2]?.id]);
  });

  it("sends the acts of a transaction that failed as a whole before what was queued behind them", async () => {
    const from = (await provider.getBlockNumber()) + 1;
    const acts = Array.from({ length: 9 }, () => anchorAct());
    store.add(...acts);
    const first = acts.slice(0, 5);
    const nonce = await provider.getTransactionCount(relayerAddress);
    const data = encodeExecute(first);
    // One that no block can hold, and one that runs out of gas on the chain.
    const gasLimits = [2_000_000_000, 150_000];
    for (const [i, gasLimit] of gasLimits.entries()) {
      const unsigned = { chainId: 530_400n, nonce: nonce + i, to: deployment.addresses.relay, data, gasLimit };
      const transaction = signed(new Wallet(key), unsigned, { tip: 0n, maxFee: 10n ** 10n });
      const actIds = i === 0 ? first.map(({ id }) => id) : [];
      await store.saveTransaction({ nonce: nonce + i, ...transaction, actIds });
    }
    await drain(relayerOf({ maxOpen: 2 }));
    expect(lines.join())
      .to.match(/the chain refuses/)
      .and.to.match(/reverted/);
    expect(store.inState("done")).to.have.length(9);
    const counts = await anchoredCounts(from);
    expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b));
  });

  it("blames no act when it may not use the relay, and goes on once it may", async () => {
    const stranger = Wallet.createRandom();
    const deployer = new Wallet(chain.deployerKey, provider);
    await (await deployer.sendTransaction({ to: stranger.address, value: 10n ** 20n })).wait();
    store.add(anchorAct(), anchorAct());
    const relayer = relayerOf({ key: stranger.privateKey });
    for (let i = 0; i < 100 && !relayer.status().lastError; i++) {
      await relayer.runOnce().catch(() => undefined);
      await sleep(10);
    }
    expect(relayer.status().lastError).to.match(/may not use the relay/);
    expect(relayer.status().transactionsSent).to.equal(1);
    expect(store.inState("queued")).to.have.length(2);
    const relay = new Contract(deployment.addresses.relay, artifacts("Relay").abi, deployer);
    await (await relay.getFunction("setRelayer")(stranger.address, true)).wait();
    await drain(relayer);
    expect(store.inState("done")).to.have.length(2);
  });

  it("goes on after a crash at any step, and does each act once", async () => {
    const from = (await provider.getBlockNumber()) + 1;
    for (const step of ["saveTransaction", "settle"] as const) {
      for (const when of ["before", "after"]) {
        store.add(...Array.from({ length: 5 }, () => anchorAct()));
        const whole = store[step].bind(store) as (...args: unknown[]) => Promise<void>;
        const crashing = Object.assign(Object.create(store) as MemoryRelayStore, {
          [step]: async (...args: unknown[]) => {
            if (when === "after") await whole(...args);
            throw new Error("power cut");
          },
        });
        const dying = relayerOf({ store: crashing });
        for (let i = 0; i < 3; i++) await dying.runOnce().catch(() => undefined);
        await drain(relayerOf());
      }
    }
    expect(store.inState("done")).to.have.length(20);
    expect(await anchoredCounts(from)).to.have.length(20);
  });

  /** As a node that takes transactions and loses them. */
  const losing = (until: () => boolean): JsonRpcProvider => {
    class LosingProvider extends JsonRpcProvider {
      override send(method: string, params: unknown[]): Promise<unknown> {
        return method === "eth_sendRawTransaction" && !until() ? Promise.resolve("0x") : super.send(method, params);
      }
    }
    const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 };
    losers.push(new LosingProvider(chain.rpcUrl, 530_400, options));
    return losers.at(-1)!;
  };

  it("raises the fee of a stuck transaction under the same nonce", async () => {
    store.add(anchorAct());
    const relayer = relayerOf({ provider: losing(() => store.replaced.length >= 2), stuckAfterMs: 30 });
    await relayer.runOnce();
    const nonce = store.open()[0]?.nonce;
    await drain(relayer, 200);
    expect(store.replaced).to.have.length(2);
    expect((await provider.getTransaction(store.outcomes[0]!.transactionHash))?.nonce).to.equal(nonce);
  });

  it("finds the receipt under an earlier hash", async () => {
    store.add(anchorAct());
    const relayer = relayerOf({ provider: losing(() => false), stuckAfterMs: 30 });
    await relayer.runOnce();
    const [first] = store.open();
    while (store.replaced.length === 0) await relayer.runOnce();
    await provider.send("eth_sendRawTransaction", [first?.raw]);
    await drain(relayer);
    expect(store.outcomes[0]?.transactionHash).to.equal(first?.hash);
  });

  it("queues acts again whose nonce was used by someone else", async () => {
    store.add(anchorAct());
    let found = false;
    const relayer = relayerOf({ provider: losing(() => found), foreignNonceAfterMs: 50 });
    await relayer.runOnce();
    await (await new Wallet(key, provider).sendTransaction({ to: relayerAddress })).wait();
    found = true;
    await drain(relayer);
    expect(store.inState("done")).to.have.length(1);
    expect(lines.join()).to.match(/used by another program/);
  });

  it("asks a chain that is away ever more rarely, says so, and goes on by itself when it is back", async () => {
    let [away, asked] = [true, 0];
    class AwayProvider extends JsonRpcProvider {
      override send(method: string, params: unknown[]): Promise<unknown> {
        if (!away) return super.send(method, params);
        asked += 1;
        return Promise.reject(new Error("connect ECONNREFUSED"));
      }
    }
    losers.push(new AwayProvider(chain.rpcUrl, 530_400, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 }));
    const from = (await provider.getBlockNumber()) + 1;
    const relayer = relayerOf({ provider: losers.at(-1)!, pollMs: 100 });
    store.add(anchorAct(), anchorAct(), anchorAct());
    relayer.start(1);
    const until = Date.now() + 1_500;
    while (Date.now() < until) {
      // People who keep on acting don't make it hammer on the node.
      relayer.wake();
      await sleep(5);
    }
    // At 0, 200, 600 and 1,400 ms.
    expect(asked).to.be.within(1, 4);
    expect(relayer.status().lastError).to.equal("connect ECONNREFUSED");
    expect(lines.join()).to.match(/relayer, attempt 1: connect ECONNREFUSED/);
    expect(store.inState("queued")).to.have.length(3);

    away = false;
    for (let i = 0; i < 500 && store.inState("done").length < 3; i++) await sleep(20);
    await relayer.stop();
    expect(store.inState("done")).to.have.length(3);
    expect(await anchoredCounts(from)).to.have.length(3);
    expect(relayer.status().lastError).to.equal(null);
  });

  it("keeps every act through kills of the chain, and does each once", async () => {
    const from = (await provider.getBlockNumber()) + 1;
    const relayer = relayerOf({ maxActs: 20 });
    relayer.start(1);
    for (let round = 0; round < 3; round++) {
      store.add(...Array.from({ length: 150 }, () => anchorAct()));
      relayer.wake();
      await sleep(40 + round * 30);
      process.kill(chain.pid()!, "SIGKILL");
      await sleep(300);
    }
    for (let i = 0; i < 600 && store.inState("done").length < 450; i++) await sleep(20);
    await relayer.stop();
    expect(store.inState("done")).to.have.length(450);
    expect(await anchoredCounts(from)).to.have.length(450);
  });
});
