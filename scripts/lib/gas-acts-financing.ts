import { id } from "ethers";
import { merkleTree } from "../../backend/lib/merkle.ts";
import { anchorKinds } from "../../contracts/codes.ts";
import { type Bid, bidHash, grantHash } from "../../contracts/typed-data.ts";
import { DAY, keyOf, type Stage } from "./gas-stage.ts";
import type { GasWorld, Party } from "./gas-world.ts";

const AMOUNT = 1_000_000_00n;
/** Leaves of the bid batch that awards are shown from: several times what a city's busy minute brings. */
const BIDS = 64;

/** Requests of one name, each with a key and a bid of its own; the bids are leaves of full batches. */
function requestsOf(world: GasWorld, name: string, count: number) {
  const institution = (i: number) => world.institutions[i % world.institutions.length]!;
  const key = (i: number) => keyOf(`${name} request ${i}`);
  const bidOf = (i: number): Bid => ({
    ...{ requestKey: key(i).address, institution: institution(i).address, termsCommitment: id(`${name} bid ${i}`) },
    ...{ amountFen: AMOUNT, validUntil: world.now + 10 * DAY, salt: id(`${name} bid salt ${i}`) },
  });
  const trees = Array.from({ length: Math.ceil(count / BIDS) }, (_, tree) =>
    merkleTree(Array.from({ length: BIDS }, (_, i) => bidHash(bidOf(tree * BIDS + i)))),
  );
  const open: Stage = {
    act: "openRequest",
    call: async (i) => {
      const request = {
        ...{ requestKey: key(i).address, termsCommitment: id(`${name} terms ${i}`), amountFen: AMOUNT },
        ...{ closesAt: world.now + 2 * DAY, expiresAt: world.now + 30 * DAY },
      };
      const signature = await world.sign(key(i), "financing", "FinancingRequest", request);
      return world.call("financing", "openRequest", [request, signature]);
    },
  };
  const award: Stage = {
    act: "award",
    before: async () => {
      for (const { root } of trees) await world.send(world.call("anchors", "anchor", [root, anchorKinds.bids, BIDS]));
    },
    call: async (i) => {
      const award = { requestKey: key(i).address, bidHash: bidHash(bidOf(i)) };
      const tree = trees[Math.floor(i / BIDS)]!;
      return world.call("financing", "award", [
        ...[award, await world.sign(key(i), "financing", "Award", award)],
        ...[bidOf(i), await world.sign(institution(i), "financing", "Bid", bidOf(i))],
        ...[tree.root, tree.proof(bidHash(bidOf(i)))],
      ]);
    },
  };
  return { institution, key, bidOf, open, award };
}

export function financingStages(world: GasWorld, count: number): { first: Stage[]; last: Stage[] } {
  const main = requestsOf(world, "main", count);
  const withdrawn = requestsOf(world, "withdrawn", count);
  const reopened = requestsOf(world, "reopened", count);
  const { institution, key, bidOf } = main;
  const grantOf = (i: number) => ({
    ...{ requestKey: key(i).address, bidHash: bidHash(bidOf(i)), termsCommitment: id(`grant ${i}`) },
    ...{ amountFen: AMOUNT, expiresAt: world.now + 365 * DAY, salt: id(`grant salt ${i}`) },
  });
  const first: Stage[] = [
    { ...main.open, measured: true },
    {
      act: "placeBid",
      measured: true,
      sentBy: institution,
      call: async (i) => world.call("financing", "placeBid", [key(i).address, id(`placed ${i}`)]),
    },
    { ...main.award, measured: true },
    {
      act: "grant",
      measured: true,
      call: async (i) =>
        world.call("financing", "grant", [
          grantOf(i),
          await world.sign(institution(i), "financing", "Grant", grantOf(i)),
          bidOf(i),
        ]),
    },
    {
      act: "drawDown",
      measured: true,
      call: async (i) => {
        const drawdown = { grantId: grantHash(grantOf(i)), amountFen: AMOUNT / 2n, drawnBeforeFen: 0n };
        const by = (party: Party) => world.sign(party, "financing", "Drawdown", drawdown);
        return world.call("financing", "drawDown", [drawdown, await by(institution(i)), await by(key(i)), grantOf(i)]);
      },
    },
    {
      act: "repay",
      measured: true,
      call: async (i) => {
        const repayment = { grantId: grantHash(grantOf(i)), principalFen: AMOUNT / 2n, repaidBeforeFen: 0n };
        const signature = await world.sign(institution(i), "financing", "Repayment", repayment);
        return world.call("financing", "repay", [repayment, signature, grantOf(i)]);
      },
    },
    withdrawn.open,
    {
      act: "withdrawRequest",
      measured: true,
      call: async (i) => {
        const withdrawal = { requestKey: withdrawn.key(i).address };
        const signature = await world.sign(withdrawn.key(i), "financing", "Withdrawal", withdrawal);
        return world.call("financing", "withdrawRequest", [withdrawal, signature]);
      },
    },
    reopened.open,
    reopened.award,
  ];
  const last: Stage[] = [
    {
      act: "reopen",
      measured: true,
      before: () => world.pass(11 * DAY),
      call: async (i) => {
        const reopening = { requestKey: reopened.key(i).address, bidHash: bidHash(reopened.bidOf(i)) };
        const signature = await world.sign(reopened.key(i), "financing", "Reopening", reopening);
        return world.call("financing", "reopen", [reopening, signature, reopened.bidOf(i)]);
      },
    },
    {
      act: "settle",
      measured: true,
      before: () => world.pass(400 * DAY),
      call: async (i) => world.call("financing", "settle", [key(i).address]),
    },
  ];
  return { first, last };
}
