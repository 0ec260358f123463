import { expect } from "chai";
import { Wallet, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import { requestStates } from "../../contracts/codes.ts";
import { financingDomain } from "../../contracts/typed-data.ts";
import { AMOUNT, awardArguments, awarded, bidOf, open, requestOf } from "./ledger-acts.ts";
import { DAY, deployWorld, domainOf, hash, type Ledger, sign } from "./world.ts";

const connection = await network.create();
const { loadFixture, time } = connection.networkHelpers;
const fixture = () => deployWorld(connection);

describe("FinancingLedger: opening a request", () => {
  it("opens what the request key signed", async () => {
    const world = await loadFixture(fixture);
    const { ledger } = world;
    const request = requestOf(world);
    await expect(open(world, request))
      .to.emit(ledger, "RequestOpened")
      .withArgs(...Object.values(request));
    const record = await ledger.requestOf(request.requestKey);
    expect(record.state).to.equal(requestStates.open);
    expect([record.amountFen, record.closesAt, record.expiresAt]).to.deep.equal([
      request.amountFen,
      BigInt(request.closesAt),
      BigInt(request.expiresAt),
    ]);
    expect([record.grantedFen, record.owingGrants, record.undrawnGrants]).to.deep.equal([0n, 0n, 0n]);
  });

  it("refuses a forged or altered request: the relay can't open one for anybody", async () => {
    const world = await loadFixture(fixture);
    const { requestKey, stranger, voucher } = world;
    const ledger = world.ledger.connect(voucher) as Ledger;
    const request = requestOf(world);
    const signature = await sign(world, requestKey, "FinancingRequest", request);
    for (const [shown, shownSignature] of [
      [request, await sign(world, stranger, "FinancingRequest", request)],
      [request, await sign(world, voucher, "FinancingRequest", request)],
      [request, "0x"],
      [{ ...request, amountFen: request.amountFen + 1n }, signature],
      [{ ...request, closesAt: request.closesAt + 1 }, signature],
      [{ ...request, termsCommitment: hash("other terms") }, signature],
    ] as const)
      await expect(ledger.openRequest(shown, shownSignature))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(request.requestKey);
  });

  it("refuses a signature made for another chain, contract or version", async () => {
    const world = await loadFixture(fixture);
    const { requestKey, chainId, addresses } = world;
    const ledger = world.ledger.connect(world.voucher) as Ledger;
    const request = requestOf(world);
    for (const domain of [
      financingDomain(chainId + 1n, addresses.financing),
      financingDomain(chainId, addresses.participants),
      { ...domainOf(world, "FinancingRequest"), name: "Rongqiao Participants" },
      { ...domainOf(world, "FinancingRequest"), version: "2" },
    ])
      await expect(ledger.openRequest(request, await sign(world, requestKey, "FinancingRequest", request, domain)))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(request.requestKey);
  });

  it("refuses the same ledger's signature on a second ledger of the same chain", async () => {
    const first = await loadFixture(fixture);
    const second = await deployWorld(connection);
    const request = { ...requestOf(second) };
    const ledger = second.ledger.connect(second.voucher) as Ledger;
    await expect(ledger.openRequest(request, await sign(first, first.requestKey, "FinancingRequest", request)))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(request.requestKey);
  });

  it("uses a request key once, also after it was withdrawn", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    await open(world);
    const again = async () =>
      expect(open(world, requestOf(world, { amountFen: 5n })))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerRequestExists")
        .withArgs(requestKey.address);
    await again();
    const withdrawal = { requestKey: requestKey.address };
    await ledger.withdrawRequest(withdrawal, await sign(world, requestKey, "Withdrawal", withdrawal));
    await again();
  });

  it("needs an amount, a closing time ahead, and an expiry not before it", async () => {
    const world = await loadFixture(fixture);
    const { ledger, now } = world;
    await expect(open(world, requestOf(world, { amountFen: 0n }))).to.be.revertedWithCustomError(
      ledger,
      "FinancingLedgerZeroAmount",
    );
    await time.setNextBlockTimestamp(now + 100);
    const atNow = requestOf(world, { closesAt: now + 100 });
    await expect(open(world, atNow))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidTimes")
      .withArgs(now + 100, atNow.expiresAt);
    await expect(open(world, requestOf(world, { closesAt: now + DAY + 1, expiresAt: now + DAY })))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidTimes")
      .withArgs(now + DAY + 1, now + DAY);
    await open(world, requestOf(world, { closesAt: now + DAY, expiresAt: now + DAY }));
  });

  it("opens none for the zero address, which whatever is no signature seems to come from", async () => {
    const world = await loadFixture(fixture);
    const ledger = world.ledger.connect(world.voucher) as Ledger;
    for (const signature of ["0x", `0x${"00".repeat(65)}`, `0x${"11".repeat(65)}`])
      await expect(ledger.openRequest(requestOf(world, { requestKey: ZeroAddress }), signature))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(ZeroAddress);
  });

  it("takes no more than can be kept: 2^48 - 1 fen, 2^40 - 1 seconds", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    const [most, last] = [2n ** 48n - 1n, 2 ** 40 - 1];
    await expect(open(world, requestOf(world, { amountFen: most + 1n })))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(most + 1n, most);
    await expect(open(world, requestOf(world, { expiresAt: last + 1 }))).to.be.revertedWithCustomError(
      ledger,
      "FinancingLedgerInvalidTimes",
    );
    await open(world, requestOf(world, { amountFen: most, expiresAt: last }));
    const record = await ledger.requestOf(requestKey.address);
    expect([record.amountFen, record.expiresAt]).to.deep.equal([most, BigInt(last)]);
  });
});

