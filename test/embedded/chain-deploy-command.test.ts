import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type JsonRpcProvider, Wallet } from "ethers";
import { findAnvilBinary } from "../../backend/embedded/chain/anvil-process.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import type { Deployment } from "../../backend/platform/chain/deployments.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { freePort } from "../../scripts/client/child-server.ts";

const STEPS = 9;

interface Ended {
  code: number | null;
  out: string;
  errors: string;
}

describe("the deploy command", function () {
  this.timeout(60_000);
  let folder: string;
  let dataFile: string;
  let running: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deploy-command-"));
    dataFile = join(folder, "deployments.json");
  });
  afterEach(() => {
    running?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  /** `onLine` hears of each line that it says about its progress. */
  function deploy(args: string[], key: string | undefined, onLine = (_: ChildProcess) => {}): Promise<Ended> {
    const { DEPLOYER_KEY: _, ...env } = process.env;
    const child = spawn(process.execPath, ["scripts/deploy.ts", ...args, "--out", dataFile], {
      stdio: ["ignore", "pipe", "pipe"],
      env: key === undefined ? env : { ...env, DEPLOYER_KEY: key },
    });
    const ended: Ended = { code: null, out: "", errors: "" };
    child.stdout.on("data", (data: Buffer) => {
      ended.out += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      ended.errors += data.toString();
      onLine(child);
    });
    return new Promise((resolve) => child.once("exit", (code) => resolve({ ...ended, code })));
  }

  describe("against the embedded chain", () => {
    let chain: EmbeddedChain;
    let provider: JsonRpcProvider;
    beforeEach(async () => {
      chain = await startEmbeddedChain({ dataDir: folder });
      provider = await connectProvider(chain.rpcUrl);
    });
    afterEach(async () => {
      provider.destroy();
      await chain.stop();
    });

    it("leaves one set of contracts, however often it is killed on the way", async () => {
      const args = ["--rpc", chain.rpcUrl, "--json", "--relayers", Wallet.createRandom().address];
      let lines = 0;
      for (const killAt of [1, 3, 6]) {
        lines = 0;
        const killed = await deploy(args, chain.deployerKey, (child) => {
          // A little later: in the middle of the next step.
          if (++lines === killAt) setTimeout(() => child.kill("SIGKILL"), 5 * killAt);
        });
        expect(killed.code, killed.errors).to.equal(null);
      }
      const done = await deploy(args, chain.deployerKey);
      expect(done.code, done.errors).to.equal(0);
      const { addresses } = JSON.parse(done.out) as Deployment;
      for (const address of Object.values(addresses) as string[]) {
        expect(await provider.getCode(address)).to.not.equal("0x");
      }
      expect(JSON.parse(readFileSync(dataFile, "utf8"))["530400"].addresses).to.deep.equal(addresses);
      // The relayer's funds are one more.
      expect(await provider.getTransactionCount(new Wallet(chain.deployerKey))).to.equal(STEPS + 1);
    });
  });

  it("takes the key from the environment only, and says what is wrong with its options", async () => {
    const rpc = ["--rpc", "http://127.0.0.1:9"];
    const key = `0x${"11".repeat(32)}`;
    const wrong: [string[], string | undefined, RegExp][] = [
      [[], key, /--rpc/],
      [rpc, undefined, /DEPLOYER_KEY/],
      [[...rpc, "--key", key], key, /--key/],
      [[...rpc, "--operators", "0x12"], key, /--operators/],
    ];
    for (const [args, with_, message] of wrong) {
      const ended = await deploy(args, with_);
      expect(ended.code, args.join(" ")).to.equal(2);
      expect(ended.errors).to.match(message).and.not.include(key);
    }
    const away = await deploy(rpc, key);
    expect([away.code, away.errors.trim()]).to.deep.equal([1, "no chain answers at http://127.0.0.1:9"]);
  });

  it("refuses a chain whose EVM is too old, before it spends anything", async () => {
    for (const hardfork of ["paris", "shanghai"]) {
      const port = await freePort();
      running = spawn(findAnvilBinary(), ["--port", String(port), "--hardfork", hardfork, "--quiet"], {
        stdio: "ignore",
        env: { HOME: folder, XDG_CACHE_HOME: folder },
      });
      const rpcUrl = `http://127.0.0.1:${port}`;
      let provider: JsonRpcProvider | undefined;
      for (let i = 0; i < 200 && !provider; i++) {
        provider = await connectProvider(rpcUrl).catch(() => new Promise((done) => setTimeout(done, 25, undefined)));
      }
      const [account] = (await provider!.send("eth_accounts", [])) as string[];
      const deployer = Wallet.createRandom();
      await provider!.send("eth_sendTransaction", [
        { from: account, to: deployer.address, value: "0xde0b6b3a7640000" },
      ]);
      const ended = await deploy(["--rpc", rpcUrl], deployer.privateKey);
      expect(ended.code).to.equal(1);
      expect(ended.errors, hardfork).to.match(/EVM lacks .*MCOPY.*Cancun/);
      expect(await provider!.getTransactionCount(deployer.address)).to.equal(0);
      expect(existsSync(dataFile)).to.equal(false);
      provider!.destroy();
      running.kill("SIGKILL");
    }
  });
});
