import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { RequestState } from "../../contracts/codes.ts";
import { type ActName, type Bid, bidHash, type Domain, type Grant, type Messages } from "../../contracts/typed-data.ts";
import { anchorBids, bidOf, drawdownOf, grantOf, repaymentOf, requestOf } from "./ledger-acts.ts";
import { type Connection, DAY, deployWorld, hash, type Ledger, type Party, sign, type World } from "./world.ts";

/** What the acts on one request are about; a second bid, by another bank, is in the same batch. */
export interface Stage {
  world: World;
  bid: Bid;
  otherBid: Bid;
  grant: Grant;
  shown: { root: string; proofOf: (bid: Bid) => string[] };
}

/** Replaces a signature's maker or domain; the name is the signer's part in the act. */
export interface Forged {
  requestKey?: Party;
  institution?: Party;
  domain?: Domain;
}

/** A domain is meant for the signature of the named part alone, when one is. */
const signing = (world: World, forged: Forged & { part?: "requestKey" | "institution" }) => {
  const by =
    (part: "requestKey" | "institution", own: Party) =>
    <Name extends ActName>(name: Name, message: Messages[Name]) => {
      const domain = forged.part === undefined || forged.part === part ? forged.domain : undefined;
      return sign(world, forged[part] ?? own, name, message, ...(domain ? [domain] : []));
    };
  return { key: by("requestKey", world.requestKey), bank: (own: Party) => by("institution", own) };
};

export type Act = (stage: Stage, forged?: Forged & { part?: "requestKey" | "institution" }) => Promise<unknown>;

const award =
  (which: "bid" | "otherBid", whose: "bank" | "otherBank"): Act =>
  async ({ world, shown, ...stage }, forged = {}) => {
    const bid = stage[which];
    const { key, bank } = signing(world, forged);
    const its = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
    return world.ledger.award(
      ...[its, await key("Award", its), bid, await bank(world[whose])("Bid", bid)],
      ...[shown.root, shown.proofOf(bid)],
    );
  };
/** The message as it was first made: made again it would follow what came in between. */
function once<Message>(make: (world: World, grant: Grant, amountFen: bigint) => Promise<Message>): typeof make {
  const made = new WeakMap<Grant, Promise<Message>>();
  return (world, grant, amountFen) => {
    const message = made.get(grant) ?? make(world, grant, amountFen);
    made.set(grant, message);
    return message;
  };
}

const drawing = (amountFen: bigint): Act => {
  const messageOf = once(drawdownOf);
  return async ({ world, grant }, forged = {}) => {
    const { key, bank } = signing(world, forged);
    const drawdown = await messageOf(world, grant, amountFen);
    return world.ledger.drawDown(
      drawdown,
      await bank(world.bank)("Drawdown", drawdown),
      await key("Drawdown", drawdown),
      grant,
    );
  };
};
const repaying = (principalFen: bigint): Act => {
  const messageOf = once(repaymentOf);
  return async ({ world, grant }, forged = {}) => {
    const repayment = await messageOf(world, grant, principalFen);
    const signature = await signing(world, forged).bank(world.bank)("Repayment", repayment);
    return world.ledger.repay(repayment, signature, grant);
  };
};
const granting =
  (grantFrom: (stage: Stage) => Grant): Act =>
  async (stage, forged = {}) => {
    const grant = grantFrom(stage);
    const signature = await signing(stage.world, forged).bank(stage.world.bank)("Grant", grant);
    return stage.world.ledger.grant(grant, signature, stage.bid);
  };

/** Every act that the ledger takes of one request, with all that it needs but the right state. */
export const acts = {
  openRequest: async ({ world }, forged = {}) => {
    const request = requestOf(world);
    const ledger = world.ledger.connect(world.voucher) as Ledger;
    return ledger.openRequest(request, await signing(world, forged).key("FinancingRequest", request));
  },
  withdrawRequest: async ({ world, bid: { requestKey } }, forged = {}) =>
    world.ledger.withdrawRequest({ requestKey }, await signing(world, forged).key("Withdrawal", { requestKey })),
  placeBid: async ({ world, bid }) =>
    (world.ledger.connect(world.bank) as Ledger).placeBid(bid.requestKey, hash("placed")),
  award: award("otherBid", "otherBank"),
  reopen: async ({ world, bid }, forged = {}) => {
    const { time } = world.connection.networkHelpers;
    if ((await time.latest()) <= bid.validUntil) await time.increaseTo(bid.validUntil + 1);
    const reopening = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
    return world.ledger.reopen(reopening, await signing(world, forged).key("Reopening", reopening), bid);
  },
  grant: granting(({ grant }) => ({ ...grant, amountFen: 1n, salt: hash("a further part") })),
  drawDown: drawing(1n),
  repay: repaying(1n),
  settle: async ({ world, bid, grant }) => {
    // Where something is owed it is paid first; what can't be drawn any more doesn't count.
    await repaying(1n)({ world, bid, grant } as Stage).catch(() => undefined);
    const { time } = world.connection.networkHelpers;
    await time.increaseTo(grant.expiresAt + 1);
    return world.ledger.settle(bid.requestKey);
  },
} satisfies Record<string, Act>;
export type LedgerAct = keyof typeof acts;

const PATHS: Record<RequestState, readonly Act[]> = (() => {
  const open = [acts.openRequest];
  const awarded = [...open, award("bid", "bank")];
  const granted = [...awarded, granting(({ grant }) => grant)];
  const active = [...granted, drawing(10n), repaying(9n)];
  const settled = [...active, drawing(10n), repaying(11n)];
  return { none: [], open, awarded, granted, active, settled, withdrawn: [...open, acts.withdrawRequest] };
})();

/** A fixture for loadFixture: the request in that state, of which 20 fen are granted, 10 drawn, 9 repaid. */
export async function stageIn(connection: Connection, state: RequestState): Promise<Stage> {
  const world = await deployWorld(connection);
  const bid = bidOf(world, { amountFen: 100n, validUntil: world.now + DAY / 2 });
  const otherBid = bidOf(world, { institution: world.otherBank.address, amountFen: 100n });
  const grant = grantOf(world, bid, { amountFen: 20n });
  const stage = { world, bid, otherBid, grant, shown: await anchorBids(world, [bid, otherBid]) };
  for (const act of PATHS[state]) await act(stage);
  return stage;
}

/** Whoever might want to act for a party: those with rights over the platform, and other participants. */
export const powerful = ({ admin, operator, relayer, voucher, otherBank, enterprise, stranger }: World) =>
  ({ admin, operator, relayer, voucher, otherBank, enterprise, stranger }) satisfies Record<
    string,
    HardhatEthersSigner
  >;
