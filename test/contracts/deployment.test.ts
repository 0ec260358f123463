import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { artifacts, config, network } from "hardhat";
import { artifactsFrom, type ContractName } from "../../contracts/artifacts.ts";
import { roles } from "../../contracts/deploy.ts";
import { deployWorld, type Relay } from "./world.ts";

const connection = await network.create();
const fixture = () => deployWorld(connection);

interface BuildOutput {
  output: {
    errors?: { sourceLocation?: { file: string }; formattedMessage: string }[];
    sources: Record<string, unknown>;
  };
}

describe("deployment", () => {
  it("tells each step as it stands, in order", async () => {
    const { steps } = await connection.networkHelpers.loadFixture(fixture);
    expect(steps).to.deep.equal([
      "AccessManager",
      "ParticipantRegistry",
      "AnchorRegistry",
      "FinancingLedger",
      "Relay",
      "roles",
    ]);
  });

  it("gives each role to its members and to nobody else", async () => {
    const { manager, addresses, admin, operator, relayer, stranger } =
      await connection.networkHelpers.loadFixture(fixture);
    const has = async (role: bigint, account: string) => (await manager.hasRole(role, account))[0] as boolean;
    const members: [bigint, string][] = [
      [0n, admin.address],
      [roles.operator, operator.address],
      [roles.relay, addresses.relay],
      [roles.relayer, relayer.address],
    ];
    for (const role of [0n, roles.operator, roles.relay, roles.relayer])
      for (const account of [...members.map(([, member]) => member), stranger.address])
        expect(await has(role, account), `role ${role} of ${account}`).to.equal(
          members.some(([itsRole, member]) => itsRole === role && member === account),
        );
  });

  it("lets the relay deliver to the three contracts only", async () => {
    const { relay, addresses } = await connection.networkHelpers.loadFixture(fixture);
    for (const target of [addresses.participants, addresses.anchors, addresses.financing])
      expect(await relay.isTarget(target)).to.equal(true);
    for (const target of [addresses.accessManager, addresses.relay])
      expect(await relay.isTarget(target)).to.equal(false);
  });

  it("has restricted functions that a stranger, an operator and the administrator can't call", async () => {
    const { anchors, ledger, relay, stranger, operator, admin, requestKey } =
      await connection.networkHelpers.loadFixture(fixture);
    const request = [requestKey.address, ZeroHash, 1n, 1n, 1n];
    for (const caller of [stranger, operator, admin]) {
      for (const act of [
        () => anchors.connect(caller).getFunction("anchor").send(ZeroHash, 1, 1),
        () => ledger.connect(caller).getFunction("openRequest").send(request, "0x"),
        () => relay.connect(caller).getFunction("execute").send([]),
      ])
        await expect(act())
          .to.be.revertedWithCustomError(anchors, "AccessManagedUnauthorized")
          .withArgs(caller.address);
    }
    await expect((relay.connect(stranger) as Relay).setTarget(stranger.address, true))
      .to.be.revertedWithCustomError(relay, "AccessManagedUnauthorized")
      .withArgs(stranger.address);
  });

  it("reads the same artifacts from the folder as Hardhat does", async () => {
    const read = artifactsFrom(config.paths.artifacts);
    for (const name of ["AccessManager", "FinancingLedger", "Relay"] satisfies ContractName[]) {
      const { abi, bytecode } = await artifacts.readArtifact(name);
      expect(read(name)).to.deep.equal({ abi, bytecode });
    }
  });

  it("compiles without a warning", async () => {
    const names = [...(await artifacts.getAllFullyQualifiedNames())].filter((name) => name.startsWith("contracts/"));
    const builds = new Set(await Promise.all(names.map((name) => artifacts.getBuildInfoId(name))));
    const sources = new Set<string>();
    const messages: string[] = [];
    for (const build of builds) {
      const { output } = JSON.parse(
        readFileSync((await artifacts.getBuildInfoOutputPath(build!))!, "utf8"),
      ) as BuildOutput;
      for (const source of Object.keys(output.sources)) sources.add(source);
      // Test contracts may be larger than what can be deployed: they never are.
      for (const { sourceLocation, formattedMessage } of output.errors ?? [])
        if (sourceLocation?.file.startsWith("project/contracts/")) messages.push(formattedMessage);
    }
    expect([...sources]).to.include.members(["project/contracts/FinancingLedger.sol", "project/contracts/Relay.sol"]);
    expect(messages).to.deep.equal([]);
  });
});
