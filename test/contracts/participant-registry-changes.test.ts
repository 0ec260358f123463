import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { participantKinds } from "../../contracts/codes.ts";
import { hash, type Party, sign, withNewcomer } from "./world.ts";

const connection = await network.create();
const { loadFixture } = connection.networkHelpers;
const fixture = () => withNewcomer(connection);

describe("ParticipantRegistry: status", () => {
  it("suspends and reactivates by an operator's signature", async () => {
    const { world } = await loadFixture(fixture);
    const { participants, operator, bank } = world;
    for (const [nonce, status] of [2, 1].entries()) {
      const change = { account: bank.address, status, nonce: BigInt(nonce) };
      await expect(
        participants.setStatus(change, operator.address, await sign(world, operator, "StatusChange", change)),
      )
        .to.emit(participants, "ParticipantStatusChanged")
        .withArgs(bank.address, status, operator.address);
      expect(await participants.isActive(bank.address, participantKinds.institution)).to.equal(status === 1);
      expect(await participants.nonceOf(bank.address)).to.equal(nonce + 1);
    }
  });

  it("refuses a replayed or out-of-order change", async () => {
    const { world } = await loadFixture(fixture);
    const { participants, operator, bank } = world;
    const change = { account: bank.address, status: 2, nonce: 0n };
    const signature = await sign(world, operator, "StatusChange", change);
    await participants.setStatus(change, operator.address, signature);
    await expect(participants.setStatus(change, operator.address, signature))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidNonce")
      .withArgs(bank.address, 1);
  });

  it("refuses a forger, a non-operator, an unknown status and an account that never enrolled", async () => {
    const { world } = await loadFixture(fixture);
    const { participants, operator, bank, stranger } = world;
    const change = { account: bank.address, status: 2, nonce: 0n };
    await expect(participants.setStatus(change, operator.address, await sign(world, bank, "StatusChange", change)))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(operator.address);
    await expect(participants.setStatus(change, bank.address, await sign(world, bank, "StatusChange", change)))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryNotOperator")
      .withArgs(bank.address);
    for (const status of [0, 3]) {
      const wrong = { ...change, status };
      await expect(participants.setStatus(wrong, operator.address, await sign(world, operator, "StatusChange", wrong)))
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnknownStatus")
        .withArgs(status);
    }
    const nobody = { ...change, account: stranger.address };
    await expect(participants.setStatus(nobody, operator.address, await sign(world, operator, "StatusChange", nobody)))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnexpectedStatus")
      .withArgs(stranger.address, 0);
  });
});

describe("ParticipantRegistry: key rotation", () => {
  async function rotationFixture() {
    const { world, newcomer } = await fixture();
    const rotate = async (from: Party & { address: string }, to: Party & { address: string }, nonce = 0n) => {
      const rotation = { account: from.address, newAccount: to.address, nonce };
      return world.participants.rotateKey(
        rotation,
        await sign(world, from, "KeyRotation", rotation),
        await sign(world, to, "KeyRotation", rotation),
      );
    };
    return { world, newKey: newcomer, rotate };
  }

  it("moves everything to the new key; the old one is dead for good", async () => {
    const { world, newKey, rotate } = await loadFixture(rotationFixture);
    const { participants, bank, operator } = world;
    const before = await participants.participantOf(bank.address);
    await expect(rotate(bank, newKey))
      .to.emit(participants, "ParticipantKeyRotated")
      .withArgs(bank.address, newKey.address);
    expect(await participants.participantOf(newKey.address)).to.deep.equal(before);
    expect(await participants.isActive(newKey.address, participantKinds.institution)).to.equal(true);
    expect(await participants.isActive(bank.address, participantKinds.institution)).to.equal(false);

    await expect(rotate(bank, new Wallet(hash("third")), 1n))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnexpectedStatus")
      .withArgs(bank.address, 3);
    const revive = { account: bank.address, status: 1, nonce: 1n };
    await expect(participants.setStatus(revive, operator.address, await sign(world, operator, "StatusChange", revive)))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnexpectedStatus")
      .withArgs(bank.address, 3);
    await expect(rotate(newKey, bank))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryAccountEnrolled")
      .withArgs(bank.address);
  });

  it("follows any number of rotations from any of the keys", async () => {
    const { world, newKey, rotate } = await loadFixture(rotationFixture);
    const { participants, bank, otherBank, stranger } = world;
    const third = new Wallet(hash("third"));
    await rotate(bank, newKey);
    await rotate(newKey, third);
    for (const account of [bank, newKey, third])
      expect(await participants.currentAccountOf(account.address)).to.equal(third.address);
    expect(await participants.currentAccountOf(otherBank.address)).to.equal(otherBank.address);
    expect(BigInt(await participants.currentAccountOf(stranger.address))).to.equal(0n);
  });

  it("needs both keys, the next nonce and a key of nobody else", async () => {
    const { world, newKey, rotate } = await loadFixture(rotationFixture);
    const { participants, bank, otherBank, stranger } = world;
    const rotation = { account: bank.address, newAccount: newKey.address, nonce: 0n };
    const byOld = await sign(world, bank, "KeyRotation", rotation);
    const byNew = await sign(world, newKey, "KeyRotation", rotation);
    const forged = await sign(world, stranger, "KeyRotation", rotation);
    await expect(participants.rotateKey(rotation, forged, byNew))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(bank.address);
    await expect(participants.rotateKey(rotation, byOld, forged))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(newKey.address);
    await expect(rotate(bank, newKey, 1n))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidNonce")
      .withArgs(bank.address, 0);
    await expect(rotate(bank, otherBank))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryAccountEnrolled")
      .withArgs(otherBank.address);
  });

  it("is closed to a suspended participant and to strangers", async () => {
    const { world, newKey, rotate } = await loadFixture(rotationFixture);
    const { participants, bank, operator, stranger } = world;
    await expect(rotate(stranger, newKey))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnexpectedStatus")
      .withArgs(stranger.address, 0);
    const change = { account: bank.address, status: 2, nonce: 0n };
    await participants.setStatus(change, operator.address, await sign(world, operator, "StatusChange", change));
    await expect(rotate(bank, newKey, 1n))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnexpectedStatus")
      .withArgs(bank.address, 2);
  });
});
