import { expect } from "chai";
import fc from "fast-check";
import { type Document, Double } from "mongodb";
import { aggregationTables, type PipelineRow } from "./document-store-aggregation-tables.ts";
import { type Loose, startTestStore, type TestStore } from "./document-store-support.ts";
import { decimal, long } from "./document-store-tables.ts";

const F = (n: number): Double => new Double(n);
const sales = [
  { k: "a", t: 1, v: 10 },
  { k: "a", t: 2, v: 20 },
  { k: "b", t: 1, v: 5 },
  { k: "a", t: 4, v: 40 },
  { k: "b", t: 1, v: 7 },
];
/** The values of one window function, by _id, over the rows above (partitioned by k, sorted by t and _id). */
const by = (what: string, output: Document, expected: unknown[], sortBy: Document = { t: 1 }): PipelineRow => [
  what,
  sales,
  [
    { $setWindowFields: { partitionBy: "$k", sortBy, output: { w: output } } },
    { $sort: { _id: 1 } },
    { $project: { _id: 0, w: 1 } },
  ],
  expected.map((w) => ({ w })),
];
const over = (...documents: unknown[]) => ({ documents });
const range = (...bounds: unknown[]) => ({ range: bounds });
const day = (n: number): Date => new Date(Date.UTC(2024, 0, n));

// biome-ignore format: one row a line
const tables: Record<string, PipelineRow[]> = {
  "windows of documents": [
    by("all of the partition", { $sum: "$v" }, [70, 70, 12, 70, 12]),
    by("up to the current one", { $sum: "$v", window: over("unbounded", "current") }, [10, 30, 5, 70, 12]),
    by("from the current one", { $push: "$v", window: over("current", "unbounded") }, [[10, 20, 40], [20, 40], [5, 7], [40], [7]]),
    by("neighbours", { $push: "$v", window: over(-1, 1) }, [[10, 20], [10, 20, 40], [5, 7], [20, 40], [5, 7]]),
    by("beyond the ends there is nothing", { $sum: "$v", window: over(1, 1) }, [20, 40, 7, 0, 0]),
    by("an average of nothing", { $avg: "$v", window: over(-1, -1) }, [null, F(10), null, F(20), F(5)]),
    by("lists don't grow later", { $push: "$t", window: over("unbounded", "current") }, [[1], [1, 2], [1], [1, 2, 4], [1, 1]]),
    by("$min, $max, $first, $last", { $min: "$v", window: over(-1, 0) }, [10, 10, 5, 20, 5]),
    by("$last of a window", { $last: "$v", window: over(-9, 1) }, [20, 40, 7, 40, 7]),
    by("$count", { $count: {}, window: over("unbounded", "current") }, [1, 2, 1, 3, 2]),
    by("$topN", { $topN: { n: 1, sortBy: { v: -1 }, output: "$v" } }, [[40], [40], [7], [40], [7]]),
    by("$covariancePop", { $covariancePop: ["$t", "$v"], window: over(-1, 0) }, [F(0), F(2.5), F(0), F(10), F(0)]),
  ],
  "windows of a range": [
    by("by the values of the sort", { $sum: "$v", window: range(-1, 0) }, [10, 30, 12, 40, 12]),
    by("gaps are empty", { $sum: "$v", window: range(2, 2) }, [0, 40, 0, 0, 0]),
    by("to the end", { $push: "$t", window: range(1, "unbounded") }, [[2, 4], [4], [], [], []]),
    by("fractions", { $count: {}, window: range(-0.5, decimal("0.5")) }, [1, 1, 2, 1, 2]),
    ["dates with a unit", [1, 2, 4].map((n) => ({ t: day(n), v: n })), [{ $setWindowFields: { sortBy: { t: 1 }, output: { w: { $sum: "$v", window: { range: [-2, 0], unit: "day" } } } } }, { $project: { _id: 0, w: 1 } }], [{ w: 1 }, { w: 3 }, { w: 6 }]],
  ],
  "functions of the order": [
    by("$rank", { $rank: {} }, [1, 2, 1, 3, 1].map(long)),
    by("$denseRank, descending", { $denseRank: {} }, [3, 2, 1, 1, 1].map(long), { t: -1 }),
    by("$documentNumber", { $documentNumber: {} }, [1, 2, 1, 3, 2].map(long)),
    by("$shift back", { $shift: { output: "$v", by: -1 } }, [null, 10, null, 20, 5]),
    by("$shift on, with a default", { $shift: { output: "$v", by: 1, default: { $add: [1, 1] } } }, [20, 40, 7, 2, 2]),
    by("$expMovingAvg by N", { $expMovingAvg: { input: "$v", N: 3 } }, [F(10), F(15), F(5), F(27.5), F(6)]),
    by("$expMovingAvg by alpha", { $expMovingAvg: { input: "$v", alpha: 0.75 } }, [F(10), F(17.5), F(5), F(34.375), F(6.5)]),
    by("$derivative", { $derivative: { input: "$v" }, window: over(-1, 0) }, [null, F(10), null, F(10), null]),
    by("$integral", { $integral: { input: "$v" }, window: over("unbounded", "current") }, [0, F(15), 0, F(75), F(0)]),
    ["rates of dates", [1, 2, 4].map((n) => ({ t: day(n), v: n * n })), [{ $setWindowFields: { sortBy: { t: 1 }, output: { d: { $derivative: { input: "$v", unit: "day" }, window: over(-1, 0) }, i: { $integral: { input: "$v", unit: "day" }, window: over(-1, 0) } } } }, { $project: { _id: 0, d: 1, i: 1 } }], [{ d: null, i: F(0) }, { d: F(3), i: F(2.5) }, { d: F(6), i: F(20) }]],
    ["$locf and $linearFill", [{ v: 1 }, {}, { v: null }, { v: 4 }, {}], [{ $setWindowFields: { sortBy: { _id: 1 }, output: { l: { $locf: "$v" }, f: { $linearFill: "$v" } } } }, { $project: { _id: 0, l: 1, f: 1 } }], [{ l: 1, f: 1 }, { l: 1, f: F(2) }, { l: 1, f: F(3) }, { l: 4, f: 4 }, { l: 4, f: null }]],
  ],
  "what is put where": [
    ["nested fields, others as they were", [{ a: { x: 1 }, b: 2 }], [{ $setWindowFields: { output: { "a.y": { $sum: "$b" }, b: { $count: {} } } } }], [{ _id: 0, a: { x: 1, y: 2 }, b: 1 }]],
    ["each function sees the documents as they came", [{ v: 1 }, { v: 2 }], [{ $setWindowFields: { sortBy: { _id: 1 }, output: { v: { $sum: "$v" }, w: { $max: "$v" } } } }], [{ _id: 0, v: 3, w: 2 }, { _id: 1, v: 3, w: 2 }]],
    ["a computed partition; null and missing are one", [{ k: null }, {}, { k: 0 }], [{ $setWindowFields: { partitionBy: "$k", output: { n: { $count: {} } } } }], [{ _id: 0, k: null, n: 2 }, { _id: 1, n: 2 }, { _id: 2, k: 0, n: 1 }]],
    ["no documents", [], [{ $setWindowFields: { output: { n: { $count: {} } } } }], []],
  ],
};

