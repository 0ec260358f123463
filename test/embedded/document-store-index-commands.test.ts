import { expect } from "chai";
import type { Collection, Document } from "mongodb";
import { commandTests } from "./document-store-command-tests.ts";
import { failure, type Loose } from "./document-store-support.ts";

describe("document store: commands for indexes", () => {
  const t = commandTests();
  const { fresh, run, code, refusals } = t;

  const create = (c: string, ...indexes: Document[]): Document => ({ createIndexes: c, indexes });

  it("answers what it did", async () => {
    const c = fresh();
    const spec = { key: { a: 1 }, name: "a_1" };
    expect(await run(create(c, spec))).to.include({
      numIndexesBefore: 1,
      numIndexesAfter: 2,
      createdCollectionAutomatically: true,
      commitQuorum: "votingMembers",
    });
    expect(await run(create(c, spec))).to.include({ numIndexesAfter: 2, note: "all indexes already exist" });
    await run(create(c, { key: { a: 1 }, name: "u", unique: true }, { key: { a: 1 }, name: "s", sparse: true }));
    expect((await t.s.db.collection(c).indexes()).map((i) => i.name)).to.deep.equal(["_id_", "a_1", "u", "s"]);
  });

  it("shows them as MongoDB does", async () => {
    const c = fresh();
    await run(
      create(
        c,
        { key: { a: 1, "b.c": -1 }, name: "one", unique: true, background: true, sparse: false },
        { key: { d: 1 }, name: "two", partialFilterExpression: { d: { $gt: 5 } } },
        { key: { e: 1 }, name: "three", expireAfterSeconds: 10.9, hidden: true, v: 1 },
        { key: { _id: 1 }, name: "other" },
      ),
    );
    expect(await t.s.db.collection(c).indexes()).to.deep.equal([
      { v: 2, key: { _id: 1 }, name: "_id_" },
      { v: 2, key: { a: 1, "b.c": -1 }, name: "one", background: true, unique: true },
      { v: 2, key: { d: 1 }, name: "two", partialFilterExpression: { d: { $gt: 5 } } },
      { v: 1, key: { e: 1 }, name: "three", expireAfterSeconds: 10, hidden: true },
    ]);
    const reply = await run({ listIndexes: c, cursor: { batchSize: 1 } });
    expect(reply.cursor).to.deep.include({ ns: `test.${c}` });
    expect(reply.cursor.firstBatch).to.have.length(1);
    expect(await code(run({ listIndexes: "nothing" }))).to.equal(26);
  });

  it("refuses those that can't be", async () => {
    const c = fresh();
    const one = (key: unknown, more: Document = {}) => create(c, { key, name: "n", ...more });
    const partial = (partialFilterExpression: unknown) => one({ a: 1 }, { partialFilterExpression });
    await refusals([
      [create(c), 2],
      [{ createIndexes: c, indexes: {} }, 14],
      [{ createIndexes: c }, 40414],
      [{ createIndexes: c, indexes: [{ key: { a: 1 }, name: "a" }], other: 1 }, 40415],
      [create(c, {}), 9],
      [create(c, { key: { a: 1 } }), 9],
      [create(c, { name: "a" }), 9],
      [one("a"), 14],
      [one({}), 67],
      [one({ a: 0 }), 67],
      [one({ a: Number.NaN }), 67],
      [one({ a: true }), 67],
      [one({ a: {} }), 67],
      [one({ a: "" }), 67],
      [one({ a: "text" }), 67],
      [one({ a: "hashed" }), 67],
      [one({ a: "2dsphere" }), 67],
      [one({ a: "nonsense" }), 67],
      [one({ "$**": 1 }), 67],
      [one({ "a.$**": 1 }), 67],
      [one({ "": 1 }), 67],
      [one({ "a..b": 1 }), 67],
      [one({ ".a": 1 }), 67],
      [one({ $a: 1 }), 67],
      [one({ "a.$b": 1 }), 67],
      [one(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}`, 1]))), 13103],
      [one({ a: 1 }, { name: "" }), 67],
      [one({ a: 1 }, { name: "*" }), 2],
      [one({ a: 1 }, { name: "_id_" }), 2],
      [one({ a: 1 }, { name: "a\0b" }), 67],
      [one({ a: 1 }, { name: 1 }), 14],
      [one({ a: 1 }, { unique: "yes" }), 14],
      [one({ a: 1 }, { sparse: {} }), 14],
      [one({ a: 1 }, { hidden: 1 }), 14],
      [one({ a: 1 }, { v: 0 }), 67],
      [one({ a: 1 }, { v: 3 }), 67],
      [one({ a: 1 }, { v: "2" }), 14],
      [one({ a: 1 }, { invalidField: 1 }), 197],
      [one({ a: 1 }, { wildcardProjection: { a: 1 } }), 2],
      [one({ a: 1 }, { weights: { a: 1 } }), 67],
      [one({ a: 1 }, { collation: { locale: "zh" } }), 67],
      [one({ a: 1 }, { collation: {} }), 2],
      [one({ a: 1 }, { expireAfterSeconds: "1" }), 67],
      [one({ a: 1 }, { expireAfterSeconds: -1 }), 67],
      [one({ a: 1 }, { expireAfterSeconds: 2 ** 31 }), 67],
      [one({ a: 1, b: 1 }, { expireAfterSeconds: 1 }), 67],
      [one({ _id: 1 }, { unique: true }), 197],
      [one({ _id: 1 }, { sparse: true }), 197],
      [one({ _id: -1 }), 2],
      [partial("x"), 14],
      [partial({ a: { $nope: 1 } }), 2],
      [partial({ a: { $ne: 1 } }), 67],
      [partial({ a: { $exists: false } }), 67],
      [partial({ a: /x/ }), 67],
      [partial({ a: { $not: { $gt: 1 } } }), 67],
      [partial({ $nor: [{ a: 1 }] }), 67],
      [partial({ $expr: { $eq: ["$a", 1] } }), 224],
      [one({ a: 1 }, { partialFilterExpression: { a: 1 }, sparse: true }), 67],
    ]);
    expect(await t.s.db.listCollections({ name: c }).toArray()).to.deep.equal([]);
    await run({ ...one({ a: 1 }, { invalidField: 1 }), ignoreUnknownIndexOptions: true });
    await run(
      create(c, {
        key: { b: 1 },
        name: "p",
        partialFilterExpression: { $or: [{ a: { $type: 2 } }, { b: { $in: [1] } }] },
      }),
    );
  });

  it("plans with an index only while it is visible", async () => {
    const c = t.s.db.collection(fresh());
    await c.createIndex({ a: 1 }, { hidden: true });
    await c.insertMany([{ a: 1 }, { a: 2 }]);
    const stage = async (): Promise<string> => {
      const plan = await run({ explain: { find: c.collectionName, filter: { a: 1 } } });
      return (plan.queryPlanner.winningPlan.inputStage ?? plan.queryPlanner.winningPlan).stage;
    };
    expect(await stage()).to.equal("COLLSCAN");
    expect(await code(c.find({ a: 1 }).hint("a_1").toArray())).to.equal(2);
    await run({ collMod: c.collectionName, index: { name: "a_1", hidden: false } });
    expect(await stage()).to.equal("IXSCAN");
    expect(await c.find({ a: 1 }).hint("a_1").toArray()).to.have.length(1);
    await run({ collMod: c.collectionName, index: { name: "a_1", hidden: true } });
    expect(await stage()).to.equal("COLLSCAN");
  });

  it("refuses those that are in the way of each other", async () => {
    const c = fresh();
    await run(create(c, { key: { a: 1 }, name: "a_1" }, { key: { t: 1 }, name: "t_1", expireAfterSeconds: 5 }));
    await refusals([
      [create(c, { key: { b: 1 }, name: "a_1" }), 86],
      [create(c, { key: { a: 1 }, name: "a_1", unique: true }), 86],
      [create(c, { key: { a: 1 }, name: "other" }), 85],
      [create(c, { key: { t: 1 }, name: "t_1", expireAfterSeconds: 6 }), 85],
      [create(c, { key: { t: 1 }, name: "t_2", expireAfterSeconds: 6 }), 85],
      [create(c, { key: { g: 1 }, name: "g" }, { key: { h: 1 }, name: "g" }), 86],
      [create(c, { key: { g: 1 }, name: "g" }, { key: { g: 1 }, name: "g" }), 68],
    ]);
    expect((await t.s.db.collection(c).indexes()).map((i) => i.name)).to.deep.equal(["_id_", "a_1", "t_1"]);
  });

  it("holds 64 at most", async () => {
    const c = fresh();
    await run(create(c, ...Array.from({ length: 63 }, (_, i) => ({ key: { [`f${i}`]: 1 }, name: `n${i}` }))));
    expect(await code(run(create(c, { key: { more: 1 }, name: "more" })))).to.equal(67);
    expect(await t.s.db.collection(c).indexes()).to.have.length(64);
  });

  it("makes none of them when one can't be built", async () => {
    const c = t.s.db.collection(fresh());
    await c.insertMany([
      { a: 1, b: [1], c: [1] },
      { a: 1, b: 1, c: 1 },
    ]);
    const both = create(c.collectionName, { key: { x: 1 }, name: "x" }, { key: { a: 1 }, name: "a", unique: true });
    const e = await failure(run(both));
    expect(e.code).to.equal(11000);
    expect(e.keyPattern).to.deep.equal({ a: 1 });
    expect(e.keyValue).to.deep.equal({ a: 1 });
    expect(e.message).to.match(/^Index build failed: .+ :: caused by :: E11000 duplicate key error collection: /);
    expect(await code(run(create(c.collectionName, { key: { b: 1, c: 1 }, name: "bc" })))).to.equal(171);
    expect((await c.indexes()).map((i) => i.name)).to.deep.equal(["_id_"]);
    await c.insertOne({ a: 1 });
    expect(await c.countDocuments({ a: 1 })).to.equal(3);
  });

  it("makes one index when many clients ask for it at once", async () => {
    const c = t.s.db.collection(fresh());
    await c.insertMany(Array.from({ length: 5000 }, (_, i) => ({ i })));
    await Promise.all(Array.from({ length: 8 }, () => c.createIndex({ i: 1 }, { unique: true })));
    expect((await c.indexes()).map((i) => i.name)).to.deep.equal(["_id_", "i_1"]);
    expect(await code(c.insertOne({ i: 4999 }))).to.equal(11000);
    expect((await run({ validate: c.collectionName })).valid).to.equal(true);
  });

  describe("being built while others work", () => {
    const COUNT = 30_000;
    /** A collection that takes many slices to index; `n` is unique but for the last document. */
    async function big(): Promise<Collection<Loose>> {
      const c = t.s.db.collection<Loose>(fresh());
      await c.insertMany(Array.from({ length: COUNT }, (_, _id) => ({ _id, n: Math.min(_id, COUNT - 2), m: -_id })));
      return c;
    }
    const names = async (c: Collection<Loose>): Promise<unknown> => (await c.indexes()).map((i) => i.name);

    it("holds nobody up, and takes in what is written meanwhile", async () => {
      const c = await big();
      const build = c.createIndex({ m: 1 });
      let [writes, done] = [0, false];
      build.then(() => {
        done = true;
      });
      while (!done) {
        await c.insertOne({ _id: COUNT + writes, m: 7 });
        await c.updateOne({ _id: writes }, { $set: { m: 8 } });
        await c.deleteOne({ _id: COUNT - 1 - writes });
        writes++;
      }
      // Of a build that held writers up the first round alone would have ended. How many more depends on the disk.
      expect(writes).to.be.greaterThan(1);
      expect(await c.countDocuments({ m: 7 }, { hint: "m_1" })).to.equal(writes);
      expect(await c.countDocuments({ m: 8 }, { hint: "m_1" })).to.equal(writes);
      const report = await run({ validate: c.collectionName });
      expect(report.errors).to.deep.equal([]);
      expect(report.keysPerIndex).to.deep.equal({ _id_: COUNT, m_1: COUNT });
    });

    it("leaves nothing when it fails late", async () => {
      const c = await big();
      const e = await failure(c.createIndexes([{ key: { m: 1 } }, { key: { n: 1 }, unique: true }]));
      expect(e.code).to.equal(11000);
      expect(e.keyValue).to.deep.equal({ n: COUNT - 2 });
      expect(await names(c)).to.deep.equal(["_id_"]);
      await c.insertOne({ _id: COUNT, n: 1 });
      await c.deleteMany({ _id: { $gte: COUNT - 1 } });
      await c.createIndex({ n: 1 }, { unique: true });
      expect(await code(c.insertOne({ _id: COUNT, n: 1 }))).to.equal(11000);
      expect((await run({ validate: c.collectionName })).valid).to.equal(true);
    });

    it("ends with its collection, and with its time", async () => {
      const c = await big();
      const [dropped] = await Promise.all([failure(c.createIndex({ m: 1 })), c.drop()]);
      expect(dropped.code).to.equal(276);
      const again = await big();
      const late = run({
        createIndexes: again.collectionName,
        indexes: [{ key: { m: 1 }, name: "m" }],
        maxTimeMS: 20,
      });
      expect(await code(late)).to.equal(50);
      expect(await names(again)).to.deep.equal(["_id_"]);
      await again.createIndex({ m: 1 }, { name: "m" });
      expect(await again.countDocuments({ m: -5 }, { hint: "m" })).to.equal(1);
      expect((await run({ validate: again.collectionName })).valid).to.equal(true);
    });
  });

  it("drops by name, key, list, or all", async () => {
    const c = fresh();
    const drop = (index: unknown): Document => ({ dropIndexes: c, index });
    await run(create(c, ...["a", "b", "d", "e", "f"].map((f) => ({ key: { [f]: 1 }, name: `${f}_1` }))));
    await run(create(c, { key: { a: 1 }, name: "a_unique", unique: true }));
    await refusals([
      [drop("none"), 27],
      [drop({ none: 1 }), 27],
      [drop({ b: -1 }), 27],
      [drop({ a: 1 }), 181],
      [drop("_id_"), 72],
      [drop({ _id: 1 }), 72],
      [drop(["b_1", "_id_"]), 72],
      [drop(["b_1", "none"]), 27],
      [drop(["b_1", 5]), 14],
      [drop(5), 14],
      [{ dropIndexes: c }, 40414],
      [{ dropIndexes: "nothing", index: "*" }, 26],
    ]);
    expect(await run(drop("b_1"))).to.include({ nIndexesWas: 7 });
    expect(await run(drop({ d: 1 }))).to.include({ nIndexesWas: 6 });
    expect(await run(drop(["e_1", "f_1"]))).to.include({ nIndexesWas: 5 });
    expect(await run(drop("*"))).to.include({ nIndexesWas: 3, msg: "non-_id indexes dropped for collection" });
    expect(await t.s.db.collection(c).indexes()).to.have.length(1);
  });
});
