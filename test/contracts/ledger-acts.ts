import { merkleTree } from "../../backend/lib/merkle.ts";
import { anchorKinds } from "../../contracts/codes.ts";
import {
  type Bid,
  bidHash,
  type Drawdown,
  type FinancingRequest,
  type Grant,
  grantHash,
  type Repayment,
} from "../../contracts/typed-data.ts";
import { type Anchors, DAY, hash, type Ledger, type Party, sign, type World } from "./world.ts";

export const AMOUNT = 1_000_000_00n;

export const requestOf = (world: World, changes: Partial<FinancingRequest> = {}): FinancingRequest => ({
  requestKey: world.requestKey.address,
  termsCommitment: hash("request terms"),
  amountFen: AMOUNT,
  closesAt: world.now + DAY,
  expiresAt: world.now + 30 * DAY,
  ...changes,
});

export const bidOf = (world: World, changes: Partial<Bid> = {}): Bid => ({
  requestKey: world.requestKey.address,
  institution: world.bank.address,
  termsCommitment: hash("bid terms"),
  amountFen: AMOUNT,
  validUntil: world.now + 10 * DAY,
  salt: hash("bid salt"),
  ...changes,
});

export const grantOf = (world: World, bid: Bid, changes: Partial<Grant> = {}): Grant => ({
  requestKey: bid.requestKey,
  bidHash: bidHash(bid),
  termsCommitment: hash("grant terms"),
  amountFen: bid.amountFen,
  expiresAt: world.now + 365 * DAY,
  salt: hash("grant salt"),
  ...changes,
});

export async function open(world: World, request: FinancingRequest = requestOf(world), key: Party = world.requestKey) {
  const signature = await sign(world, key, "FinancingRequest", request);
  return (world.ledger.connect(world.voucher) as Ledger).openRequest(request, signature);
}

/** Anchors a bid among others, and returns what an award needs to show. */
export async function anchorBids(
  world: World,
  bids: readonly Bid[],
  kind: number = anchorKinds.bids,
): Promise<{ root: string; proofOf: (bid: Bid) => string[] }> {
  const others = ["first", "second", "third", "fourth", "fifth"].map((name) => hash(`${name} other bid`));
  const tree = merkleTree([...bids.map((bid) => bidHash(bid)), ...others]);
  await (world.anchors.connect(world.voucher) as Anchors).anchor(tree.root, kind, bids.length + others.length);
  return { root: tree.root, proofOf: (bid) => tree.proof(bidHash(bid)) };
}

/** The arguments of award with every signature right; `signedBy` replaces a signer. */
export async function awardArguments(
  world: World,
  bid: Bid,
  shown: { root: string; proof: string[] },
  signedBy: { requestKey?: Party; institution?: Party } = {},
): Promise<unknown[]> {
  const award = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
  return [
    award,
    await sign(world, signedBy.requestKey ?? world.requestKey, "Award", award),
    bid,
    await sign(world, signedBy.institution ?? world.bank, "Bid", bid),
    shown.root,
    shown.proof,
  ];
}

/** Opens a request, anchors the bid in a batch and awards it. */
export async function awarded(world: World, bid: Bid = bidOf(world), request = requestOf(world)): Promise<Bid> {
  await open(world, request);
  const { root, proofOf } = await anchorBids(world, [bid]);
  await world.ledger.award(...(await awardArguments(world, bid, { root, proof: proofOf(bid) })));
  return bid;
}

/** `awarded`, then the whole bid granted. Returns the grant and its id. */
export async function granted(world: World): Promise<{ bid: Bid; grant: Grant; grantId: string }> {
  const bid = await awarded(world);
  const grant = grantOf(world, bid);
  await world.ledger.grant(grant, await sign(world, world.bank, "Grant", grant), bid);
  return { bid, grant, grantId: grantHash(grant) };
}

/** A drawdown that follows what was drawn so far. */
export const drawdownOf = async (world: World, grant: Grant, amountFen: bigint): Promise<Drawdown> => {
  const grantId = grantHash(grant);
  return { grantId, amountFen, drawnBeforeFen: (await world.ledger.grantOf(grantId)).drawnFen };
};

/** A repayment that follows what was repaid so far. */
export const repaymentOf = async (world: World, grant: Grant, principalFen: bigint): Promise<Repayment> => {
  const grantId = grantHash(grant);
  return { grantId, principalFen, repaidBeforeFen: (await world.ledger.grantOf(grantId)).repaidFen };
};

/** Draws an amount, or makes a drawdown of the test's own. */
export const drawDown = async (
  world: World,
  grant: Grant,
  drawn: bigint | Drawdown,
  bank: Party = world.bank,
  key: Party = world.requestKey,
) => {
  const drawdown = typeof drawn === "bigint" ? await drawdownOf(world, grant, drawn) : drawn;
  const by = (party: Party) => sign(world, party, "Drawdown", drawdown);
  return world.ledger.drawDown(drawdown, await by(bank), await by(key), grant);
};

/** Repays an amount, or makes a repayment of the test's own. */
export const repay = async (world: World, grant: Grant, repaid: bigint | Repayment, bank: Party = world.bank) => {
  const repayment = typeof repaid === "bigint" ? await repaymentOf(world, grant, repaid) : repaid;
  return world.ledger.repay(repayment, await sign(world, bank, "Repayment", repayment), grant);
};
