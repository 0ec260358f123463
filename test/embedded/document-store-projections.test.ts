import { expect } from "chai";
import { type Document, Double, Int32 } from "mongodb";
import { failure } from "./document-store-support.ts";
import { usesStore } from "./document-store-tables.ts";

/** [what it shows, the document, the projection, what is left (without _id), the filter] */
type Projected = [string, Document, Document, Document, Document?];
const projections: Projected[] = [
  ["keeps in the document's order", { a: 1, b: 2, c: 3 }, { c: 1, a: 1 }, { a: 1, c: 3 }],
  ["drops", { a: 1, b: 2 }, { a: 0 }, { b: 2 }],
  ["looks inside documents and arrays", { a: [{ b: 1, c: 2 }, 5, { c: 3 }] }, { "a.b": 1 }, { a: [{ b: 1 }, {}] }],
  ["drops inside arrays", { a: [{ b: 1, c: 2 }, 5] }, { "a.b": 0 }, { a: [{ c: 2 }, 5] }],
  ["takes nested documents as paths", { a: { b: 1, c: 2 } }, { a: { b: 1 } }, { a: { b: 1 } }],
  ["leaves a scalar on the way out", { a: 5, b: 1 }, { "a.x": 1, b: 1 }, { b: 1 }],
  ["computes", { a: 2, b: 3 }, { sum: { $add: ["$a", "$b"] } }, { sum: 5 }],
  ["takes a string for an expression", { a: 2 }, { x: "$a", y: "text" }, { x: 2, y: "text" }],
  ["computes below a path", { a: { b: 1 } }, { "a.c": "$a.b" }, { a: { c: 1 } }],
  ["$slice takes the first", { a: [1, 2, 3], b: 1 }, { a: { $slice: 2 } }, { a: [1, 2], b: 1 }],
  ["$slice takes the last", { a: [1, 2, 3] }, { a: { $slice: -2 } }, { a: [2, 3] }],
  ["$slice skips", { a: [1, 2, 3] }, { a: { $slice: [1, 1] } }, { a: [2] }],
  ["$slice skips from the end", { a: [1, 2, 3] }, { a: { $slice: [-2, 1] } }, { a: [2] }],
  ["$slice skips past the beginning", { a: [1, 2, 3] }, { a: { $slice: [-9, 2] } }, { a: [1, 2] }],
  ["$slice among kept fields keeps its place", { a: [1, 2], b: 1, c: 2 }, { b: 1, a: { $slice: 1 } }, { a: [1], b: 1 }],
  ["$slice among dropped fields", { a: [1, 2], b: 1, c: 2 }, { b: 0, a: { $slice: 1 } }, { a: [1], c: 2 }],
  ["$slice of what is no array", { a: 5 }, { a: { $slice: 1 } }, { a: 5 }],
  ["$slice below a path", { a: [{ b: [1, 2], c: 1 }] }, { "a.b": { $slice: 1 } }, { a: [{ b: [1], c: 1 }] }],
  ["$slice as an expression", { a: [1, 2, 3] }, { x: { $slice: ["$a", 2] } }, { x: [1, 2] }],
  [
    "$elemMatch gives the first that matches",
    { a: [{ x: 1 }, { x: 5, y: 1 }, { x: 5, y: 2 }] },
    { a: { $elemMatch: { x: 5 } } },
    { a: [{ x: 5, y: 1 }] },
  ],
  [
    "$elemMatch without a match leaves the field out",
    { a: [{ x: 1 }], b: 1 },
    { a: { $elemMatch: { x: 5 } }, b: 1 },
    { b: 1 },
  ],
  [
    "$elemMatch comes after kept fields",
    { a: [1, 5], b: 1 },
    { b: 1, a: { $elemMatch: { $gt: 3 } } },
    { b: 1, a: [5] },
  ],
  [
    ".$ gives the element that the filter matched",
    { a: [{ x: 1 }, { x: 2 }], b: 1 },
    { "a.$": 1 },
    { a: [{ x: 2 }] },
    { "a.x": 2 },
  ],
  [
    ".$ after $elemMatch",
    { a: [1, 5, 9], b: 1 },
    { "a.$": 1, b: 1 },
    { a: [5], b: 1 },
    { a: { $elemMatch: { $gt: 3, $lt: 7 } } },
  ],
  [".$ below a path", { a: { b: [1, 2, 3] } }, { "a.b.$": 1 }, { a: { b: [3] } }, { "a.b": 3 }],
  [".$ of what is no array", { a: 5 }, { "a.$": 1 }, { a: 5 }, { a: 5 }],
  [".$ by another array's match", { a: [1, 2], b: ["x", "y"] }, { "a.$": 1 }, { a: [2] }, { b: "y" }],
];

