import { expect } from "chai";
import type { Entity, EntityKind } from "../../backend/features/ledger-index/domain/facts.ts";
import { applyEvent, ENTITY_KINDS, entitiesOf } from "../../backend/features/ledger-index/domain/projections.ts";
import type { LedgerIndex } from "../../backend/features/ledger-index/index-service.ts";
import { type LedgerStore, SLOTS, type SlotStore } from "../../backend/features/ledger-index/projection-store.ts";
import { createLedgerRebuild } from "../../backend/features/ledger-index/rebuild-service.ts";
import { ledgerIndexOf } from "../../backend/ledger-index.ts";
import { type LedgerModel, ledgerChain, ledgerChainSimulator } from "../support/ledger-chain.ts";
import { catchUp, ledgerStores, quietly } from "../support/ledger-store.ts";

describe("the index of the ledger", function () {
  this.timeout(120_000);
  const newStore = ledgerStores();
  const indexOf = (store: LedgerStore, chain: ReturnType<typeof ledgerChainSimulator>): LedgerIndex =>
    ledgerIndexOf(store, ledgerChain, chain.source, 0);
  const everything = async (index: LedgerIndex): Promise<{ [Kind in EntityKind]: Map<string, Entity<Kind>> }> =>
    Object.fromEntries(
      await Promise.all(
        ENTITY_KINDS.map(async (kind) => [
          kind,
          new Map((await index.page(kind, "", 100_000)).map((entity) => [entity.key, entity])),
        ]),
      ),
    );

  /** The index holds what the model does, no more and no less. */
  async function expectModel(index: LedgerIndex, model: LedgerModel): Promise<void> {
    const held = await everything(index);
    const shown = <Kind extends EntityKind, T>(kind: Kind, of: (facts: Entity<Kind>["facts"]) => T) =>
      Object.fromEntries([...held[kind]].map(([key, { facts }]) => [key, of(facts)]));
    const text = (all: Record<string, object>) =>
      JSON.parse(JSON.stringify(all, (_, value) => (typeof value === "bigint" ? String(value) : value)));
    expect(shown("participant", ({ status }) => status)).to.deep.equal(model.participants);
    expect(
      shown("request", ({ state, amountFen, grantedFen, drawnFen, repaidFen, award }) => ({
        ...{ state, amount: amountFen, granted: grantedFen, drawn: drawnFen, repaid: repaidFen },
        bid: award?.bidHash ?? null,
      })),
    ).to.deep.equal(text(model.requests));
    expect(
      shown("grant", ({ requestKey, amountFen, drawnFen, repaidFen }) => ({
        ...{ requestKey, amount: amountFen, drawn: drawnFen, repaid: repaidFen },
      })),
    ).to.deep.equal(text(model.grants));
    expect(shown("anchor", ({ count }) => count)).to.deep.equal(model.anchors);
    expect(shown("consent", ({ state }) => ["none", "active", "paused", "revoked"].indexOf(state))).to.deep.equal(
      model.consents,
    );
    expect(shown("pledge", ({ state }) => state)).to.deep.equal(model.pledges);
    expect(
      shown("seal", ({ status, documents }) => ({
        status: ["none", "issued", "suspended", "revoked"].indexOf(status),
        documents,
      })),
    ).to.deep.equal(model.seals);
  }

  it("holds what the events add up to, however they arrive", async () => {
    const chain = ledgerChainSimulator(1);
    const { store } = await newStore();
    const index = indexOf(store, chain);
    for (const blocks of [1, 3, 60, 200]) {
      chain.mine(blocks);
      await catchUp(index);
      await expectModel(index, chain.model());
    }
    expect(
      Object.values(
        await createLedgerRebuild(store, index)
          .summary()
          .then(({ events }) => events),
      ),
    ).to.satisfy((counts: number[]) => counts.reduce((a, b) => a + b, 0) === chain.logs());
  });

  it("takes an event once, however often it comes", async () => {
    const chain = ledgerChainSimulator(9);
    chain.mine(60);
    const { store } = await newStore();
    await catchUp(indexOf(store, chain));
    const { events, entities } = store.slots.a;
    const held = new Map<string, Entity>();
    for await (const entity of entities.all()) held.set(entity._id, entity);
    let again = 0;
    for await (const event of events.all(60)) {
      for (const id of entitiesOf(event)) {
        again += 1;
        expect(applyEvent(held.get(id), id, event)).to.equal(held.get(id));
      }
    }
    expect(again).to.be.above(60);
  });

  it("takes events back that a reorganisation took off the chain", async () => {
    for (const seed of [2, 3, 4]) {
      const chain = ledgerChainSimulator(seed);
      const { store } = await newStore();
      const index = indexOf(store, chain);
      chain.mine(80);
      await catchUp(index);
      for (const [cut, mined] of [
        [79, 3],
        [60, 40],
        [90, 2],
        [0, 30],
        [20, 70],
      ] as const) {
        chain.cut(cut);
        chain.mine(mined);
        await catchUp(index);
        await expectModel(index, chain.model());
        const { differences } = await createLedgerRebuild(store, index).check(quietly);
        expect(differences).to.deep.equal([]);
      }
    }
  });

  it("stays behind the head by its confirmations, and says how far", async () => {
    const chain = ledgerChainSimulator(5);
    const { store } = await newStore();
    const index = indexOf(store, chain);
    chain.mine(20);
    await catchUp(index);
    const model = chain.model();
    const before = chain.logs();
    chain.mine(4);
    await catchUp(index, 5);
    await expectModel(index, model);
    expect(await index.status()).to.deep.equal({
      headBlock: 23,
      indexedBlock: 19,
      eventsWaiting: chain.logs() - before,
    });
    await catchUp(index, 1);
    expect(await index.status()).to.deep.equal({ headBlock: 23, indexedBlock: 23, eventsWaiting: 0 });
  });

  it("is rebuilt to the same, byte for byte, while the old one answers", async () => {
    const chain = ledgerChainSimulator(6);
    const { store } = await newStore();
    const index = indexOf(store, chain);
    chain.mine(120);
    await catchUp(index);
    chain.cut(70);
    chain.mine(80);
    await catchUp(index);
    const rebuild = createLedgerRebuild(store, index);
    const before = await rebuild.summary();
    const slot = await store.current();
    let answered = 0;
    const after = await rebuild.rebuild({
      ...quietly,
      async progress() {
        expect(await store.current()).to.equal(slot);
        await expectModel(index, chain.model());
        answered += 1;
      },
    });
    expect(answered).to.be.above(0);
    expect(after).to.deep.equal(before);
    expect(await store.current()).to.not.equal(slot);
    expect(await rebuild.summary()).to.deep.equal(before);
    // And it goes on from there.
    chain.mine(10);
    await catchUp(index);
    await expectModel(index, chain.model());
  });

  it("names what was changed, lost or added behind its back", async () => {
    const chain = ledgerChainSimulator(7);
    const { store, connection } = await newStore();
    const index = indexOf(store, chain);
    chain.mine(150);
    await catchUp(index);
    const rebuild = createLedgerRebuild(store, index);
    const entities = connection.collection<{ _id: string }>(`ledgerEntities.${await store.current()}`);
    const events = connection.collection<{ _id: string }>(`ledgerEvents.${await store.current()}`);
    const [grant, lost] = await index.page("grant", "", 2);
    await entities.updateOne({ _id: grant!._id }, { $set: { "facts.amountFen": "1" } });
    await entities.deleteOne({ _id: lost!._id });
    await entities.insertOne({ ...grant!, _id: "grant:0xforged", key: "0xforged" } as never);
    const anchored = (await events.findOne({ name: "anchors.BatchAnchored" } as never))!;
    await events.deleteOne({ _id: anchored._id });
    const { differences } = await rebuild.check(quietly);
    expect(differences.map(({ id, stored, replayed }) => [id, !!stored, !!replayed])).to.have.deep.members([
      [grant!._id, true, true],
      [lost!._id, false, true],
      ["grant:0xforged", true, false],
      [anchored._id, false, true],
    ]);
    await rebuild.rebuild(quietly);
    expect((await rebuild.check(quietly)).differences).to.deep.equal([]);
  });

  it("refuses an index of another chain's contracts", async () => {
    const chain = ledgerChainSimulator(8);
    chain.mine(5);
    const { store } = await newStore();
    await catchUp(indexOf(store, chain));
    const other = { ...ledgerChain, chainId: 78 };
    const { step } = ledgerIndexOf(store, other, chain.source, 0).indexer(quietly);
    const error = await step().catch((thrown: { code: string }) => thrown);
    expect(error).to.have.property("code", "ledger.otherChain");
  });

  it("comes to the same whenever it dies, and whatever the chain does meanwhile", async () => {
    for (const seed of [11, 12, 13]) {
      const chain = ledgerChainSimulator(seed);
      const { store } = await newStore();
      let left = Number.POSITIVE_INFINITY;
      let deaths = 0;
      const dying = dyingStore(store, () => {
        left -= 1;
        return left < 0;
      });
      for (let round = 0; round < 25; round++) {
        if (round % 4 === 3) chain.cut(Math.max(1, chain.head() - ((round * 7) % 25)));
        chain.mine(6, 8);
        // Sooner or later in the step; a new process each time.
        left = (round * 5) % 9;
        const { step } = indexOf(dying, chain).indexer(quietly);
        try {
          while (await step());
        } catch (error) {
          expect((error as Error).message).to.equal("power cut");
          deaths += 1;
        }
      }
      expect(deaths).to.be.above(15);
      const index = indexOf(store, chain);
      await catchUp(index);
      await expectModel(index, chain.model());
      expect((await createLedgerRebuild(store, index).check(quietly)).differences).to.deep.equal([]);
    }
  });
});

/** The same store, some of whose calls fail: before they are carried out, after it, or half way. */
function dyingStore(store: LedgerStore, dies: () => boolean): LedgerStore {
  let deaths = 0;
  const half = (argument: unknown): unknown => {
    if (Array.isArray(argument)) return argument.slice(0, argument.length / 2);
    if (argument instanceof Map) return new Map([...argument].slice(0, argument.size / 2));
    return argument;
  };
  const wrap = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value = target[name as keyof T] as unknown;
        if (typeof value !== "function" || value.constructor.name !== "AsyncFunction") return value;
        return async (...args: unknown[]) => {
          if (!dies()) return value.apply(target, args);
          deaths += 1;
          if (deaths % 3 > 0) await value.apply(target, deaths % 3 === 1 ? args : args.map(half));
          throw new Error("power cut");
        };
      },
    });
  const slots = Object.fromEntries(
    SLOTS.map((slot) => {
      const { events, entities, cursor } = store.slots[slot];
      return [slot, { events: wrap(events), entities: wrap(entities), cursor: wrap(cursor) }];
    }),
  ) as Record<"a" | "b", SlotStore>;
  return { ...store, slots };
}