describe("document store: windows", () => {
  aggregationTables(tables);

  describe("properties", () => {
    let s: TestStore;
    before(async () => {
      s = await startTestStore();
    });
    after(() => s.stop());

    it("any window sums what a loop sums", () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ k: fc.nat(2), t: fc.nat(20), v: fc.integer({ min: -9, max: 9 }) }), { maxLength: 25 }),
          fc.integer({ min: -4, max: 4 }),
          fc.nat(4),
          async (rows, low, width) => {
            const high = low + width;
            const docs: Loose[] = rows.map((d, i) => ({ _id: i, ...d }));
            const c = s.db.collection<Loose>("w");
            await c.deleteMany({});
            if (docs.length > 0) await c.insertMany(docs);
            const sum = (list: Loose[]): number => list.reduce((n, d) => n + d.v, 0);
            const near = (d: Loose) => docs.filter((e) => e.k === d.k && e.t >= d.t + low && e.t <= d.t + high);
            const inOrder = (d: Loose) => docs.filter((e) => e.k === d.k).sort((x, y) => x.t - y.t || x._id - y._id);
            const beside = (d: Loose) => {
              const all = inOrder(d);
              const at = all.indexOf(d);
              return all.slice(Math.max(0, at + low), Math.max(0, at + high + 1));
            };
            const got = await c
              .aggregate([
                {
                  $setWindowFields: {
                    partitionBy: "$k",
                    sortBy: { t: 1 },
                    output: { r: { $sum: "$v", window: range(low, high) } },
                  },
                },
                {
                  $setWindowFields: {
                    partitionBy: "$k",
                    sortBy: { t: 1, _id: 1 },
                    output: { d: { $sum: "$v", window: over(low, high) } },
                  },
                },
                { $sort: { _id: 1 } },
              ])
              .toArray();
            expect(got.map((g) => [g.r, g.d])).to.deep.equal(docs.map((d) => [sum(near(d)), sum(beside(d))]));
          },
        ),
        { numRuns: 40 },
      ));

    it("other work goes on beside a long one", async () => {
      const c = s.db.collection<Loose>("long");
      await c.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ _id: i, v: i % 7 })));
      let done = false;
      const output = { w: { $sum: "$v", window: over(-40, 40) } };
      const work = c
        .aggregate([{ $setWindowFields: { sortBy: { _id: 1 }, output } }, { $group: { _id: null, s: { $sum: "$w" } } }])
        .toArray()
        .finally(() => {
          done = true;
        });
      let beside = 0;
      while (!done) {
        await s.db.collection<Loose>("other").updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true });
        beside++;
      }
      expect((await work).length).to.equal(1);
      expect(beside).to.be.greaterThan(5);
    });
  });
});
