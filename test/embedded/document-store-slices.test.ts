import { expect } from "chai";
import { MongoClient } from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

const N = 60_000;

describe("document store: long work beside other work", () => {
  let s: TestStore;
  const c = () => s.db.collection<Loose>("c");
  before(async () => {
    s = await startTestStore();
    for (let i = 0; i < N; i += 10_000)
      await c().insertMany(
        Array.from({ length: 10_000 }, (_, j) => ({
          _id: i + j,
          key: (i + j) % 100,
          text: `${i + j}`.padStart(120, "x"),
        })),
      );
  });
  after(() => s.stop());

  /** How many small writes were acknowledged while the long work was under way. */
  async function writesDuring(work: Promise<unknown>): Promise<number> {
    let done = false;
    const end = work.finally(() => {
      done = true;
    });
    let n = 0;
    while (!done) {
      await s.db.collection<Loose>("other").updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true });
      if (!done) n++;
    }
    await end;
    return n;
  }

  const long: [string, () => Promise<unknown>][] = [
    [
      "a group",
      () =>
        c()
          .aggregate([{ $group: { _id: "$key", n: { $sum: 1 }, last: { $max: "$text" } } }])
          .toArray(),
    ],
    [
      "a search without an index",
      () =>
        c()
          .find({ text: /nothing like it$/ })
          .toArray(),
    ],
    ["a sort without an index", () => c().find().sort({ text: -1 }).limit(20).toArray()],
    ["a distinct", () => c().distinct("text", { _id: { $lt: 40_000 } })],
    ["an update of many", () => c().updateMany({ key: { $lt: 30 } }, { $inc: { times: 1 } })],
    ["an index being built", () => c().createIndex({ text: 1, key: -1 })],
    [
      "a join",
      () =>
        c()
          .aggregate([
            { $match: { _id: { $lt: 3000 } } },
            { $lookup: { from: "c", localField: "_id", foreignField: "_id", as: "j" } },
            { $count: "n" },
          ])
          .toArray(),
    ],
    ["one long batch", () => c().insertMany(Array.from({ length: 20_000 }, (_, i) => ({ _id: N + i, text: "later" })))],
    ["a removal of many", () => c().deleteMany({ _id: { $gte: N } })],
  ];
  for (const [name, work] of long)
    it(`${name} doesn't stop writers`, async () => {
      expect(await writesDuring(work())).to.be.greaterThan(3);
    });

  it("did all of that rightly", async () => {
    expect(await c().countDocuments({ key: { $lt: 30 }, times: 1 })).to.equal(N * 0.3);
    expect(await c().countDocuments({})).to.equal(N);
    const { valid, errors } = await s.db.command({ validate: "c" });
    expect(errors).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  it("builds an index over documents that change meanwhile", async () => {
    const d = s.db.collection<Loose>("d");
    await d.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ _id: i, v: [i, i + 0.5] })));
    const building = d.createIndex({ v: 1 });
    await Promise.all([
      ...Array.from({ length: 50 }, (_, i) => d.updateOne({ _id: i * 399 }, { $set: { v: -i } })),
      ...Array.from({ length: 50 }, (_, i) => d.deleteOne({ _id: i * 397 + 1 })),
      ...Array.from({ length: 50 }, (_, i) => d.insertOne({ _id: 20_000 + i, v: i })),
    ]);
    await building;
    const { valid, errors } = await s.db.command({ validate: "d" });
    expect(errors).to.deep.equal([]);
    expect(valid).to.equal(true);
    const plan = await d.find({ v: -7 }).explain("queryPlanner");
    expect(JSON.stringify(plan)).to.contain("v_1");
    expect((await d.find({ v: -7 }).toArray()).map((x) => x._id)).to.deep.equal([7 * 399]);
  });

  it("gives up a unique index whose rule is broken, wherever the other one is", async () => {
    const d = s.db.collection<Loose>("e");
    await d.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ _id: i, v: i === 19_999 ? 3 : i })));
    const refused = await failure(d.createIndex({ v: 1 }, { unique: true }));
    expect(refused.code).to.equal(11000);
    expect(await d.indexes()).to.have.length(1);
    await d.updateOne({ _id: 19_999 }, { $set: { v: -1 } });
    await d.createIndex({ v: 1 }, { unique: true });
    expect((await failure(d.insertOne({ _id: 30_000, v: 5 }))).code).to.equal(11000);
  });

  it("stops at maxTimeMS with code 50, and serves on", async () => {
    const slow = c()
      .find({ text: { $in: [/a$/, /b$/, /c$/] } })
      .maxTimeMS(5);
    expect((await failure(slow.toArray())).code).to.equal(50);
    expect((await c().findOne({ _id: 1 }))?._id).to.equal(1);
  });

  it("drops the work of a client that goes away", async () => {
    const client = await MongoClient.connect(s.store.uri);
    const waiting = failure(client.db("test").collection("c").find({ text: /none$/ }).toArray());
    await client.close(true);
    await waiting;
    expect(await writesDuring(new Promise((resolve) => setTimeout(resolve, 50)))).to.be.greaterThan(0);
  });

  it("refuses a sort and a group that would take too much memory", async () => {
    const big = s.db.collection<Loose>("big");
    for (let i = 0; i < 12; i++)
      await big.insertMany(Array.from({ length: 10 }, (_, j) => ({ _id: i * 10 + j, blob: `${j}`.repeat(1_000_000) })));
    expect((await failure(big.find().sort({ blob: 1 }).toArray())).code).to.equal(292);
    const push = [{ $group: { _id: null, all: { $push: "$blob" } } }];
    expect((await failure(big.aggregate(push).toArray())).code).to.equal(146);
    // The best few of them need little memory.
    const few = await big.find().sort({ blob: -1 }).limit(2).project({ blob: 0 }).toArray();
    expect(few).to.have.length(2);
    await big.drop();
  });

  it("ends a cursor whose collection or index is gone with code 175, and one that was closed with 43", async () => {
    const d = s.db.collection<Loose>("f");
    await d.insertMany(Array.from({ length: 2000 }, (_, i) => ({ _id: i, v: i })));
    const cursor = d.find({}, { batchSize: 10 });
    await cursor.next();
    await d.drop();
    expect((await failure(cursor.toArray())).code).to.equal(175);
    const first = await s.db.command({ find: "c", filter: {}, batchSize: 2 });
    await s.db.command({ killCursors: "c", cursors: [first.cursor.id] });
    expect((await failure(s.db.command({ getMore: first.cursor.id, collection: "c" }))).code).to.equal(43);
  });
});
