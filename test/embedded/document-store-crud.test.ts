import { expect } from "chai";
import mongoose from "mongoose";
import { failure } from "./document-store-support.ts";
import { usesStore } from "./document-store-tables.ts";

describe("document store: reading and writing", () => {
  const s = usesStore();
  const { fresh } = s;

  it("works through mongoose: init, create, versions, conflicts, aggregates", async () => {
    const connection = await mongoose.createConnection(s.store.url("mongoose")).asPromise();
    const schema = new mongoose.Schema(
      { _id: String, usccs: [String], amount: String, version: Number, sub: { a: Number } },
      { strict: "throw" },
    ).index({ amount: 1 }, { unique: true });
    const Model = connection.model("Thing", schema);
    await Model.init();
    await Model.create({ _id: "a", amount: "1", version: 0, usccs: ["x"] });
    const update = { $set: { "sub.a": 3 }, $inc: { version: 1 } };
    const won = await Model.findOneAndUpdate({ _id: "a", version: 0 }, update, { returnDocument: "after" }).lean();
    expect(won).to.include({ version: 1, amount: "1" });
    expect(await Model.findOneAndUpdate({ _id: "a", version: 0 }, update)).to.equal(null);
    const e = await failure(Model.create({ _id: "b", amount: "1" }));
    expect(e.code).to.equal(11000);
    expect(e.message).to.equal(
      'E11000 duplicate key error collection: mongoose.things index: amount_1 dup key: { amount: "1" }',
    );
    expect(e.keyPattern).to.deep.equal({ amount: 1 });
    expect(e.keyValue).to.deep.equal({ amount: "1" });
    expect(await Model.countDocuments({ usccs: "x" })).to.equal(1);
    await Model.syncIndexes();
    await connection.close();
  });

  it("gives one document for 50 concurrent upserts of one key", async () => {
    const c = await fresh();
    await c.createIndex({ key: 1 }, { unique: true });
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        c.findOneAndUpdate(
          { key: "k" },
          { $setOnInsert: { by: i }, $inc: { n: 1 } },
          { upsert: true, returnDocument: "after" },
        ),
      ),
    );
    expect(await c.countDocuments()).to.equal(1);
    expect(new Set(results.map((r) => r!.by)).size).to.equal(1);
    expect((await c.findOne({ key: "k" }))!.n).to.equal(50);
  });

  it("lets one of 50 writers with the same version win", async () => {
    const c = await fresh([{ _id: 1, version: 0 }]);
    const results = await Promise.all(
      Array.from({ length: 50 }, () => c.findOneAndUpdate({ _id: 1, version: 0 }, { $inc: { version: 1 } })),
    );
    expect(results.filter((r) => r !== null)).to.have.length(1);
  });

  it("stops an ordered insert at the first error and goes on in an unordered one", async () => {
    const c = await fresh([{ _id: 2 }]);
    const ordered = await failure(c.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }] as never));
    expect(ordered.code).to.equal(11000);
    expect(await c.distinct("_id")).to.deep.equal([2, 1]);
    const unordered = await failure(c.insertMany([{ _id: 2 }, { _id: 3 }] as never, { ordered: false }));
    expect((unordered.writeErrors as { index: number }[]).map((w) => w.index)).to.deep.equal([0]);
    expect(await c.countDocuments()).to.equal(3);
  });

  it("pages a long result through getMore while others write and delete", async () => {
    const c = await fresh(Array.from({ length: 2500 }, (_, i) => ({ _id: i, v: i % 7 })));
    const seen: unknown[] = [];
    for await (const d of c.find({}, { batchSize: 200 }).sort({ _id: 1 })) {
      seen.push(d._id);
      if (d._id === 300) await c.deleteMany({ _id: { $gte: 2000 } } as never);
      if (d._id === 500) await c.insertOne({ _id: 1500.5 } as never);
    }
    expect(seen).to.deep.equal([
      ...Array.from({ length: 1501 }, (_, i) => i),
      1500.5,
      ...Array.from({ length: 499 }, (_, i) => 1501 + i),
    ]);
    const cursor = c.find({}, { batchSize: 10 });
    await cursor.next();
    await cursor.close();
  });

  it("aggregates: group, unwind, lookup, facet, computed fields", async () => {
    const c = await fresh([
      { _id: 1, city: "yuxi", tags: ["a", "b"], n: 10, ref: 2 },
      { _id: 2, city: "yuxi", tags: ["a"], n: 20, ref: 1 },
      { _id: 3, city: "eshan", tags: [], n: 5, ref: 9 },
    ]);
    expect(
      await c
        .aggregate([
          { $group: { _id: "$city", sum: { $sum: "$n" }, avg: { $avg: "$n" }, all: { $push: "$_id" } } },
          { $sort: { _id: -1 } },
        ])
        .toArray(),
    ).to.deep.equal([
      { _id: "yuxi", sum: 30, avg: 15, all: [1, 2] },
      { _id: "eshan", sum: 5, avg: 5, all: [3] },
    ]);
    expect(await c.aggregate([{ $unwind: "$tags" }, { $sortByCount: "$tags" }]).toArray()).to.deep.equal([
      { _id: "a", count: 2 },
      { _id: "b", count: 1 },
    ]);
    const joined = await c
      .aggregate([
        { $lookup: { from: c.collectionName, localField: "ref", foreignField: "_id", as: "r" } },
        { $project: { r: "$r.n", big: { $cond: [{ $gte: ["$n", 10] }, "yes", "no"] } } },
      ])
      .toArray();
    expect(joined).to.deep.equal([
      { _id: 1, r: [20], big: "yes" },
      { _id: 2, r: [10], big: "yes" },
      { _id: 3, r: [], big: "no" },
    ]);
    expect(
      await c
        .aggregate([
          { $facet: { n: [{ $count: "x" }], top: [{ $sort: { n: -1 } }, { $limit: 1 }, { $project: { _id: 1 } }] } },
        ])
        .next(),
    ).to.deep.equal({ n: [{ x: 3 }], top: [{ _id: 2 }] });
    expect(await c.countDocuments({ n: { $gt: 5 } })).to.equal(2);
  });

  it("lists and drops", async () => {
    const c = await fresh([{ _id: 1 }]);
    expect((await s.db.listCollections({ name: c.collectionName }).toArray())[0]).to.include({ type: "collection" });
    expect((await s.db.admin().listDatabases()).databases.map((d) => d.name)).to.include("test");
    await c.drop();
    expect(await s.db.listCollections({ name: c.collectionName }).toArray()).to.deep.equal([]);
    const other = s.client.db("other");
    await other.collection("x").insertOne({ a: 1 });
    await other.dropDatabase();
    expect((await s.db.admin().listDatabases()).databases.map((d) => d.name)).not.to.include("other");
  });
});
