import { expect } from "chai";
import { type Document, Double, ObjectId, Timestamp } from "mongodb";
import { failure } from "./document-store-support.ts";
import { canonical, stored, usesStore } from "./document-store-tables.ts";

/** [what it shows, the filter, the update, what is inserted (without _id)] */
const upserts: [string, Document, Document | Document[], Document][] = [
  ["equalities, ordered by name", { b: 1, a: 2 }, { $set: { c: 3 } }, { a: 2, b: 1, c: 3 }],
  ["dotted paths become documents, numbers too", { "a.0.b": 1 }, { $set: { c: 1 } }, { a: { "0": { b: 1 } }, c: 1 }],
  [
    "$eq, $in of one, $all of one",
    { a: { $eq: 1 }, b: { $in: [2] }, c: { $all: [3] } },
    { $set: { d: 4 } },
    { a: 1, b: 2, c: 3, d: 4 },
  ],
  ["$and, and $or of one", { $and: [{ a: 1 }, { $or: [{ b: 2 }] }] }, { $set: { c: 3 } }, { a: 1, b: 2, c: 3 }],
  ["an equality beside a range", { a: { $eq: 5, $gt: 1 } }, { $inc: { a: 1 } }, { a: 6 }],
  [
    "nothing from ranges, patterns, $or, $nor, $in of two",
    { a: { $gt: 1 }, b: /x/, $or: [{ c: 1 }, { d: 1 }], $nor: [{ e: 1 }], f: { $in: [1, 2] } },
    { $set: { z: 1 } },
    { z: 1 },
  ],
  ["a document or array as it is", { a: { x: 1 }, b: [1, 2] }, { $push: { b: 3 } }, { a: { x: 1 }, b: [1, 2, 3] }],
  ["null is an equality", { a: null }, { $set: { b: 1 } }, { a: null, b: 1 }],
  ["$setOnInsert counts", { a: 1 }, { $setOnInsert: { b: 2 }, $inc: { n: 1 } }, { a: 1, b: 2, n: 1 }],
  ["$unset of what the filter gave", { a: 1, b: 2 }, { $unset: { a: "" } }, { b: 2 }],
  ["$[] of an array of the filter", { a: [1, 2] }, { $inc: { "a.$[]": 1 } }, { a: [2, 3] }],
  ["dollar names of the first level", { a: 1 }, { $set: { $x: 1 } }, { a: 1, $x: 1 }],
  ["a pipeline starts from the filter's fields", { a: 1 }, [{ $set: { b: { $add: ["$a", 1] } } }], { a: 1, b: 2 }],
];

const refusedUpserts: [Document, Document, number, RegExp][] = [
  [
    { $and: [{ a: 1 }, { a: 2 }] },
    { $set: { b: 1 } },
    54,
    /cannot infer query fields to set, path 'a' is matched twice/,
  ],
  [{ a: { $all: [1, 2] } }, { $set: { b: 1 } }, 54, /path 'a' is matched twice/],
  [{ a: { x: 1 }, "a.b": 2 }, { $set: { b: 1 } }, 54, /both paths 'a\.b' and 'a' are matched/],
  [{ _id: 5 }, { $set: { _id: 6 } }, 66, /immutable field '_id'/],
  [
    { $expr: { $eq: ["$a", 1] } },
    { $set: { b: 1 } },
    224,
    /\$expr is not allowed in the query predicate for an upsert/,
  ],
  [{ a: 5 }, { $set: { "a.b": 1 } }, 28, /Cannot create field 'b' in element \{a: 5\}/],
  [{ a: 5 }, { $set: { "b.$": 1 } }, 2, /did not find the match needed from the query/],
  [{ _id: [1] }, { $set: { b: 1 } }, 53, /The '_id' value cannot be of type array/],
  [{ a: 1 }, { $set: { _id: /x/ } }, 53, /The '_id' value cannot be of type regex/],
];

