import { expect } from "chai";
import { type ContractTransactionResponse, ZeroHash } from "ethers";
import { globalOptions, network } from "hardhat";
import { anchorKinds } from "../../contracts/codes.ts";
import { type Anchors, deployWorld, hash } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

async function fixture() {
  const world = await deployWorld(connection);
  return { world, anchors: world.anchors.connect(world.voucher) as Anchors };
}

describe("AnchorRegistry", () => {
  const root = hash("root");

  for (const [name, kind] of Object.entries(anchorKinds))
    it(`anchors a batch of ${name}`, async () => {
      const { anchors } = await loadFixture(fixture);
      await expect(anchors.anchor(root, kind, 1_000))
        .to.emit(anchors, "BatchAnchored")
        .withArgs(root, kind, 1_000);
      const at = BigInt(await time.latest());
      expect(await anchors.anchoredAt(root)).to.equal(at);
      expect(await anchors.anchorOf(root)).to.deep.equal([at, BigInt(kind), 1_000n]);
    });

  it("knows nothing of a root that was never anchored", async () => {
    const { anchors } = await loadFixture(fixture);
    expect(await anchors.anchoredAt(root)).to.equal(0n);
    expect(await anchors.anchorOf(root)).to.deep.equal([0n, 0n, 0n]);
  });

  it("lets the first time win, whatever the second says", async () => {
    const { anchors } = await loadFixture(fixture);
    await anchors.anchor(root, anchorKinds.bids, 5);
    const first = BigInt(await time.latest());
    await time.increase(60);
    for (const kind of [anchorKinds.bids, anchorKinds.records])
      await expect(anchors.anchor(root, kind, 6))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistryAlreadyAnchored")
        .withArgs(root, first);
    expect(await anchors.anchorOf(root)).to.deep.equal([first, BigInt(anchorKinds.bids), 5n]);
  });

  it("costs an anchorer less than 50,000 gas in a transaction of its own", async function () {
    // Counting what is covered costs gas.
    if (globalOptions.coverage) this.skip();
    const { anchors } = await loadFixture(fixture);
    const sent = (await anchors.anchor(root, anchorKinds.records, 1_000)) as ContractTransactionResponse;
    expect((await sent.wait())!.gasUsed).to.be.lessThan(50_000n);
  });

  it("takes batches of an anchorer until the administrator ends it", async () => {
    const { world, anchors } = await loadFixture(fixture);
    const administered = world.anchors.connect(world.admin) as Anchors;
    const { address } = world.stranger;
    const asStranger = world.anchors.connect(world.stranger) as Anchors;
    await expect(administered.setAnchorer(address, true)).to.emit(anchors, "AnchorerSet").withArgs(address, true);
    await asStranger.anchor(root, anchorKinds.bids, 1);
    await expect(administered.setAnchorer(address, false)).to.emit(anchors, "AnchorerSet").withArgs(address, false);
    await expect(asStranger.anchor(hash("another"), anchorKinds.bids, 1))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistryNotAnchorer")
      .withArgs(address);
    expect(await anchors.anchoredAt(hash("another"))).to.equal(0n);
  });

  it("refuses the zero root, an unknown kind and an empty batch", async () => {
    const { anchors } = await loadFixture(fixture);
    await expect(anchors.anchor(ZeroHash, 1, 1)).to.be.revertedWithCustomError(anchors, "AnchorRegistryZeroRoot");
    for (const kind of [0, 8, 255])
      await expect(anchors.anchor(root, kind, 1))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistryUnknownKind")
        .withArgs(kind);
    await expect(anchors.anchor(root, 1, 0)).to.be.revertedWithCustomError(anchors, "AnchorRegistryEmptyBatch");
    expect(await anchors.anchoredAt(root)).to.equal(0n);
  });
});
