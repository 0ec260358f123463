import { expect } from "chai";
import { Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { participantKinds } from "../../contracts/codes.ts";
import { roles } from "../../contracts/deploy.ts";
import { participantsDomain } from "../../contracts/typed-data.ts";
import {
  admissionOf,
  deployWorld,
  domainOf,
  enrolArguments,
  hash,
  invitationOf,
  makerChecker,
  type Party,
  sign,
} from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

async function fixture() {
  const world = await deployWorld(connection);
  const newcomer = new Wallet(hash("newcomer"));
  return { world, newcomer, admission: await admissionOf(world, newcomer.address, "department") };
}

describe("ParticipantRegistry: enrolment", () => {
  for (const kind of Object.keys(participantKinds) as (keyof typeof participantKinds)[])
    it(`enrols a participant of kind ${kind}; anyone may send it`, async () => {
      const { world, newcomer } = await loadFixture(fixture);
      const { participants, stranger } = world;
      const admission = await admissionOf(world, newcomer.address, kind);
      const args = await enrolArguments(world, newcomer, admission);
      await expect(
        participants
          .connect(stranger)
          .getFunction("enrol")
          .send(...args),
      )
        .to.emit(participants, "ParticipantEnrolled")
        .withArgs(newcomer.address, participantKinds[kind], admission.idCommitment);
      expect(await participants.participantOf(newcomer.address)).to.deep.equal([
        BigInt(participantKinds[kind]),
        1n,
        admission.idCommitment,
        BigInt(await time.latest()),
      ]);
      for (const other of Object.values(participantKinds))
        expect(await participants.isActive(newcomer.address, other)).to.equal(other === participantKinds[kind]);
    });

  it("refuses each forged signature, naming the signer", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants, operator, stranger } = world;
    for (const [role, expected] of [
      ["invitation", admission.invitation],
      ["account", newcomer.address],
    ] as const)
      await expect(participants.enrol(...(await enrolArguments(world, newcomer, admission, { [role]: stranger }))))
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
        .withArgs(expected);
    const args = await enrolArguments(world, newcomer, admission);
    args[2] = await sign(world, stranger, "Admission", admission);
    await expect(participants.enrol(...args))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(operator.address);
  });

  it("refuses an altered admission", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants, operator } = world;
    const args = await enrolArguments(world, newcomer, admission);
    args[0] = { ...admission, kind: participantKinds.institution };
    await expect(participants.enrol(...args))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(operator.address);
  });

  it("refuses another account than the activation code's holder chose", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants, stranger } = world;
    const args = await enrolArguments(world, newcomer, admission);
    const enrolment = { idCommitment: admission.idCommitment, invitation: admission.invitation };
    args[3] = stranger.address;
    args[5] = await sign(world, stranger, "Enrolment", { ...enrolment, account: stranger.address });
    await expect(participants.enrol(...args))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(admission.invitation);
  });

  it("refuses signatures made for another chain or another contract", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants, operator, chainId, addresses } = world;
    for (const domain of [
      participantsDomain(chainId + 1n, addresses.participants),
      participantsDomain(chainId, addresses.financing),
      { ...domainOf(world, "Admission"), version: "2" },
    ]) {
      const args = await enrolArguments(world, newcomer, admission);
      args[2] = await sign(world, operator, "Admission", admission, domain);
      await expect(participants.enrol(...args))
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
        .withArgs(operator.address);
    }
  });

  it("refuses an operator without the role, with it taken away, or with a delay on it", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants, manager, operator, stranger } = world;
    const refused = async (signer: typeof operator) =>
      expect(participants.enrol(...(await enrolArguments(world, newcomer, admission, { operator: signer }))))
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryNotOperator")
        .withArgs(signer.address);
    await refused(stranger);
    await manager.grantRole(roles.operator, stranger.address, 3_600);
    await refused(stranger);
    await manager.revokeRole(roles.operator, operator.address);
    await refused(operator);
  });

  it("lets one identity, one invitation and one account enrol once", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants } = world;
    await participants.enrol(...(await enrolArguments(world, newcomer, admission)));
    const other = new Wallet(hash("other"));

    const sameIdentity = { ...admission, invitation: invitationOf(other.address).address };
    await expect(participants.enrol(...(await enrolArguments(world, other, sameIdentity))))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryIdentityEnrolled")
      .withArgs(admission.idCommitment);

    const sameInvitation = { ...admission, idCommitment: hash("another identity") };
    const invitation = invitationOf(newcomer.address);
    await expect(participants.enrol(...(await enrolArguments(world, other, sameInvitation, { invitation }))))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvitationUsed")
      .withArgs(invitation.address);

    const second = invitationOf("second");
    const sameAccount = { ...admission, idCommitment: hash("another identity"), invitation: second.address };
    await expect(participants.enrol(...(await enrolArguments(world, newcomer, sameAccount, { invitation: second }))))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryAccountEnrolled")
      .withArgs(newcomer.address);
  });

  it("takes an admission until its last second, and not after", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants } = world;
    const args = await enrolArguments(world, newcomer, admission);
    await time.setNextBlockTimestamp(admission.expiresAt + 1);
    await expect(participants.enrol(...args))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryAdmissionExpired")
      .withArgs(admission.expiresAt);
    const later = { ...admission, expiresAt: admission.expiresAt + 100 };
    const laterArgs = await enrolArguments(world, newcomer, later);
    await time.setNextBlockTimestamp(later.expiresAt);
    await expect(participants.enrol(...laterArgs)).to.emit(participants, "ParticipantEnrolled");
  });

  it("refuses an unknown kind and an empty commitment", async () => {
    const { world, newcomer, admission } = await loadFixture(fixture);
    const { participants } = world;
    for (const kind of [0, 6])
      await expect(participants.enrol(...(await enrolArguments(world, newcomer, { ...admission, kind }))))
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryUnknownKind")
        .withArgs(kind);
    const empty = { ...admission, idCommitment: ZeroHash };
    await expect(participants.enrol(...(await enrolArguments(world, newcomer, empty)))).to.be.revertedWithCustomError(
      participants,
      "ParticipantRegistryZeroCommitment",
    );
  });

  it("enrols a smart account by ERC-1271, and only with both its keys", async () => {
    const { world } = await loadFixture(fixture);
    const { participants, enterprise, stranger } = world;
    const account = await connection.ethers.deployContract("SmartAccount", [enterprise.address, stranger.address]);
    const address = await account.getAddress();
    const admission = await admissionOf(world, address, "institution");
    const half = makerChecker(address, enterprise, enterprise);
    await expect(participants.enrol(...(await enrolArguments(world, half, admission))))
      .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
      .withArgs(address);
    const whole = makerChecker(address, enterprise, stranger);
    await participants.enrol(...(await enrolArguments(world, whole, admission)));
    expect(await participants.isActive(address, participantKinds.institution)).to.equal(true);
  });
});

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
