import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id, type TransactionRequest, toBeHex, toQuantity, Wallet } from "ethers";
import { type Anvil, startAnvil } from "../../backend/embedded/chain/anvil-process.ts";
import type { RpcError } from "../../backend/embedded/chain/anvil-rpc.ts";
import { type ChainDir, openChainDir } from "../../backend/embedded/chain/chain-dir.ts";
import {
  type BlockHistory,
  openHistory,
  type RpcBlock,
  type RpcReceipt,
} from "../../backend/embedded/chain/history.ts";
import { answerFromHistory } from "../../backend/embedded/chain/history-rpc.ts";
import { hold } from "../support/chain-kill.ts";
import { deployLogger, providerOf, signLog, word } from "../support/chain-load.ts";

/** Logs the first word of its call data with itself as the topic; see support/chain-load.ts for one without. */
const TOPIC_LOGGER = "0x600d600c600039600d6000f35f35808080555f5260205fa100";
const topicOf = (value: number) => `0x${word(value)}`;

describe("the embedded chain's history", function () {
  this.timeout(30_000);
  let folder: string;
  let dir: ChainDir;
  let anvil: Anvil;
  let history: BlockHistory;
  let wallet: Wallet;
  let [logger, otherLogger] = ["", ""];
  let nonce = 0;
  const hashes: string[] = [];

  const ask = async (method: string, params: unknown[]) => (await answerFromHistory(history, method, params))?.result;
  /** The same question to both: they answer the same. */
  const agree = async (method: string, ...params: unknown[]) => {
    const expected = await anvil.rpc.call(method, params);
    expect(await ask(method, params), `${method} ${JSON.stringify(params)}`).to.deep.equal(expected);
    return expected;
  };
  const mine = async (...transactions: TransactionRequest[]): Promise<RpcReceipt[]> => {
    const raws: string[] = [];
    for (const transaction of transactions) {
      const fees = { gasLimit: 200_000, chainId: dir.chainId, nonce: nonce++ };
      const price =
        (transaction.type ?? 2) < 2 ? { gasPrice: 10n ** 10n } : { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 7n };
      const raw = await wallet.signTransaction({ type: 2, ...fees, ...price, ...transaction });
      hashes.push(await anvil.rpc.call<string>("eth_sendRawTransaction", [raw]));
      raws.push(raw);
    }
    await anvil.rpc.call("evm_mine");
    const block = await anvil.rpc.call<RpcBlock>("eth_getBlockByNumber", ["latest", false]);
    const receipts = await anvil.rpc.call<RpcReceipt[]>("eth_getBlockReceipts", ["latest"]);
    history.add({ block, receipts, raws });
    return receipts;
  };
  const logOf = (to: string, value: number): TransactionRequest => ({ to, data: topicOf(value) });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "history-"));
    dir = openChainDir(folder, undefined);
    anvil = await startAnvil(dir);
    history = openHistory(dir.path);
    wallet = new Wallet(dir.deployerKey);
    const genesis = await anvil.rpc.call<RpcBlock>("eth_getBlockByNumber", ["0x0", false]);
    history.add({ block: genesis, receipts: [], raws: [] });
    const created = await mine({ data: TOPIC_LOGGER }, { data: TOPIC_LOGGER });
    [logger, otherLogger] = created.map(({ contractAddress }) => contractAddress as string) as [string, string];
    const to = Wallet.createRandom().address;
    const authorization = await Wallet.createRandom().authorize({ address: logger, chainId: dir.chainId, nonce: 0 });
    await mine(
      { type: 0, to, value: 1n },
      { type: 1, ...logOf(logger, 1), accessList: [{ address: logger, storageKeys: [topicOf(1)] }] },
      logOf(logger, 2),
      { ...logOf(logger, 3), gasLimit: 30_000 },
      { type: 4, to, authorizationList: [authorization] },
    );
    await mine(logOf(otherLogger, 1), logOf(logger, 4));
    await mine();
  });
  after(async () => {
    history.close();
    await anvil.kill();
    dir.release();
    rmSync(folder, { recursive: true });
  });

  it("shows blocks, transactions of each type and receipts as anvil does", async () => {
    for (let number = 0; number <= 4; number++) {
      const tag = toQuantity(number);
      for (const full of [true, false]) {
        const { hash } = (await agree("eth_getBlockByNumber", tag, full)) as RpcBlock;
        await agree("eth_getBlockByHash", hash, full);
        await agree("eth_getBlockTransactionCountByHash", hash);
      }
      await agree("eth_getBlockReceipts", tag);
      await agree("eth_getBlockTransactionCountByNumber", tag);
      await agree("eth_getTransactionByBlockNumberAndIndex", tag, "0x1");
    }
    for (const hash of hashes) {
      await agree("eth_getTransactionByHash", hash);
      await agree("eth_getTransactionReceipt", hash);
      await agree("eth_getRawTransactionByHash", hash);
    }
    await agree("eth_blockNumber");
    await agree("eth_getBlockByNumber", "latest", false);
    await agree("eth_getBlockByNumber", "earliest", false);
    await agree("eth_getBlockByNumber", "0x99", false);
    await agree("eth_getTransactionReceipt", id("unknown"));
    expect(await answerFromHistory(history, "eth_getTransactionByHash", [id("waiting")])).to.equal(undefined);
    expect(await answerFromHistory(history, "eth_getBlockByNumber", ["pending", false])).to.equal(undefined);
  });

  it("finds logs by block, address and topics as anvil does", async () => {
    const all = { fromBlock: "0x0", toBlock: "latest" };
    const counts: [object, number][] = [
      [all, 4],
      [{ ...all, address: logger }, 3],
      [{ ...all, address: [logger, otherLogger] }, 4],
      [{ ...all, topics: [topicOf(1)] }, 2],
      [{ ...all, topics: [[topicOf(1), topicOf(4)]] }, 3],
      [{ ...all, address: otherLogger, topics: [topicOf(4)] }, 0],
      [{ ...all, topics: [null] }, 4],
      [{ ...all, topics: [topicOf(1), topicOf(1)] }, 0],
      [{ fromBlock: "0x3", toBlock: "0x3" }, 2],
      [{ fromBlock: "0x3" }, 2],
      [{}, 0],
    ];
    for (const [filter, count] of counts) {
      expect(await agree("eth_getLogs", filter), JSON.stringify(filter)).to.have.length(count);
    }
    const { hash } = history.block(2)!.block;
    expect(await agree("eth_getLogs", { blockHash: hash, address: logger })).to.have.length(2);
  });

  it("refuses what makes no sense, and a question with too large an answer", async () => {
    const codeOf = (method: string, ...params: unknown[]) =>
      answerFromHistory(history, method, params).then(
        () => 0,
        (error: RpcError) => error.code,
      );
    expect(await codeOf("eth_getTransactionReceipt", "0x12")).to.equal(-32602);
    expect(await codeOf("eth_getBlockByNumber", "yesterday", false)).to.equal(-32602);
    expect(await codeOf("eth_getTransactionByBlockNumberAndIndex", "0x1", "-1")).to.equal(-32602);
    expect(await codeOf("eth_getLogs", { address: "0x12" })).to.equal(-32602);
    expect(await codeOf("eth_getLogs", { topics: "0x12" })).to.equal(-32602);
    expect(await codeOf("eth_getLogs")).to.equal(-32602);
    expect(await codeOf("eth_getLogs", { blockHash: id("unknown") })).to.equal(-32000);

    const other = mkdtempSync(join(tmpdir(), "history-"));
    const large = openHistory(other);
    const { block, receipts } = history.block(3)!;
    const logs = Array.from({ length: 15_000 }, () => receipts[0]!.logs[0]!);
    for (const number of [0, 1]) {
      const hash = toBeHex(number + 1, 32);
      large.add({
        block: { ...block, number: toQuantity(number), hash, transactions: [] },
        receipts: [{ ...receipts[0]!, logs }],
        raws: [],
      });
    }
    const inLarge = (filter: object) => answerFromHistory(large, "eth_getLogs", [filter]);
    expect((await inLarge({ fromBlock: "0x1" }))?.result).to.have.length(15_000);
    expect(await inLarge({ fromBlock: "0x0" }).catch((error: RpcError) => error.code)).to.equal(-32005);
    large.close();
    rmSync(other, { recursive: true });
  });

  it("forgets the blocks after one, and keeps the others over a restart", () => {
    const [last, before] = [history.hashOf(4), history.hashOf(3)];
    const transaction = history.block(3)!.block.transactions[0]!;
    history.cutAfter(3);
    expect([history.head, history.hashOf(4), history.block(last!)]).to.deep.equal([3, undefined, undefined]);
    history.close();
    history = openHistory(dir.path);
    expect([history.head, history.hashOf(3)]).to.deep.equal([3, before]);
    history.cutAfter(2);
    expect(history.find(transaction)).to.equal(undefined);
  });

  it("is all in the data folder: nothing is written to the home, the temporary or the working folder", async () => {
    const places = ["home", "tmp", "cwd", "data"].map((name) => mkdtempSync(join(folder, `${name}-`)));
    const [home, temporary, cwd, data] = places as [string, string, string, string];
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: join(home, "cache") };
    for (const first of [true, false]) {
      const { child, ready } = hold(data, { cwd, env });
      const { rpcUrl, deployerKey } = await ready;
      const provider = providerOf(rpcUrl);
      const sender = new Wallet(deployerKey, provider);
      const to = first ? await deployLogger(sender) : sender.address;
      for (let i = 0; i < 30; i++) {
        await provider.send("eth_sendRawTransaction", [await signLog(sender, to, await sender.getNonce(), i)]);
      }
      provider.destroy();
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.send("stop");
      await gone;
    }
    for (const place of [home, temporary, cwd]) expect(readdirSync(place), place).to.deep.equal([]);
    expect(readdirSync(data)).to.deep.equal(["chain"]);
    expect(readdirSync(join(data, "chain", "home")), "nothing of anvil's own").to.deep.equal([]);
  });
});
