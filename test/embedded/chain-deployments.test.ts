import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Contract, getCreateAddress, type JsonRpcProvider, Transaction, Wallet } from "ethers";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import type { DomainError } from "../../backend/lib/errors.ts";
import { ensureDeployed } from "../../backend/platform/chain/deployments.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { type Addresses, deploymentSteps, interfacesHash, roles } from "../../contracts/deploy.ts";

const artifacts = artifactsFrom("artifacts");

describe("deployment of the contracts", function () {
  this.timeout(30_000);
  let folder: string;
  let chain: EmbeddedChain;
  let provider: JsonRpcProvider;
  let dataFile: string;
  const [operator, relayer, other] = [1, 2, 3].map(() => Wallet.createRandom().address) as [string, string, string];

  const ensure = (more: Partial<Parameters<typeof ensureDeployed>[0]> = {}) =>
    ensureDeployed({
      ...{ provider, deployerKey: chain.deployerKey, dataFile, artifacts, operators: [operator], relayers: [relayer] },
      ...more,
    });
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "passed",
      (error: DomainError) => error.code,
    );

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "deploy-"));
    dataFile = join(folder, "deployments.json");
    chain = await startEmbeddedChain({ dataDir: folder });
    provider = await connectProvider(chain.rpcUrl);
  });
  afterEach(async () => {
    provider.destroy();
    await chain.stop();
    rmSync(folder, { recursive: true });
  });

  it("deploys once, and funds the relayer", async () => {
    const first = await ensure();
    const head = await provider.getBlockNumber();
    for (const address of Object.values(first.addresses) as string[]) {
      expect(await provider.getCode(address)).to.not.equal("0x");
    }
    expect(await provider.getBalance(relayer)).to.equal(10n ** 24n);
    expect(await ensure()).to.deep.equal(first);
    expect(await provider.getBlockNumber()).to.equal(head);
  });

  it("refuses contracts of another version, finished or not, and leaves them as they are", async () => {
    await ensure();
    const kept = readFileSync(dataFile, "utf8");
    const [[chainId, entry]] = Object.entries(JSON.parse(kept) as Record<string, object>) as [[string, object]];
    const { interfaces: _, ...unversioned } = entry as { interfaces: string };
    const unfinished = { ...entry, addresses: undefined, steps: [], deployer: Wallet.createRandom().address };
    for (const other of [
      { ...entry, interfaces: `0x${"1".repeat(64)}` },
      unversioned,
      { ...unfinished, interfaces: "" },
    ]) {
      const written = JSON.stringify({ [chainId]: other });
      writeFileSync(dataFile, written);
      expect(await codeOf(ensure())).to.equal("CONTRACTS_CHANGED");
      expect(readFileSync(dataFile, "utf8")).to.equal(written);
    }
    writeFileSync(dataFile, kept);
    await ensure();
  });

  it("goes on after a crash before or after any request: each step is done once", async () => {
    const steps = ["AccessManager", "ParticipantRegistry", "AnchorRegistry", "ConsentRegistry", "FinancingLedger"];
    steps.push("PledgeRegistry", "SealRegistry", "Relay", "roles");
    const requests = ["eth_estimateGas", "eth_sendRawTransaction"];
    const points = requests.flatMap((method) => ["before", "after"].map((when) => ({ method, when })));
    // A run dies at the first crossing of a point that no run before has died at.
    const died = new Set<string>();
    let runs = 0;
    let stood = 0;
    const send = provider.send.bind(provider);
    const crash = (method: string, when: string) => {
      const here = points.find((point) => point.method === method && point.when === when);
      const name = `step ${stood}: ${when} ${method}`;
      if (!here || stood >= steps.length || died.has(name)) return;
      died.add(name);
      throw new Error("power cut");
    };
    let dead = false;
    provider.send = async (method, params) => {
      if (dead) throw new Error("power cut");
      try {
        crash(method, "before");
        const answer = await send(method, params);
        crash(method, "after");
        return answer;
      } catch (error) {
        dead = (error as Error).message === "power cut";
        throw error;
      }
    };
    let done: Awaited<ReturnType<typeof ensure>> | undefined;
    while (!done && runs++ < 100) {
      dead = false;
      stood = 0;
      done = await ensure({ onStep: () => stood++ }).catch((error: Error) => {
        expect(error.message).to.match(/power cut/);
        return undefined;
      });
    }
    provider.send = send;
    expect(died.size).to.equal(steps.length * points.length);
    // One transaction a step, and the relayer's funds.
    expect(await provider.getTransactionCount(new Wallet(chain.deployerKey))).to.equal(steps.length + 1);
    expect(JSON.parse(readFileSync(dataFile, "utf8"))["530400"]).to.deep.equal(done);
    expect(await ensure()).to.deep.equal(done);
  });
  /** A file as a crash after the first step was kept leaves it. */
  const begin = async (change: (tx: Transaction) => void, nonce = 0) => {
    const genesis = await provider.getBlock(0);
    const wallet = new Wallet(chain.deployerKey, provider);
    const tx = Transaction.from({
      ...{ type: 2, chainId: 530_400, nonce, gasLimit: 3_000_000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0n },
      data: (await deploymentSteps(wallet.address, artifacts, { operators: [], relayers: [] }))[0]!.transaction(
        {} as Addresses,
      ).data,
    });
    change(tx);
    const raw = await wallet.signTransaction(tx);
    const address = getCreateAddress({ from: wallet.address, nonce });
    const interfaces = await interfacesHash(artifacts);
    const entry = { chainId: 530_400, genesisHash: genesis!.hash, startBlock: 0, interfaces, deployer: wallet.address };
    const steps = [{ name: "AccessManager", nonce, address, versions: [raw] }];
    writeFileSync(dataFile, JSON.stringify({ "530400": { ...entry, steps } }));
    return { wallet, address };
  };

  it("raises the fees of a step that the chain leaves lying", async () => {
    const { address } = await begin((tx) => {
      tx.maxFeePerGas = 1n;
    });
    const { addresses } = await ensure({ patienceMs: 100 });
    expect(addresses.accessManager).to.equal(address);
  });

  it("gives a step another nonce when its own was used for something else", async () => {
    const { wallet, address } = await begin(() => undefined);
    await (await wallet.sendTransaction({ to: other, value: 1 })).wait();
    const { addresses } = await ensure({ patienceMs: 100 });
    expect(addresses.accessManager)
      .to.equal(getCreateAddress({ from: wallet.address, nonce: 1 }))
      .not.equal(address);
  });

  it("says which step the chain reverted, and does it again the next time", async () => {
    const { wallet } = await begin((tx) => {
      tx.gasLimit = 900_000n;
    });
    expect(await codeOf(ensure())).to.equal("DEPLOYMENT_FAILED");
    const { addresses } = await ensure();
    expect(addresses.accessManager).to.equal(getCreateAddress({ from: wallet.address, nonce: 1 }));
  });

  it("goes on with the key that began, and with no other", async () => {
    await begin(() => undefined);
    expect(await codeOf(ensure({ deployerKey: Wallet.createRandom().privateKey }))).to.equal("DEPLOYMENT_UNFINISHED");
  });

  it("says so when the deployer can't pay", async () => {
    expect(await codeOf(ensure({ deployerKey: Wallet.createRandom().privateKey }))).to.equal("DEPLOYER_UNFUNDED");
    expect(existsSync(dataFile)).to.equal(false);
  });

  it("gives the roles to members who joined the configuration later", async () => {
    const { addresses } = await ensure();
    await ensure({ relayers: [relayer, other], operators: [operator, other] });
    const manager = new Contract(addresses.accessManager, artifacts("AccessManager").abi, provider);
    expect((await manager.getFunction("hasRole")(roles.operator, other))[0]).to.equal(true);
    const relay = new Contract(addresses.relay, artifacts("Relay").abi, provider);
    expect(await relay.getFunction("isRelayer")(other)).to.equal(true);
    expect(await provider.getBalance(other)).to.equal(10n ** 24n);
  });

  it("says what is wrong with the chain at the address", async () => {
    const { addresses } = await ensure();
    const stored = JSON.parse(readFileSync(dataFile, "utf8"));
    const { genesisHash } = stored["530400"];
    stored["530400"].addresses = { ...addresses, relay: other };
    writeFileSync(dataFile, JSON.stringify(stored));
    expect(await codeOf(ensure())).to.equal("CONTRACT_MISSING");
    stored["530400"].genesisHash = `${genesisHash.slice(0, -4)}0000`;
    writeFileSync(dataFile, JSON.stringify(stored));
    expect(await codeOf(ensure())).to.equal("CHAIN_REPLACED");
    writeFileSync(dataFile, "{");
    expect(await codeOf(ensure())).to.equal("DEPLOYMENTS_UNREADABLE");
    expect(await codeOf(connectProvider("http://127.0.0.1:9"))).to.equal("CHAIN_UNREACHABLE");
  });
});