const refusedProjections: [Document, number, RegExp, Document?][] = [
  [{ a: 1, b: 0 }, 31254, /Cannot do exclusion on field b in inclusion projection/],
  [{ a: 0, b: 1 }, 31253, /Cannot do inclusion on field b in exclusion projection/],
  [{ a: { b: 0, c: 1 } }, 31253, /Cannot do inclusion on field c/],
  [{ a: 0, b: { $add: [1, 1] } }, 31252, /Cannot use expression other than \$meta in exclusion projection/],
  [{ a: 0, b: "$c" }, 31310, /Cannot use an expression b: "\$c" in an exclusion projection/],
  [{ a: 1, "a.b": 1 }, 31249, /Path collision at a\.b remaining portion b/],
  [{ "a.b": 1, a: 1 }, 31250, /Path collision at a/],
  [{ a: {} }, 51270, /An empty sub-projection is not a valid value/],
  [{ "a..b": 1 }, 15998, /may not be empty strings/],
  [{ "a.": 1 }, 40353, /must not end with a '\.'/],
  [{ $a: 1 }, 16410, /may not start with '\$'/],
  [{ a: { $foo: 1 } }, 31325, /Unknown expression \$foo/],
  [{ a: { $elemMatch: 1 } }, 31274, /elemMatch: Invalid argument, object required/],
  [{ "a.b": { $elemMatch: { x: 1 } } }, 31275, /on a nested field/],
  [{ "a.$": 1, "b.$": 1 }, 31276, /more than one positional projection/, { a: 1 }],
  [{ "a.$": 1, b: { $elemMatch: { x: 1 } } }, 31255, /positional operator and \$elemMatch/, { a: 1 }],
  [{ b: { $elemMatch: { x: 1 } }, "a.$": 1 }, 31256, /positional operator and \$elemMatch/, { a: 1 }],
  [{ "a.$.b": 1 }, 31394, /in the middle of a path/, { a: 1 }],
  [{ "a.$": 0 }, 31395, /cannot be used with exclusion/, { a: 1 }],
  [{ "a.$": { $slice: 1 } }, 31271, /cannot be used with an expression/, { a: 1 }],
  [{ "a.$": "x" }, 31308, /cannot be used with a literal/, { a: 1 }],
  [{ "l.$": 1 }, 51246, /couldn't find a matching element in the array/],
  [{ "l.$": 1 }, 51247, /element mismatch/, { m: 9 }],
  [{ a: { $meta: "textScore" } }, 40218, /text score metadata/],
  [{ a: { $meta: "foo" } }, 17308, /Unsupported argument to \$meta: foo/],
];

describe("document store: projections", () => {
  const store = usesStore();

  describe("projections", () => {
    for (const [what, doc, projection, expected, filter] of projections) {
      it(what, async () => {
        const c = await store.fresh([{ _id: 0, ...doc }]);
        const found = await c.find(filter ?? {}, { projection: { ...projection, _id: 0 } }).toArray();
        expect(found).to.deep.equal([expected]);
        expect(Object.keys(found[0]!)).to.deep.equal(Object.keys(expected));
      });
    }

    it("treats _id apart", async () => {
      const c = await store.fresh([{ _id: 0, a: 1, b: 2, l: [1, 2] }]);
      const project = (projection: Document) => c.findOne({}, { projection });
      expect(await project({ _id: 1 })).to.deep.equal({ _id: 0 });
      expect(await project({ _id: 0 })).to.deep.equal({ a: 1, b: 2, l: [1, 2] });
      expect(await project({ _id: 0, a: 1 })).to.deep.equal({ a: 1 });
      expect(await project({ _id: 1, a: 0 })).to.deep.equal({ _id: 0, b: 2, l: [1, 2] });
      expect(await project({ a: 1 })).to.deep.equal({ _id: 0, a: 1 });
      expect(await project({ _id: 1, l: { $slice: 1 } })).to.deep.equal({ _id: 0, l: [1] });
      expect(await project({ l: { $slice: 1 } })).to.deep.equal({ _id: 0, a: 1, b: 2, l: [1] });
      expect(await project({ _id: 0, l: { $elemMatch: { $gt: 1 } } })).to.deep.equal({ l: [2] });
      expect(await project({ _id: "$a" })).to.deep.equal({ _id: 1 });
      expect(await project({})).to.deep.equal({ _id: 0, a: 1, b: 2, l: [1, 2] });
    });

    for (const [projection, code, message, filter] of refusedProjections) {
      it(`refuses ${JSON.stringify(projection)} with ${code}`, async () => {
        const c = await store.fresh([{ _id: 0, a: 1, l: [1], m: [7, 8, 9] }]);
        const e = await failure(c.find(filter ?? {}, { projection }).toArray());
        expect(e.message).to.match(message);
        expect([e.code, e.codeName]).to.deep.equal([code, `Location${code}`]);
      });
    }

    it("says in a pipeline which stage is wrong", async () => {
      const c = await store.fresh([{ _id: 0, a: 1 }]);
      const e = await failure(c.aggregate([{ $project: { a: 1, b: 0 } }]).toArray());
      expect(e.message).to.equal(
        "Invalid $project :: caused by :: Cannot do exclusion on field b in inclusion projection",
      );
      const positional = await failure(c.aggregate([{ $project: { "a.$": 1 } }]).toArray());
      expect(positional.code).to.equal(31324);
    });

    it("gives findOneAndUpdate the element that matched, but not with the new document", async () => {
      const c = await store.fresh([{ _id: 0, a: [1, 2, 3] }]);
      const update = { $set: { done: true } };
      expect(await c.findOneAndUpdate({ a: 2 }, update, { projection: { "a.$": 1 } })).to.deep.equal({
        _id: 0,
        a: [2],
      });
      const e = await failure(
        c.findOneAndUpdate({ a: 2 }, update, { projection: { "a.$": 1 }, returnDocument: "after" }),
      );
      expect([e.code, e.message]).to.deep.equal([2, "cannot use a positional projection and return the new document"]);
    });
  });

  describe("fields added by a pipeline", () => {
    const added: [string, Document, Document, Document][] = [
      ["nested documents are paths", { a: { x: 1 } }, { a: { b: 2 } }, { a: { x: 1, b: 2 } }],
      ["each document of an array gets them", { a: [{ x: 1 }, 5] }, { "a.b": 2 }, { a: [{ x: 1, b: 2 }, { b: 2 }] }],
      ["fields that are there keep their place", { a: 1, b: 2 }, { a: 9, c: 3 }, { a: 9, b: 2, c: 3 }],
      ["all see the document as it came", { a: 1, b: 2 }, { a: "$b", b: "$a" }, { a: 2, b: 1 }],
      ["a missing value takes the field away", { a: 1, b: 2 }, { a: "$$REMOVE" }, { b: 2 }],
    ];
    for (const [what, doc, spec, expected] of added) {
      it(what, async () => {
        const c = await store.fresh([{ _id: 0, ...doc }]);
        expect(await c.aggregate([{ $addFields: spec }]).toArray()).to.deep.equal([{ _id: 0, ...expected }]);
      });
    }
    const wrong: [Document, number][] = [
      [{ $addFields: 1 }, 40272],
      [{ $addFields: {} }, 40177],
      [{ $addFields: { a: {} } }, 40180],
      [{ $addFields: { a: 1, "a.b": 2 } }, 40176],
      [{ $unset: 1 }, 31002],
      [{ $unset: [] }, 31119],
      [{ $unset: [1] }, 31120],
      [{ $unset: ["a", "a.b"] }, 31249],
      [{ $project: 1 }, 15969],
      [{ $project: {} }, 51272],
      [{ $replaceRoot: 1 }, 40229],
      [{ $replaceRoot: {} }, 40231],
      [{ $replaceRoot: { newRoot: "$x", other: 1 } }, 40230],
      [{ $replaceWith: "$a" }, 40228],
    ];
    for (const [stage, code] of wrong) {
      it(`refuses ${JSON.stringify(stage)} with ${code}`, async () => {
        const c = await store.fresh([{ _id: 0, a: 1 }]);
        expect((await failure(c.aggregate([stage]).toArray())).code).to.equal(code);
      });
    }
  });

  it("keeps Int32 and Double apart in what it gives back", async () => {
    const c = await store.fresh([{ _id: 0, i: new Int32(1), d: new Double(1) }]);
    const raw = await c.findOne({ i: 1, d: 1 }, { promoteValues: false });
    expect(raw!.i).to.be.instanceOf(Int32);
    expect(raw!.d).to.be.instanceOf(Double);
  });
});
