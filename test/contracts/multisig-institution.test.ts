import { expect } from "chai";
import { type BaseContract, concat, type Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { participantKinds, requestStates } from "../../contracts/codes.ts";
import { type Bid, bidHash, drawdownHash, grantHash, repaymentHash } from "../../contracts/typed-data.ts";
import { suspend } from "./institution-acts.ts";
import {
  AMOUNT,
  anchorBids,
  awardArguments,
  bidOf,
  drawDown,
  drawdownOf,
  grantOf,
  open,
  repay,
  repaymentOf,
} from "./ledger-acts.ts";
import {
  admissionOf,
  deployWorld,
  enrol,
  enrolArguments,
  hash,
  type Party,
  type Relay,
  sign,
  type World,
} from "./world.ts";

const connection = await network.create();
const { loadFixture } = connection.networkHelpers;

type Owner = Party & { address: string };

/** Signs for the account: the owners' signatures in the order of their addresses, or in the one given. */
function signedBy(account: string, owners: readonly Owner[], { sorted = true } = {}): Party {
  const inOrder = sorted ? [...owners].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1)) : owners;
  return {
    getAddress: async () => account,
    signTypedData: async (...message: Parameters<Wallet["signTypedData"]>) =>
      concat(await Promise.all(inOrder.map((owner) => owner.signTypedData(...message)))),
  };
}

async function fixture() {
  const world = await deployWorld(connection);
  const [maker, checker, director, outsider] = (await connection.ethers.getSigners()).slice(10, 14);
  const owners = [maker!, checker!, director!];
  const account = (await connection.ethers.deployContract("MultisigAccount", [
    owners.map(({ address }) => address),
  ])) as unknown as BaseContract;
  const address = await account.getAddress();
  const by = (...signers: Owner[]) => signedBy(address, signers);
  const rising = [...owners].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  /** None of these is two of the three. */
  const tooFew: Record<string, Party> = {
    "one signature": by(maker!),
    "the plain signature of an owner": maker!,
    "one owner's twice": by(maker!, maker!),
    "an owner's and a stranger's": by(checker!, outsider!),
    "two strangers'": by(outsider!, world.bank),
    "falling order": signedBy(address, [rising[1]!, rising[0]!], { sorted: false }),
    "all three": by(...owners),
  };
  return { world, account, address, owners, maker: maker!, checker: checker!, director: director!, by, tooFew };
}

/** `fixture`, with the account enrolled and a request open. */
async function enrolled() {
  const its = await fixture();
  await enrol(its.world, its.by(its.maker, its.checker), "institution");
  await open(its.world);
  return { ...its, bid: bidOf(its.world, { institution: its.address }) };
}

/** `enrolled`, and awarded by a bid in a batch. */
async function awarded() {
  const its = await enrolled();
  const { root, proofOf } = await anchorBids(its.world, [its.bid]);
  const shown = { root, proof: proofOf(its.bid) };
  await its.world.ledger.award(
    ...(await awardArguments(its.world, its.bid, shown, { institution: its.by(its.maker, its.checker) })),
  );
  return its;
}

/** `awarded`, and all of it granted. */
async function granted() {
  const its = await awarded();
  const grant = grantOf(its.world, its.bid);
  await its.world.ledger.grant(grant, await sign(its.world, its.by(its.maker, its.checker), "Grant", grant), its.bid);
  return { ...its, grant };
}

/** Each of the signers is refused as no signature of the account. */
async function refusesAll(its: { world: World; address: string; tooFew: Record<string, Party> }, act: Act) {
  for (const [what, signer] of Object.entries(its.tooFew))
    await expect(act(signer), what)
      .to.be.revertedWithCustomError(its.world.ledger, "FinancingLedgerInvalidSignature")
      .withArgs(its.address);
}
type Act = (signer: Party) => Promise<unknown>;

