import { rmSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { BSON, Decimal128, Long, MongoClient } from "mongodb";
import { decodeDoc } from "../../backend/embedded/document-store/bson/codec.ts";
import { compareValues } from "../../backend/embedded/document-store/bson/compare.ts";
import { parseSort, sortKeys } from "../../backend/embedded/document-store/query/sorting.ts";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { failure, type Loose, startTestStore, type TestStore, temporaryFolder } from "./document-store-support.ts";

describe("document store: indexes", () => {
  let s: TestStore;
  let counter = 0;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());
  const fresh = () => s.db.collection<Loose>(`i${counter++}`);

  /** The stages of a find's plan from the outside in, with the index's name. */
  async function stages(name: string, filter: object, sort?: object): Promise<string> {
    const reply = await s.db.command({ explain: { find: name, filter, ...(sort ? { sort } : {}) } });
    const out: string[] = [];
    for (let p = reply.queryPlanner.winningPlan; p; p = p.inputStage)
      out.push(p.indexName ? `${p.stage}:${p.indexName}` : p.stage);
    return out.join(" ");
  }

  it("uses an index for equality, $in, ranges, prefixes and sorts, and scans otherwise", async () => {
    const c = fresh();
    await c.createIndex({ a: 1, b: -1, c: 1 }, { name: "abc" });
    const plan = (filter: object, sort?: object) => stages(c.collectionName, filter, sort);
    expect(await plan({ a: 1 })).to.equal("FETCH IXSCAN:abc");
    expect(await plan({ a: { $in: [1, 2] }, b: 3 })).to.equal("FETCH IXSCAN:abc");
    expect(await plan({ a: 1, b: { $gt: 3 } }, { b: -1 })).to.equal("FETCH IXSCAN:abc");
    expect(await plan({ a: 1 }, { b: 1, c: -1 })).to.equal("FETCH IXSCAN:abc");
    expect(await plan({}, { a: -1, b: 1 })).to.equal("FETCH IXSCAN:abc");
    expect(await plan({ a: 1 }, { b: 1, c: 1 })).to.equal("SORT FETCH IXSCAN:abc");
    expect(await plan({ b: 1 })).to.equal("COLLSCAN");
    expect(await plan({ _id: 5 })).to.equal("FETCH IXSCAN:_id_");
    expect(await plan({ a: { $ne: 1 } })).to.equal("COLLSCAN");
  });

  it("reads only the page for a sorted, limited find over 3,000 documents", async () => {
    const c = fresh();
    await c.createIndex({ owner: 1, at: -1 });
    await c.insertMany(Array.from({ length: 3000 }, (_, i) => ({ _id: i, owner: i % 3, at: i })));
    const page = await c
      .find({ owner: 1, at: { $lt: 2000 } })
      .sort({ at: -1 })
      .skip(2)
      .limit(3)
      .toArray();
    expect(page.map((d) => d.at)).to.deep.equal([1993, 1990, 1987]);
  });

  it("takes no order from an index that can't give it: several prefixes, or arrays within bounds", async () => {
    const c = fresh();
    await c.createIndexes([{ key: { a: 1, b: 1 } }, { key: { list: 1 } }]);
    await c.insertMany([
      { _id: 1, a: 1, b: 5, list: [0, 9] },
      { _id: 2, a: 2, b: 1, list: [5] },
      { _id: 3, a: 1, b: 3, list: [7] },
    ]);
    const ids = async (filter: object, sort: object) =>
      (await c.find(filter, { sort: sort as never }).toArray()).map((d) => d._id);
    expect(await ids({ a: { $in: [1, 2] } }, { b: 1 })).to.deep.equal([2, 3, 1]);
    // An array sorts by its least element, also when only a greater one is within the bounds.
    expect(await ids({ list: { $gt: 4 } }, { list: 1 })).to.deep.equal([1, 2, 3]);
    expect(await ids({ list: { $gt: 4 } }, { list: -1 })).to.deep.equal([1, 3, 2]);
  });

  it("takes null and missing as one key in a unique index, and leaves missing out of a sparse one", async () => {
    const c = fresh();
    await c.createIndex({ a: 1 }, { unique: true });
    await c.createIndex({ b: 1 }, { unique: true, sparse: true });
    await c.insertOne({ _id: 1, b: null });
    expect((await failure(c.insertOne({ _id: 2, a: null }))).code).to.equal(11000);
    expect((await failure(c.insertOne({ _id: 3, a: 1, b: null }))).code).to.equal(11000);
    await c.insertMany([
      { _id: 4, a: 2 },
      { _id: 5, a: 3 },
    ]);
    expect(await c.countDocuments({ b: null })).to.equal(3);
  });

  it("holds a unique index over array elements, but not against the document itself", async () => {
    const c = fresh();
    await c.createIndex({ tags: 1 }, { unique: true });
    await c.insertOne({ _id: 1, tags: ["x", "x", "y"] });
    expect((await failure(c.insertOne({ _id: 2, tags: ["z", "y"] }))).keyValue).to.deep.equal({ tags: "y" });
    await c.updateOne({ _id: 1 }, { $set: { tags: ["x", "q"] } });
    await c.insertOne({ _id: 2, tags: ["y", "z"] });
    expect((await failure(c.updateOne({ _id: 2 }, { $push: { tags: "q" } } as never))).code).to.equal(11000);
    expect((await c.findOne({ tags: "z" }))!._id).to.equal(2);
  });

  it("restricts a unique partial index to the documents of its filter", async () => {
    const c = fresh();
    await c.createIndex({ asset: 1 }, { unique: true, partialFilterExpression: { state: "live" } });
    await c.insertMany([
      { _id: 1, asset: "a", state: "live" },
      { _id: 2, asset: "a", state: "done" },
    ]);
    expect((await failure(c.insertOne({ _id: 3, asset: "a", state: "live" }))).code).to.equal(11000);
    expect((await failure(c.updateOne({ _id: 2 }, { $set: { state: "live" } }))).code).to.equal(11000);
    await c.updateOne({ _id: 1 }, { $set: { state: "done" } });
    await c.updateOne({ _id: 2 }, { $set: { state: "live" } });
    expect(await stages(c.collectionName, { asset: "a", state: "live" })).to.contain("IXSCAN");
    expect(await stages(c.collectionName, { asset: "a" })).to.equal("COLLSCAN");
  });

  it("refuses to build a unique index over duplicates and leaves nothing behind", async () => {
    const c = fresh();
    await c.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ]);
    expect((await failure(c.createIndex({ a: 1 }, { unique: true }))).code).to.equal(11000);
    expect(await c.indexes()).to.have.length(1);
    await c.createIndex({ a: 1 });
    await c.dropIndex("a_1");
    expect((await failure(c.dropIndex("a_1"))).code).to.equal(27);
  });

  it("takes equal numbers of different types as one key", async () => {
    const c = fresh();
    await c.createIndex({ n: 1 }, { unique: true });
    await c.insertOne({ _id: 1, n: 1 });
    for (const n of [1.0, Long.fromNumber(1), Decimal128.fromString("1.00")])
      expect((await failure(c.insertOne({ _id: 2, n }))).code).to.equal(11000);
  });

  const scalar = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 3 }) },
    fc.constantFrom(0.5, -0.5, 2 ** 53, 1e300, Number.NaN, Infinity, -Infinity),
    fc.constantFrom(null, true, false, "", "a", "ab", "a\0b", "b", "中", "\u{1F600}", "\uffee"),
    fc.constantFrom(...["9007199254740993", "-9007199254740993", "1"].map((x) => Long.fromString(x))),
    fc.constantFrom(...["0.1", "1.0", "-2.5", "1E+400"].map((x) => Decimal128.fromString(x))),
    fc.constantFrom(new Date(0), new Date(-1), new Date(1e12)),
    fc.constantFrom({ x: 1 }, { x: 1, y: 2 }, {}),
  );
  const value = fc.oneof({ weight: 5, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }));
  const element = fc.record({ d: scalar, e: scalar }, { requiredKeys: [] });
  const document = fc.record(
    {
      a: value,
      b: scalar,
      c: fc.oneof(scalar, element, { weight: 4, arbitrary: fc.array(element, { maxLength: 3 }) }),
    },
    { requiredKeys: [] },
  );
  const condition = fc.oneof(
    scalar,
    fc.tuple(fc.constantFrom("$eq", "$gt", "$gte", "$lt", "$lte", "$ne"), scalar).map(([op, v]) => ({ [op]: v })),
    fc.array(scalar, { minLength: 1, maxLength: 4 }).map((list) => ({ $in: list })),
    { weight: 2, arbitrary: fc.tuple(scalar, scalar).map(([x, y]) => ({ $gt: x, $lt: y })) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }).map((x) => ({ $gte: x, $lte: 0 })) },
    fc.boolean().map((b) => ({ $exists: b })),
  );
  const plainFilter = fc.dictionary(fc.constantFrom("a", "b", "c.d", "c.e"), condition, { minKeys: 0, maxKeys: 2 });
  const filter = fc.oneof(
    { weight: 3, arbitrary: plainFilter },
    fc.tuple(plainFilter, plainFilter).map(([x, y]) => ({ $or: [x, y] })),
    fc.tuple(plainFilter, plainFilter).map(([x, y]) => ({ $and: [x, y] })),
  );
  // At most one of them may hold arrays: several can't be sorted by.
  const direction = fc.constantFrom(1, -1);
  const sort = fc.oneof(
    fc.record({ a: direction, b: direction }, { requiredKeys: [] }),
    fc.record({ b: direction, a: direction }),
    fc.record({ "c.d": direction, "c.e": direction }, { requiredKeys: [] }),
    fc.record({ b: direction, "c.d": direction }),
  );

  const scalarDocument = fc.record({ a: scalar, b: scalar }, { requiredKeys: [] });
  // Arrays once met make an index multikey for good, so half of the runs go without any.
  const documents = fc.oneof(
    fc.array(document, { minLength: 1, maxLength: 40 }),
    fc.array(scalarDocument, { minLength: 1, maxLength: 40 }),
  );
  const queries = fc.array(fc.tuple(filter, sort, fc.integer({ min: 1, max: 30 })), { minLength: 30, maxLength: 30 });

  it("answers with indexes exactly as without (property)", async function () {
    this.timeout(60_000);
    const bySort = async (c: ReturnType<typeof fresh>, f: object, by: object, limit: number) => {
      const fields = parseSort(decodeDoc(BSON.serialize(by)));
      const found = await c.find(f, { sort: by as never, limit, raw: true }).toArray();
      return found.map((raw) =>
        sortKeys(decodeDoc(raw as unknown as Buffer), fields).map((k) => (typeof k === "symbol" ? "[]" : k)),
      );
    };
    await fc.assert(
      fc.asyncProperty(documents, scalarDocument, queries, async (docs, next, list) => {
        const [plain, indexed] = [fresh(), fresh()];
        await indexed.createIndexes([
          { key: { a: 1 } },
          { key: { b: -1, a: 1 } },
          { key: { a: 1, b: 1 }, sparse: true, name: "sparse" },
          { key: { "c.d": 1, "c.e": -1 } },
          { key: { b: 1, "c.d": 1 } },
          { key: { b: 1 }, partialFilterExpression: { a: { $gt: 0 } }, name: "partial" },
        ]);
        for (const c of [plain, indexed]) {
          await c.insertMany(docs.map((d, i) => ({ _id: i, ...d })));
          // Updates and deletes must keep the indexes true as well.
          await c.updateMany({ _id: { $lt: 3 } } as never, { $set: { ...next, z: 1 } });
          await c.deleteOne({ _id: 3 } as never);
        }
        const ids = async (c: ReturnType<typeof fresh>, f: object, by?: object, limit = 0) =>
          (await c.find(f, { ...(by ? { sort: by as never } : {}), limit, projection: { _id: 1 } }).toArray()).map(
            (d) => Number(d._id),
          );
        const ascending = (list: number[]) => list.sort((x, y) => x - y);
        for (const [f, by, limit] of list) {
          expect(ascending(await ids(indexed, f))).to.deep.equal(ascending(await ids(plain, f)));
          const total = { ...by, _id: 1 };
          expect(await ids(indexed, f, total, limit)).to.deep.equal(await ids(plain, f, total, limit));
          // Without the _id ties may come in any order, but the keys at each rank are the same.
          const [x, y] = [await bySort(indexed, f, by, limit), await bySort(plain, f, by, limit)];
          expect(x.length).to.equal(y.length);
          x.forEach((keys, i) => {
            expect(compareValues(keys, y[i]!), `rank ${i}`).to.equal(0);
          });
        }
        await plain.drop();
        await indexed.drop();
      }),
      { numRuns: 40 },
    );
  });

  it("removes documents past their TTL", async () => {
    const dir = temporaryFolder();
    const server = await serve({ dataDir: dir, port: 0 });
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
    const c = client.db("t").collection<Loose>("sessions");
    await c.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    const now = Date.now();
    await c.insertMany([
      { _id: 1, at: new Date(now - 61_000) },
      { _id: 2, at: new Date(now) },
      { _id: 3, at: "old" },
      { _id: 4 },
    ]);
    server.engine.sweep(now);
    expect(await c.distinct("_id")).to.deep.equal([2, 3, 4]);
    await client.close();
    await server.close();
    rmSync(dir, { recursive: true });
  });
});
