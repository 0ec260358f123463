import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { requestStates } from "../../contracts/codes.ts";
import { bidHash, financingDomain, grantHash } from "../../contracts/typed-data.ts";
import { rotateBank, suspend } from "./institution-acts.ts";
import { AMOUNT, awarded, bidOf, grantOf, open, requestOf } from "./ledger-acts.ts";
import { deployWorld, hash, sign, type World } from "./world.ts";

const connection = await network.create();
const { loadFixture } = connection.networkHelpers;

const stateOf = async (world: World) => (await world.ledger.requestOf(world.requestKey.address)).state as bigint;

describe("FinancingLedger: grant", () => {
  async function fixture() {
    const world = await deployWorld(connection);
    const bid = await awarded(world, bidOf(world, { amountFen: AMOUNT - 100n }));
    return { world, bid, grant: grantOf(world, bid) };
  }

  it("grants what the awarded institution signed", async () => {
    const { world, bid, grant } = await loadFixture(fixture);
    const { ledger, requestKey, bank } = world;
    const grantId = grantHash(grant);
    await expect(ledger.grant(grant, await sign(world, bank, "Grant", grant), bid))
      .to.emit(ledger, "Granted")
      .withArgs(
        requestKey.address,
        grantId,
        bank.address,
        bidHash(bid),
        grant.termsCommitment,
        bid.amountFen,
        grant.expiresAt,
      );
    expect((await ledger.grantOf(grantId)).toObject()).to.deep.equal({
      institution: bank.address,
      drawnFen: 0n,
      repaidFen: 0n,
    });
    expect(await stateOf(world)).to.equal(requestStates.granted);
  });

  it("grants in parts up to the bid, and no fen more", async () => {
    const { world, bid } = await loadFixture(fixture);
    const { ledger, bank, requestKey } = world;
    const part = (amountFen: bigint, salt: string) => grantOf(world, bid, { amountFen, salt: hash(salt) });
    const first = part(60n, "1");
    await ledger.grant(first, await sign(world, bank, "Grant", first), bid);
    const tooMuch = part(bid.amountFen - 59n, "2");
    await expect(ledger.grant(tooMuch, await sign(world, bank, "Grant", tooMuch), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerAmountExceeded")
      .withArgs(bid.amountFen - 59n, bid.amountFen - 60n);
    const rest = part(bid.amountFen - 60n, "3");
    await ledger.grant(rest, await sign(world, bank, "Grant", rest), bid);
    expect((await ledger.requestOf(requestKey.address)).grantedFen).to.equal(bid.amountFen);
  });

  it("counts one signed grant once", async () => {
    const { world, bid } = await loadFixture(fixture);
    const { ledger, bank } = world;
    const grant = grantOf(world, bid, { amountFen: 10n });
    const signature = await sign(world, bank, "Grant", grant);
    await ledger.grant(grant, signature, bid);
    await expect(ledger.grant(grant, signature, bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantExists")
      .withArgs(grantHash(grant));
  });

  it("refuses another bid shown than the awarded one, and times that can't be kept", async () => {
    const { world, bid, grant } = await loadFixture(fixture);
    const { ledger, bank } = world;
    const signature = await sign(world, bank, "Grant", grant);
    for (const change of [{ amountFen: bid.amountFen * 2n }, { institution: world.otherBank.address }])
      await expect(ledger.grant(grant, signature, { ...bid, ...change }))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
        .withArgs(bidHash(bid), bidHash({ ...bid, ...change }));
    const endless = grantOf(world, bid, { expiresAt: 2 ** 40 });
    await expect(ledger.grant(endless, await sign(world, bank, "Grant", endless), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidTimes")
      .withArgs(requestOf(world).closesAt, endless.expiresAt);
  });

  it("refuses any other signer, chain or contract", async () => {
    const { world, bid, grant } = await loadFixture(fixture);
    const { ledger, bank, otherBank, requestKey, operator, voucher, chainId, addresses } = world;
    const forged = await Promise.all(
      [otherBank, requestKey, operator, voucher].map((forger) => sign(world, forger, "Grant", grant)),
    );
    for (const domain of [
      financingDomain(chainId + 1n, addresses.financing),
      financingDomain(chainId, addresses.relay),
    ])
      forged.push(await sign(world, bank, "Grant", grant, domain));
    for (const signature of forged)
      await expect(ledger.grant(grant, signature, bid))
        .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
        .withArgs(bank.address);
    const signature = await sign(world, bank, "Grant", grant);
    await expect(ledger.grant({ ...grant, amountFen: grant.amountFen - 1n }, signature, bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(bank.address);
  });

  it("refuses an expired grant, none of an amount, another bid, and a request without an award", async () => {
    const { world, bid } = await loadFixture(fixture);
    const { ledger, bank } = world;
    const late = grantOf(world, bid, { expiresAt: world.now });
    await expect(ledger.grant(late, await sign(world, bank, "Grant", late), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerGrantExpired")
      .withArgs(grantHash(late), late.expiresAt);
    const nothing = grantOf(world, bid, { amountFen: 0n });
    await expect(ledger.grant(nothing, await sign(world, bank, "Grant", nothing), bid)).to.be.revertedWithCustomError(
      ledger,
      "FinancingLedgerZeroAmount",
    );
    const other = grantOf(world, bid, { bidHash: hash("other bid") });
    await expect(ledger.grant(other, await sign(world, bank, "Grant", other), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerBidMismatch")
      .withArgs(bidHash(bid), other.bidHash);
    const elsewhere = new Wallet(hash("another request"));
    await open(world, requestOf(world, { requestKey: elsewhere.address }), elsewhere);
    const early = grantOf(world, bid, { requestKey: elsewhere.address });
    await expect(ledger.grant(early, await sign(world, bank, "Grant", early), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerUnexpectedState")
      .withArgs(elsewhere.address, requestStates.open);
  });

  it("refuses a suspended institution; its new key may grant, its old one not", async () => {
    const { world, bid } = await loadFixture(fixture);
    const { ledger, bank } = world;
    const newKey = await rotateBank(world);
    const grant = grantOf(world, bid, { amountFen: 10n });
    await expect(ledger.grant(grant, await sign(world, bank, "Grant", grant), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
      .withArgs(newKey.address);
    await expect(ledger.grant(grant, await sign(world, newKey, "Grant", grant), bid)).to.emit(ledger, "Granted");
    await suspend(world, newKey.address);
    const second = grantOf(world, bid, { amountFen: 10n, salt: hash("second") });
    await expect(ledger.grant(second, await sign(world, newKey, "Grant", second), bid))
      .to.be.revertedWithCustomError(ledger, "FinancingLedgerInactiveInstitution")
      .withArgs(newKey.address);
  });
});
