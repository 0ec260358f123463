import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { consentStates } from "../../contracts/codes.ts";
import { type ConsentChange, type ConsentGrant, consentGrantHash } from "../../contracts/typed-data.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { rotate, suspend } from "./institution-acts.ts";
import { DAY, deployWorld, type domainOf, enrol, hash, makerChecker, type Party, sign, type World } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

const consentOf = (world: World, changes: Partial<ConsentGrant> = {}): ConsentGrant => ({
  holder: world.enterprise.address,
  commitment: hash("consent terms"),
  startsAt: world.now + DAY,
  expiresAt: world.now + 30 * DAY,
  ...changes,
});

async function give(
  world: World,
  consent: ConsentGrant,
  by: Party = world.enterprise,
  domain?: ReturnType<typeof domainOf>,
) {
  return world.consents.give(consent, await sign(world, by, "ConsentGrant", consent, domain));
}

async function change(
  world: World,
  act: ConsentChange,
  by: Party = world.enterprise,
  domain?: ReturnType<typeof domainOf>,
) {
  return world.consents.change(act, await sign(world, by, "ConsentChange", act, domain));
}

const plainFixture = () => deployWorld(connection);

async function givenFixture() {
  const world = await deployWorld(connection);
  const consent = consentOf(world, { startsAt: world.now });
  await give(world, consent);
  const consentId = consentGrantHash(consent);
  const to = (state: number, nonce: bigint): ConsentChange => ({ consentId, state, nonce });
  return { world, consent, consentId, to };
}

const { active, paused, revoked } = consentStates;

describe("ConsentRegistry: giving", () => {
  it("records a consent by its holder's signature; anyone may send it", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, stranger } = world;
    const consent = consentOf(world);
    const consentId = consentGrantHash(consent);
    const signature = await sign(world, world.enterprise, "ConsentGrant", consent);
    await expect(consents.connect(stranger).getFunction("give").send(consent, signature))
      .to.emit(consents, "ConsentGiven")
      .withArgs(consentId, consent.holder, consent.commitment, consent.startsAt, consent.expiresAt);
    expect(await consents.consentOf(consentId)).to.deep.equal([
      consent.holder,
      BigInt(consent.startsAt),
      BigInt(consent.expiresAt),
      BigInt(active),
      0n,
    ]);
  });

  it("refuses any other signer and an altered consent", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, enterprise, operator, relayer, bank } = world;
    const consent = consentOf(world);
    for (const signer of [operator, relayer, bank])
      await expect(give(world, consent, signer))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
        .withArgs(enterprise.address);
    const signature = await sign(world, enterprise, "ConsentGrant", consent);
    for (const altered of [{ commitment: hash("more") }, { startsAt: 0 }, { expiresAt: consent.expiresAt + 1 }])
      await expect(consents.give({ ...consent, ...altered }, signature))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
        .withArgs(enterprise.address);
  });

  it("refuses a signature made for another chain, contract, version or name", async () => {
    const world = await loadFixture(plainFixture);
    for (const domain of foreignDomains(world, "ConsentGrant"))
      await expect(give(world, consentOf(world), world.enterprise, domain))
        .to.be.revertedWithCustomError(world.consents, "ConsentRegistryInvalidSignature")
        .withArgs(world.enterprise.address);
  });

  it("takes a consent once, also after it was revoked", async () => {
    const { world, consent, consentId, to } = await loadFixture(givenFixture);
    const again = () =>
      expect(give(world, consent))
        .to.be.revertedWithCustomError(world.consents, "ConsentRegistryConsentExists")
        .withArgs(consentId);
    await again();
    await change(world, to(revoked, 0n));
    await again();
  });

  it("takes it until its last second, and never one that ends before it starts or beyond reckoning", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, now } = world;
    const at = now + DAY;
    for (const times of [
      { startsAt: now, expiresAt: at - 1 },
      { startsAt: at + 2, expiresAt: at + 1 },
      { startsAt: now, expiresAt: 2 ** 32 },
    ]) {
      await time.setNextBlockTimestamp(at);
      await expect(give(world, consentOf(world, times)))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidTimes")
        .withArgs(times.startsAt, times.expiresAt);
    }
  });

  it("takes a consent of one second, in that second, and the longest", async () => {
    const world = await loadFixture(plainFixture);
    const at = world.now + DAY;
    await time.setNextBlockTimestamp(at);
    await give(world, consentOf(world, { startsAt: at, expiresAt: at }));
    await give(world, consentOf(world, { startsAt: 0, expiresAt: 2 ** 32 - 1 }));
  });

  it("is for active enterprises only", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, bank, stranger, enterprise } = world;
    const refused = async (holder: Party & { address: string }) =>
      expect(give(world, consentOf(world, { holder: holder.address }), holder))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInactiveHolder")
        .withArgs(holder.address);
    await refused(bank);
    await refused(stranger);
    await suspend(world, enterprise.address);
    await refused(enterprise);
  });

  it("needs the holder's key of today: the new one signs, also for the old account; the old one is dead", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, enterprise } = world;
    const newKey = await rotate(world, enterprise);
    const consent = consentOf(world);
    await expect(give(world, consent, enterprise))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
      .withArgs(newKey.address);
    await give(world, consent, newKey);
    await give(world, consentOf(world, { holder: newKey.address }), newKey);
  });
});

