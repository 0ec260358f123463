import { expect } from "chai";
import { type Collection, type Document, MongoClient } from "mongodb";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { exact } from "./document-store-aggregation-tables.ts";
import { failure, type Loose, startTestStore, type TestStore, temporaryFolder } from "./document-store-support.ts";

const sorted = (c: Collection<Loose>): Promise<Document[]> =>
  c.find({}, { promoteValues: false }).sort({ _id: 1 }).toArray();

/** [what it shows, the target before, the results, the stage's options, the target after or the error's code] */
type MergeRow = [string, Document[], Document[], Document, Document[] | number];

// biome-ignore format: one row a line
const merges: MergeRow[] = [
  ["merges and inserts when nothing is said", [{ _id: 1, a: 1, b: 1 }], [{ _id: 1, a: 2 }, { _id: 2, a: 3 }], {}, [{ _id: 1, a: 2, b: 1 }, { _id: 2, a: 3 }]],
  ["replace, insert", [{ _id: 1, a: 1, b: 1 }], [{ _id: 1, a: 2 }, { _id: 2 }], { whenMatched: "replace" }, [{ _id: 1, a: 2 }, { _id: 2 }]],
  ["replace, discard", [{ _id: 1, a: 1, b: 1 }], [{ _id: 1, a: 2 }, { _id: 2 }], { whenMatched: "replace", whenNotMatched: "discard" }, [{ _id: 1, a: 2 }]],
  ["replace, fail", [{ _id: 1, a: 1 }], [{ _id: 2 }], { whenMatched: "replace", whenNotMatched: "fail" }, 13113],
  ["merge, discard", [{ _id: 1, a: 1 }], [{ _id: 1, b: 2 }, { _id: 2 }], { whenMatched: "merge", whenNotMatched: "discard" }, [{ _id: 1, a: 1, b: 2 }]],
  ["merge, fail", [{ _id: 1, a: 1 }], [{ _id: 2 }], { whenMatched: "merge", whenNotMatched: "fail" }, 13113],
  ["keepExisting, insert", [{ _id: 1, a: 1 }], [{ _id: 1, a: 2 }, { _id: 2 }], { whenMatched: "keepExisting" }, [{ _id: 1, a: 1 }, { _id: 2 }]],
  ["fail, insert", [{ _id: 1 }], [{ _id: 2, a: 1 }], { whenMatched: "fail" }, [{ _id: 1 }, { _id: 2, a: 1 }]],
  ["fail, with one that is there", [{ _id: 1 }], [{ _id: 1 }], { whenMatched: "fail" }, 11000],
  ["a pipeline sees $$new", [{ _id: 1, n: 1 }], [{ _id: 1, n: 5 }, { _id: 2, n: 7 }], { whenMatched: [{ $set: { n: { $add: ["$n", "$$new.n"] } } }] }, [{ _id: 1, n: 6 }, { _id: 2, n: 7 }]],
  ["a pipeline with variables", [{ _id: 1, n: 1 }], [{ _id: 1, n: 5 }], { let: { twice: { $multiply: ["$n", 2] } }, whenMatched: [{ $set: { n: "$$twice" } }] }, [{ _id: 1, n: 10 }]],
  ["a pipeline, discard", [], [{ _id: 1 }], { whenMatched: [{ $set: { n: 1 } }], whenNotMatched: "discard" }, []],
  ["a pipeline, fail", [], [{ _id: 1 }], { whenMatched: [{ $set: { n: 1 } }], whenNotMatched: "fail" }, 13113],
  ["on a unique index", [{ _id: 1, u: "a", v: 1 }], [{ u: "a", v: 2 }], { on: "u" }, [{ _id: 1, u: "a", v: 2 }]],
  ["on a unique index, with another _id", [{ _id: 1, u: "a" }], [{ _id: 2, u: "a" }], { on: "u", whenMatched: "replace" }, 66],
  ["on a field that is an array", [], [{ u: [1] }], { on: "u" }, 51185],
];

