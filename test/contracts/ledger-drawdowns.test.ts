import { expect } from "chai";
import { network } from "hardhat";
import { requestStates } from "../../contracts/codes.ts";
import { drawdownHash, financingDomain, grantHash, repaymentHash } from "../../contracts/typed-data.ts";
import { rotateBank, suspend } from "./institution-acts.ts";
import { AMOUNT, awarded, drawDown, drawdownOf, granted, grantOf, repay, repaymentOf } from "./ledger-acts.ts";
import { DAY, deployWorld, hash, sign, type World } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

const stateOf = async (world: World) => (await world.ledger.requestOf(world.requestKey.address)).state as bigint;

describe("FinancingLedger: drawdown and repayment", () => {
  async function fixture() {
    const world = await deployWorld(connection);
    return { world, ...(await granted(world)) };
  }

  it("draws with both signatures, repays with the institution's, and settles with the last fen", async () => {
    const { world, grant, grantId } = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    const first = await drawdownOf(world, grant, AMOUNT - 1n);
    await expect(drawDown(world, grant, first))
      .to.emit(ledger, "DrawnDown")
      .withArgs(requestKey.address, grantId, drawdownHash(first), AMOUNT - 1n, AMOUNT - 1n);
    expect(await stateOf(world)).to.equal(requestStates.active);
    const part = await repaymentOf(world, grant, AMOUNT - 1n);
    await expect(repay(world, grant, part))
      .to.emit(ledger, "Repaid")
      .withArgs(requestKey.address, grantId, repaymentHash(part), AMOUNT - 1n, AMOUNT - 1n);
    // One fen can still be drawn: not settled.
    expect(await stateOf(world)).to.equal(requestStates.active);
    await drawDown(world, grant, 1n);
    expect(await stateOf(world)).to.equal(requestStates.active);
    await expect(repay(world, grant, 1n))
      .to.emit(ledger, "RequestSettled")
      .withArgs(requestKey.address);
    expect(await stateOf(world)).to.equal(requestStates.settled);
    const { drawnFen, repaidFen } = await ledger.grantOf(grantId);
    expect([drawnFen, repaidFen]).to.deep.equal([AMOUNT, AMOUNT]);
  });

  it("isn't settled while a fen is owed", async () => {
    const { world, grant } = await loadFixture(fixture);
    await drawDown(world, grant, AMOUNT);
    await expect(repay(world, grant, AMOUNT - 1n)).not.to.emit(world.ledger, "RequestSettled");
    expect(await stateOf(world)).to.equal(requestStates.active);
    await expect(repay(world, grant, 1n)).to.emit(world.ledger, "RequestSettled");
  });

  it("draws no fen more than granted, and nothing", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger } = world;
    await drawDown(world, grant, 1n);
    await expect(drawDown(world, grant, AMOUNT))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(AMOUNT, AMOUNT - 1n);
    await expect(drawDown(world, grant, 0n)).to.be.revertedWithCustomError(ledger, "FinancingLedgerZeroAmount");
  });

  it("repays no fen more than drawn, and nothing", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger } = world;
    await expect(repay(world, grant, 1n))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(1n, 0n);
    await drawDown(world, grant, 50n);
    await repay(world, grant, 20n);
    await expect(repay(world, grant, 31n))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(31n, 30n);
    await expect(repay(world, grant, 0n)).to.be.revertedWithCustomError(ledger, "FinancingLedgerZeroAmount");
  });

  it("records each act once, for the total that it was signed for", async () => {
    const { world, grant, grantId } = await loadFixture(fixture);
    const { ledger } = world;
    const drawdown = await drawdownOf(world, grant, 10n);
    await drawDown(world, grant, drawdown);
    const repayment = await repaymentOf(world, grant, 4n);
    await repay(world, grant, repayment);
    await expect(drawDown(world, grant, drawdown))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerOutdatedTotal")
      .withArgs(grantId, 10n, 0n);
    await expect(repay(world, grant, repayment))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerOutdatedTotal")
      .withArgs(grantId, 4n, 0n);
    // Signed ahead of another act that never came.
    await expect(drawDown(world, grant, { ...drawdown, drawnBeforeFen: 11n }))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerOutdatedTotal")
      .withArgs(grantId, 10n, 11n);
  });

  it("refuses a grant shown that isn't the one that the act names", async () => {
    const { world, grant, grantId } = await loadFixture(fixture);
    const { ledger } = world;
    const drawdown = await drawdownOf(world, grant, 1n);
    for (const other of [
      { ...grant, amountFen: grant.amountFen + 1n },
      { ...grant, expiresAt: grant.expiresAt + 1 },
      { ...grant, requestKey: world.otherBank.address },
    ]) {
      await expect(drawDown(world, other, drawdown))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantMismatch")
        .withArgs(grantId, grantHash(other));
      await expect(repay(world, other, { grantId, principalFen: 1n, repaidBeforeFen: 0n }))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantMismatch")
        .withArgs(grantId, grantHash(other));
    }
  });

  it("refuses either party's signature forged", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger, bank, otherBank, requestKey, operator, voucher } = world;
    for (const forger of [otherBank, operator, voucher, requestKey]) {
      await expect(drawDown(world, grant, 10n, forger))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
      await expect(repay(world, grant, 10n, forger))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    }
    for (const forger of [bank, operator, voucher])
      await expect(drawDown(world, grant, 10n, bank, forger))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(requestKey.address);
  });

  it("refuses acts signed for another chain or contract", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger, bank, requestKey, chainId, addresses } = world;
    const drawdown = await drawdownOf(world, grant, 10n);
    const repayment = await repaymentOf(world, grant, 10n);
    for (const domain of [
      financingDomain(chainId + 1n, addresses.financing),
      financingDomain(chainId, addresses.participants),
    ]) {
      const right = await sign(world, bank, "Drawdown", drawdown);
      await expect(ledger.drawDown(drawdown, right, await sign(world, requestKey, "Drawdown", drawdown, domain), grant))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(requestKey.address);
      await expect(ledger.repay(repayment, await sign(world, bank, "Repayment", repayment, domain), grant))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    }
  });

  it("draws until the grant's last second; repays after it", async () => {
    const { world, grant, grantId } = await loadFixture(fixture);
    const { ledger } = world;
    await time.setNextBlockTimestamp(grant.expiresAt);
    await drawDown(world, grant, 10n);
    await time.setNextBlockTimestamp(grant.expiresAt + 1);
    await expect(drawDown(world, grant, 10n))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantExpired")
      .withArgs(grantId, grant.expiresAt);
    // Nothing more can be drawn, so the last repayment settles.
    await expect(repay(world, grant, 10n)).to.emit(ledger, "RequestSettled");
  });

  it("refuses a grant that isn't there", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger } = world;
    const unknown = { ...grant, salt: hash("no such grant") };
    for (const act of [() => drawDown(world, unknown, 1n), () => repay(world, unknown, 1n)])
      await expect(act())
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantUnknown")
        .withArgs(grantHash(unknown));
  });

  it("follows the institution's new key, and refuses it suspended", async () => {
    const { world, grant } = await loadFixture(fixture);
    const { ledger, bank } = world;
    const newKey = await rotateBank(world);
    await expect(drawDown(world, grant, 10n, bank))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(newKey.address);
    await drawDown(world, grant, 10n, newKey);
    await repay(world, grant, 4n, newKey);
    await suspend(world, newKey.address);
    for (const act of [() => drawDown(world, grant, 1n, newKey), () => repay(world, grant, 1n, newKey)])
      await expect(act())
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
        .withArgs(newKey.address);
  });

  it("is settled by anyone once all is repaid and the grants expired, and not before", async () => {
    const { world, bid, grant } = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    await expect(ledger.settle(requestKey.address))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.granted);
    await drawDown(world, grant, 10n);
    await repay(world, grant, 9n);
    await time.increaseTo(grant.expiresAt - DAY);
    await repay(world, grant, 1n);
    await expect(ledger.settle(requestKey.address))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerNotSettled")
      .withArgs(requestKey.address);
    await time.increaseTo(grant.expiresAt);
    await expect(ledger.settle(requestKey.address)).to.emit(ledger, "RequestSettled").withArgs(requestKey.address);
    const late = { ...grant, salt: hash("late"), amountFen: 1n, expiresAt: grant.expiresAt + DAY };
    await expect(ledger.grant(late, await sign(world, world.bank, "Grant", late), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.settled);
  });

  it("waits for the grant that expires last", async () => {
    const world = await loadFixture(twoGrantsFixture);
    const { ledger, requestKey, short, long } = world;
    await drawDown(world, short, 10n);
    await repay(world, short, 10n);
    await time.increaseTo(short.expiresAt + DAY);
    await expect(ledger.settle(requestKey.address))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerNotSettled")
      .withArgs(requestKey.address);
    await time.increaseTo(long.expiresAt);
    await expect(ledger.settle(requestKey.address)).to.emit(ledger, "RequestSettled");
  });

  it("isn't settled by one grant's last repayment while another grant owes", async () => {
    const { short, long, ...world } = await loadFixture(twoGrantsFixture);
    const { ledger, requestKey } = world;
    for (const grant of [short, long]) await drawDown(world, grant, grant.amountFen);
    await expect(repay(world, short, short.amountFen)).not.to.emit(ledger, "RequestSettled");
    await time.increaseTo(long.expiresAt + DAY);
    await expect(ledger.settle(requestKey.address))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerNotSettled")
      .withArgs(requestKey.address);
    await expect(repay(world, long, long.amountFen)).to.emit(ledger, "RequestSettled");
  });

  /** The longer grant first, so that the last one given isn't the last to expire. */
  async function twoGrantsFixture() {
    const world = await deployWorld(connection);
    const bid = await awarded(world);
    const long = grantOf(world, bid, { amountFen: 50n, salt: hash("long") });
    const short = grantOf(world, bid, { amountFen: 50n, salt: hash("short"), expiresAt: world.now + 30 * DAY });
    for (const grant of [long, short])
      await world.ledger.grant(grant, await sign(world, world.bank, "Grant", grant), bid);
    return { ...world, long, short };
  }
});
