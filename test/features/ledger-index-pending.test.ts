import { expect } from "chai";
import { id, Wallet } from "ethers";
import type { StoredRequest } from "../../backend/features/audit/domain/reconciliation.ts";
import { createReconciliation } from "../../backend/features/audit/reconciliation-service.ts";
import type { StoredFactsStore } from "../../backend/features/audit/stored-facts-store.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { structHash } from "../../contracts/typed-data.ts";

type Act = { state: string; blockNumber?: number; reason?: string };

const requestKey = new Wallet(id("key")).address;
const terms = { amountFen: "1000" };
const stored: StoredRequest = {
  _id: "r1",
  requestKey,
  state: "open",
  terms,
  salt: id("salt"),
  termsCommitment: commitment(id("salt"), terms),
  closesAt: new Date(1_800_000_000_000),
  expiresAt: new Date(1_900_000_000_000),
  grantedFen: "0",
  actId: id("open"),
};
const onChain = {
  state: "open",
  termsCommitment: stored.termsCommitment,
  amountFen: "1000",
  closesAt: 1_800_000_000,
  expiresAt: 1_900_000_000,
  award: null,
  grantedFen: "0",
};
const award = { bidHash: id("bid"), amountFen: "900", actId: id("award") };
const withdrawal = structHash("Withdrawal", { requestKey });

/** One request, indexed as far as block 50. `look` may change between one reading and the next. */
function reconciling(look: () => { stored?: object; chain?: object | undefined; acts?: Record<string, Act> }) {
  const requests = () => {
    const { stored: found } = look();
    return found ? [{ ...found } as StoredRequest] : [];
  };
  const none = async (): Promise<never[]> => [];
  const store: StoredFactsStore = {
    page: (kind) => (kind === "requests" ? Promise.resolve(requests()) : none()) as never,
    byKeys: (kind) => (kind === "requests" ? Promise.resolve(requests()) : none()) as never,
    bids: async () => new Map(),
    requests: async () => new Map(),
    grantsOf: async () => [{ requestId: "r1", actId: id("grant") }],
  };
  const facts = () => {
    const { chain } = look();
    return chain ? [{ key: requestKey, facts: chain }] : [];
  };
  const chain = {
    page: async (kind: string) => (kind === "requests" ? facts() : []),
    find: async () => new Map(facts().map((entity) => [entity.key, entity])),
    indexedBlock: async () => 50,
  };
  return createReconciliation(
    {
      stored: store,
      chain: chain as never,
      acts: async (ids) => new Map(Object.entries(look().acts ?? {}).filter(([key]) => ids.includes(key))),
      isOperator: async () => false,
      wrongLines: async () => [],
    },
    { now: () => new Date() },
  );
}

/** Of the one request: matches, waits, or what is told of it. */
async function verdict(of: Parameters<typeof reconciling>[0]) {
  const { matching, pending, differences } = await reconciling(of).page("requests", "");
  if (differences.length === 0) return pending === 1 ? "pending" : matching === 1 ? "matches" : "nothing";
  const [{ what, fields }] = differences as [(typeof differences)[number]];
  return [what, ...fields.map(({ name, stored: text }) => (name === "act" ? text : name))].join(" ");
}

describe("reconciliation, and acts that are on their way", () => {
  const confirmed: Act = { state: "confirmed", blockNumber: 50 };

  it("calls an entity that is not on chain yet pending, as long as its act can still arrive", async () => {
    const withOpen = (act: Act) => verdict(() => ({ stored, acts: { [stored.actId]: act } }));
    expect(await withOpen({ state: "queued" })).to.equal("pending");
    expect(await withOpen({ state: "sent" })).to.equal("pending");
    expect(await withOpen({ state: "confirmed", blockNumber: 51 })).to.equal("pending");
    expect(await withOpen(confirmed)).to.equal("notOnChain");
    expect(await withOpen({ state: "failed", reason: "too late" })).to.equal("notOnChain failed: too late");
    const outbox = [{ type: "act", payload: { id: stored.actId } }];
    expect(await verdict(() => ({ stored: { ...stored, outbox } }))).to.equal("pending");
    // Nobody has ever heard of its act.
    expect(await verdict(() => ({ stored }))).to.equal("notOnChain");
  });

  it("waits for states and sums that an act explains, and for nothing else", async () => {
    const awarded = { ...stored, state: "awarded", award };
    const acts = { [stored.actId]: confirmed };
    const settled = (act: Act) => ({ ...acts, [award.actId]: act });
    expect(await verdict(() => ({ stored, chain: onChain, acts }))).to.equal("matches");
    const waiting = { stored: awarded, chain: onChain, acts: settled({ state: "sent" }) };
    expect(await verdict(() => waiting)).to.equal("pending");
    expect(await verdict(() => ({ ...waiting, acts: settled(confirmed) }))).to.equal(
      "differs state awardedBid awardedFen",
    );
    expect(await verdict(() => ({ ...waiting, acts: settled({ state: "failed" }) }))).to.include("differs");
    // An amount is said once, when the request is opened.
    expect(await verdict(() => ({ ...waiting, chain: { ...onChain, amountFen: "999" } }))).to.equal(
      "differs amountFen",
    );
    const withdrawn = { stored: { ...stored, state: "withdrawn" }, chain: onChain };
    expect(await verdict(() => ({ ...withdrawn, acts: { [withdrawal]: { state: "queued" } } }))).to.equal("pending");
    expect(await verdict(() => withdrawn)).to.equal("differs state");
    const granted = { stored: { ...stored, grantedFen: "5" }, chain: onChain };
    expect(await verdict(() => ({ ...granted, acts: { [id("grant")]: { state: "sent" } } }))).to.equal("pending");
  });

  it("takes what the ledger does by itself as agreeing", async () => {
    for (const state of ["granted", "active", "settled"]) {
      expect(await verdict(() => ({ stored: { ...stored, state: "granted" }, chain: { ...onChain, state } }))).to.equal(
        "matches",
      );
    }
    expect(await verdict(() => ({ stored: { ...stored, state: "granted" }, chain: onChain }))).to.equal(
      "differs state",
    );
  });

  it("looks again before it says that something differs", async () => {
    let looks = 0;
    // The store was read before the award, the chain after it.
    const moving = () => {
      looks += 1;
      const award_ = looks > 1 ? { state: "awarded", award } : {};
      return { stored: { ...stored, ...award_ }, chain: { ...onChain, state: "awarded", award }, acts: {} };
    };
    expect(await verdict(moving)).to.equal("matches");
    expect(looks).to.be.above(2);
  });

  it("names what only the chain has", async () => {
    expect(await verdict(() => ({ chain: onChain }))).to.equal("notInStore");
    expect(await verdict(() => ({}))).to.equal("nothing");
  });
});
