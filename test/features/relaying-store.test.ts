import { expect } from "chai";
import { keccak256, toBeHex } from "ethers";
import fc from "fast-check";
import { type OpenTransaction, TakenOver, type TransactionOutcome } from "../../backend/platform/chain/relay-store.ts";
import {
  actId,
  type Process,
  payloadOf,
  type RelayStoreWorld,
  startRelayStoreWorld,
} from "../support/relay-store-world.ts";

let serial = 0;
const transactionOf = (nonce: number, actIds: string[]) => {
  serial += 1;
  return { nonce, hash: keccak256(toBeHex(serial, 32)), raw: `0x${toBeHex(serial, 32).slice(2)}`, actIds };
};
const outcomeOf = (kind: TransactionOutcome["kind"], failed: string[]): TransactionOutcome => ({
  ...{
    kind,
    blockNumber: 7,
    blockHash: keccak256("0x07"),
    transactionHash: keccak256("0x08"),
    timestamp: 1_800_000_000,
  },
  failed: failed.map((id) => ({ actId: id, reason: "Refused()" })),
});

describe("the relayer's store", function () {
  this.timeout(120_000);
  let world: RelayStoreWorld;
  before(async () => {
    world = await startRelayStoreWorld();
  });
  after(() => world.stop());
  afterEach(() => world.clear());

  const ids = (...numbers: number[]) => numbers.map(actId);
  const add = (process: Process, ...numbers: number[]) => process.acts.add(numbers.map(payloadOf));
  const queued = async ({ relay }: Process) => (await relay.takeQueued(100)).map(({ id }) => id);
  const stateOf = async (id: string) => (await world.all()).find(({ _id }) => _id === id)?.state;
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail("it was let through"),
      (error: unknown) => expect(error).to.be.instanceOf(TakenOver),
    );

  it("queues an act once, however often it is asked for, in the order of asking", async () => {
    const process = await world.process();
    await add(process, 3, 1);
    await add(process, 2, 1, 3);
    await process.relay.begin(process.sender);
    expect(await queued(process)).to.deep.equal(ids(1, 2, 3));
  });

  it("puts the acts of a transaction that reverted back in their old places, before later ones", async () => {
    const process = await world.process();
    await process.relay.begin(process.sender);
    await add(process, 1, 2, 3, 4, 5);
    await process.relay.saveTransaction(transactionOf(0, ids(1, 2, 3)));
    expect(await queued(process)).to.deep.equal(ids(4, 5));
    await process.relay.settle(0, outcomeOf("reverted", ids(2)));
    expect(await queued(process)).to.deep.equal(ids(1, 3, 4, 5));
    expect(await stateOf(actId(2))).to.equal("failed");
  });

  it("gives an act four tries, as a refusal may pass with what it builds on", async () => {
    const process = await world.process();
    await process.relay.begin(process.sender);
    await add(process, 1, 2);
    for (let nonce = 0; nonce < 4; nonce++) {
      expect(await stateOf(actId(1))).to.equal("queued");
      await process.relay.saveTransaction(transactionOf(nonce, ids(1)));
      await process.relay.settle(nonce, outcomeOf("done", ids(1)));
    }
    const [failed] = await process.acts.failed(10);
    expect(failed).to.include({ _id: actId(1), state: "failed", reason: "Refused()" });
    expect(await process.acts.countFailed()).to.equal(1);

    await process.acts.retry(actId(1));
    expect(await queued(process)).to.deep.equal(ids(1, 2));
    expect(await process.acts.retry(actId(2)), "is not a failed one").to.equal(null);
    await process.relay.saveTransaction(transactionOf(4, ids(1)));
    await process.relay.settle(4, outcomeOf("done", []));
    expect(await stateOf(actId(1))).to.equal("confirmed");
    expect(await process.acts.failed(10)).to.deep.equal([]);
  });

  it("takes a nonce again only when what had it can never be mined", async () => {
    const process = await world.process();
    await process.relay.begin(process.sender);
    await add(process, 1, 2);
    const first = transactionOf(0, ids(1));
    await process.relay.saveTransaction(first);
    await refused(process.relay.saveTransaction(transactionOf(0, ids(2))));
    await process.relay.abandon(first, []);
    const second = transactionOf(0, ids(1, 2));
    await process.relay.saveTransaction(second);
    // Late news of the first is no news of the second.
    await process.relay.abandon(first, [{ actId: actId(1), reason: "refused" }]);
    expect((await process.relay.begin(process.sender)).open.map(({ hash }) => hash)).to.deep.equal([second.hash]);
    await process.relay.settle(0, outcomeOf("done", []));
    await refused(process.relay.saveTransaction(transactionOf(0, ids(2))));
    expect((await process.relay.begin(process.sender)).nextNonce).to.equal(1);
  });

  it("keeps out a process that was paused while another took over, at whatever it was about to do", async () => {
    const paused = await world.process();
    const next = await world.process();
    await paused.relay.begin(paused.sender);
    await add(paused, 1, 2, 3, 4);
    await paused.relay.saveTransaction(transactionOf(0, ids(1)));
    const inHand = (await paused.relay.takeQueued(1)).map(({ id }) => id);

    const { open } = await next.relay.begin(next.sender);
    expect(open.map(({ nonce }) => nonce)).to.deep.equal([0]);
    await next.relay.saveTransaction(transactionOf(1, ids(2)));

    await refused(paused.relay.saveTransaction(transactionOf(1, inHand)));
    await refused(paused.relay.settle(0, outcomeOf("done", [])));
    await refused(paused.relay.abandon(open[0]!, []));
    await refused(paused.relay.replaceTransaction(0, transactionOf(0, [])));
    await refused(paused.relay.begin(paused.sender));
    expect(await world.underway()).to.have.members(ids(1, 2));
    await next.relay.settle(0, outcomeOf("done", []));
    await next.relay.settle(1, outcomeOf("done", []));
    expect((await world.all()).map(({ state }) => state)).to.deep.equal(["confirmed", "confirmed", "queued", "queued"]);
  });

  it("hears of the last transaction of its predecessor when it takes the same nonce", async () => {
    const paused = await world.process();
    const next = await world.process();
    await paused.relay.begin(paused.sender);
    await add(paused, 1);
    const inHand = await queued(paused);
    await next.relay.begin(next.sender);
    // It wakes up, and is the first to take the nonce: so be it, as everyone who comes after sees it.
    const last = transactionOf(0, inHand);
    await paused.relay.saveTransaction(last);
    await refused(next.relay.saveTransaction(transactionOf(0, inHand)));
    const { open } = await next.relay.begin(next.sender);
    expect(open.map(({ hash }) => hash)).to.deep.equal([last.hash]);
    await next.relay.settle(0, outcomeOf("done", []));
    expect(await stateOf(actId(1))).to.equal("confirmed");
  });

  it("keeps each act in one place through cuts at any byte", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("send" as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constantFrom("done" as const, "reverted" as const), fails: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ do: fc.constant("abandon" as const), fails: fc.integer({ min: 0, max: 1 }) }),
    );
    const cut = fc.option(fc.integer({ min: 0, max: 4_000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, cut), { minLength: 3, maxLength: 10 }), async (steps) => {
        await world.clear();
        const founder = await world.process();
        await add(founder, ...Array.from({ length: 8 }, (_, i) => i));
        /** The truth, as the chain would have it. */
        const mined = new Map<string, TransactionOutcome>();

        async function work(process: Process, { do: what, ...how }: (typeof steps)[number][0]): Promise<void> {
          const { open, nextNonce } = await process.relay.begin(process.sender);
          if (what === "send") {
            const acts = await process.relay.takeQueued((how as { count: number }).count);
            const nonce = Math.max(nextNonce, ...open.map((one) => one.nonce + 1));
            if (acts.length > 0)
              await process.relay.saveTransaction(
                transactionOf(
                  nonce,
                  acts.map(({ id }) => id),
                ),
              );
            return;
          }
          const oldest: OpenTransaction | undefined = open[0];
          if (!oldest) return;
          const known = mined.get(oldest.hash);
          const failed = oldest.actIds.slice(0, (how as { fails: number }).fails);
          if (what === "abandon" && !known) {
            if (open.length > 1) return; // only the last can be given up without leaving a gap
            await process.relay.abandon(
              oldest,
              failed.map((id) => ({ actId: id, reason: "no" })),
            );
            return;
          }
          const outcome = known ?? outcomeOf(what === "done" ? "done" : "reverted", failed);
          mined.set(oldest.hash, outcome);
          await process.relay.settle(oldest.nonce, outcome);
        }

        for (const [each, bytes] of steps) {
          const way = await world.way();
          const process = await world.process(way);
          if (bytes !== undefined) way.cutAfter(bytes);
          await work(process, each).catch(() => undefined);
          await process.connection.destroy().catch(() => undefined);
          await way.close();

          // Whoever comes next finds each act once: waiting, on its way in one transaction, or settled.
          const successor = await world.process();
          await successor.relay.begin(successor.sender);
          const waiting = await queued(successor);
          const underway = await world.underway();
          const settled = (await world.all()).filter(({ state }) => state === "confirmed" || state === "failed");
          const places = [...waiting, ...underway, ...settled.map(({ _id }) => _id)];
          expect([...places].sort()).to.deep.equal(ids(0, 1, 2, 3, 4, 5, 6, 7).sort());
          expect(waiting, "the queue's order").to.deep.equal(
            ids(0, 1, 2, 3, 4, 5, 6, 7).filter((id) => waiting.includes(id)),
          );
        }
      }),
      { numRuns: 12 },
    );
  });
});
