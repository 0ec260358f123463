import { expect } from "chai";
import type { BaseContract, ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { network } from "hardhat";
import { anchorKinds } from "../../contracts/codes.ts";
import { requestOf } from "./ledger-acts.ts";
import { deployWorld, hash, type Ledger, type Relay, sign, type World } from "./world.ts";

const connection = await network.create();
const { loadFixture } = connection.networkHelpers;

async function fixture() {
  const world = await deployWorld(connection);
  const target = (await connection.ethers.deployContract("RelayTarget")) as unknown as BaseContract;
  const address = await target.getAddress();
  await (world.relay.connect(world.admin) as Relay).setTarget(address, true);
  const relay = world.relay.connect(world.relayer) as Relay;
  const act = (name: string, args: unknown[], id: string, gasLimit = 200_000) => ({
    target: address,
    gasLimit,
    actId: hash(id),
    data: target.interface.encodeFunctionData(name, args),
  });
  const counted = () => target.getFunction("counted").staticCall() as Promise<bigint>;
  return { world, relay, target, act, counted };
}

interface Failure {
  actId: string;
  reason: string;
}

/** What the relay tells of a transaction: the acts that failed, in order, and nothing else. */
function failures(world: World, receipt: ContractTransactionReceipt): Failure[] {
  return receipt.logs
    .filter((log) => log.address === world.addresses.relay)
    .map((log) => {
      const { name, args } = world.relay.interface.parseLog(log)!;
      if (name !== "ActFailed") throw new Error(`an event ${name}`);
      return { actId: args.actId, reason: args.reason };
    });
}

const receiptOf = async (sent: Promise<unknown>) =>
  (await ((await sent) as ContractTransactionResponse).wait()) as ContractTransactionReceipt;

describe("Relay", () => {
  it("delivers each act of a batch, in order", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const receipt = await receiptOf(relay.execute([act("count", [], "a"), act("count", [], "b")]));
    expect(failures(world, receipt)).to.deep.equal([]);
    expect(await counted()).to.equal(2n);
  });

  it("sets a failing act aside with its exact reason; the others stand", async () => {
    const { world, relay, target, act, counted } = await loadFixture(fixture);
    const calls = [act("count", [], "a"), act("refuse", [42], "bad"), act("count", [], "c")];
    expect(failures(world, await receiptOf(relay.execute(calls)))).to.deep.equal([
      { actId: hash("bad"), reason: target.interface.encodeErrorResult("RelayTargetRefused", [42]) },
    ]);
    expect(await counted()).to.equal(2n);
  });

  it("carries signed acts to the ledger and the anchors, and shows the ledger's own error for a forged one", async () => {
    const { world, relay } = await loadFixture(fixture);
    const { ledger, anchors, addresses } = world;
    const request = requestOf(world);
    const openWith = async (signature: string, id: string) => ({
      target: addresses.financing,
      gasLimit: 300_000,
      actId: hash(id),
      data: ledger.interface.encodeFunctionData("openRequest", [request, signature]),
    });
    const anchor = {
      target: addresses.anchors,
      gasLimit: 200_000,
      actId: hash("anchor"),
      data: anchors.interface.encodeFunctionData("anchor", [hash("root"), anchorKinds.records, 3]),
    };
    const receipt = await receiptOf(
      relay.execute([
        await openWith(await sign(world, world.stranger, "FinancingRequest", request), "forged"),
        anchor,
        await openWith(await sign(world, world.requestKey, "FinancingRequest", request), "true"),
      ]),
    );
    expect(failures(world, receipt)).to.deep.equal([
      {
        actId: hash("forged"),
        reason: ledger.interface.encodeErrorResult("FinancingLedgerInvalidSignature", [request.requestKey]),
      },
    ]);
    expect((await (ledger as Ledger).requestOf(request.requestKey)).state).to.equal(1n);
  });

  it("copies no more than 256 bytes of a return bomb, and pays for no more", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    // The target itself must afford 300 kB of memory (0.2 M gas); copied here it would cost as much again.
    const calls = [act("bomb", [300_000], "bomb", 400_000), act("flood", [300_000], "flood", 400_000)];
    const receipt = await receiptOf(relay.execute([...calls, act("count", [], "after")]));
    expect(failures(world, receipt)).to.deep.equal([{ actId: hash("bomb"), reason: `0x${"ab".repeat(256)}` }]);
    expect(await counted()).to.equal(1n);
    // Twice what one target burns for its own memory, and the fixed costs of the batch.
    const own = receipt.gasUsed;
    expect(own).to.be.lessThan(700_000n);
  });

  it("bounds what an act can burn by its gas limit", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const calls = [act("burn", [], "burn", 150_000), act("count", [], "after")];
    const receipt = await receiptOf(relay.execute(calls, { gasLimit: 5_000_000 }));
    expect(failures(world, receipt)).to.deep.equal([{ actId: hash("burn"), reason: "0x" }]);
    expect(await counted()).to.equal(1n);
    expect(receipt.gasUsed).to.be.lessThan(400_000n);
  });

  it("never records an act as failed for want of the sender's gas: done with its full limit, or all reverted", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    // The act runs only with its whole limit (but for what reaching its first line costs), so a starved one would fail.
    const limit = 3_000_000;
    const call = act("demand", [limit - 1_000], "griefed", limit);
    let done = 0;
    let reverted = 0;
    for (let gasLimit = limit + 20_000; gasLimit <= limit + 120_000; gasLimit += 2_500) {
      // A reverted transaction throws; one that went through must have done the act.
      const receipt = await receiptOf(relay.execute([call], { gasLimit })).catch((error: Error) => {
        expect(error.message).to.include("RelayInsufficientGas");
        return null;
      });
      if (receipt === null) reverted++;
      else {
        expect(failures(world, receipt)).to.deep.equal([]);
        expect(await counted()).to.equal(BigInt(++done));
      }
    }
    expect([done > 0, reverted > 0]).to.deep.equal([true, true]);
    await expect(relay.execute([call], { gasLimit: limit }))
      .to.be.revertedWithCustomError(relay, "RelayInsufficientGas")
      .withArgs(hash("griefed"), limit);
  });

  it("says so too when it has next to nothing left for an act that asks for nothing", async () => {
    const { relay, act } = await loadFixture(fixture);
    const ends: string[] = [];
    for (let gasLimit = 28_000; gasLimit <= 60_000; gasLimit += 500)
      ends.push(
        await receiptOf(relay.execute([act("count", [], "starved", 0)], { gasLimit })).then(
          () => "tried",
          ({ message }: Error) => (message.includes("RelayInsufficientGas") ? "refused" : "out of gas"),
        ),
      );
    expect([ends[0], ends.includes("refused"), ends.at(-1)]).to.deep.equal(["out of gas", true, "tried"]);
  });

  it("calls no address that isn't a target, and goes on with the batch", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const { addresses, manager, stranger } = world;
    const grantAdmin = manager.interface.encodeFunctionData("grantRole", [0, stranger.address, 0]);
    const calls = [
      { target: addresses.accessManager, gasLimit: 100_000, actId: hash("abuse"), data: grantAdmin },
      act("count", [], "after"),
    ];
    expect(failures(world, await receiptOf(relay.execute(calls)))).to.deep.equal([
      {
        actId: hash("abuse"),
        reason: relay.interface.encodeErrorResult("RelayTargetNotAllowed", [addresses.accessManager]),
      },
    ]);
    expect(await counted()).to.equal(1n);
  });

  it("takes batches of a relayer until the administrator ends it", async () => {
    const { world, act, counted } = await loadFixture(fixture);
    const administered = world.relay.connect(world.admin) as Relay;
    const { address } = world.stranger;
    const relay = world.relay.connect(world.stranger) as Relay;
    await expect(administered.setRelayer(address, true)).to.emit(relay, "RelayerSet").withArgs(address, true);
    await relay.execute([act("count", [], "a")]);
    await expect(administered.setRelayer(address, false)).to.emit(relay, "RelayerSet").withArgs(address, false);
    await expect(relay.execute([act("count", [], "b")]))
      .to.be.revertedWithCustomError(relay, "RelayNotRelayer")
      .withArgs(address);
    expect(await counted()).to.equal(1n);
  });

  it("lets the administrator set targets that have code", async () => {
    const { world, act, target } = await loadFixture(fixture);
    const relay = world.relay.connect(world.admin) as Relay;
    await expect(relay.setTarget(world.stranger.address, true))
      .to.be.revertedWithCustomError(relay, "RelayTargetWithoutCode")
      .withArgs(world.stranger.address);
    const address = await target.getAddress();
    await expect(relay.setTarget(address, false)).to.emit(relay, "TargetSet").withArgs(address, false);
    const receipt = await receiptOf((world.relay.connect(world.relayer) as Relay).execute([act("count", [], "late")]));
    expect(failures(world, receipt).map(({ actId }) => actId)).to.deep.equal([hash("late")]);
  });
});
