import { expect } from "chai";
import { network } from "hardhat";
import { sealStatuses } from "../../contracts/codes.ts";
import { sealIssueHash } from "../../contracts/typed-data.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { rotate, suspend } from "./institution-acts.ts";
import { issue, issued, seal, sealKey, sealOf, setStatus } from "./seal-acts.ts";
import { DAY, deployWorld, hash, makerChecker, type Seals, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

async function issuedFixture() {
  const world = await deployWorld(connection);
  return { world, ...(await issued(world)) };
}

const status = sealStatuses;

describe("SealRegistry: sealing", () => {
  it("records a document by the seal key's signature, with its time; anyone may send it", async () => {
    const { world, sealId, document } = await loadFixture(issuedFixture);
    const { seals, stranger } = world;
    const { documentCommitment } = document;
    expect(await seals.sealedAt(sealId, documentCommitment)).to.equal(0);
    const signature = await sign(world, sealKey, "SealedDocument", document);
    await expect((seals.connect(stranger) as Seals).seal(document, signature))
      .to.emit(seals, "DocumentSealed")
      .withArgs(sealId, documentCommitment);
    expect(await seals.sealedAt(sealId, documentCommitment)).to.equal(await time.latest());
    expect(await seals.sealedAt(sealId, hash("another document"))).to.equal(0);
  });

  it("seals a document once with a seal, and keeps the first time; another seal may seal it too", async () => {
    const { world, sealId, document } = await loadFixture(issuedFixture);
    const { seals } = world;
    await seal(world, document);
    const first = await time.latest();
    await time.increase(DAY);
    await expect(seal(world, document))
      .to.be.revertedWithCustomError(seals, "SealRegistryAlreadySealed")
      .withArgs(sealId, document.documentCommitment);
    expect(await seals.sealedAt(sealId, document.documentCommitment)).to.equal(first);

    const other = sealOf(world, { idCommitment: hash("second seal") });
    await issue(world, other);
    await seal(world, { ...document, sealId: sealIssueHash(other) });
  });

  it("refuses any other signer, an altered document, and another chain, contract, version or name", async () => {
    const { world, document } = await loadFixture(issuedFixture);
    const { seals, operator, enterprise } = world;
    const refused = (outcome: Promise<unknown>) =>
      expect(outcome).to.be.revertedWithCustomError(seals, "SealRegistryInvalidSignature").withArgs(sealKey.address);
    for (const signer of [operator, enterprise]) await refused(seal(world, document, signer));
    const signature = await sign(world, sealKey, "SealedDocument", document);
    await refused(seals.seal({ ...document, documentCommitment: hash("another document") }, signature));
    for (const domain of foreignDomains(world, "SealedDocument")) await refused(seal(world, document, sealKey, domain));
  });

  it("refuses a seal that isn't there, is suspended or revoked; once reinstated it seals", async () => {
    const { world, sealId, document } = await loadFixture(issuedFixture);
    const refused = async (id: string, its: number) =>
      expect(seal(world, { ...document, sealId: id }))
        .to.be.revertedWithCustomError(world.seals, "SealRegistryUnexpectedStatus")
        .withArgs(id, its);
    await refused(hash("nothing"), status.none);
    await setStatus(world, sealId, status.suspended);
    await refused(sealId, status.suspended);
    await setStatus(world, sealId, status.issued);
    await seal(world, document);
    await setStatus(world, sealId, status.revoked);
    await refused(sealId, status.revoked);
  });

  it("seals from the seal's first to its last second", async () => {
    const { world } = await loadFixture(issuedFixture);
    const { seals } = world;
    const [validFrom, validUntil] = [world.now + DAY, world.now + 2 * DAY];
    const entry = sealOf(world, { validFrom, validUntil });
    await issue(world, entry);
    const sealId = sealIssueHash(entry);
    const refused = async (at: number) => {
      await time.setNextBlockTimestamp(at);
      await expect(seal(world, { sealId, documentCommitment: hash(`at ${at}`) }))
        .to.be.revertedWithCustomError(seals, "SealRegistryOutOfTime")
        .withArgs(sealId, validFrom, validUntil);
    };
    const taken = async (at: number) => {
      await time.setNextBlockTimestamp(at);
      await seal(world, { sealId, documentCommitment: hash(`at ${at}`) });
      expect(await seals.canSeal(sealId)).to.equal(true);
    };
    await refused(validFrom - 1);
    await taken(validFrom);
    await taken(validUntil);
    await refused(validUntil + 1);
    await time.increaseTo(validUntil + 1);
    expect(await seals.canSeal(sealId)).to.equal(false);
  });

  it("refuses a seal whose holder is suspended, also after the holder's key changed", async () => {
    const { world, sealId, document } = await loadFixture(issuedFixture);
    const { seals, enterprise } = world;
    const newKey = await rotate(world, enterprise);
    await seal(world, document);
    await suspend(world, newKey.address);
    expect(await seals.canSeal(sealId)).to.equal(false);
    await expect(seal(world, { sealId, documentCommitment: hash("another document") }))
      .to.be.revertedWithCustomError(seals, "SealRegistryInactiveHolder")
      .withArgs(enterprise.address);
  });

  it("can need two people: the seal's key is a smart account", async () => {
    const { world } = await loadFixture(issuedFixture);
    const { seals, stranger, otherBank } = world;
    const account = await connection.ethers.deployContract("SmartAccount", [stranger.address, otherBank.address]);
    const key = await account.getAddress();
    const entry = sealOf(world, { key });
    await issue(world, entry, { key: makerChecker(key, stranger, otherBank) });
    const document = { sealId: sealIssueHash(entry), documentCommitment: hash("document") };
    await expect(seal(world, document, stranger))
      .to.be.revertedWithCustomError(seals, "SealRegistryInvalidSignature")
      .withArgs(key);
    await seal(world, document, makerChecker(key, stranger, otherBank));
  });
});

describe("SealRegistry: status at a time", () => {
  it("tells the status of each second since the seal was issued", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals } = world;
    const history: [number, number][] = [[await time.latest(), status.issued]];
    for (const [days, to] of [
      [1, status.suspended],
      [5, status.issued],
      [6, status.suspended],
      [9, status.revoked],
    ] as const) {
      await time.setNextBlockTimestamp(world.now + days * DAY);
      await setStatus(world, sealId, to);
      history.push([world.now + days * DAY, to]);
    }
    let before: number = status.none;
    for (const [at, since] of history) {
      expect(await seals.statusAt(sealId, at - 1), `before ${at}`).to.equal(before);
      expect(await seals.statusAt(sealId, at), `at ${at}`).to.equal(since);
      before = since;
    }
    for (const future of [world.now + 1_000 * DAY, 2n ** 48n, 2n ** 64n - 1n])
      expect(await seals.statusAt(sealId, future)).to.equal(status.revoked);
    expect(await seals.statusAt(sealId, 0)).to.equal(status.none);
    expect(await seals.statusAt(hash("nothing"), world.now)).to.equal(status.none);
  });

  it("tells the last of several in one second", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals } = world;
    const at = world.now + DAY;
    const sent: (() => Promise<unknown>)[] = [];
    for (const [nonce, to] of [status.suspended, status.issued, status.suspended].entries()) {
      const change = { sealId, status: to, nonce: BigInt(nonce) };
      const signature = await sign(world, world.operator, "SealStatusChange", change);
      sent.push(() =>
        seals.getFunction("setStatus").send(change, world.operator.address, signature, { gasLimit: 300_000 }),
      );
    }
    await connection.ethers.provider.send("evm_setAutomine", [false]);
    for (const send of sent) await send();
    await time.setNextBlockTimestamp(at);
    await connection.networkHelpers.mine();
    await connection.ethers.provider.send("evm_setAutomine", [true]);
    expect((await seals.sealOf(sealId)).nonce).to.equal(3);
    expect(await seals.statusAt(sealId, at)).to.equal(status.suspended);
    expect(await seals.statusAt(sealId, at - 1)).to.equal(status.issued);
  });
});
