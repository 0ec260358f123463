import { expect } from "chai";
import { network } from "hardhat";
import { pledgeStates } from "../../contracts/codes.ts";
import { pledgeReservationHash } from "../../contracts/typed-data.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { rotateBank, suspend } from "./institution-acts.ts";
import { act, pledgedWorld, pledgor, reservationOf, reserve, reservedWorld, stateOf, typeOf } from "./pledge-acts.ts";
import { deployWorld, hash, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;
const { pledged, released, lapsed } = pledgeStates;

const plainFixture = () => deployWorld(connection);
const reservedFixture = () => reservedWorld(connection);
const pledgedFixture = () => pledgedWorld(connection);

describe("PledgeRegistry: confirming and releasing", () => {
  it("confirms by the institution's signature, until the last second reserved", async () => {
    const { world, reservation, pledgeId } = await loadFixture(reservedFixture);
    await time.setNextBlockTimestamp(reservation.reservedUntil);
    await expect(act(world, "confirm", pledgeId))
      .to.emit(world.pledges, "PledgeConfirmed")
      .withArgs(pledgeId);
    expect(await stateOf(world, pledgeId)).to.equal(pledged);
  });

  it("confirms nothing that lapsed, was confirmed, was released or isn't there", async () => {
    const { world, reservation, pledgeId } = await loadFixture(reservedFixture);
    const refused = async (id: string, state: number) =>
      expect(act(world, "confirm", id))
        .to.be.revertedWithCustomError(world.pledges, "PledgeRegistryUnexpectedState")
        .withArgs(id, state);
    await refused(hash("nothing"), pledgeStates.none);
    await act(world, "confirm", pledgeId);
    await refused(pledgeId, pledged);
    await act(world, "release", pledgeId);
    await refused(pledgeId, released);
    const second = reservationOf(world, { salt: hash("second") });
    await reserve(world, second);
    await time.setNextBlockTimestamp(reservation.reservedUntil + 1);
    await refused(pledgeReservationHash(second), lapsed);
  });

  for (const [name, fixture] of [
    ["reservation", reservedFixture],
    ["pledge", pledgedFixture],
  ] as const)
    it(`releases a ${name} by the institution's signature, once`, async () => {
      const { world, pledgeId } = await loadFixture(fixture);
      await expect(act(world, "release", pledgeId))
        .to.emit(world.pledges, "PledgeReleased")
        .withArgs(pledgeId);
      expect(await stateOf(world, pledgeId)).to.equal(released);
      await expect(act(world, "release", pledgeId))
        .to.be.revertedWithCustomError(world.pledges, "PledgeRegistryUnexpectedState")
        .withArgs(pledgeId, released);
    });

  it("releases nothing that lapsed or isn't there", async () => {
    const { world, reservation, pledgeId } = await loadFixture(reservedFixture);
    await time.increaseTo(reservation.reservedUntil + 1);
    for (const [id, state] of [
      [pledgeId, lapsed],
      [hash("nothing"), pledgeStates.none],
    ] as const)
      await expect(act(world, "release", id))
        .to.be.revertedWithCustomError(world.pledges, "PledgeRegistryUnexpectedState")
        .withArgs(id, state);
  });

  for (const end of ["confirm", "release"] as const) {
    it(`${end}: refuses any other signer, chain, contract, version or name, and the other act's signature`, async () => {
      const { world, pledgeId } = await loadFixture(reservedFixture);
      const { pledges, bank, otherBank, operator } = world;
      const refused = (outcome: Promise<unknown>) =>
        expect(outcome).to.be.revertedWithCustomError(pledges, "PledgeRegistryInvalidSignature").withArgs(bank.address);
      for (const forger of [otherBank, operator, pledgor]) await refused(act(world, end, pledgeId, forger));
      for (const domain of foreignDomains(world, typeOf[end])) await refused(act(world, end, pledgeId, bank, domain));
      const other = end === "confirm" ? "PledgeRelease" : "PledgeConfirmation";
      await refused(pledges[end]({ pledgeId }, await sign(world, bank, other, { pledgeId })));
    });

    it(`${end}: follows the institution's new key, and stands still while it is suspended`, async () => {
      const { world, pledgeId } = await loadFixture(reservedFixture);
      const { pledges, bank } = world;
      const newKey = await rotateBank(world);
      await expect(act(world, end, pledgeId, bank))
        .to.be.revertedWithCustomError(pledges, "PledgeRegistryInvalidSignature")
        .withArgs(newKey.address);
      await suspend(world, newKey.address);
      await expect(act(world, end, pledgeId, newKey))
        .to.be.revertedWithCustomError(pledges, "PledgeRegistryInactiveInstitution")
        .withArgs(bank.address);
      const reinstate = { account: newKey.address, status: 1, nonce: 1n };
      const signature = await sign(world, world.operator, "StatusChange", reinstate);
      await world.participants.setStatus(reinstate, world.operator.address, signature);
      await act(world, end, pledgeId, newKey);
    });
  }

  it("reserves by the institution's key of today, under any account that was its own", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges } = world;
    const newKey = await rotateBank(world);
    await expect(reserve(world, reservationOf(world)))
      .to.be.revertedWithCustomError(pledges, "PledgeRegistryInvalidSignature")
      .withArgs(newKey.address);
    await reserve(world, reservationOf(world), { institution: newKey });
    const other = reservationOf(world, { institution: newKey.address, assetHash: hash("another asset") });
    await reserve(world, other, { institution: newKey });
  });
});
