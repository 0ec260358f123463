import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { sealStatuses } from "../../contracts/codes.ts";
import { roles } from "../../contracts/deploy.ts";
import { sealIssueHash } from "../../contracts/typed-data.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { rotate, suspend } from "./institution-acts.ts";
import { issue, issued, sealKey, sealOf, setStatus } from "./seal-acts.ts";
import { DAY, deployWorld, enrol, hash, makerChecker, type Party, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

const plainFixture = () => deployWorld(connection);

async function issuedFixture() {
  const world = await deployWorld(connection);
  return { world, ...(await issued(world)) };
}

const status = sealStatuses;

describe("SealRegistry: issuing", () => {
  it("issues by an operator's and the seal key's signature; anyone may send it", async () => {
    const world = await loadFixture(plainFixture);
    const { seals, operator, stranger } = world;
    const s = sealOf(world);
    const sealId = sealIssueHash(s);
    const args = [
      s,
      operator.address,
      await sign(world, operator, "SealIssue", s),
      await sign(world, sealKey, "SealIssue", s),
    ];
    expect(await seals.canSeal(sealId)).to.equal(false);
    await expect(
      seals
        .connect(stranger)
        .getFunction("issue")
        .send(...args),
    )
      .to.emit(seals, "SealIssued")
      .withArgs(sealId, s.holder, s.key, s.idCommitment, s.validFrom, s.validUntil);
    expect(await seals.sealOf(sealId)).to.deep.equal([
      s.holder,
      BigInt(s.validFrom),
      BigInt(s.validUntil),
      s.key,
      BigInt(status.issued),
      0n,
    ]);
    expect(await seals.canSeal(sealId)).to.equal(true);
  });

  it("refuses an operator without the role, with it taken away, or with a delay on it", async () => {
    const world = await loadFixture(plainFixture);
    const { seals, manager, operator, stranger, enterprise } = world;
    const refused = async (signer: Party & { address: string }) =>
      expect(issue(world, sealOf(world), { operator: signer }))
        .to.be.revertedWithCustomError(seals, "SealRegistryNotOperator")
        .withArgs(signer.address);
    await refused(enterprise);
    await manager.grantRole(roles.operator, stranger.address, 3_600);
    await refused(stranger);
    await manager.revokeRole(roles.operator, operator.address);
    await refused(operator);
  });

  it("refuses either signature forged, an altered seal, and another chain, contract, version or name", async () => {
    const world = await loadFixture(plainFixture);
    const { seals, operator, stranger, enterprise } = world;
    const s = sealOf(world);
    const refused = (outcome: Promise<unknown>, signer: string) =>
      expect(outcome).to.be.revertedWithCustomError(seals, "SealRegistryInvalidSignature").withArgs(signer);
    const byKey = await sign(world, sealKey, "SealIssue", s);
    const byOperator = await sign(world, operator, "SealIssue", s);
    await refused(
      seals.issue(s, operator.address, await sign(world, stranger, "SealIssue", s), byKey),
      operator.address,
    );
    await refused(issue(world, s, { key: enterprise }), sealKey.address);
    for (const altered of [{ holder: stranger.address }, { idCommitment: hash("other") }, { validFrom: 0 }])
      await refused(seals.issue({ ...s, ...altered }, operator.address, byOperator, byKey), operator.address);
    for (const domain of foreignDomains(world, "SealIssue"))
      await refused(issue(world, s, { domain }), operator.address);
  });

  it("issues a seal once, also after it was revoked", async () => {
    const { world, entry, sealId } = await loadFixture(issuedFixture);
    const again = () =>
      expect(issue(world, entry)).to.be.revertedWithCustomError(world.seals, "SealRegistrySealExists").withArgs(sealId);
    await again();
    await setStatus(world, sealId, status.revoked);
    await again();
  });

  it("issues a seal until its last second, and never one that ends before it starts or beyond reckoning", async () => {
    const world = await loadFixture(plainFixture);
    const at = world.now + DAY;
    for (const times of [
      { validFrom: world.now, validUntil: at - 1 },
      { validFrom: at + 2, validUntil: at + 1 },
      { validFrom: world.now, validUntil: 2 ** 40 },
    ]) {
      await time.setNextBlockTimestamp(at);
      await expect(issue(world, sealOf(world, times)))
        .to.be.revertedWithCustomError(world.seals, "SealRegistryInvalidTimes")
        .withArgs(times.validFrom, times.validUntil);
    }
    await time.setNextBlockTimestamp(at);
    await issue(world, sealOf(world, { validFrom: at, validUntil: at }));
    await issue(world, sealOf(world, { validFrom: 0, validUntil: 2 ** 40 - 1 }));
  });

  it("issues to active participants of any kind, and to nobody else", async () => {
    const world = await loadFixture(plainFixture);
    const { seals, bank, enterprise, stranger } = world;
    await issue(world, sealOf(world, { holder: bank.address }));
    await issue(world, sealOf(world));
    await suspend(world, enterprise.address);
    for (const holder of [stranger, enterprise])
      await expect(issue(world, sealOf(world, { holder: holder.address, idCommitment: hash("another") })))
        .to.be.revertedWithCustomError(seals, "SealRegistryInactiveHolder")
        .withArgs(holder.address);
  });
});

describe("SealRegistry: status", () => {
  it("is set by an operator: suspended, reinstated, revoked", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, operator } = world;
    for (const [index, to] of [status.suspended, status.issued, status.revoked].entries()) {
      await expect(setStatus(world, sealId, to))
        .to.emit(seals, "SealStatusChanged")
        .withArgs(sealId, to, operator.address);
      const entry = await seals.sealOf(sealId);
      expect([entry.status, entry.nonce]).to.deep.equal([BigInt(to), BigInt(index) + 1n]);
      expect(await seals.canSeal(sealId)).to.equal(to === status.issued);
    }
  });

  it("is set by the holder: suspended and revoked, never reinstated", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, enterprise } = world;
    const refused = () =>
      expect(setStatus(world, sealId, status.issued, enterprise))
        .to.be.revertedWithCustomError(seals, "SealRegistryNotEntitled")
        .withArgs(enterprise.address, status.issued);
    await refused();
    await expect(setStatus(world, sealId, status.suspended, enterprise))
      .to.emit(seals, "SealStatusChanged")
      .withArgs(sealId, status.suspended, enterprise.address);
    await refused();
    await expect(setStatus(world, sealId, status.revoked, enterprise))
      .to.emit(seals, "SealStatusChanged")
      .withArgs(sealId, status.revoked, enterprise.address);
  });

  it("lets an operator reinstate a seal of its own", async () => {
    const world = await loadFixture(plainFixture);
    const { operator } = world;
    await enrol(world, operator, "operator");
    const s = sealOf(world, { holder: operator.address });
    await issue(world, s);
    await setStatus(world, sealIssueHash(s), status.suspended);
    await setStatus(world, sealIssueHash(s), status.issued);
  });

  it("is set by nobody else: not another participant, the seal's key, or an operator with a delay or without the role", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, manager, operator, bank, stranger } = world;
    const refused = async (signer: Party & { address: string }) =>
      expect(setStatus(world, sealId, status.suspended, signer))
        .to.be.revertedWithCustomError(seals, "SealRegistryNotEntitled")
        .withArgs(signer.address, status.suspended);
    await manager.grantRole(roles.operator, stranger.address, 3_600);
    for (const signer of [bank, sealKey, stranger]) await refused(signer);
    await manager.revokeRole(roles.operator, operator.address);
    await refused(operator);
  });

  it("is final once revoked, and is not set for a seal that isn't there", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, enterprise } = world;
    await setStatus(world, sealId, status.revoked, enterprise);
    for (const to of [status.issued, status.suspended, status.revoked])
      await expect(setStatus(world, sealId, to))
        .to.be.revertedWithCustomError(seals, "SealRegistryUnexpectedStatus")
        .withArgs(sealId, status.revoked);
    await expect(setStatus(world, hash("nothing"), status.suspended))
      .to.be.revertedWithCustomError(seals, "SealRegistryUnexpectedStatus")
      .withArgs(hash("nothing"), 0);
  });

  it("is none of the numbers beyond", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    for (const signer of [world.operator, world.enterprise])
      for (const unknown of [0, 4, 255])
        await expect(setStatus(world, sealId, unknown, signer))
          .to.be.revertedWithCustomError(world.seals, "SealRegistryUnknownStatus")
          .withArgs(unknown);
  });

  it("counts a change once and in order, whoever signs", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, operator, enterprise } = world;
    const suspension = { sealId, status: status.suspended, nonce: 0n };
    const signature = await sign(world, enterprise, "SealStatusChange", suspension);
    await seals.setStatus(suspension, enterprise.address, signature);
    await setStatus(world, sealId, status.issued);
    await expect(seals.setStatus(suspension, enterprise.address, signature))
      .to.be.revertedWithCustomError(seals, "SealRegistryInvalidNonce")
      .withArgs(sealId, 2);
    for (const nonce of [1n, 3n, 2n ** 64n - 1n]) {
      const change = { sealId, status: status.revoked, nonce };
      await expect(seals.setStatus(change, operator.address, await sign(world, operator, "SealStatusChange", change)))
        .to.be.revertedWithCustomError(seals, "SealRegistryInvalidNonce")
        .withArgs(sealId, 2);
    }
  });

  it("refuses a forged signature, and another chain, contract, version or name", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, operator, enterprise, stranger } = world;
    const change = { sealId, status: status.suspended, nonce: 0n };
    const forged = await sign(world, stranger, "SealStatusChange", change);
    for (const signer of [operator, enterprise]) {
      const refused = (outcome: Promise<unknown>) =>
        expect(outcome).to.be.revertedWithCustomError(seals, "SealRegistryInvalidSignature").withArgs(signer.address);
      await refused(seals.setStatus(change, signer.address, forged));
      for (const domain of foreignDomains(world, "SealStatusChange"))
        await refused(setStatus(world, sealId, status.suspended, signer, domain));
    }
  });

  it("follows the holder's new key; a suspended holder can't set it, an operator still can", async () => {
    const { world, sealId } = await loadFixture(issuedFixture);
    const { seals, enterprise } = world;
    const newKey = await rotate(world, enterprise);
    await expect(setStatus(world, sealId, status.suspended, enterprise))
      .to.be.revertedWithCustomError(seals, "SealRegistryNotEntitled")
      .withArgs(enterprise.address, status.suspended);
    await setStatus(world, sealId, status.suspended, newKey);
    await suspend(world, newKey.address);
    await expect(setStatus(world, sealId, status.revoked, newKey))
      .to.be.revertedWithCustomError(seals, "SealRegistryInactiveHolder")
      .withArgs(enterprise.address);
    await setStatus(world, sealId, status.revoked);
  });

  it("is set by a smart account with both its keys", async () => {
    const world = await loadFixture(plainFixture);
    const { seals, stranger } = world;
    const other = new Wallet(hash("other director"));
    const account = await connection.ethers.deployContract("SmartAccount", [stranger.address, other.address]);
    const holder = await account.getAddress();
    const whole = { ...makerChecker(holder, stranger, other), address: holder };
    await enrol(world, whole, "enterprise");
    const s = sealOf(world, { holder });
    await issue(world, s);
    const half = { ...makerChecker(holder, stranger, stranger), address: holder };
    await expect(setStatus(world, sealIssueHash(s), status.suspended, half))
      .to.be.revertedWithCustomError(seals, "SealRegistryInvalidSignature")
      .withArgs(holder);
    await setStatus(world, sealIssueHash(s), status.suspended, whole);
  });
});
