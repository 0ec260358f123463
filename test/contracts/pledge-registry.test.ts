import { expect } from "chai";
import { ZeroHash } from "ethers";
import { network } from "hardhat";
import { pledgeStates } from "../../contracts/codes.ts";
import { pledgeReservationHash } from "../../contracts/typed-data.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { suspend } from "./institution-acts.ts";
import { act, pledgedWorld, pledgor, reservationOf, reserve, reservedWorld, stateOf } from "./pledge-acts.ts";
import { DAY, deployWorld, enrol, hash, makerChecker, type Party, type Pledges, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;
const { reserved, pledged, lapsed } = pledgeStates;

const plainFixture = () => deployWorld(connection);
const reservedFixture = () => reservedWorld(connection);
const pledgedFixture = () => pledgedWorld(connection);

describe("PledgeRegistry: reserving", () => {
  it("reserves a free asset by both parties' signatures", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges, bank } = world;
    const r = reservationOf(world);
    const pledgeId = pledgeReservationHash(r);
    expect(await pledges.livePledgeOf(r.assetHash)).to.equal(ZeroHash);
    await expect(reserve(world, r))
      .to.emit(pledges, "PledgeReserved")
      .withArgs(pledgeId, r.assetHash, bank.address, pledgor.address, r.termsCommitment, r.reservedUntil);
    expect(await pledges.pledgeOf(pledgeId)).to.deep.equal([bank.address, BigInt(r.reservedUntil), BigInt(reserved)]);
    expect(await pledges.livePledgeOf(r.assetHash)).to.equal(pledgeId);
    expect(await pledges.livePledgeOf(hash("another asset"))).to.equal(ZeroHash);
  });

  it("is the relay's to deliver: not even the parties or the administrator can", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges, bank, admin, operator, relayer } = world;
    const r = reservationOf(world);
    const signatures = [
      await sign(world, bank, "PledgeReservation", r),
      await sign(world, pledgor, "PledgeReservation", r),
    ];
    for (const sender of [bank, admin, operator, relayer])
      await expect((pledges.connect(sender) as Pledges).reserve(r, ...signatures))
        .to.be.revertedWithCustomError(pledges, "AccessManagedUnauthorized")
        .withArgs(sender.address);
  });

  it("refuses either party's signature forged, and an altered reservation", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges, bank, otherBank, operator, voucher } = world;
    const r = reservationOf(world);
    const refused = (outcome: Promise<unknown>, signer: string) =>
      expect(outcome).to.be.revertedWithCustomError(pledges, "PledgeRegistryInvalidSignature").withArgs(signer);
    for (const forger of [otherBank, operator, pledgor])
      await refused(reserve(world, r, { institution: forger }), bank.address);
    for (const forger of [bank, operator]) await refused(reserve(world, r, { pledgor: forger }), pledgor.address);
    const altered = { ...r, assetHash: hash("another asset") };
    await refused(
      (pledges.connect(voucher) as Pledges).reserve(
        altered,
        await sign(world, bank, "PledgeReservation", r),
        await sign(world, pledgor, "PledgeReservation", altered),
      ),
      bank.address,
    );
  });

  it("refuses signatures made for another chain, contract, version or name", async () => {
    const world = await loadFixture(plainFixture);
    for (const domain of foreignDomains(world, "PledgeReservation"))
      await expect(reserve(world, reservationOf(world), { domain }))
        .to.be.revertedWithCustomError(world.pledges, "PledgeRegistryInvalidSignature")
        .withArgs(world.bank.address);
  });

  it("reserves until a second that isn't over, at most 30 days ahead", async () => {
    const world = await loadFixture(plainFixture);
    const at = world.now + DAY;
    for (const reservedUntil of [at - 1, at + 30 * DAY + 1]) {
      await time.setNextBlockTimestamp(at);
      await expect(reserve(world, reservationOf(world, { reservedUntil })))
        .to.be.revertedWithCustomError(world.pledges, "PledgeRegistryInvalidTime")
        .withArgs(reservedUntil);
    }
    await time.setNextBlockTimestamp(at);
    await reserve(world, reservationOf(world, { reservedUntil: at }));
    await time.setNextBlockTimestamp(at + 1);
    await reserve(world, reservationOf(world, { reservedUntil: at + 1 + 30 * DAY }));
  });

  it("is for active institutions only", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges, bank, enterprise, stranger } = world;
    const refused = async (institution: Party & { address: string }) =>
      expect(reserve(world, reservationOf(world, { institution: institution.address }), { institution }))
        .to.be.revertedWithCustomError(pledges, "PledgeRegistryInactiveInstitution")
        .withArgs(institution.address);
    await refused(enterprise);
    await refused(stranger);
    await suspend(world, bank.address);
    await refused(bank);
  });

  it("can be a smart account's, with both its keys", async () => {
    const world = await loadFixture(plainFixture);
    const { pledges, stranger, otherBank } = world;
    const account = await connection.ethers.deployContract("SmartAccount", [stranger.address, otherBank.address]);
    const institution = await account.getAddress();
    const whole = makerChecker(institution, stranger, otherBank);
    const half = makerChecker(institution, stranger, stranger);
    await enrol(world, whole, "institution");
    const r = reservationOf(world, { institution });
    const pledgeId = pledgeReservationHash(r);
    const refused = (outcome: Promise<unknown>) =>
      expect(outcome).to.be.revertedWithCustomError(pledges, "PledgeRegistryInvalidSignature").withArgs(institution);
    await refused(reserve(world, r, { institution: half }));
    await reserve(world, r, { institution: whole });
    for (const end of ["confirm", "release"] as const) {
      await refused(act(world, end, pledgeId, half));
      await act(world, end, pledgeId, whole);
    }
  });
});

