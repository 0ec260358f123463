import { expect } from "chai";
import { BSON, Decimal128, type Document, Double, Int32, Long } from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

const D = (text: string): Decimal128 => Decimal128.fromString(text);
const L = (n: number | string): Long => Long.fromString(String(n));
const F = (n: number): Double => new Double(n);
const text = (v: unknown): string => BSON.EJSON.stringify({ v }, { relaxed: false });

const sales = [
  { _id: 1, item: "a", n: 2, price: D("1.50"), at: 3 },
  { _id: 2, item: "a", n: L(3), price: D("2.50"), at: 1, tags: { x: 1 } },
  { _id: 3, item: "b", n: 0.5, at: 2, tags: { y: 2 } },
  { _id: 4, item: "a", n: "many", at: 3, tags: { x: 3 } },
];

// biome-ignore format: one row a line
const grouped: [accumulator: Document, item: string, expected: unknown][] = [
  [{ $sum: "$n" }, "a", L(5)],
  [{ $sum: "$price" }, "a", D("4.00")],
  [{ $sum: "$none" }, "b", 0],
  [{ $sum: 1 }, "a", 3],
  [{ $avg: "$n" }, "a", 2.5],
  [{ $avg: "$price" }, "b", null],
  [{ $min: "$n" }, "a", 2],
  [{ $max: "$n" }, "a", "many"],
  [{ $first: "$tags" }, "a", null],
  [{ $last: "$tags.x" }, "a", 3],
  [{ $push: "$tags.x" }, "a", [1, 3]],
  [{ $addToSet: { $type: "$n" } }, "b", ["double"]],
  [{ $count: {} }, "a", 3],
  [{ $mergeObjects: "$tags" }, "a", { x: 3 }],
  [{ $stdDevPop: "$n" }, "a", 0.5],
  [{ $stdDevSamp: "$n" }, "b", null],
  [{ $firstN: { n: 2, input: "$tags.x" } }, "a", [null, 1]],
  [{ $lastN: { n: 2, input: "$_id" } }, "a", [2, 4]],
  [{ $maxN: { n: 2, input: "$at" } }, "a", [3, 3]],
  [{ $minN: { n: { $cond: [{ $eq: ["$item", "a"] }, 1, 5] }, input: "$at" } }, "a", [1]],
  [{ $top: { sortBy: { at: -1, _id: -1 }, output: ["$_id", "$at"] } }, "a", [4, 3]],
  [{ $bottom: { sortBy: { at: 1 }, output: "$_id" } }, "a", 1],
  [{ $topN: { n: 2, sortBy: { at: -1 }, output: "$_id" } }, "a", [1, 4]],
  [{ $bottomN: { n: 2, sortBy: { _id: 1 }, output: "$tags.x" } }, "a", [1, 3]],
  [{ $median: { input: "$at", method: "approximate" } }, "a", F(3)],
  [{ $percentile: { input: "$n", p: [0, 1], method: "approximate" } }, "a", [F(2), F(3)]],
];

// biome-ignore format: one row a line
const groupsRefused: [accumulator: unknown, code: number, message: string][] = [
  [{ $foo: 1 }, 15952, "unknown group operator '$foo'"],
  [5, 40234, "The field 'v' must be an accumulator object"],
  [{ $sum: 1, $avg: 1 }, 40238, "The field 'v' must specify one accumulator"],
  [{ $sum: [1, 2] }, 40237, "The $sum accumulator is a unary operator"],
  [{ $count: 1 }, 14, "$count takes no arguments, i.e. $count:{}"],
  [{ $topN: { n: 1, output: "$a" } }, 5788005, "Missing value for 'sortBy'"],
  [{ $top: { n: 1, output: "$a", sortBy: { a: 1 } } }, 5788002, "Unknown argument to $top 'n'"],
  [{ $maxN: { n: "x", input: "$a" } }, 5787902, "Value for 'n' must be of integral type, but found \"x\""],
];

describe("document store: accumulators", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
    await s.db.collection<Loose>("sales").insertMany(sales);
  });
  after(() => s.stop());

  it("accumulates as MongoDB", async () => {
    for (const [accumulator, item, expected] of grouped) {
      const all = await s.db
        .collection("sales")
        .aggregate([{ $sort: { _id: 1 } }, { $group: { _id: { item: "$item" }, v: accumulator } }], {
          promoteValues: false,
        })
        .toArray();
      const got = all.find((g) => g._id.item === item)!;
      expect(text(got.v), JSON.stringify(accumulator)).to.equal(text(expected));
    }
  });

  it("refuses accumulators that MongoDB refuses", async () => {
    for (const [accumulator, code, message] of groupsRefused) {
      const group = { $group: { _id: null, v: accumulator } };
      const e = await failure(
        s.db
          .collection("sales")
          .aggregate([group as Document])
          .toArray(),
      );
      expect(e.message).to.include(message);
      expect(e.code, e.message).to.equal(code);
    }
  });

  it("adds numbers of all sizes without loss in a sum", async () => {
    const c = s.db.collection("sums");
    const parts = [F(1e100), F(1), F(-1e100), L("9007199254740993"), new Int32(1)];
    await c.insertMany(parts.map((n) => ({ n })));
    const [got] = await c.aggregate([{ $group: { _id: null, v: { $sum: "$n" } } }]).toArray();
    expect(got!.v).to.equal(Number(9007199254740995n));
  });
});
