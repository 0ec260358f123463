import { expect } from "chai";
import fc from "fast-check";
import { type Document, Double, Long } from "mongodb";
import { aggregationTables, exact, type PipelineRow } from "./document-store-aggregation-tables.ts";
import { type Loose, startTestStore, type TestStore } from "./document-store-support.ts";
import { decimal, long } from "./document-store-tables.ts";

const numbered = (n: number): Document[] => Array.from({ length: n }, (_, i) => ({ _id: i }));
const F = (n: number): Double => new Double(n);

// biome-ignore format: one row a line
const tables: Record<string, PipelineRow[]> = {
  "$match, $sort, $limit, $skip, $count": [
    ["an empty pipeline gives all", [{ a: 1 }], [], [{ _id: 0, a: 1 }]],
    ["$skip and $limit in turn", numbered(9), [{ $skip: 2 }, { $limit: 5 }, { $skip: 1 }, { $limit: 2 }], [{ _id: 3 }, { _id: 4 }]],
    ["a limit as a double, long or decimal", numbered(9), [{ $limit: F(5) }, { $limit: long(4) }, { $limit: decimal("2") }], [{ _id: 0 }, { _id: 1 }]],
    ["a $sort after $skip", numbered(5), [{ $skip: 1 }, { $limit: 3 }, { $sort: { _id: -1 } }], [{ _id: 3 }, { _id: 2 }, { _id: 1 }]],
    ["a later $sort keeps the best", numbered(5), [{ $addFields: { b: { $mod: ["$_id", 3] } } }, { $sort: { b: -1, _id: 1 } }, { $project: { b: 1 } }, { $skip: 1 }, { $limit: 2 }], [{ _id: 1, b: 1 }, { _id: 4, b: 1 }]],
    ["$count of none gives no document", [], [{ $count: "n" }], []],
    ["$count counts as an int", numbered(3), [{ $skip: 1 }, { $count: "n" }], [{ n: 2 }]],
    ["$match behind $group", [{ a: 1 }, { a: 1 }, { a: 2 }], [{ $group: { _id: "$a", n: { $sum: 1 } } }, { $match: { n: { $gt: 1 } } }], [{ _id: 1, n: 2 }]],
    ["$match behind a field that is changed", [{ a: 1 }, { a: 2 }], [{ $set: { a: { $add: ["$a", 1] } } }, { $match: { a: 2 } }], [{ _id: 0, a: 2 }]],
    ["$match behind a field that is taken away", [{ a: 1 }], [{ $unset: "a" }, { $match: { a: 1 } }], []],
    ["$match behind a field that was left out", [{ a: 1, b: 1 }], [{ $project: { b: 1 } }, { $match: { a: 1 } }], []],
    ["$match behind a renamed field", [{ a: 1, b: 2 }, { a: 2, b: 1 }], [{ $project: { a: "$b", _id: 0 } }, { $match: { a: 1 } }], [{ a: 1 }]],
    ["$match behind $limit stays there", [{ a: 1 }, { a: 2 }], [{ $limit: 1 }, { $match: { a: 2 } }], []],
  ],
  $group: [
    ["the order of first sight", [{ k: "b" }, { k: "a" }, { k: "b" }], [{ $group: { _id: "$k", n: { $sum: 1 } } }], [{ _id: "b", n: 2 }, { _id: "a", n: 1 }]],
    ["equal numbers of all types are one group", [{ k: 1 }, { k: F(1) }, { k: long(1) }, { k: decimal("1.0") }, { k: F(1.5) }, { k: decimal("1.5") }], [{ $group: { _id: "$k", n: { $sum: 1 } } }], [{ _id: 1, n: 4 }, { _id: F(1.5), n: 2 }]],
    ["big numbers aren't mixed up", [{ k: long("9007199254740993") }, { k: F(9007199254740992) }, { k: decimal("9007199254740993") }], [{ $group: { _id: "$k", n: { $sum: 1 } } }], [{ _id: long("9007199254740993"), n: 2 }, { _id: F(9007199254740992), n: 1 }]],
    ["null and missing are one group; strings and numbers two", [{ k: null }, {}, { k: "1" }, { k: 1 }], [{ $group: { _id: "$k", n: { $sum: 1 } } }], [{ _id: null, n: 2 }, { _id: "1", n: 1 }, { _id: 1, n: 1 }]],
    ["documents, arrays, dates and booleans as keys", [{ k: { a: 1, b: 2 } }, { k: { a: F(1), b: 2 } }, { k: [1] }, { k: [1] }, { k: new Date(5) }, { k: true }], [{ $group: { _id: "$k", n: { $sum: 1 } } }], [{ _id: { a: 1, b: 2 }, n: 2 }, { _id: [1], n: 2 }, { _id: new Date(5), n: 1 }, { _id: true, n: 1 }]],
    ["a computed key", [{ a: 1, b: "x" }, { a: 2, b: "x" }], [{ $group: { _id: { b: "$b", odd: { $eq: [{ $mod: ["$a", 2] }, 1] } } } }], [{ _id: { b: "x", odd: true } }, { _id: { b: "x", odd: false } }]],
    ["the fields that a $top sorts by are read", [{ a: 2, b: "x" }, { a: 1, b: "y" }], [{ $group: { _id: null, v: { $top: { sortBy: { a: 1 }, output: "$b" } } } }], [{ _id: null, v: "y" }]],
    ["the whole document as $$ROOT", [{ a: 2 }], [{ $group: { _id: "$a", all: { $push: "$$ROOT" } } }], [{ _id: 2, all: [{ _id: 0, a: 2 }] }]],
    ["no input, no group", [], [{ $group: { _id: null, n: { $sum: 1 } } }], []],
    ["a sum of $addFields", [{ a: 2 }, { a: 3 }], [{ $addFields: { b: { $multiply: ["$a", 2] } } }, { $group: { _id: null, s: { $sum: "$b" } } }], [{ _id: null, s: 10 }]],
    ["a sum behind $project", [{ a: { b: 2, c: 1 } }], [{ $project: { "a.b": 1 } }, { $group: { _id: "$a" } }], [{ _id: { b: 2 } }]],
  ],
  $unwind: [
    ["elements, with their places as longs", [{ a: ["x", "y"] }], [{ $unwind: { path: "$a", includeArrayIndex: "i" } }], [{ _id: 0, a: "x", i: long(0) }, { _id: 0, a: "y", i: long(1) }]],
    ["drops empty, null and missing", [{ a: [] }, { a: null }, {}, { a: 5 }], [{ $unwind: "$a" }], [{ _id: 3, a: 5 }]],
    ["or keeps them", [{ a: [] }, { a: null }, {}, { a: 5 }], [{ $unwind: { path: "$a", preserveNullAndEmptyArrays: true, includeArrayIndex: "i" } }], [{ _id: 0, i: null }, { _id: 1, a: null, i: null }, { _id: 2, i: null }, { _id: 3, a: 5, i: null }]],
    ["a nested path, others untouched", [{ a: { b: [1, 2], c: 3 } }], [{ $unwind: "$a.b" }], [{ _id: 0, a: { b: 1, c: 3 } }, { _id: 0, a: { b: 2, c: 3 } }]],
    ["an index inside a document of each result", [{ a: [1, 2], m: { x: 1 } }], [{ $unwind: { path: "$a", includeArrayIndex: "m.i" } }], [{ _id: 0, a: 1, m: { x: 1, i: long(0) } }, { _id: 0, a: 2, m: { x: 1, i: long(1) } }]],
    ["not through arrays on the way", [{ a: [{ b: [1] }] }], [{ $unwind: "$a.b" }], []],
    ["arrays of arrays by one level", [{ a: [[1, 2], []] }], [{ $unwind: "$a" }], [{ _id: 0, a: [1, 2] }, { _id: 0, a: [] }]],
  ],
  "$lookup and $unionWith": [
    ["by equal fields", [{ k: 1 }, { k: 3 }], [{ $lookup: { from: "other", localField: "k", foreignField: "k", as: "o" } }], [{ _id: 0, k: 1, o: [{ _id: 10, k: 1, v: "a" }, { _id: 11, k: [1, 2], v: "b" }] }, { _id: 1, k: 3, o: [] }]],
    ["an array matches by each element", [{ k: [2, 7] }], [{ $lookup: { from: "other", localField: "k", foreignField: "k", as: "o.p" } }], [{ _id: 0, k: [2, 7], o: { p: [{ _id: 11, k: [1, 2], v: "b" }] } }]],
    ["a missing field matches null and missing", [{}], [{ $lookup: { from: "other", localField: "k", foreignField: "k", as: "o" } }], [{ _id: 0, o: [{ _id: 12, v: "c" }, { _id: 13, k: null }] }]],
    ["a path through an array", [{ k: [{ x: 1 }, { x: 9 }, {}] }], [{ $lookup: { from: "other", localField: "k.x", foreignField: "k", as: "o", pipeline: [{ $project: { _id: 1 } }] } }], [{ _id: 0, k: [{ x: 1 }, { x: 9 }, {}], o: [{ _id: 10 }, { _id: 11 }] }]],
    ["a regex is a value", [{ k: /a/ }], [{ $lookup: { from: "other", localField: "k", foreignField: "v", as: "o" } }], [{ _id: 0, k: /a/, o: [] }]],
    ["let and pipeline", [{ k: 1 }, { k: 2 }], [{ $lookup: { from: "other", let: { mine: "$k" }, pipeline: [{ $match: { $expr: { $eq: ["$k", "$$mine"] } } }, { $project: { v: 1, mine: "$$mine" } }], as: "o" } }], [{ _id: 0, k: 1, o: [{ _id: 10, v: "a", mine: 1 }] }, { _id: 1, k: 2, o: [] }]],
    ["fields, let and pipeline together", [{ k: 1, v: "b" }], [{ $lookup: { from: "other", localField: "k", foreignField: "k", let: { v: "$v" }, pipeline: [{ $match: { $expr: { $eq: ["$v", "$$v"] } } }], as: "o" } }], [{ _id: 0, k: 1, v: "b", o: [{ _id: 11, k: [1, 2], v: "b" }] }]],
    ["a join inside a join sees both variables", [{ k: 1 }, { k: 2 }], [{ $lookup: { from: "few", let: { a: "$k" }, as: "o", pipeline: [{ $lookup: { from: "few", let: { b: "$x" }, as: "p", pipeline: [{ $replaceWith: { sum: { $add: ["$$a", "$$b", "$x"] } } }] } }] } }, { $project: { s: { $reduce: { input: "$o.p.sum", initialValue: [], in: { $concatArrays: ["$$value", "$$this"] } } } } }], [{ _id: 0, s: [21, 31, 31, 41] }, { _id: 1, s: [22, 32, 32, 42] }]],
    ["what doesn't depend on the document", [{ k: 1 }, { k: 2 }], [{ $lookup: { from: "few", pipeline: [{ $count: "n" }], as: "o" } }], [{ _id: 0, k: 1, o: [{ n: 2 }] }, { _id: 1, k: 2, o: [{ n: 2 }] }]],
    ["documents of its own", [{ k: 2 }], [{ $lookup: { localField: "k", foreignField: "k", pipeline: [{ $documents: [{ k: 1 }, { k: 2 }] }], as: "o" } }], [{ _id: 0, k: 2, o: [{ k: 2 }] }]],
    ["no such collection", [{ k: 1 }], [{ $lookup: { from: "none", localField: "k", foreignField: "k", as: "o" } }], [{ _id: 0, k: 1, o: [] }]],
    ["$unionWith a collection", [{ x: 1 }], [{ $unionWith: "few" }, { $project: { _id: 0 } }], [{ x: 1 }, { x: 10 }, { x: 20 }]],
    ["$unionWith a pipeline", [{ x: 1 }], [{ $unionWith: { coll: "few", pipeline: [{ $match: { x: 20 } }] } }, { $sort: { x: -1 } }, { $project: { _id: 0 } }], [{ x: 20 }, { x: 1 }]],
    ["$unionWith documents", [], [{ $unionWith: { pipeline: [{ $documents: [{ x: 5 }] }] } }], [{ x: 5 }]],
  ],
  "$facet, $sortByCount, $sample, $redact": [
    ["each branch over the same input", numbered(4), [{ $match: { _id: { $gt: 0 } } }, { $facet: { n: [{ $count: "n" }], top: [{ $sort: { _id: -1 } }, { $limit: 1 }], all: [] } }], [{ n: [{ n: 3 }], top: [{ _id: 3 }], all: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] }]],
    ["a facet of nothing", [], [{ $facet: { a: [{ $count: "n" }] } }], [{ a: [] }]],
    ["a $match behind a facet", [{ a: 1 }], [{ $facet: { a: [] } }, { $match: { "a.0": { $exists: true } } }, { $project: { n: { $size: "$a" } } }], [{ n: 1 }]],
    ["$sortByCount of a field and of an expression", [{ t: "x" }, { t: "y" }, { t: "y" }], [{ $sortByCount: { $toUpper: "$t" } }], [{ _id: "Y", count: 2 }, { _id: "X", count: 1 }]],
    ["a sample of more than there is", numbered(1), [{ $sample: { size: 5 } }], [{ _id: 0 }]],
    ["$redact keeps, prunes and descends", [{ l: 1, a: { l: 5, x: 1 }, b: [{ l: 1, y: 2 }, { l: 5 }, 7], c: 3 }, { l: 9 }], [{ $redact: { $cond: [{ $gt: ["$l", 4] }, "$$PRUNE", "$$DESCEND"] } }], [{ _id: 0, l: 1, b: [{ l: 1, y: 2 }, 7], c: 3 }]],
    ["$$ROOT in a $redact is the whole document", [{ ok: true, a: { b: { c: 1 } } }, { ok: false, a: {} }], [{ $redact: { $cond: ["$$ROOT.ok", "$$DESCEND", "$$PRUNE"] } }], [{ _id: 0, ok: true, a: { b: { c: 1 } } }]],
    ["$$KEEP keeps what is inside", [{ a: { l: 9 } }], [{ $redact: "$$KEEP" }], [{ _id: 0, a: { l: 9 } }]],
  ],
  "$bucket and $bucketAuto": [
    ["buckets by boundaries", [{ a: 0 }, { a: 4 }, { a: 5 }, { a: 9 }], [{ $bucket: { groupBy: "$a", boundaries: [0, 5, 10] } }], [{ _id: 0, count: 2 }, { _id: 5, count: 2 }]],
    ["the rest in a default", [{ a: 0 }, { a: 50 }, {}], [{ $bucket: { groupBy: "$a", boundaries: [0, 5], default: "other", output: { ids: { $push: "$_id" } } } }], [{ _id: 0, ids: [0] }, { _id: "other", ids: [1, 2] }]],
    ["as even as may be", numbered(5), [{ $bucketAuto: { groupBy: "$_id", buckets: 2 } }], [{ _id: { min: 0, max: 3 }, count: 3 }, { _id: { min: 3, max: 4 }, count: 2 }]],
    ["equal values stay together", [{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }], [{ $bucketAuto: { groupBy: "$a", buckets: 3, output: { n: { $sum: 1 }, first: { $first: "$_id" } } } }], [{ _id: { min: 1, max: 2 }, n: 3, first: 0 }, { _id: { min: 2, max: 2 }, n: 1, first: 3 }]],
    ["fewer documents than buckets", numbered(2), [{ $bucketAuto: { groupBy: "$_id", buckets: 9 } }], [{ _id: { min: 0, max: 1 }, count: 1 }, { _id: { min: 1, max: 1 }, count: 1 }]],
    ["preferred numbers", numbered(40), [{ $match: { _id: { $gt: 0 } } }, { $bucketAuto: { groupBy: "$_id", buckets: 3, granularity: "R5" } }], [{ _id: { min: F(0.63), max: F(16) }, count: 15 }, { _id: { min: F(16), max: F(40) }, count: 24 }]],
    ["powers of two", numbered(8), [{ $bucketAuto: { groupBy: "$_id", buckets: 2, granularity: "POWERSOF2" } }], [{ _id: { min: 0, max: F(4) }, count: 4 }, { _id: { min: F(4), max: F(8) }, count: 4 }]],
    ["of nothing", [], [{ $bucketAuto: { groupBy: "$a", buckets: 3 } }], []],
  ],
  $graphLookup: [
    ["what is reached, each once", [{ s: "a" }], [{ $graphLookup: { from: "graph", startWith: "$s", connectFromField: "to", connectToField: "_id", as: "r", depthField: "d" } }, { $project: { r: { $sortArray: { input: "$r", sortBy: { _id: 1 } } } } }], [{ _id: 0, r: [{ _id: "a", to: ["b", "c"], d: long(0) }, { _id: "b", to: ["d"], d: long(1) }, { _id: "c", to: ["d"], d: long(1) }, { _id: "d", to: ["a"], d: long(2) }] }]],
    ["to a depth", [{ s: "a" }], [{ $graphLookup: { from: "graph", startWith: "$s", connectFromField: "to", connectToField: "_id", as: "r", maxDepth: 0 } }], [{ _id: 0, s: "a", r: [{ _id: "a", to: ["b", "c"] }] }]],
    ["only what a filter lets through", [{ s: ["a", "z"] }], [{ $graphLookup: { from: "graph", startWith: "$s", connectFromField: "to", connectToField: "_id", as: "r", restrictSearchWithMatch: { _id: { $ne: "b" } } } }, { $project: { n: { $size: "$r" } } }], [{ _id: 0, n: 3 }]],
    ["from nowhere", [{}], [{ $graphLookup: { from: "graph", startWith: "$s", connectFromField: "to", connectToField: "_id", as: "r" } }], [{ _id: 0, r: [] }]],
  ],
  "$densify and $fill": [
    ["the full range", [{ a: 1 }, { a: 2.5 }, {}, { a: 4 }], [{ $densify: { field: "a", range: { step: 1, bounds: "full" } } }, { $project: { _id: 0 } }], [{}, { a: 1 }, { a: 2 }, { a: F(2.5) }, { a: 3 }, { a: 4 }]],
    ["each partition", [{ k: "x", a: 1 }, { k: "x", a: 3 }, { k: "y", a: 7 }], [{ $densify: { field: "a", partitionByFields: ["k"], range: { step: 1, bounds: "partition" } } }, { $project: { _id: 0 } }], [{ k: "x", a: 1 }, { k: "x", a: 2 }, { k: "x", a: 3 }, { k: "y", a: 7 }]],
    ["partitions over the full range", [{ k: "x", a: 1 }, { k: "y", a: 3 }], [{ $densify: { field: "a", partitionByFields: ["k"], range: { step: 1, bounds: "full" } } }, { $project: { _id: 0 } }], [{ k: "x", a: 1 }, { k: "y", a: 1 }, { k: "y", a: 2 }, { k: "y", a: 3 }, { k: "x", a: 2 }, { k: "x", a: 3 }]],
    ["given bounds, the upper not included", [{ a: 0 }, { a: 2 }], [{ $densify: { field: "a", range: { step: 1, bounds: [1, 4] } } }, { $project: { _id: 0 } }], [{ a: 0 }, { a: 1 }, { a: 2 }, { a: 3 }]],
    ["dates by months", [{ t: new Date("2024-01-31") }, { t: new Date("2024-03-31") }], [{ $densify: { field: "t", range: { step: 1, unit: "month", bounds: "full" } } }, { $project: { _id: 0 } }], [{ t: new Date("2024-01-31") }, { t: new Date("2024-02-29") }, { t: new Date("2024-03-29") }, { t: new Date("2024-03-31") }]],
    ["fills by the last, by a line, by a value", [{ a: 1, b: 1 }, { b: null }, { a: null, b: 7, c: 2 }], [{ $fill: { sortBy: { _id: 1 }, output: { a: { method: "locf" }, b: { method: "linear" }, c: { value: "-" } } } }], [{ _id: 0, a: 1, b: 1, c: "-" }, { _id: 1, b: F(4), a: 1, c: "-" }, { _id: 2, a: 1, b: 7, c: 2 }]],
    ["fills within partitions", [{ k: 1, a: 5 }, { k: 2 }, { k: 1 }], [{ $fill: { partitionByFields: ["k"], sortBy: { _id: 1 }, output: { a: { method: "locf" } } } }], [{ _id: 0, k: 1, a: 5 }, { _id: 2, k: 1, a: 5 }, { _id: 1, k: 2, a: null }]],
  ],
};