describe("document store: $out and $merge", () => {
  let s: TestStore;
  let n = 0;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());
  const fresh = async (docs: Document[] = []): Promise<Collection<Loose>> => {
    const c = s.db.collection<Loose>(`c${n++}`);
    if (docs.length > 0) await c.insertMany(docs as Loose[]);
    return c;
  };
  const names = async (): Promise<string[]> => (await s.db.listCollections().toArray()).map((c) => c.name);

  for (const [what, before, results, options, expected] of merges)
    it(`$merge: ${what}`, async () => {
      const target = await fresh(before);
      await target.createIndex({ u: 1 }, { unique: true, partialFilterExpression: { x: 1 }, name: "partial" });
      if (options.on) await target.createIndex({ u: 1 }, { unique: true });
      // The results of a pipeline over a collection, made so that one without an _id stays so.
      const source = await fresh(results.map((d, i) => ({ _id: i, d })));
      const stages = [
        { $sort: { _id: 1 } },
        { $replaceWith: "$d" },
        { $merge: { into: target.collectionName, ...options } },
      ];
      const run = source.aggregate(stages).toArray();
      if (typeof expected === "number") {
        expect((await failure(run)).code).to.equal(expected);
        expect(exact(await sorted(target))).to.deep.equal(exact(before));
      } else {
        expect(await run).to.deep.equal([]);
        expect(exact(await sorted(target))).to.deep.equal(exact(expected));
      }
    });

  it("$merge keeps what it wrote before it failed", async () => {
    const target = await fresh([{ _id: 2, a: 1 }]);
    const source = await fresh([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const e = await failure(
      source.aggregate([{ $merge: { into: target.collectionName, whenMatched: "fail" } }]).toArray(),
    );
    expect([e.code, (e.keyPattern as Document)._id]).to.deep.equal([11000, 1]);
    expect((await sorted(target)).map((d) => Number(d._id))).to.deep.equal([1, 2]);
  });

  it("$merge into its own collection meets no document twice", async () => {
    const c = await fresh(Array.from({ length: 3000 }, (_, i) => ({ _id: i, v: 1 })));
    const twice = { $addFields: { _id: { $add: ["$_id", 10_000] }, v: { $add: ["$v", 1] } } };
    await c.aggregate([twice, { $merge: { into: c.collectionName, whenMatched: "fail" } }]).toArray();
    expect(await c.countDocuments()).to.equal(6000);
    expect(await c.countDocuments({ v: 2 })).to.equal(3000);
    await c.aggregate([{ $set: { v: { $add: ["$v", 1] } } }, { $merge: c.collectionName }]).toArray();
    expect(await c.distinct("v")).to.deep.equal([2, 3]);
    expect((await names()).filter((name) => name.startsWith("tmp."))).to.deep.equal([]);
  });

  it("$merge and $out write into another database", async () => {
    const source = await fresh([{ _id: 1, a: 1 }]);
    await source.aggregate([{ $merge: { into: { db: "elsewhere", coll: "m" } } }]).toArray();
    await source.aggregate([{ $out: { db: "elsewhere", coll: "o" } }]).toArray();
    for (const name of ["m", "o"])
      expect(await s.client.db("elsewhere").collection(name).find().toArray()).to.deep.equal([{ _id: 1, a: 1 }]);
  });

  it("$out replaces the target and keeps its indexes", async () => {
    const target = await fresh([{ _id: 9, a: 1 }]);
    await target.createIndex({ a: -1 }, { unique: true });
    const source = await fresh([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ]);
    expect(await source.aggregate([{ $sort: { a: -1 } }, { $out: target.collectionName }]).toArray()).to.deep.equal([]);
    expect(await target.find().toArray()).to.deep.equal([
      { _id: 2, a: 2 },
      { _id: 1, a: 1 },
    ]);
    expect((await target.indexes()).map((i) => [i.name, i.unique])).to.deep.equal([
      ["_id_", undefined],
      ["a_-1", true],
    ]);
    const { queryPlanner } = await target.find({ a: 2 }).explain();
    expect(JSON.stringify(queryPlanner)).to.contain("a_-1");
    expect((await failure(target.insertOne({ _id: 3, a: 2 }))).code).to.equal(11000);
  });

  it("$out makes the target, also of nothing, and over the source itself", async () => {
    const source = await fresh([{ _id: 1, a: [1, 2] }]);
    await source.aggregate([{ $match: { a: 5 } }, { $out: "made" }]).toArray();
    expect(await names()).to.contain("made");
    await source.aggregate([{ $unwind: "$a" }, { $project: { _id: "$a" } }, { $out: source.collectionName }]).toArray();
    expect(await sorted(source)).to.have.length(2);
  });

  it("$out that fails leaves the target as it was and nothing behind", async () => {
    const target = await fresh([{ _id: 9 }]);
    await target.createIndex({ a: 1 }, { unique: true });
    const source = await fresh(Array.from({ length: 5000 }, (_, i) => ({ _id: i, a: i === 4999 ? 0 : i })));
    const e = await failure(source.aggregate([{ $out: target.collectionName }]).toArray());
    expect(e.code).to.equal(11000);
    const divided = [{ $set: { q: { $divide: [1, { $subtract: [4000, "$_id"] }] } } }, { $out: target.collectionName }];
    expect((await failure(source.aggregate(divided).toArray())).code).to.equal(2);
    expect(await target.find().toArray()).to.deep.equal([{ _id: 9 }]);
    expect((await names()).filter((name) => name.startsWith("tmp."))).to.deep.equal([]);
  });

  it("whoever reads while $out runs sees the old or the new, never a part", async () => {
    const target = await fresh([{ _id: -1 }]);
    const source = await fresh(Array.from({ length: 20_000 }, (_, i) => ({ _id: i })));
    let done = false;
    const work = source
      .aggregate([{ $out: target.collectionName }])
      .toArray()
      .finally(() => {
        done = true;
      });
    const seen = new Set<number>();
    while (!done) seen.add(await target.countDocuments());
    await work;
    seen.add(await target.countDocuments());
    expect([...seen].sort((a, b) => a - b)).to.deep.equal([1, 20_000]);
  });

  it("writes documents of the pipeline itself, and answers at once", async () => {
    const target = await fresh([{ _id: 2 }]);
    const stage = { $merge: { into: target.collectionName, whenMatched: "fail" } };
    const e = await failure(s.db.aggregate([{ $documents: [{ _id: 2, x: 1 }] }, stage]).toArray());
    expect([e.code, (e.errorResponse as Document).keyValue]).to.deep.equal([11000, { _id: 2 }]);
    const { cursor } = await s.db.command({
      aggregate: 1,
      pipeline: [{ $documents: [{ _id: 3 }] }, stage],
      cursor: { batchSize: 0 },
    });
    expect([Number(cursor.id), cursor.firstBatch]).to.deep.equal([0, []]);
    expect(await target.countDocuments()).to.equal(2);
  });

  it("refuses to read linearizably", async () => {
    const c = await fresh([{ _id: 1 }]);
    const e = await failure(c.aggregate([{ $out: "x" }], { readConcern: { level: "linearizable" } }).toArray());
    expect([e.code, e.message]).to.deep.equal([72, "$out cannot be used with a 'linearizable' read concern level"]);
  });

  it("explains without writing", async () => {
    const source = await fresh([{ _id: 1 }]);
    await source.aggregate([{ $out: "never" }]).explain();
    expect(await names()).not.to.contain("never");
  });
});

describe("document store: $out and a crash", () => {
  it("leaves the old or the new target", async () => {
    const dataDir = temporaryFolder();
    const whole = 30_000;
    let store = await startDocumentStore({ dataDir, port: 0 });
    let client = await MongoClient.connect(store.uri);
    const source = client.db("test").collection<Loose>("source");
    await source.insertMany(Array.from({ length: whole }, (_, i) => ({ _id: i, text: "x".repeat(50) })));
    await client
      .db("test")
      .collection<Loose>("target")
      .insertMany([{ _id: 1 }]);
    let cutOff = 0;
    for (let round = 0; round < 6; round++) {
      const run = client
        .db("test")
        .collection("source")
        .aggregate([{ $out: "target" }])
        .toArray()
        .catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 70));
      process.kill(store.pid, "SIGKILL");
      await store.exited;
      await run;
      await client.close();
      store = await startDocumentStore({ dataDir, port: 0 });
      client = await MongoClient.connect(store.uri);
      if (
        (
          await client
            .db("test")
            .listCollections({ name: /^tmp\./ })
            .toArray()
        ).length > 0
      )
        cutOff++;
      expect(
        await client
          .db("test")
          .collection("target")
          .countDocuments({ _id: { $gte: 0 } as never }),
      ).to.be.oneOf([1, whole]);
    }
    expect(cutOff, "no crash met a $out under way").to.be.greaterThan(0);
    // What the crashes left behind goes with the next one.
    await client
      .db("test")
      .collection("source")
      .aggregate([{ $limit: 5 }, { $out: "target" }])
      .toArray();
    const names = (await client.db("test").listCollections().toArray()).map((c) => c.name).sort();
    expect(names).to.deep.equal(["source", "target"]);
    expect(await client.db("test").collection("target").countDocuments()).to.equal(5);
    await client.close();
    await store.stop();
  });
});
