import { expect } from "chai";
import { Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { merkleLeaf } from "../../backend/lib/merkle.ts";
import { anchorKinds, requestStates } from "../../contracts/codes.ts";
import { bidHash, financingDomain } from "../../contracts/typed-data.ts";
import { rotateBank, suspend } from "./institution-acts.ts";
import { AMOUNT, anchorBids, awardArguments, bidOf, grantOf, open, requestOf } from "./ledger-acts.ts";
import { deployWorld, enrol, hash, type Ledger, makerChecker, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;

/** An open request and an anchored batch with the bank's bid in it. */
async function fixture() {
  const world = await deployWorld(connection);
  await open(world);
  const bid = bidOf(world);
  const { root, proofOf } = await anchorBids(world, [bid]);
  return { world, bid, shown: { root, proof: proofOf(bid) } };
}

describe("FinancingLedger: award", () => {
  it("awards the anchored bid to its institution", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, requestKey, bank } = world;
    await expect(ledger.award(...(await awardArguments(world, bid, shown))))
      .to.emit(ledger, "Awarded")
      .withArgs(requestKey.address, bidHash(bid), bank.address, AMOUNT, bid.validUntil);
    expect((await ledger.requestOf(requestKey.address)).state).to.equal(requestStates.awarded);
    expect(await ledger.awardOf(requestKey.address)).to.equal(bidHash(bid));
  });

  it("refuses each forged signature, naming the signer", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, requestKey, bank, otherBank, voucher, operator } = world;
    for (const forger of [otherBank, voucher, operator]) {
      await expect(ledger.award(...(await awardArguments(world, bid, shown, { requestKey: forger }))))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(requestKey.address);
      await expect(ledger.award(...(await awardArguments(world, bid, shown, { institution: forger }))))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    }
  });

  it("refuses signatures made for another chain or contract", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, bank, requestKey, chainId, addresses } = world;
    const award = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
    for (const domain of [
      financingDomain(chainId + 1n, addresses.financing),
      financingDomain(chainId, addresses.anchors),
    ]) {
      const byKey = await awardArguments(world, bid, shown);
      byKey[1] = await sign(world, requestKey, "Award", award, domain);
      await expect(ledger.award(...byKey))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(requestKey.address);
      const byBank = await awardArguments(world, bid, shown);
      byBank[3] = await sign(world, bank, "Bid", bid, domain);
      await expect(ledger.award(...byBank))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    }
  });

  it("refuses a bid with any term changed after signing", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, bank } = world;
    for (const change of [
      { amountFen: AMOUNT - 1n },
      { validUntil: bid.validUntil + 1 },
      { termsCommitment: hash("better terms") },
      { salt: hash("other salt") },
    ]) {
      const args = await awardArguments(world, bid, shown);
      args[2] = { ...bid, ...change };
      await expect(ledger.award(...args))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    }
  });

  it("refuses a bid that isn't the one awarded, and a bid for another request", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    const other = bidOf(world, { salt: hash("other salt") });
    const mixed = await awardArguments(world, bid, shown);
    const [, , shownBid, itsSignature] = await awardArguments(world, other, shown);
    mixed[2] = shownBid;
    mixed[3] = itsSignature;
    await expect(ledger.award(...mixed))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
      .withArgs(bidHash(bid), bidHash(other));

    const elsewhere = new Wallet(hash("another request"));
    const foreign = bidOf(world, { requestKey: elsewhere.address });
    const award = { requestKey: requestKey.address, bidHash: bidHash(foreign) };
    const args = await awardArguments(world, foreign, shown);
    args[0] = award;
    args[1] = await sign(world, requestKey, "Award", award);
    await expect(ledger.award(...args))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidForAnotherRequest")
      .withArgs(requestKey.address, elsewhere.address);
  });

  it("refuses a proof that doesn't lead to the root, an unknown root, and an inner node shown as a leaf", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger } = world;
    const outside = bidOf(world, { salt: hash("not in the batch") });
    for (const [its, root, proof] of [
      [bid, shown.root, []],
      [bid, shown.root, [...shown.proof].reverse()],
      [bid, shown.root, [...shown.proof, ZeroHash]],
      [bid, hash("no such root"), shown.proof],
      [bid, bidHash(bid), []],
      [bid, merkleLeaf(bidHash(bid)), []],
      [outside, shown.root, shown.proof],
      [bid, ZeroHash, []],
    ] as const)
      await expect(ledger.award(...(await awardArguments(world, its, { root, proof: [...proof] }))))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidNotAnchored")
        .withArgs(bidHash(its), root);
  });

  it("refuses a batch of another kind", async () => {
    const { world } = await loadFixture(fixture);
    const bid = bidOf(world, { salt: hash("among records") });
    const { root, proofOf } = await anchorBids(world, [bid], anchorKinds.records);
    await expect(world.ledger.award(...(await awardArguments(world, bid, { root, proof: proofOf(bid) }))))
      .to.be.revertedWithCustomError(world.ledger, "FinancingLedgerBidNotAnchored")
      .withArgs(bidHash(bid), root);
  });

  it("takes a batch anchored in the last second of closing time, and none after", async () => {
    const { world } = await loadFixture(fixture);
    const { ledger } = world;
    const { closesAt } = requestOf(world);
    const inTime = bidOf(world, { salt: hash("in time") });
    const late = bidOf(world, { salt: hash("late") });
    await time.setNextBlockTimestamp(closesAt);
    const first = await anchorBids(world, [inTime]);
    await time.setNextBlockTimestamp(closesAt + 1);
    const second = await anchorBids(world, [late]);
    await expect(
      ledger.award(...(await awardArguments(world, late, { root: second.root, proof: second.proofOf(late) }))),
    )
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidNotAnchored")
      .withArgs(bidHash(late), second.root);
    await expect(
      ledger.award(...(await awardArguments(world, inTime, { root: first.root, proof: first.proofOf(inTime) }))),
    ).to.emit(ledger, "Awarded");
  });

  it("refuses a bid that another institution, or the same on another request, placed directly", async () => {
    const { world } = await loadFixture(fixture);
    const { ledger, bank, otherBank, requestKey } = world;
    const bid = bidOf(world, { salt: hash("placed") });
    const elsewhere = new Wallet(hash("another request"));
    await open(world, requestOf(world, { requestKey: elsewhere.address }), elsewhere);
    await (ledger.connect(otherBank) as Ledger).placeBid(requestKey.address, bidHash(bid));
    await (ledger.connect(bank) as Ledger).placeBid(elsewhere.address, bidHash(bid));
    await expect(ledger.award(...(await awardArguments(world, bid, { root: ZeroHash, proof: [] }))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidNotAnchored")
      .withArgs(bidHash(bid), ZeroHash);
  });

  it("refuses an institution that is suspended, was never admitted, or is of another kind", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, bank, enterprise, stranger } = world;
    for (const institution of [enterprise, stranger]) {
      const its = bidOf(world, { institution: institution.address });
      await expect(ledger.award(...(await awardArguments(world, its, shown, { institution }))))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
        .withArgs(institution.address);
    }
    await suspend(world, bank.address);
    await expect(ledger.award(...(await awardArguments(world, bid, shown))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
      .withArgs(bank.address);
  });

  it("refuses a lapsed bid, and a request past its expiry", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    await time.setNextBlockTimestamp(bid.validUntil + 1);
    await expect(ledger.award(...(await awardArguments(world, bid, shown))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidLapsed")
      .withArgs(bidHash(bid), bid.validUntil);
    const { expiresAt } = requestOf(world);
    await time.setNextBlockTimestamp(expiresAt + 1);
    await expect(ledger.award(...(await awardArguments(world, bid, shown))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerRequestExpired")
      .withArgs(requestKey.address, expiresAt);
  });

  it("takes a bid in its last valid second", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const args = await awardArguments(world, bid, shown);
    await time.setNextBlockTimestamp(bid.validUntil);
    await expect(world.ledger.award(...args)).to.emit(world.ledger, "Awarded");
  });

  it("refuses more than was asked for, and nothing", async () => {
    const { world } = await loadFixture(fixture);
    const { ledger } = world;
    const tooMuch = bidOf(world, { amountFen: AMOUNT + 1n });
    const nothing = bidOf(world, { amountFen: 0n });
    const { root, proofOf } = await anchorBids(world, [tooMuch, nothing]);
    await expect(ledger.award(...(await awardArguments(world, tooMuch, { root, proof: proofOf(tooMuch) }))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(AMOUNT + 1n, AMOUNT);
    await expect(
      ledger.award(...(await awardArguments(world, nothing, { root, proof: proofOf(nothing) }))),
    ).to.be.revertedWithCustomError(ledger, "FinancingLedgerZeroAmount");
  });

  it("awards an open request once", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    const args = await awardArguments(world, bid, shown);
    await ledger.award(...args);
    await expect(ledger.award(...args))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.awarded);
  });

  it("refuses a bid signed by a key that was rotated away", async () => {
    const { world, bid, shown } = await loadFixture(fixture);
    const { ledger, bank } = world;
    await rotateBank(world);
    await expect(ledger.award(...(await awardArguments(world, bid, shown))))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
      .withArgs(bank.address);
  });
});

describe("FinancingLedger: an institution with a smart account (ERC-1271)", () => {
  async function smartFixture() {
    const world = await deployWorld(connection);
    const [maker, checker] = [world.bank, world.otherBank];
    const account = await connection.ethers.deployContract("SmartAccount", [maker.address, checker.address]);
    const address = await account.getAddress();
    const institution = makerChecker(address, maker, checker);
    await enrol(world, institution, "institution");
    await open(world);
    return { world, account, address, institution, half: makerChecker(address, maker, maker) };
  }

  it("is awarded and grants with both its keys' signatures, and not with one", async () => {
    const { world, address, institution, half } = await loadFixture(smartFixture);
    const { ledger } = world;
    const bid = bidOf(world, { institution: address });
    const { root, proofOf } = await anchorBids(world, [bid]);
    const shown = { root, proof: proofOf(bid) };
    for (const signer of [half, world.bank])
      await expect(ledger.award(...(await awardArguments(world, bid, shown, { institution: signer }))))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(address);
    await ledger.award(...(await awardArguments(world, bid, shown, { institution })));

    const grant = grantOf(world, bid);
    await expect(ledger.grant(grant, await sign(world, half, "Grant", grant), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(address);
    await expect(ledger.grant(grant, await sign(world, institution, "Grant", grant), bid)).to.emit(ledger, "Granted");
  });

  it("places a bid directly", async () => {
    const { world, account, address, institution } = await loadFixture(smartFixture);
    const { ledger, requestKey, addresses } = world;
    const bid = bidOf(world, { institution: address });
    const data = ledger.interface.encodeFunctionData("placeBid", [requestKey.address, bidHash(bid)]);
    await account.connect(world.bank).getFunction("send").send(addresses.financing, data);
    const shown = { root: ZeroHash, proof: [] };
    await expect(ledger.award(...(await awardArguments(world, bid, shown, { institution })))).to.emit(
      ledger,
      "Awarded",
    );
  });
});