describe("an institution with a two-of-three account (ERC-1271)", () => {
  it("is enrolled by any two owners, and by nothing less", async () => {
    const { world, address, owners, by, tooFew } = await loadFixture(fixture);
    const { participants } = world;
    const admission = await admissionOf(world, address, "institution");
    for (const [what, signer] of Object.entries(tooFew)) {
      const args = await enrolArguments(world, by(...owners), admission, { account: signer });
      await expect(participants.enrol(...args), what)
        .to.be.revertedWithCustomError(participants, "ParticipantRegistryInvalidSignature")
        .withArgs(address);
    }
    await enrol(world, by(owners[1]!, owners[2]!), "institution");
    expect(await participants.isActive(address, participantKinds.institution)).to.equal(true);
  });

  for (const [left, right] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)
    it(`grants by owners ${left + 1} and ${right + 1}`, async () => {
      const { world, bid, owners, by } = await loadFixture(awarded);
      const grant = grantOf(world, bid);
      await expect(world.ledger.grant(grant, await sign(world, by(owners[left]!, owners[right]!), "Grant", grant), bid))
        .to.emit(world.ledger, "Granted")
        .withArgs(...grantedArguments(bid, grant));
    });

  it("is awarded only what two owners bid", async () => {
    const its = await loadFixture(enrolled);
    const { world, bid, maker, checker, by } = its;
    const { root, proofOf } = await anchorBids(world, [bid]);
    const shown = { root, proof: proofOf(bid) };
    await refusesAll(its, async (institution) =>
      world.ledger.award(...(await awardArguments(world, bid, shown, { institution }))),
    );
    const args = await awardArguments(world, bid, shown, { institution: by(checker, maker) });
    await expect(world.ledger.award(...args)).to.emit(world.ledger, "Awarded");
  });

  it("refuses two owners' signatures of another act", async () => {
    const { world, bid, maker, checker, address, by } = await loadFixture(awarded);
    const [meant, sent] = [grantOf(world, bid, { amountFen: 1n }), grantOf(world, bid)];
    await expect(world.ledger.grant(sent, await sign(world, by(maker, checker), "Grant", meant), bid))
      .to.be.revertedWithCustomError(world.ledger, "FinancingLedgerInvalidSignature")
      .withArgs(address);
  });

  it("grants, records drawdown and repayment by two owners, never by less", async () => {
    const its = await loadFixture(awarded);
    const { world, bid, maker, checker, director, by } = its;
    const { ledger, requestKey } = world;
    const grant = grantOf(world, bid);
    await refusesAll(its, async (signer) => ledger.grant(grant, await sign(world, signer, "Grant", grant), bid));
    await ledger.grant(grant, await sign(world, by(maker, director), "Grant", grant), bid);

    const drawdown = await drawdownOf(world, grant, AMOUNT);
    await refusesAll(its, (signer) => drawDown(world, grant, drawdown, signer));
    await expect(drawDown(world, grant, drawdown, by(maker, checker)))
      .to.emit(ledger, "DrawnDown")
      .withArgs(requestKey.address, grantHash(grant), drawdownHash(drawdown), AMOUNT, AMOUNT);

    const repayment = await repaymentOf(world, grant, AMOUNT);
    await refusesAll(its, (signer) => repay(world, grant, repayment, signer));
    await expect(repay(world, grant, repayment, by(director, checker)))
      .to.emit(ledger, "Repaid")
      .withArgs(requestKey.address, grantHash(grant), repaymentHash(repayment), AMOUNT, AMOUNT);
    expect((await ledger.requestOf(requestKey.address)).state).to.equal(requestStates.settled);
  });

  it("places a bid by its own transaction once two owners approved it, and is awarded by it", async () => {
    const { world, account, address, bid, maker, checker, by } = await loadFixture(enrolled);
    const { ledger, requestKey, addresses } = world;
    const data = ledger.interface.encodeFunctionData("placeBid", [requestKey.address, bidHash(bid)]);
    const approve = (who: typeof maker) =>
      (account.connect(who) as BaseContract).getFunction("approve").send(addresses.financing, data);
    const placedAt = () => ledger.bidPlacedAt(requestKey.address, bidHash(bid), address);

    await approve(maker);
    await expect(approve(maker)).to.be.revertedWithCustomError(account, "MultisigAccountApproved");
    await expect(approve(world.stranger)).to.be.revertedWithCustomError(account, "MultisigAccountNotOwner");
    expect(await placedAt()).to.equal(0n);
    await expect(approve(checker)).to.emit(ledger, "BidPlaced").withArgs(requestKey.address, bidHash(bid), address);
    const shown = { root: ZeroHash, proof: [] };
    await expect(ledger.award(...(await awardArguments(world, bid, shown, { institution: by(maker, checker) }))))
      .to.emit(ledger, "Awarded")
      .withArgs(requestKey.address, bidHash(bid), address, AMOUNT, bid.validUntil);
  });

  it("has its acts delivered by the relay", async () => {
    const { world, grant, maker, checker, by } = await loadFixture(granted);
    const { ledger, relay, relayer, requestKey, addresses } = world;
    const drawdown = await drawdownOf(world, grant, 7n);
    const data = ledger.interface.encodeFunctionData("drawDown", [
      drawdown,
      await sign(world, by(maker, checker), "Drawdown", drawdown),
      await sign(world, requestKey, "Drawdown", drawdown),
      grant,
    ]);
    const act = { target: addresses.financing, gasLimit: 400_000, actId: hash("act"), data };
    await expect((relay.connect(relayer) as Relay).execute([act])).to.emit(ledger, "DrawnDown");
  });

  it("stands still when it is suspended", async () => {
    const { world, grant, address, maker, checker, by } = await loadFixture(granted);
    await suspend(world, address);
    await expect(drawDown(world, grant, 1n, by(maker, checker)))
      .to.be.revertedWithCustomError(world.ledger, "FinancingLedgerInactiveInstitution")
      .withArgs(address);
  });
});

function grantedArguments(bid: Bid, grant: ReturnType<typeof grantOf>): unknown[] {
  const { requestKey, institution } = bid;
  const { bidHash: its, termsCommitment, amountFen, expiresAt } = grant;
  return [requestKey, grantHash(grant), institution, its, termsCommitment, amountFen, expiresAt];
}