describe("document store: upserts and replacements", () => {
  const store = usesStore();

  describe("upserts take from the filter", () => {
    for (const [what, filter, update, expected] of upserts) {
      it(what, async () => {
        const c = await store.fresh();
        const r = await c.updateOne(filter, update, { upsert: true });
        expect(r).to.include({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1 });
        expect(await stored(c)).to.equal(canonical({ _id: r.upsertedId, ...expected }));
      });
    }

    it("the _id, of any kind, and make one where there is none", async () => {
      const c = await store.fresh();
      await c.updateOne({ _id: 7 }, { $set: { a: 1 } }, { upsert: true });
      await c.updateOne({ _id: null as never }, { $set: { a: 2 } }, { upsert: true });
      await c.updateOne({ "_id.x": 1 } as never, { $set: { a: 3 } }, { upsert: true });
      await c.updateOne({ b: 1 }, { $set: { _id: 9 } } as never, { upsert: true });
      await c.updateOne({ b: 2 }, { $set: { a: 4 } }, { upsert: true });
      const ids = (await c.find().toArray()).map((d) => d._id as unknown);
      expect(ids.slice(0, 4)).to.deep.equal([7, null, { x: 1 }, 9]);
      expect(ids[4]).to.be.instanceOf(ObjectId);
    });

    it("only the _id for a replacement", async () => {
      const c = await store.fresh();
      await c.replaceOne({ _id: 3, a: 1 } as never, { b: 2 }, { upsert: true });
      expect(await c.findOne()).to.deep.equal({ _id: 3, b: 2 });
      await c.replaceOne({ b: 3 }, { _id: null } as never, { upsert: true });
      expect(await c.findOne({ _id: null as never })).to.deep.equal({ _id: null });
      const e = await failure(c.replaceOne({ "_id.x": 1 } as never, { b: 2 }, { upsert: true }));
      expect(e.code).to.equal(111);
    });

    for (const [filter, update, code, message] of refusedUpserts) {
      it(`refuses ${JSON.stringify(filter)} with ${code}`, async () => {
        const c = await store.fresh();
        const e = await failure(c.updateOne(filter, update, { upsert: true }));
        expect(e.message).to.match(message);
        expect(e.code).to.equal(code);
        expect(await c.countDocuments()).to.equal(0);
      });
    }
  });

  describe("replacements", () => {
    it("keep the _id and put it first", async () => {
      const c = await store.fresh([{ _id: 1, a: 1, b: 2 }]);
      await c.replaceOne({ a: 1 }, { c: 3 });
      expect(await stored(c)).to.equal(canonical({ _id: 1, c: 3 }));
      await c.replaceOne({ c: 3 }, { d: 4, _id: 1 } as never);
      expect(await stored(c)).to.equal(canonical({ _id: 1, d: 4 }));
    });

    it("are no change when they say the same", async () => {
      const c = await store.fresh([{ _id: 1, a: 1 }]);
      expect(await c.replaceOne({ _id: 1 }, { a: 1 })).to.include({ matchedCount: 1, modifiedCount: 0 });
      expect(await c.replaceOne({ _id: 1 }, { a: new Double(1) })).to.include({ matchedCount: 1, modifiedCount: 1 });
    });

    it("refuse another _id and dollar names, but take dots and nested dollars", async () => {
      const c = await store.fresh([{ _id: 1, a: 1 }]);
      const other = await failure(c.replaceOne({ a: 1 }, { _id: 2 } as never));
      expect([other.code, other.message]).to.deep.equal([
        66,
        "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
      ]);
      expect((await failure(c.replaceOne({ a: 1 }, { b: 1, $c: 1 }))).code).to.equal(52);
      expect((await failure(c.replaceOne({ a: 1 }, { b: 1, $ref: "x" }))).code).to.equal(55);
      await c.replaceOne({ a: 1 }, { "x.y": 1, d: { $e: 1 } });
      expect(await c.findOne()).to.deep.equal({ _id: 1, "x.y": 1, d: { $e: 1 } });
    });

    it("turn a zero timestamp into the time now", async () => {
      const c = await store.fresh([{ _id: 1 }]);
      await c.replaceOne({ _id: 1 }, { t: new Timestamp(0n), d: { t: new Timestamp(0n) } });
      const d = (await c.findOne())!;
      expect((d.t as Timestamp).isZero()).to.equal(false);
      expect((d.d as Document).t.isZero()).to.equal(true);
    });
  });
});