describe("document store: aggregation", () => {
  aggregationTables(tables, {
    other: [
      { _id: 10, k: 1, v: "a" },
      { _id: 11, k: [1, 2], v: "b" },
      { _id: 12, v: "c" },
      { _id: 13, k: null },
    ],
    few: [
      { _id: 1, x: 10 },
      { _id: 2, x: 20 },
    ],
    graph: [
      { _id: "a", to: ["b", "c"] },
      { _id: "b", to: ["d"] },
      { _id: "c", to: ["d"] },
      { _id: "d", to: ["a"] },
    ],
  });
});

describe("document store: properties of aggregation", () => {
  let s: TestStore;
  let n = 0;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());
  const fresh = async (docs: Document[]) => {
    const c = s.db.collection<Loose>(`p${n++}`);
    if (docs.length > 0) await c.insertMany(docs.map((d, i) => ({ _id: i, ...d })));
    return c;
  };
  const key = fc.constantFrom(1, 2, "x", null, undefined, [1, 2], [], true, 1.5);
  const row = fc
    .record({ k: key, v: fc.integer({ min: -50, max: 50 }) })
    .map(({ k, v }) => (k === undefined ? { v } : { k, v }));
  const rows = fc.array(row, { maxLength: 30 });

  it("$group sums as a loop does", () =>
    fc.assert(
      fc.asyncProperty(rows, async (docs) => {
        const c = await fresh(docs);
        const sums = new Map<string, number>();
        for (const d of docs as Document[]) {
          const text = JSON.stringify(d.k ?? null);
          sums.set(text, (sums.get(text) ?? 0) + d.v);
        }
        const got = await c.aggregate([{ $group: { _id: "$k", s: { $sum: "$v" } } }]).toArray();
        expect(got.map((g) => [JSON.stringify(g._id), g.s])).to.deep.equal([...sums]);
      }),
      { numRuns: 40 },
    ));

  it("$sort with $limit is the head of the whole sort", () =>
    fc.assert(
      fc.asyncProperty(rows, fc.nat(12), fc.integer({ min: 1, max: 12 }), async (docs, skip, limit) => {
        const c = await fresh(docs);
        const sort = { $sort: { k: 1, v: -1, _id: 1 } };
        const all = await c.aggregate([sort]).toArray();
        const part = [{ $skip: skip }, { $limit: limit }];
        const ways = [
          [sort, ...part],
          [{ $addFields: { z: 1 } }, sort, { $unset: "z" }, ...part],
          [sort, { $match: {} }, ...part],
        ];
        for (const way of ways)
          expect(exact(await c.aggregate(way).toArray())).to.deep.equal(exact(all.slice(skip, skip + limit)));
      }),
      { numRuns: 25 },
    ));

  it("$lookup joins as two loops do, with and without an index", () =>
    fc.assert(
      fc.asyncProperty(rows, rows, async (left, right) => {
        const [a, b] = [await fresh(left), await fresh(right)];
        const values = (v: unknown): unknown[] => (Array.isArray(v) ? v : [v ?? null]);
        const joins = (x: Document, y: Document): boolean => {
          const mine = Array.isArray(x.k) && x.k.length === 0 ? [null] : values(x.k);
          return mine.some((v) => values(y.k).includes(v));
        };
        const expected = (left as Document[]).map((x) =>
          (right as Document[]).flatMap((y, i) => (joins(x, y) ? [i] : [])),
        );
        const stage = { $lookup: { from: b.collectionName, localField: "k", foreignField: "k", as: "o" } };
        const ids = async () =>
          (await a.aggregate([stage]).toArray()).map((d) =>
            d.o.map((o: Document) => o._id).sort((p: number, q: number) => p - q),
          );
        expect(await ids()).to.deep.equal(expected);
        if (right.length === 0) return;
        await b.createIndex({ k: 1 });
        expect(await ids()).to.deep.equal(expected);
      }),
      { numRuns: 25 },
    ));

  it("an $expr equality gives the same with and without an index", () =>
    fc.assert(
      fc.asyncProperty(rows, rows, async (left, right) => {
        const [a, b] = [await fresh(left), await fresh(right)];
        const join = (pipeline: Document[]) => ({
          $lookup: { from: b.collectionName, let: { mine: "$k" }, pipeline, as: "o" },
        });
        const equal = [{ $match: { $expr: { $and: [{ $eq: ["$$mine", "$k"] }, true] } } }];
        // Behind a stage of another kind it is no query, so no index serves it.
        const plain = [{ $skip: 0 }, { $limit: 1000 }, { $set: { k2: "$k" } }, ...equal, { $unset: "k2" }];
        const ids = async (pipeline: Document[]) =>
          (await a.aggregate([join(pipeline)]).toArray()).map((d) => d.o.map((o: Document) => o._id).sort());
        const expected = await ids(plain);
        expect(await ids(equal)).to.deep.equal(expected);
        if (right.length === 0) return;
        await b.createIndex({ k: 1 });
        expect(await ids(equal)).to.deep.equal(expected);
      }),
      { numRuns: 20 },
    ));

  it("a $match gives the same wherever it may stand", () =>
    fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: -50, max: 50 }), async (docs, least) => {
        const c = await fresh(docs);
        const match = { $match: { v: { $gte: least } } };
        const rest = [
          { $sort: { v: 1, _id: 1 } },
          { $addFields: { w: { $add: ["$v", 1] } } },
          { $project: { w: 1, v: 1 } },
        ];
        const first = exact(await c.aggregate([match, ...rest]).toArray());
        expect(exact(await c.aggregate([...rest, match]).toArray())).to.deep.equal(first);
        // Here it can't be moved: the field is computed.
        const computed = [...rest, { $match: { w: { $gte: least + 1 } } }];
        expect(exact(await c.aggregate(computed).toArray())).to.deep.equal(first);
      }),
      { numRuns: 25 },
    ));

  it("$sample gives each document at most once", async () => {
    const c = await fresh(numbered(50));
    const got = await c.aggregate([{ $sample: { size: 20 } }]).toArray();
    expect(new Set(got.map((d) => d._id)).size).to.equal(20);
  });

  it("says what a collection and its indexes are", async () => {
    const c = await fresh(numbered(3));
    await c.createIndex({ a: 1 });
    const [stats] = await c.aggregate([{ $collStats: { count: {}, storageStats: {} } }]).toArray();
    expect([stats!.ns, stats!.count, stats!.storageStats.nindexes]).to.deep.equal([c.namespace, 3, 2]);
    const indexes = await c.aggregate([{ $indexStats: {} }, { $sort: { name: 1 } }]).toArray();
    expect(indexes.map((i) => [i.name, i.key])).to.deep.equal([
      ["_id_", { _id: 1 }],
      ["a_1", { a: 1 }],
    ]);
    expect(indexes.every((i) => i.accesses.since instanceof Date)).to.equal(true);
  });

  it("takes documents from the pipeline itself", async () => {
    const found = await s.db
      .aggregate([{ $documents: [{ a: 1 }, { a: { $add: [1, 1] } }] }, { $match: { a: 2 } }])
      .toArray();
    expect(found).to.deep.equal([{ a: 2 }]);
    expect(Long.isLong(found[0])).to.equal(false);
  });

  it("lists the sessions in use", async () => {
    const session = s.client.startSession();
    const found = await s.db.aggregate([{ $listLocalSessions: {} }], { session }).toArray();
    expect(found.map((d) => d._id.id.toString("hex"))).to.deep.equal([session.id!.id.toString("hex")]);
    await session.endSession();
  });

  it("sees one time and the command's variables everywhere", async () => {
    const c = await fresh(numbered(2));
    const [got] = await c
      .aggregate(
        [
          { $group: { _id: null, at: { $addToSet: "$$NOW" }, v: { $addToSet: "$$x" } } },
          { $project: { n: { $size: "$at" }, v: 1, same: { $eq: [{ $first: "$at" }, "$$NOW"] } } },
        ],
        { let: { x: { $add: [40, 2] } } },
      )
      .toArray();
    expect(got).to.deep.equal({ _id: null, n: 1, v: [42], same: true });
  });
});
