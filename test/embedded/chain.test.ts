import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { type JsonRpcProvider, Wallet } from "ethers";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import { deployLogger, essence, providerOf, signLog, word } from "../support/chain-load.ts";

interface RpcAnswer {
  id: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

describe("the embedded chain", function () {
  this.timeout(60_000);
  let dataDir: string;
  let chain: EmbeddedChain | undefined;
  let provider: JsonRpcProvider;
  let wallet: Wallet;
  let notes: string[];
  let history: string;

  const start = async (snapshotAfterMs = 60_000) => {
    notes = [];
    chain = await startEmbeddedChain({ dataDir, snapshotAfterMs, note: (line) => notes.push(line) });
    provider = providerOf(chain.rpcUrl);
    wallet = new Wallet(chain.deployerKey, provider);
  };
  const stop = async () => {
    provider.destroy();
    await chain?.stop();
    chain = undefined;
  };
  const post = async (body: unknown): Promise<Response> =>
    fetch(chain!.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const rpc = async (method: string, params: unknown[] = []): Promise<RpcAnswer> =>
    (await (await post({ jsonrpc: "2.0", id: 7, method, params })).json()) as RpcAnswer;
  const receiptOf = async (hash: string): Promise<string> => {
    const receipt = await provider.getTransactionReceipt(hash);
    return receipt ? essence(receipt) : "no receipt";
  };
  /** Sends `count` at once and gives back their hashes. */
  const burst = async (logger: string, count: number): Promise<string[]> => {
    const nonce = await wallet.getNonce();
    const raws = await Promise.all(
      Array.from({ length: count }, (_, i) => signLog(wallet, logger, nonce + i, nonce + i)),
    );
    return Promise.all(raws.map((raw) => provider.send("eth_sendRawTransaction", [raw]) as Promise<string>));
  };

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "chain-"));
    history = join(dataDir, "chain", "history.sqlite");
    await start();
  });
  afterEach(async () => {
    await stop();
    rmSync(dataDir, { recursive: true });
  });

  it("puts transactions that arrive together in one block, and answers when they are on the chain", async () => {
    const logger = await deployLogger(wallet);
    const hashes = await burst(logger, 40);
    const receipts = await Promise.all(hashes.map((hash) => provider.getTransactionReceipt(hash)));
    expect(receipts.every((receipt) => receipt?.status === 1)).to.equal(true);
    expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).to.be.below(20);
  });

  it("keeps its time at the wall clock's, however many blocks a second it makes", async () => {
    const logger = await deployLogger(wallet);
    for (let i = 0; i < 20; i++) await burst(logger, 1);
    const block = await provider.getBlock("latest");
    expect(block!.number).to.be.at.least(21);
    expect(Math.abs(block!.timestamp - Date.now() / 1000)).to.be.below(2);
  });

  it("gives the same blocks, receipts and logs after a restart", async () => {
    const logger = await deployLogger(wallet);
    const hashes = await burst(logger, 30);
    const before = await Promise.all(hashes.map(receiptOf));
    const genesis = await provider.getBlock(0);
    await stop();
    await start();
    expect(await Promise.all(hashes.map(receiptOf))).to.deep.equal(before);
    expect((await provider.getBlock(0))?.hash).to.equal(genesis?.hash);
    expect(await provider.getLogs({ fromBlock: 0, address: logger })).to.have.length(30);
  });

  it("starts from a snapshot with the receipts of old blocks and the transactions that still wait", async () => {
    await stop();
    await start(0);
    const logger = await deployLogger(wallet);
    const hashes = await burst(logger, 10);
    const next = await wallet.getNonce();
    const ahead = await signLog(wallet, logger, next + 1, 4_711);
    const waiting = (await rpc("eth_sendRawTransaction", [ahead])).result as string;
    const before = await Promise.all(hashes.map(receiptOf));
    await stop();
    expect(readdirSync(join(dataDir, "chain"))).to.include("snapshot.json");

    await start(0);
    expect(notes).to.deep.equal([]);
    expect(await Promise.all(hashes.map(receiptOf))).to.deep.equal(before);
    await rpc("eth_sendRawTransaction", [await signLog(wallet, logger, next, 4_710)]);
    expect((await provider.getTransactionReceipt(waiting))?.logs[0]?.data).to.equal(`0x${word(4_711)}`);

    // The chain that went through snapshots is the chain that the log alone gives.
    const all = await Promise.all([...hashes, waiting].map(receiptOf));
    await stop();
    rmSync(join(dataDir, "chain", "snapshot.json"));
    await start();
    expect(await Promise.all([...hashes, waiting].map(receiptOf))).to.deep.equal(all);
  });

  it("plays the whole log when the snapshot is damaged", async () => {
    const logger = await deployLogger(wallet);
    const hashes = await burst(logger, 5);
    const before = await Promise.all(hashes.map(receiptOf));
    await stop();
    await start(0);
    await stop();
    const folder = join(dataDir, "chain");
    const state = readdirSync(folder).find((name) => name.startsWith("state-"));
    writeFileSync(join(folder, state!), "{}");
    await start();
    expect(await Promise.all(hashes.map(receiptOf))).to.deep.equal(before);
  });

  it("spreads over several blocks what one can't hold", async () => {
    const logger = await deployLogger(wallet);
    const nonce = await wallet.getNonce();
    const raws = await Promise.all([0, 1, 2, 3, 4].map((i) => signLog(wallet, logger, nonce + i, i, 999_980_000)));
    const hashes = await Promise.all(
      raws.map((raw) => provider.send("eth_sendRawTransaction", [raw]) as Promise<string>),
    );
    // Asked for again and again: ethers' own waiting looks at new blocks only, and after the last there is none.
    const askUntil = Date.now() + 20_000;
    while (!(await provider.getTransactionReceipt(hashes.at(-1)!)) && Date.now() < askUntil) await setTimeout(20);
    const receipts = await Promise.all(hashes.map((hash) => provider.getTransactionReceipt(hash)));
    expect(receipts.map((receipt) => receipt?.status)).to.deep.equal([1, 1, 1, 1, 1]);
    expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).to.be.at.least(3);
  });

  it("answers each transaction that the chain refuses with its own reason", async () => {
    const logger = await deployLogger(wallet);
    const nonce = await wallet.getNonce();
    const good = await signLog(wallet, logger, nonce, 1);
    const old = await signLog(wallet, logger, 0, 2);
    const poor = await signLog(new Wallet(`0x${"77".repeat(32)}`), logger, 0, 3);
    const answers = await Promise.all(
      [old, good, poor, "0x02ff", "nonsense"].map((raw) => rpc("eth_sendRawTransaction", [raw])),
    );
    expect(answers.map((answer) => answer.error?.message ?? "taken")).to.satisfy((messages: string[]) => {
      const [tooLow, taken, funds, garbage, notHex] = messages as [string, string, string, string, string];
      return (
        /nonce too low/i.test(tooLow) &&
        taken === "taken" &&
        /insufficient funds/i.test(funds) &&
        garbage !== "taken" &&
        /0x-prefixed/.test(notHex)
      );
    });
  });

  it("offers clients nothing that bends the chain", async () => {
    const head = await provider.getBlockNumber();
    for (const method of [
      "anvil_setBalance",
      "evm_mine",
      "evm_setNextBlockTimestamp",
      "hardhat_reset",
      "eth_sendTransaction",
      "eth_sendUnsignedTransaction",
      "eth_sendRawTransactionSync",
      "anvil_dumpState",
      "debug_setHead",
    ]) {
      expect((await rpc(method)).error?.code, method).to.equal(-32601);
    }
    expect((await rpc("eth_accounts")).result ?? []).to.deep.equal([]);
    expect(await provider.getBlockNumber()).to.equal(head);
  });

  it("answers a batch in its order, and says what is wrong with a body", async () => {
    const raw = await wallet.signTransaction(await wallet.populateTransaction({ to: wallet.address, value: 1 }));
    const answers = (await (
      await post([
        { jsonrpc: "2.0", id: "a", method: "eth_chainId" },
        { jsonrpc: "2.0", id: "b", method: "eth_sendRawTransaction", params: [raw] },
        { jsonrpc: "2.0", id: "c", method: "evm_mine" },
      ])
    ).json()) as RpcAnswer[];
    expect(answers.map(({ id }) => id)).to.deep.equal(["a", "b", "c"]);
    expect(answers[0]?.result).to.equal("0x817e0");
    expect(answers[1]?.result).to.match(/^0x[0-9a-f]{64}$/);
    expect(answers[2]?.error?.code).to.equal(-32601);
    const bad = (await (await fetch(chain!.rpcUrl, { method: "POST", body: "{" })).json()) as RpcAnswer;
    expect(bad.error?.code).to.equal(-32700);
    expect((await fetch(chain!.rpcUrl)).status).to.equal(405);
  });

  it("has one funded account, with a key of its own and for its owner only", async () => {
    const key = readFileSync(join(dataDir, "chain", "deployer.key"), "utf8").trim();
    expect(key).to.equal(chain!.deployerKey);
    expect(await provider.getBalance(wallet.address)).to.be.greaterThan(10n ** 24n);
    expect(await provider.getBalance("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")).to.equal(0n);
    if (process.platform !== "win32")
      expect(statSync(join(dataDir, "chain", "deployer.key")).mode & 0o777).to.equal(0o600);
  });

  it("says in one line why it can't start", async () => {
    const failure = async (options: Partial<Parameters<typeof startEmbeddedChain>[0]>): Promise<string> => {
      const error = await startEmbeddedChain({ dataDir, ...options }).then(
        () => new Error("it started"),
        (cause: Error) => cause,
      );
      expect(error.message).not.to.include("\n");
      return error.message;
    };
    expect(await failure({})).to.match(/in use by another process/);
    const port = Number(new URL(chain!.rpcUrl).port);
    const elsewhere = mkdtempSync(join(tmpdir(), "chain-"));
    expect(await failure({ dataDir: elsewhere, port })).to.match(new RegExp(`port ${port} .* in use`));
    rmSync(elsewhere, { recursive: true });
    await stop();
    expect(await failure({ chainId: 9 })).to.match(/chain id 530400, not 9/);
    appendFileSync(join(dataDir, "chain", "blocks.log"), Buffer.concat([Buffer.alloc(40, 1), Buffer.alloc(40)]));
    expect(await failure({})).to.match(/damaged at byte/);
  });

  it("makes the same blocks of acts that failed, from a snapshot and from the log alone", async () => {
    await stop();
    await start(0);
    const logger = await deployLogger(wallet);
    await burst(logger, 3);
    await stop();
    await start();
    const fail = async () => {
      const raw = await signLog(wallet, logger, await wallet.getNonce(), Date.now(), 30_000);
      return (await rpc("eth_sendRawTransaction", [raw])).result as string;
    };
    const hashes: string[] = [];
    for (let i = 0; i < 4; i++) hashes.push(await fail(), ...(await burst(logger, 2)));
    const before = await Promise.all(hashes.map(receiptOf));
    expect(before.map((receipt) => JSON.parse(receipt).status).slice(0, 3)).to.deep.equal([0, 1, 1]);
    for (const from of ["the snapshot", "the log alone"]) {
      await stop();
      if (from === "the log alone") rmSync(join(dataDir, "chain", "snapshot.json"));
      await start();
      expect(await Promise.all(hashes.map(receiptOf)), from).to.deep.equal(before);
      expect(notes, from).to.deep.equal([]);
    }
  });

  it("rebuilds its history of blocks when that is lost or damaged", async () => {
    const logger = await deployLogger(wallet);
    const hashes = await burst(logger, 5);
    const before = await Promise.all(hashes.map(receiptOf));
    for (const damage of [() => rmSync(history), () => writeFileSync(history, "not a database".repeat(1_000))]) {
      await stop();
      damage();
      await start(0);
      expect(await Promise.all(hashes.map(receiptOf))).to.deep.equal(before);
    }
  });
});
