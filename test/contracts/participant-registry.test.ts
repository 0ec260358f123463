import { expect } from "chai";
import { Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { participantKinds } from "../../contracts/codes.ts";
import { roles } from "../../contracts/deploy.ts";
import { participantsDomain } from "../../contracts/typed-data.ts";
import {
  admissionOf,
  domainOf,
  enrolArguments,
  hash,
  invitationOf,
  makerChecker,
  sign,
  withNewcomer,
} from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

const fixture = () => withNewcomer(connection);

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