describe("ConsentRegistry: changing", () => {
  it("pauses, resumes and revokes, and counts the nonces", async () => {
    const { world, consentId, to } = await loadFixture(givenFixture);
    const { consents } = world;
    for (const [index, state] of [paused, active, paused, revoked].entries()) {
      await expect(change(world, to(state, BigInt(index))))
        .to.emit(consents, "ConsentChanged")
        .withArgs(consentId, state, index);
      const consent = await consents.consentOf(consentId);
      expect([consent.state, consent.nonce]).to.deep.equal([BigInt(state), BigInt(index) + 1n]);
      expect(await consents.isLive(consentId)).to.equal(state === active);
    }
  });

  it("revokes for good, whatever is signed afterwards", async () => {
    const { world, consentId, to } = await loadFixture(givenFixture);
    await change(world, to(revoked, 0n));
    for (const state of [active, paused, revoked])
      await expect(change(world, to(state, 1n)))
        .to.be.revertedWithCustomError(world.consents, "ConsentRegistryUnexpectedState")
        .withArgs(consentId, revoked);
  });

  it("refuses a consent that nobody gave, and a state that isn't one", async () => {
    const { world, to } = await loadFixture(givenFixture);
    const unknown = hash("nothing");
    await expect(change(world, { consentId: unknown, state: paused, nonce: 0n }))
      .to.be.revertedWithCustomError(world.consents, "ConsentRegistryUnexpectedState")
      .withArgs(unknown, 0);
    for (const state of [0, 4, 255])
      await expect(change(world, to(state, 0n)))
        .to.be.revertedWithCustomError(world.consents, "ConsentRegistryUnknownState")
        .withArgs(state);
  });

  it("counts a change once, and voids what a later one passed over", async () => {
    const { world, consentId, to } = await loadFixture(givenFixture);
    const { consents, enterprise } = world;
    const resume = to(active, 3n);
    const signature = await sign(world, enterprise, "ConsentChange", resume);
    await consents.change(resume, signature);
    await expect(consents.change(resume, signature))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidNonce")
      .withArgs(consentId, 4);
    for (const nonce of [0n, 1n, 2n])
      await expect(change(world, to(paused, nonce)))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidNonce")
        .withArgs(consentId, 4);
    // A pause that never arrives doesn't stand in the way.
    await change(world, to(revoked, 9n));
    expect((await consents.consentOf(consentId)).state).to.equal(revoked);
  });

  it("refuses any other signer, and a signature made for another chain, contract, version or name", async () => {
    const { world, to } = await loadFixture(givenFixture);
    const { consents, enterprise, operator, relayer, bank } = world;
    for (const signer of [operator, relayer, bank])
      await expect(change(world, to(paused, 0n), signer))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
        .withArgs(enterprise.address);
    for (const domain of foreignDomains(world, "ConsentChange"))
      await expect(change(world, to(paused, 0n), enterprise, domain))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
        .withArgs(enterprise.address);
    const signature = await sign(world, enterprise, "ConsentChange", to(paused, 0n));
    await expect(consents.change(to(revoked, 0n), signature))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
      .withArgs(enterprise.address);
  });

  it("stands still while the holder is suspended, and follows its new key", async () => {
    const { world, consentId, to } = await loadFixture(givenFixture);
    const { consents, enterprise } = world;
    const newKey = await rotate(world, enterprise);
    await expect(change(world, to(paused, 0n), enterprise))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
      .withArgs(newKey.address);
    await change(world, to(paused, 0n), newKey);
    expect((await consents.consentOf(consentId)).holder).to.equal(enterprise.address);
    await suspend(world, newKey.address);
    await expect(change(world, to(revoked, 1n), newKey))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInactiveHolder")
      .withArgs(enterprise.address);
  });
});

describe("ConsentRegistry: a consent's life", () => {
  it("is live from its first to its last second, while active", async () => {
    const world = await loadFixture(plainFixture);
    const { consents } = world;
    const consent = consentOf(world);
    const consentId = consentGrantHash(consent);
    expect(await consents.isLive(consentId)).to.equal(false);
    await give(world, consent);
    for (const [at, live] of [
      [consent.startsAt - 1, false],
      [consent.startsAt, true],
      [consent.expiresAt, true],
      [consent.expiresAt + 1, false],
    ] as const) {
      await time.increaseTo(at);
      expect(await consents.isLive(consentId), `at ${at - consent.startsAt}`).to.equal(live);
    }
  });

  it("can be a smart account's, with both its keys", async () => {
    const world = await loadFixture(plainFixture);
    const { consents, stranger } = world;
    const other = new Wallet(hash("other director"));
    const account = await connection.ethers.deployContract("SmartAccount", [stranger.address, other.address]);
    const holder = await account.getAddress();
    const whole = makerChecker(holder, stranger, other);
    await enrol(world, whole, "enterprise");
    const consent = consentOf(world, { holder });
    for (const half of [makerChecker(holder, stranger, stranger), stranger])
      await expect(give(world, consent, half))
        .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
        .withArgs(holder);
    await give(world, consent, whole);
    const revocation = { consentId: consentGrantHash(consent), state: revoked, nonce: 0n };
    await expect(change(world, revocation, stranger))
      .to.be.revertedWithCustomError(consents, "ConsentRegistryInvalidSignature")
      .withArgs(holder);
    await change(world, revocation, whole);
  });
});
