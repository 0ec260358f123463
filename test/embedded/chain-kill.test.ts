import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type JsonRpcProvider, Wallet } from "ethers";
import { deployLogger, essence, providerOf, signLog } from "../support/chain-load.ts";

const HOLDER = fileURLToPath(new URL("../support/chain-holder.ts", import.meta.url));
const ROUNDS = 12;

interface Held {
  rpcUrl: string;
  deployerKey: string;
  chainPid: number;
}

/** Small and repeatable, so that a failing order of kills can be played again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("the embedded chain under kill -9", function () {
  this.timeout(120_000);
  let dataDir: string;
  let holder: ChildProcess | undefined;
  let provider: JsonRpcProvider;
  let wallet: Wallet;

  const anvilPid = () => Number(readFileSync(join(dataDir, "chain", "anvil.pid"), "utf8"));
  const untilGone = async (pid: number) => {
    for (let i = 0; i < 300 && alive(pid); i++) await sleep(10);
    expect(alive(pid), `process ${pid} is still there`).to.equal(false);
  };

  async function hold(): Promise<Held> {
    const child = fork(HOLDER, [dataDir], { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    holder = child;
    const held = await new Promise<Held>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Held));
      child.once("exit", (code) => reject(new Error(`the holder ended with ${code}`)));
    });
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

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "chain-kill-"));
  });
  afterEach(async () => {
    provider.destroy();
    if (holder?.exitCode === null && holder.signalCode === null) {
      const gone = new Promise((resolve) => holder?.once("exit", resolve));
      holder.send("stop");
      await gone;
    }
    rmSync(dataDir, { recursive: true });
  });

  it(`shows every receipt that it ever showed again, with the same block and logs, after ${ROUNDS} kills under load`, async () => {
    const shown = new Map<string, string>();
    const next = random(20_260_101);
    let held = await hold();
    const logger = await deployLogger(wallet);

    for (let round = 0; round < ROUNDS; round++) {
      const fresh = new Map<string, string>();
      let killed = false;
      let nonce = await wallet.getNonce();
      const client = async () => {
        while (!killed) {
          try {
            const mine = nonce++;
            const raw = await signLog(wallet, logger, mine, mine);
            const hash = (await provider.send("eth_sendRawTransaction", [raw])) as string;
            const receipt = await provider.getTransactionReceipt(hash);
            if (receipt) fresh.set(hash, essence(receipt));
          } catch {
            // refused or cut off by the kill: nothing was shown
            if (!killed) await sleep(5);
          }
        }
      };
      const clients = Array.from({ length: 8 }, client);
      await sleep(20 + next() * 400);

      // All at once, the supervisors only, or anvil only.
      const [chain, anvil, top] = [held.chainPid, anvilPid(), holder!.pid!];
      const victims = [[top, chain, anvil], [top, chain], [top], [chain], [anvil]][round % 5]!;
      for (const pid of victims) process.kill(pid, "SIGKILL");
      if (!victims.includes(top)) await sleep(600);
      killed = true;
      provider.destroy();
      await Promise.all(clients);
      if (!victims.includes(top)) {
        process.kill(top, "SIGKILL");
      }
      await untilGone(anvil);

      held = await hold();
      await expectUnchanged(fresh, `round ${round}`);
      for (const [hash, before] of fresh) shown.set(hash, before);
    }
    await expectUnchanged(shown, "at the end");
    expect(shown.size).to.be.greaterThan(100);
    expect(await provider.getLogs({ fromBlock: 0, address: logger })).to.have.length(
      await wallet.getNonce().then((n) => n - 1),
    );
  });

  it("goes on by itself, on the same address, when anvil or the chain's process dies", async () => {
    const held = await hold();
    const logger = await deployLogger(wallet);
    for (const victim of [anvilPid(), held.chainPid]) {
      process.kill(victim, "SIGKILL");
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
    const held = await hold();
    const anvil = anvilPid();
    process.kill(holder!.pid!, "SIGKILL");
    process.kill(held.chainPid, "SIGKILL");
    await untilGone(anvil);
  });
});
