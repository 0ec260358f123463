import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type ContractRunner, ZeroHash } from "ethers";
import { artifacts, config, network } from "hardhat";
import { artifactsFrom, type ContractName } from "../../contracts/artifacts.ts";
import { roles } from "../../contracts/deploy.ts";
import { type Anchors, deployWorld, type Relay } from "./world.ts";

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
      "ConsentRegistry",
      "FinancingLedger",
      "PledgeRegistry",
      "SealRegistry",
      "Relay",
      "roles",
    ]);
  });

  it("gives each role to its members and to nobody else", async () => {
    const { manager, anchors, relay, addresses, admin, operator, relayer, stranger } =
      await connection.networkHelpers.loadFixture(fixture);
    const has = async (role: bigint, account: string) => (await manager.hasRole(role, account))[0] as boolean;
    const members: [bigint, string][] = [
      [0n, admin.address],
      [roles.operator, operator.address],
      [roles.relay, addresses.relay],
    ];
    for (const account of [...members.map(([, member]) => member), relayer.address, stranger.address]) {
      for (const role of [0n, roles.operator, roles.relay])
        expect(await has(role, account), `role ${role} of ${account}`).to.equal(
          members.some(([itsRole, member]) => itsRole === role && member === account),
        );
      expect(await anchors.isAnchorer(account), `${account} anchors`).to.equal(account === addresses.relay);
      expect(await relay.isRelayer(account), `${account} relays`).to.equal(account === relayer.address);
    }
  });

  it("lets the relay deliver to the six contracts that take signed acts, and to no other", async () => {
    const { relay, addresses } = await connection.networkHelpers.loadFixture(fixture);
    const { accessManager, relay: itself, ...targets } = addresses;
    expect(Object.keys(targets)).to.have.length(6);
    for (const target of Object.values(targets)) expect(await relay.isTarget(target)).to.equal(true);
    for (const target of [accessManager, itself]) expect(await relay.isTarget(target)).to.equal(false);
  });

  it("has restricted functions that a stranger, an operator and the administrator can't call", async () => {
    const { anchors, ledger, pledges, relay, stranger, operator, admin, requestKey } =
      await connection.networkHelpers.loadFixture(fixture);
    const request = [requestKey.address, ZeroHash, 1n, 1n, 1n];
    const reservation = [ZeroHash, requestKey.address, requestKey.address, ZeroHash, 1n, ZeroHash];
    for (const caller of [stranger, operator, admin]) {
      for (const act of [
        () => ledger.connect(caller).getFunction("openRequest").send(request, "0x"),
        () => pledges.connect(caller).getFunction("reserve").send(reservation, "0x", "0x"),
      ])
        await expect(act()).to.be.revertedWithCustomError(ledger, "AccessManagedUnauthorized").withArgs(caller.address);
      await expect((anchors.connect(caller) as Anchors).anchor(ZeroHash, 1, 1))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistryNotAnchorer")
        .withArgs(caller.address);
      await expect((relay.connect(caller) as Relay).execute([]))
        .to.be.revertedWithCustomError(relay, "RelayNotRelayer")
        .withArgs(caller.address);
    }
  });

  it("lets only the administrator say who anchors, who relays and to whom", async () => {
    const { anchors, relay, addresses, stranger, operator, relayer, admin } =
      await connection.networkHelpers.loadFixture(fixture);
    const acts = (caller: ContractRunner): (() => Promise<unknown>)[] => [
      () => (anchors.connect(caller) as Anchors).setAnchorer(stranger.address, true),
      () => (relay.connect(caller) as Relay).setRelayer(stranger.address, true),
      () => (relay.connect(caller) as Relay).setTarget(addresses.accessManager, true),
    ];
    for (const caller of [stranger, operator, relayer])
      for (const act of acts(caller))
        await expect(act()).to.be.revertedWithCustomError(relay, "AccessManagedUnauthorized").withArgs(caller.address);
    for (const act of acts(admin)) await act();
    expect([
      await anchors.isAnchorer(stranger.address),
      await relay.isRelayer(stranger.address),
      await relay.isTarget(addresses.accessManager),
    ]).to.deep.equal([true, true, true]);
  });

  it("reads the same artifacts from the folder as Hardhat does", async () => {
    const read = artifactsFrom(config.paths.artifacts);
    for (const name of ["AccessManager", "FinancingLedger", "SealRegistry"] satisfies ContractName[]) {
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
    for (const name of ["ConsentRegistry", "FinancingLedger", "PledgeRegistry", "SealRegistry", "Relay"])
      expect([...sources]).to.include(`project/contracts/${name}.sol`);
    expect(messages).to.deep.equal([]);
  });
});
