import { expect } from "chai";
import { Long } from "mongodb";
import { failure } from "./document-store-support.ts";
import { type Collection, usesStore } from "./document-store-tables.ts";

describe("document store: reading and writing", () => {
  const s = usesStore();
  const { fresh } = s;

  const updates: [string, object, object, object, object, object?][] = [
    ["$set makes the way", { a: 1 }, {}, { $set: { "b.c": 2 } }, { a: 1, b: { c: 2 } }],
    ["$set into an array", { a: [1, 2] }, {}, { $set: { "a.1": 9 } }, { a: [1, 9] }],
    ["$unset", { a: 1, b: { c: 1, d: 2 } }, {}, { $unset: { "b.c": "" } }, { a: 1, b: { d: 2 } }],
    ["$inc of a missing field", {}, {}, { $inc: { n: 5 } }, { n: 5 }],
    [
      "$mul, $min, $max",
      { a: 2, b: 5, c: 5 },
      {},
      { $mul: { a: 3 }, $min: { b: 1 }, $max: { c: 9 } },
      { a: 6, b: 1, c: 9 },
    ],
    [
      "$push with $each, $sort, $slice",
      { a: [3] },
      {},
      { $push: { a: { $each: [1, 2], $sort: 1, $slice: 2 } } },
      { a: [1, 2] },
    ],
    ["$push with $position", { a: [1, 2] }, {}, { $push: { a: { $each: [9], $position: 0 } } }, { a: [9, 1, 2] }],
    ["$addToSet", { a: [{ x: 1 }] }, {}, { $addToSet: { a: { $each: [{ x: 1 }, 2, 2] } } }, { a: [{ x: 1 }, 2] }],
    [
      "$pull by condition",
      { a: [{ x: 1, y: 2 }, { x: 5 }] },
      {},
      { $pull: { a: { x: { $gte: 3 } } } },
      { a: [{ x: 1, y: 2 }] },
    ],
    ["$pull of a value", { a: [1, 2, 1] }, {}, { $pull: { a: 1 } }, { a: [2] }],
    [
      "$pullAll and $pop",
      { a: [1, 2, 3], b: [1, 2] },
      {},
      { $pullAll: { a: [1, 3] }, $pop: { b: -1 } },
      { a: [2], b: [2] },
    ],
    ["$rename", { a: 1 }, {}, { $rename: { a: "b.c" } }, { b: { c: 1 } }],
    [
      "the positional operator",
      { a: [{ k: 1 }, { k: 2 }] },
      { "a.k": 2 },
      { $set: { "a.$.v": 7 } },
      { a: [{ k: 1 }, { k: 2, v: 7 }] },
    ],
    [
      "positional after $elemMatch",
      {
        a: [
          { k: 1, z: 0 },
          { k: 1, z: 1 },
        ],
      },
      { a: { $elemMatch: { k: 1, z: 1 } } },
      { $inc: { "a.$.z": 1 } },
      {
        a: [
          { k: 1, z: 0 },
          { k: 1, z: 2 },
        ],
      },
    ],
    ["$[] on all", { a: [1, 2] }, {}, { $inc: { "a.$[]": 10 } }, { a: [11, 12] }],
    [
      "arrayFilters",
      { a: [{ k: 1 }, { k: 2 }] },
      {},
      { $set: { "a.$[e].v": 1 } },
      { a: [{ k: 1 }, { k: 2, v: 1 }] },
      { arrayFilters: [{ "e.k": { $gt: 1 } }] },
    ],
    [
      "a pipeline",
      { a: 2, b: 3 },
      {},
      [{ $set: { c: { $add: ["$a", "$b"] } } }, { $unset: "b" }] as never,
      { a: 2, c: 5 },
    ],
  ];
  for (const [name, start, filter, update, expected, options] of updates) {
    it(`updates with ${name}`, async () => {
      const c = await fresh([{ _id: 1, ...start }]);
      const r = await c.updateOne({ _id: 1, ...filter } as never, update, options ?? {});
      expect(r).to.include({ matchedCount: 1, modifiedCount: 1 });
      expect(await c.findOne()).to.deep.equal({ _id: 1, ...expected });
    });
  }

  it("upserts from the filter's equalities, replaces whole documents, counts what it modified", async () => {
    const c = await fresh();
    const up = await c.updateOne(
      { "a.b": 1, n: { $gt: 5 } },
      { $set: { x: 1 }, $setOnInsert: { y: 2 } },
      { upsert: true },
    );
    expect(await c.findOne({ _id: up.upsertedId! })).to.deep.include({ a: { b: 1 }, x: 1, y: 2 });
    await c.replaceOne({ _id: up.upsertedId! }, { z: 1 });
    expect(await c.findOne()).to.deep.equal({ _id: up.upsertedId, z: 1 });
    expect((await c.updateMany({}, { $set: { z: 1 } })).modifiedCount).to.equal(0);
  });

  it("findOneAndUpdate sorts, projects, removes", async () => {
    const c = await fresh([
      { _id: 1, n: 3, s: "x" },
      { _id: 2, n: 1, s: "x" },
      { _id: 3, n: 2, s: "x" },
    ]);
    const first = await c.findOneAndUpdate({ s: "x" }, { $set: { s: "y" } }, { sort: { n: 1 }, projection: { s: 1 } });
    expect(first).to.deep.equal({ _id: 2, s: "x" });
    expect(await c.findOneAndDelete({ s: "x" }, { sort: { n: -1 } })).to.include({ _id: 1 });
    expect(await c.countDocuments()).to.equal(2);
  });

  const errors: [string, number, (c: Collection) => Promise<unknown>][] = [
    ["a changed _id", 66, (c) => c.updateOne({ _id: 1 } as never, { $set: { _id: 2 } } as never)],
    ["a replacement with another _id", 66, (c) => c.replaceOne({ n: 1 }, { _id: 9 } as never)],
    ["an unknown update operator", 9, (c) => c.updateOne({}, { $foo: { a: 1 } } as never)],
    ["an unknown filter operator", 2, (c) => c.find({ n: { $foo: 1 } as never }).toArray()],
    ["conflicting update paths", 40, (c) => c.updateOne({}, { $set: { a: 1, "a.b": 2 } })],
    ["a path through a scalar", 28, (c) => c.updateOne({ _id: 1 } as never, { $set: { "n.x": 2 } })],
    ["$inc of a string", 14, (c) => c.updateOne({ _id: 1 } as never, { $inc: { s: 1 } } as never)],
    ["$push onto a number", 2, (c) => c.updateOne({ _id: 1 } as never, { $push: { n: 1 } } as never)],
    ["an unknown stage", 40324, (c) => c.aggregate([{ $nope: {} }]).toArray()],
    ["an array as _id", 2, (c) => c.insertOne({ _id: [1] } as never)],
    ["an unknown command", 59, () => s.db.command({ launch: 1 })],
    ["a tailable cursor", 2, (c) => s.db.command({ find: c.collectionName, tailable: true })],
    ["a collation", 115, (c) => c.find({}, { collation: { locale: "zh" } }).toArray()],
    [
      "parallel arrays in an index",
      171,
      async (c) => {
        await c.createIndex({ p: 1, q: 1 });
        await c.insertOne({ p: [1], q: [2] } as never);
      },
    ],
    ["a text index", 67, (c) => c.createIndex({ s: "text" })],
    [
      "two names for one index",
      85,
      async (c) => {
        await c.createIndex({ n: 1 }, { name: "one" });
        await c.createIndex({ n: 1 }, { name: "two" });
      },
    ],
    [
      "a transaction",
      263,
      (c) =>
        s.db.command({
          insert: c.collectionName,
          documents: [{ z: 1 }],
          txnNumber: Long.fromNumber(1),
          startTransaction: true,
          autocommit: false,
        }),
    ],
  ];
  for (const [name, code, run] of errors) {
    it(`refuses ${name} with code ${code}`, async () => {
      const c = await fresh([{ _id: 1, n: 1, s: "x" }]);
      expect((await failure(run(c))).code).to.equal(code);
      expect(await c.findOne({ _id: 1 } as never)).to.deep.equal({ _id: 1, n: 1, s: "x" });
    });
  }
});
