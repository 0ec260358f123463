import { expect } from "chai";
import {
  type BaseContract,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  dataLength,
} from "ethers";
import { network } from "hardhat";
import { anchorKinds } from "../../contracts/typed-data.ts";
import { deployWorld, hash, type Ledger, type Relay, requestOf, sign, type World } from "./world.ts";

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

interface Outcome {
  name: string;
  actId: string;
  reason?: string;
}

/** The relay's own events of a transaction, in order. */
function outcomes(world: World, receipt: ContractTransactionReceipt): Outcome[] {
  return receipt.logs
    .filter((log) => log.address === world.addresses.relay)
    .map((log) => world.relay.interface.parseLog(log)!)
    .map(({ name, args }) => ({ name, actId: args.actId, ...(name === "ActFailed" ? { reason: args.reason } : {}) }));
}

const receiptOf = async (sent: Promise<unknown>) =>
  (await ((await sent) as ContractTransactionResponse).wait()) as ContractTransactionReceipt;

describe("Relay", () => {
  it("delivers each act of a batch, in order", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const receipt = await receiptOf(relay.execute([act("count", [], "a"), act("count", [], "b")]));
    expect(outcomes(world, receipt)).to.deep.equal([
      { name: "ActDone", actId: hash("a") },
      { name: "ActDone", actId: hash("b") },
    ]);
    expect(await counted()).to.equal(2n);
  });

  it("sets a failing act aside with its exact reason; the others stand", async () => {
    const { world, relay, target, act, counted } = await loadFixture(fixture);
    const calls = [act("count", [], "a"), act("refuse", [42], "bad"), act("count", [], "c")];
    expect(outcomes(world, await receiptOf(relay.execute(calls)))).to.deep.equal([
      { name: "ActDone", actId: hash("a") },
      { name: "ActFailed", actId: hash("bad"), reason: target.interface.encodeErrorResult("RelayTargetRefused", [42]) },
      { name: "ActDone", actId: hash("c") },
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
    expect(outcomes(world, receipt)).to.deep.equal([
      {
        name: "ActFailed",
        actId: hash("forged"),
        reason: ledger.interface.encodeErrorResult("FinancingLedgerInvalidSignature", [request.requestKey]),
      },
      { name: "ActDone", actId: hash("anchor") },
      { name: "ActDone", actId: hash("true") },
    ]);
    expect((await (ledger as Ledger).requestOf(request.requestKey)).state).to.equal(1n);
  });

  it("copies no more than 256 bytes of a return bomb, and pays for no more", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    // The target itself must afford 300 kB of memory (0.2 M gas); copied here it would cost as much again.
    const calls = [act("bomb", [300_000], "bomb", 400_000), act("flood", [300_000], "flood", 400_000)];
    const receipt = await receiptOf(relay.execute([...calls, act("count", [], "after")]));
    const [bomb, flood, after] = outcomes(world, receipt);
    expect(bomb!.name).to.equal("ActFailed");
    expect(bomb!.reason).to.equal(`0x${"ab".repeat(256)}`);
    expect(dataLength(bomb!.reason!)).to.equal(256);
    expect(flood).to.deep.equal({ name: "ActDone", actId: hash("flood") });
    expect(after).to.deep.equal({ name: "ActDone", actId: hash("after") });
    expect(await counted()).to.equal(1n);
    // Twice what one target burns for its own memory, and the fixed costs of the batch.
    const own = receipt.gasUsed;
    expect(own).to.be.lessThan(700_000n);
  });

  it("bounds what an act can burn by its gas limit", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const calls = [act("burn", [], "burn", 150_000), act("count", [], "after")];
    const receipt = await receiptOf(relay.execute(calls, { gasLimit: 5_000_000 }));
    expect(outcomes(world, receipt)).to.deep.equal([
      { name: "ActFailed", actId: hash("burn"), reason: "0x" },
      { name: "ActDone", actId: hash("after") },
    ]);
    expect(await counted()).to.equal(1n);
    expect(receipt.gasUsed).to.be.lessThan(400_000n);
  });

  it("never records an act as failed for want of the sender's gas: done with its full limit, or all reverted", async () => {
    const { world, relay, act } = await loadFixture(fixture);
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
        expect(outcomes(world, receipt)).to.deep.equal([{ name: "ActDone", actId: hash("griefed") }]);
        done++;
      }
    }
    expect([done > 0, reverted > 0]).to.deep.equal([true, true]);
    await expect(relay.execute([call], { gasLimit: limit }))
      .to.be.revertedWithCustomError(relay, "RelayInsufficientGas")
      .withArgs(hash("griefed"), limit);
  });

  it("calls no address that isn't a target, and goes on with the batch", async () => {
    const { world, relay, act, counted } = await loadFixture(fixture);
    const { addresses, manager, stranger } = world;
    const grantAdmin = manager.interface.encodeFunctionData("grantRole", [0, stranger.address, 0]);
    const calls = [
      { target: addresses.accessManager, gasLimit: 100_000, actId: hash("abuse"), data: grantAdmin },
      act("count", [], "after"),
    ];
    expect(outcomes(world, await receiptOf(relay.execute(calls)))).to.deep.equal([
      {
        name: "ActFailed",
        actId: hash("abuse"),
        reason: relay.interface.encodeErrorResult("RelayTargetNotAllowed", [addresses.accessManager]),
      },
      { name: "ActDone", actId: hash("after") },
    ]);
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
    expect(outcomes(world, receipt)[0]!.name).to.equal("ActFailed");
  });
});
