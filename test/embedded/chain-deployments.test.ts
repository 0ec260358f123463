import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Contract, type JsonRpcProvider, Wallet } from "ethers";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import type { DomainError } from "../../backend/lib/errors.ts";
import { ensureDeployed } from "../../backend/platform/chain/deployments.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { roles } from "../../contracts/deploy.ts";

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

  it("starts over after an interrupted deployment", async () => {
    for (const stopAt of ["ParticipantRegistry", "roles"]) {
      const onStep = (step: string) => {
        if (step === stopAt) throw new Error("power cut");
      };
      expect(await ensure({ onStep }).catch((error: Error) => error.message)).to.equal("power cut");
    }
    const done = await ensure();
    expect(JSON.parse(readFileSync(dataFile, "utf8"))["530400"].addresses).to.deep.equal(done.addresses);
  });

  it("gives the roles to members who joined the configuration later", async () => {
    const { addresses } = await ensure();
    await ensure({ relayers: [relayer, other], operators: [operator, other] });
    const manager = new Contract(addresses.accessManager, artifacts("AccessManager").abi, provider);
    for (const role of [roles.operator, roles.relayer]) {
      expect((await manager.getFunction("hasRole")(role, other))[0]).to.equal(true);
    }
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