describe("PledgeRegistry: one live pledge an asset", () => {
  it("refuses a second one, reserved or confirmed, by any institution", async () => {
    const { world, reservation, pledgeId } = await loadFixture(reservedFixture);
    const { pledges, otherBank } = world;
    const refused = async () => {
      for (const institution of [world.bank, otherBank]) {
        const second = reservationOf(world, { institution: institution.address, salt: hash("second") });
        await expect(reserve(world, second, { institution }))
          .to.be.revertedWithCustomError(pledges, "PledgeRegistryAssetPledged")
          .withArgs(reservation.assetHash, pledgeId);
      }
    };
    await refused();
    await act(world, "confirm", pledgeId);
    await refused();
    await reserve(world, reservationOf(world, { assetHash: hash("another asset") }));
  });

  it("makes room when a reservation lapses: in its last second not yet", async () => {
    const { world, reservation, pledgeId } = await loadFixture(reservedFixture);
    const { pledges, otherBank } = world;
    const second = reservationOf(world, {
      institution: otherBank.address,
      reservedUntil: reservation.reservedUntil + DAY,
    });
    await time.setNextBlockTimestamp(reservation.reservedUntil);
    await expect(reserve(world, second, { institution: otherBank }))
      .to.be.revertedWithCustomError(pledges, "PledgeRegistryAssetPledged")
      .withArgs(reservation.assetHash, pledgeId);
    await time.increaseTo(reservation.reservedUntil);
    expect(await stateOf(world, pledgeId)).to.equal(reserved);
    expect(await pledges.livePledgeOf(reservation.assetHash)).to.equal(pledgeId);
    await time.increaseTo(reservation.reservedUntil + 1);
    expect(await stateOf(world, pledgeId)).to.equal(lapsed);
    expect(await pledges.livePledgeOf(reservation.assetHash)).to.equal(ZeroHash);
    await reserve(world, second, { institution: otherBank });
    expect(await pledges.livePledgeOf(reservation.assetHash)).to.equal(pledgeReservationHash(second));
    // The lapsed one can't come back beside it.
    await expect(act(world, "confirm", pledgeId))
      .to.be.revertedWithCustomError(pledges, "PledgeRegistryUnexpectedState")
      .withArgs(pledgeId, lapsed);
  });

  for (const [name, fixture] of [
    ["reservation", reservedFixture],
    ["pledge", pledgedFixture],
  ] as const)
    it(`makes room when a ${name} is released, and the same signatures don't reserve again`, async () => {
      const { world, reservation, pledgeId } = await loadFixture(fixture);
      const { pledges, otherBank } = world;
      await act(world, "release", pledgeId);
      expect(await pledges.livePledgeOf(reservation.assetHash)).to.equal(ZeroHash);
      await expect(reserve(world, reservation))
        .to.be.revertedWithCustomError(pledges, "PledgeRegistryPledgeExists")
        .withArgs(pledgeId);
      await reserve(world, reservationOf(world, { institution: otherBank.address }), { institution: otherBank });
    });

  it("holds a confirmed pledge whatever time passes", async () => {
    const { world, reservation, pledgeId } = await loadFixture(pledgedFixture);
    await time.increase(10_000 * DAY);
    expect(await stateOf(world, pledgeId)).to.equal(pledged);
    expect(await world.pledges.livePledgeOf(reservation.assetHash)).to.equal(pledgeId);
  });
});