describe("FinancingLedger: withdrawing a request", () => {
  it("withdraws for good by the request key's signature", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey } = world;
    await open(world);
    const withdrawal = { requestKey: requestKey.address };
    const signature = await sign(world, requestKey, "Withdrawal", withdrawal);
    await expect(ledger.withdrawRequest(withdrawal, signature))
      .to.emit(ledger, "RequestWithdrawn")
      .withArgs(requestKey.address);
    expect((await ledger.requestOf(requestKey.address)).state).to.equal(requestStates.withdrawn);
    await expect(ledger.withdrawRequest(withdrawal, signature))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.withdrawn);
  });

  it("refuses anyone else's signature, a request that isn't there, and one that was awarded", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey, bank } = world;
    const withdrawal = { requestKey: requestKey.address };
    const signature = await sign(world, requestKey, "Withdrawal", withdrawal);
    await expect(ledger.withdrawRequest(withdrawal, signature))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.none);
    await awarded(world);
    await expect(ledger.withdrawRequest(withdrawal, await sign(world, bank, "Withdrawal", withdrawal)))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(requestKey.address);
    await expect(ledger.withdrawRequest(withdrawal, signature))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(requestKey.address, requestStates.awarded);
  });
});

describe("FinancingLedger: placing a bid directly", () => {
  const bidHash = hash("sealed");

  it("records time and institution; a bid so placed can be awarded without a batch", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey, bank } = world;
    await open(world);
    const bid = bidOf(world);
    const sealed = await ledger.hashBid(bid);
    await expect((ledger.connect(bank) as Ledger).placeBid(requestKey.address, sealed))
      .to.emit(ledger, "BidPlaced")
      .withArgs(requestKey.address, sealed, bank.address);
    expect(await ledger.bidPlacedAt(requestKey.address, sealed, bank.address)).to.equal(await time.latest());
    await expect(ledger.award(...(await awardArguments(world, bid, { root: ZeroHash, proof: [] }))))
      .to.emit(ledger, "Awarded")
      .withArgs(requestKey.address, sealed, bank.address, AMOUNT, bid.validUntil);
  });

  it("is open until the last second of closing time, and not after", async () => {
    const world = await loadFixture(fixture);
    const { requestKey, bank, otherBank } = world;
    const ledger = world.ledger.connect(bank) as Ledger;
    const request = requestOf(world);
    await open(world, request);
    await time.setNextBlockTimestamp(request.closesAt);
    await ledger.placeBid(requestKey.address, bidHash);
    await time.setNextBlockTimestamp(request.closesAt + 1);
    await expect((ledger.connect(otherBank) as Ledger).placeBid(requestKey.address, bidHash))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerRequestClosed")
      .withArgs(requestKey.address, request.closesAt);
  });

  it("is for active institutions only, once, on an open request", async () => {
    const world = await loadFixture(fixture);
    const { requestKey, bank, enterprise, stranger, operator, participants, ledger } = world;
    const place = (from: typeof bank, key = requestKey.address) =>
      (ledger.connect(from) as Ledger).placeBid(key, bidHash);
    const unknown = new Wallet(hash("unknown")).address;
    await expect(place(bank, unknown))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(unknown, requestStates.none);
    await open(world);
    for (const other of [enterprise, stranger, operator])
      await expect(place(other))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
        .withArgs(other.address);
    await place(bank);
    await expect(place(bank))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidAlreadyPlaced")
      .withArgs(bidHash, bank.address);
    const change = { account: bank.address, status: 2, nonce: 0n };
    await participants.setStatus(change, operator.address, await sign(world, operator, "StatusChange", change));
    await expect(place(bank))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
      .withArgs(bank.address);
  });

  it("can't be blocked by another institution that places the same hash first", async () => {
    const world = await loadFixture(fixture);
    const { ledger, requestKey, bank, otherBank } = world;
    await open(world);
    await (ledger.connect(otherBank) as Ledger).placeBid(requestKey.address, bidHash);
    await expect((ledger.connect(bank) as Ledger).placeBid(requestKey.address, bidHash)).to.emit(ledger, "BidPlaced");
  });
});
