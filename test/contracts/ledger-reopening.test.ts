import { expect } from "chai";
import { ZeroHash } from "ethers";
import { network } from "hardhat";
import { requestStates } from "../../contracts/codes.ts";
import { bidHash } from "../../contracts/typed-data.ts";
import { AMOUNT, anchorBids, awardArguments, awarded, bidOf, grantOf, open } from "./ledger-acts.ts";
import { DAY, deployWorld, hash, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

const plainFixture = () => deployWorld(connection);

describe("FinancingLedger: reopening", () => {
  async function awardedFixture() {
    const world = await deployWorld(connection);
    const bid = await awarded(world);
    const reopening = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
    return { world, bid, reopening };
  }

  it("opens the request again once the bid lapsed without a grant, and another bid can win", async () => {
    const { world, bid, reopening } = await loadFixture(awardedFixture);
    const { ledger, requestKey, otherBank } = world;
    const signature = await sign(world, requestKey, "Reopening", reopening);
    await time.setNextBlockTimestamp(bid.validUntil + 1);
    await expect(ledger.reopen(reopening, signature, bid))
      .to.emit(ledger, "RequestReopened")
      .withArgs(requestKey.address, bidHash(bid));
    expect((await ledger.requestOf(requestKey.address)).state).to.equal(requestStates.open);
    expect(await ledger.awardOf(requestKey.address)).to.equal(ZeroHash);

    const late = bidOf(world, { institution: otherBank.address, validUntil: bid.validUntil + DAY });
    const { root, proofOf } = await anchorBids(world, [late]);
    const lateArgs = await awardArguments(world, late, { root, proof: proofOf(late) }, { institution: otherBank });
    await expect(ledger.award(...lateArgs))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidNotAnchored")
      .withArgs(bidHash(late), root);
  });

  it("awards the runner-up of the same batch, and never a bid a second time", async () => {
    const world = await loadFixture(plainFixture);
    const { ledger, requestKey, otherBank } = world;
    await open(world);
    const winner = bidOf(world, { validUntil: world.now + 2 * DAY });
    const runnerUp = bidOf(world, { institution: otherBank.address });
    const { root, proofOf } = await anchorBids(world, [winner, runnerUp]);
    await ledger.award(...(await awardArguments(world, winner, { root, proof: proofOf(winner) })));
    const reopening = { requestKey: requestKey.address, bidHash: bidHash(winner) };
    const signature = await sign(world, requestKey, "Reopening", reopening);
    await time.increaseTo(winner.validUntil + 1);
    await ledger.reopen(reopening, signature, winner);

    await expect(ledger.award(...(await awardArguments(world, winner, { root, proof: proofOf(winner) }))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidLapsed")
      .withArgs(bidHash(winner), winner.validUntil);
    const shown = { root, proof: proofOf(runnerUp) };
    await expect(ledger.award(...(await awardArguments(world, runnerUp, shown, { institution: otherBank }))))
      .to.emit(ledger, "Awarded")
      .withArgs(requestKey.address, bidHash(runnerUp), otherBank.address, AMOUNT, runnerUp.validUntil);
    await expect(ledger.reopen(reopening, signature, winner))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
      .withArgs(bidHash(runnerUp), bidHash(winner));
  });

  it("refuses a bid shown that lapsed, but isn't the awarded one", async () => {
    const { world, bid, reopening } = await loadFixture(awardedFixture);
    const { ledger, requestKey } = world;
    const lapsed = { ...bid, validUntil: world.now - DAY };
    await expect(ledger.reopen(reopening, await sign(world, requestKey, "Reopening", reopening), lapsed))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
      .withArgs(bidHash(bid), bidHash(lapsed));
  });

  it("lets a grant under a reopened award fail", async () => {
    const { world, bid, reopening } = await loadFixture(awardedFixture);
    const { ledger, requestKey, bank } = world;
    await time.increaseTo(bid.validUntil + 1);
    await ledger.reopen(reopening, await sign(world, requestKey, "Reopening", reopening), bid);
    const grant = grantOf(world, bid);
    await expect(ledger.grant(grant, await sign(world, bank, "Grant", grant), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.open);
  });

  it("refuses while the bid is valid, another's signature, another bid, and an open request", async () => {
    const { world, bid, reopening } = await loadFixture(awardedFixture);
    const { ledger, requestKey, bank } = world;
    const signature = await sign(world, requestKey, "Reopening", reopening);
    await time.setNextBlockTimestamp(bid.validUntil);
    await expect(ledger.reopen(reopening, signature, bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidNotLapsed")
      .withArgs(bidHash(bid), bid.validUntil);
    await expect(ledger.reopen(reopening, await sign(world, bank, "Reopening", reopening), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(requestKey.address);
    const other = { ...reopening, bidHash: hash("other") };
    await expect(ledger.reopen(other, await sign(world, requestKey, "Reopening", other), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
      .withArgs(bidHash(bid), other.bidHash);
    await time.increaseTo(bid.validUntil + 1);
    await ledger.reopen(reopening, signature, bid);
    await expect(ledger.reopen(reopening, signature, bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.open);
  });

  it("refuses once something was granted", async () => {
    const { world, bid, reopening } = await loadFixture(awardedFixture);
    const { ledger, requestKey, bank } = world;
    const grant = grantOf(world, bid, { amountFen: 1n });
    await ledger.grant(grant, await sign(world, bank, "Grant", grant), bid);
    await time.increaseTo(bid.validUntil + 1);
    await expect(ledger.reopen(reopening, await sign(world, requestKey, "Reopening", reopening), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.granted);
  });
});
