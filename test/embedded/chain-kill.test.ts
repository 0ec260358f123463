import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { type JsonRpcProvider, Wallet } from "ethers";
import {
  anvilPid,
  type Held,
  hold,
  kill,
  killTree,
  loseHistory,
  loseUnsyncedHistory,
  random,
  tearLogTail,
  untilGone,
  untilSnapshotIsTaken,
} from "../support/chain-kill.ts";
import { deployLogger, essence, providerOf, signLog } from "../support/chain-load.ts";

const ROUNDS = Number(process.env.CHAIN_KILL_ROUNDS || 8);
const START_LIMIT_MS = 60_000;

describe("the embedded chain under kill -9", function () {
  this.timeout(120_000 + ROUNDS * 10_000);
  let dataDir: string;
  let holder: ChildProcess;
  let provider: JsonRpcProvider;
  let wallet: Wallet;

  async function start(): Promise<Held> {
    const { child, ready } = hold(dataDir);
    holder = child;
    const held = await ready;
    provider = providerOf(held.rpcUrl);
    wallet = new Wallet(held.deployerKey, provider);
    return held;
  }

  async function expectUnchanged(receipts: Map<string, string>, when: string): Promise<void> {
    for (const [hash, before] of receipts) {
      const receipt = await provider.getTransactionReceipt(hash);
      expect(receipt ? essence(receipt) : "lost", `${when}, ${hash}`).to.equal(before);
    }
  }

  /** Eight clients that send as fast as they are answered, until the signal; every tenth act fails. What they saw. */
  function load(logger: string, firstNonce: number, signal: AbortSignal): Promise<Map<string, string>> {
    const seen = new Map<string, string>();
    let nonce = firstNonce;
    const client = async () => {
      while (!signal.aborted) {
        try {
          const mine = nonce++;
          const raw = await signLog(wallet, logger, mine, mine, mine % 10 === 0 ? 30_000 : 120_000);
          const hash = (await provider.send("eth_sendRawTransaction", [raw])) as string;
          const receipt = await provider.getTransactionReceipt(hash);
          if (receipt) seen.set(hash, essence(receipt));
        } catch {
          // refused or cut off by the kill: nothing was shown
          if (!signal.aborted) await sleep(5);
        }
      }
    };
    return Promise.all(Array.from({ length: 8 }, client)).then(() => seen);
  }

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "chain-kill-"));
  });
  afterEach(async () => {
    provider.destroy();
    if (holder.exitCode === null && holder.signalCode === null) {
      const gone = new Promise((resolve) => holder.once("exit", resolve));
      holder.send("stop");
      await gone;
    }
    rmSync(dataDir, { recursive: true });
  });

  it(`shows every receipt that it ever showed again, with the same block and logs, after ${ROUNDS} kills`, async () => {
    const shown = new Map<string, string>();
    const next = random(20_260_101);
    const startMs: number[] = [];
    let [inSnapshot, inReplay] = [0, 0];
    let held = await start();
    const logger = await deployLogger(wallet);

    for (let round = 0; round < ROUNDS; round++) {
      const stopped = new AbortController();
      const seeing = load(logger, await wallet.getNonce(), stopped.signal);
      const [chain, anvil, top] = [held.chainPid, await anvilPid(dataDir), holder.pid!];
      if (round % 3 === 2) {
        inSnapshot += Number(await untilSnapshotIsTaken(dataDir, 10_000));
        await sleep(next() * 40);
      } else await sleep(20 + next() * 400);

      // Everything at once, the supervisors only, one of them, or anvil only; then whatever is left or came anew.
      const victims = [[], [top, chain], [top], [chain], [anvil]][round % 5]!;
      for (const pid of victims) kill(pid);
      if (victims.length > 0) await sleep(next() * 600);
      await killTree(top);
      stopped.abort();
      provider.destroy();
      const seen = await seeing;
      await untilGone(chain);
      await untilGone(anvil);

      if (round % 2 === 0) tearLogTail(dataDir, next());
      if (round % 4 === 1) loseUnsyncedHistory(dataDir);
      if (round % 8 === 7) loseHistory(dataDir);
      if (round % 2 === 1) {
        const { child, ready } = hold(dataDir);
        inReplay += Number(await Promise.race([sleep(50 + next() * 500, true), ready.then(() => false)]));
        await killTree(child.pid!);
      }

      const startedAt = performance.now();
      held = await start();
      startMs.push(performance.now() - startedAt);
      await expectUnchanged(seen, `round ${round}`);
      for (const [hash, before] of seen) shown.set(hash, before);
    }
    await expectUnchanged(shown, "at the end");
    expect(shown.size).to.be.greaterThan(20 * ROUNDS);
    expect([...shown.values()].some((receipt) => JSON.parse(receipt).status === 0)).to.equal(true);
    const logs = await provider.getLogs({ fromBlock: 0, address: logger });
    const withLogs = [...shown].filter(([, receipt]) => JSON.parse(receipt).logs.length > 0);
    expect(logs.map(({ transactionHash }) => transactionHash)).to.include.members(withLogs.map(([hash]) => hash));
    expect(inReplay, "kills while it started").to.be.greaterThan(0);
    expect(inSnapshot, "kills while a snapshot was taken").to.be.greaterThan(0);
    expect(Math.max(...startMs)).to.be.below(START_LIMIT_MS);
    if (process.env.CHAIN_KILL_ROUNDS) {
      const sorted = startMs.toSorted((a, b) => a - b).map(Math.round);
      const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
      const kills = `${inSnapshot} in a snapshot, ${inReplay} more in a start`;
      console.log(`      ${shown.size} receipts; ${kills}; start ${median} ms in the middle, ${most} ms at most`);
    }
  });

  it("goes on by itself, on the same address, when anvil or the chain's process dies", async () => {
    const held = await start();
    const logger = await deployLogger(wallet);
    for (const victim of [await anvilPid(dataDir), held.chainPid]) {
      kill(victim);
      await untilGone(victim);
      const raw = await signLog(wallet, logger, victim === held.chainPid ? 2 : 1, victim);
      let hash: string | undefined;
      for (let i = 0; i < 200 && !hash; i++) {
        hash = await provider.send("eth_sendRawTransaction", [raw]).catch(async () => void (await sleep(25)));
      }
      expect((await provider.getTransactionReceipt(hash!))?.status).to.equal(1);
    }
  });

  it("takes anvil along when its supervisors are killed", async () => {
    const held = await start();
    const anvil = await anvilPid(dataDir);
    kill(holder.pid!);
    kill(held.chainPid);
    await untilGone(anvil);
  });
});
