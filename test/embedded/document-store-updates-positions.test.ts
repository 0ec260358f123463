import { expect } from "chai";
import { type Document, Double, Int32, Long, Timestamp } from "mongodb";
import { failure } from "./document-store-support.ts";
import { decimal, long, type UpdateRow, updateTables, usesStore } from "./document-store-tables.ts";

const positions: UpdateRow[] = [
  ["$ is the element that matched", { a: [1, 5, 9] }, { $set: { "a.$": 0 } }, { a: [1, 0, 9] }, { a: 5 }],
  [
    "$ with a path behind it",
    { a: [{ k: 1 }, { k: 2 }] },
    { $inc: { "a.$.n": 1 } },
    { a: [{ k: 1 }, { k: 2, n: 1 }] },
    { "a.k": 2 },
  ],
  [
    "$ of the outer array",
    { a: [{ b: [1] }, { b: [5, 6] }] },
    { $set: { "a.$.c": 1 } },
    { a: [{ b: [1] }, { b: [5, 6], c: 1 }] },
    { "a.b": 6 },
  ],
  [
    "$ after $elemMatch",
    {
      a: [
        { x: 1, y: 0 },
        { x: 1, y: 1 },
      ],
    },
    { $set: { "a.$.z": 1 } },
    {
      a: [
        { x: 1, y: 0 },
        { x: 1, y: 1, z: 1 },
      ],
    },
    { a: { $elemMatch: { x: 1, y: 1 } } },
  ],
  ["$ beside another element", { a: [1, 5] }, { $set: { "a.$": 0, "a.3": 7 } }, { a: [1, 0, null, 7] }, { a: 5 }],
  [
    "$ after an $or that is an $in",
    { a: [1, 2, 3], b: 1 },
    { $set: { "a.$": 0 } },
    { a: [1, 0, 3], b: 1 },
    { $or: [{ a: 3 }, { a: 2 }] },
  ],
  [
    "$ after the last of several conditions",
    { a: [1, 2, 3] },
    { $set: { "a.$": 0 } },
    { a: [0, 2, 3] },
    { $and: [{ a: 3 }, { a: 2 }, { a: 1 }] },
  ],
  ["$unset of $", { a: [1, 5] }, { $unset: { "a.$": "" } }, { a: [1, null] }, { a: 5 }],
  ["$[] is all", { a: [{ x: 1 }, { x: 2 }] }, { $inc: { "a.$[].x": 10 } }, { a: [{ x: 11 }, { x: 12 }] }],
  ["$[] of $[]", { a: [[1, 2], [3]] }, { $inc: { "a.$[].$[]": 1 } }, { a: [[2, 3], [4]] }],
  [
    "$[id] is what its filter finds",
    { a: [1, 5, 9] },
    { $set: { "a.$[e]": 0 } },
    { a: [1, 0, 0] },
    {},
    [{ e: { $gte: 5 } }],
  ],
  [
    "$[id] with fields",
    { a: [{ k: 1 }, { k: 2 }] },
    { $set: { "a.$[e].v": 1 } },
    { a: [{ k: 1 }, { k: 2, v: 1 }] },
    {},
    [{ "e.k": 2 }],
  ],
  [
    "$[id] with $or and two paths",
    { a: [{ k: 1 }, { k: 2 }, { k: 3 }] },
    { $set: { "a.$[e].v": 1, "a.$[e].w": 2 } },
    { a: [{ k: 1, v: 1, w: 2 }, { k: 2 }, { k: 3, v: 1, w: 2 }] },
    {},
    [{ $or: [{ "e.k": 1 }, { "e.k": 3 }] }],
  ],
  [
    "two filters in one path",
    {
      a: [
        { k: 1, b: [1, 2] },
        { k: 2, b: [1, 2] },
      ],
    },
    { $set: { "a.$[x].b.$[y]": 0 } },
    {
      a: [
        { k: 1, b: [1, 2] },
        { k: 2, b: [0, 2] },
      ],
    },
    {},
    [{ "x.k": 2 }, { y: 1 }],
  ],
  [
    "two filters of one array",
    { a: [1, 2, 3] },
    { $inc: { "a.$[x]": 10 }, $mul: { "a.$[y]": 100 } },
    { a: [11, 2, 300] },
    {},
    [{ x: 1 }, { y: 3 }],
  ],
  [
    "an element that is an array, by what it holds",
    { a: [[1], [2]] },
    { $set: { "a.$[e]": 0 } },
    { a: [0, [2]] },
    {},
    [{ e: 1 }],
  ],
  [
    "$push into what a filter finds",
    { a: [{ k: 1 }, { k: 2, l: [1] }] },
    { $push: { "a.$[e].l": 2 } },
    { a: [{ k: 1 }, { k: 2, l: [1, 2] }] },
    {},
    [{ "e.k": 2 }],
  ],
];

const pipelines: UpdateRow[] = [
  ["$set of computed fields", { a: 2, b: 3 }, [{ $set: { c: { $add: ["$a", "$b"] } } }], { a: 2, b: 3, c: 5 }],
  ["$unset and $addFields", { a: 1, b: 2 }, [{ $unset: "a" }, { $addFields: { "c.d": "$b" } }], { b: 2, c: { d: 2 } }],
  ["$replaceWith keeps the _id", { a: { x: 1 } }, [{ $replaceWith: "$a" }], { x: 1 }],
  ["$replaceRoot", { a: { x: 1 } }, [{ $replaceRoot: { newRoot: { y: "$a.x" } } }], { y: 1 }],
  ["$project", { a: 1, b: 2 }, [{ $project: { a: 1 } }], { a: 1 }],
  ["dropping the _id keeps it", { a: 1 }, [{ $unset: "_id" }, { $set: { b: 1 } }], { a: 1, b: 1 }],
  [
    "a later stage sees an earlier one",
    { a: 1 },
    [{ $set: { b: { $add: ["$a", 1] } } }, { $set: { c: { $add: ["$b", 1] } } }],
    { a: 1, b: 2, c: 3 },
  ],
];

describe("document store: updates of elements and by pipelines", () => {
  updateTables({ positions, pipelines });
});

describe("document store: updates as wholes", () => {
  const store = usesStore();

  it("$currentDate gives dates, and timestamps that grow", async () => {
    const c = await store.fresh([{ _id: 1 }]);
    const start = Date.now();
    const update = { $currentDate: { a: true, b: { $type: "date" }, c: { $type: "timestamp" } } } as never;
    const first = (await c.findOneAndUpdate({}, update, { returnDocument: "after" }))!;
    for (const k of ["a", "b"]) expect(first[k].getTime()).to.be.within(start, Date.now());
    const second = (await c.findOneAndUpdate({}, update, { returnDocument: "after" }))!;
    expect(first.c).to.be.instanceOf(Timestamp);
    expect((second.c as Timestamp).greaterThan(first.c as Timestamp)).to.equal(true);
  });

  it("counts what it changed in many, and changes nothing of a document when it fails", async () => {
    const c = await store.fresh([
      { _id: 1, a: [1], n: 1 },
      { _id: 2, a: [2], n: 1 },
      { _id: 3, a: "x", n: 1 },
    ]);
    expect(await c.updateMany({ n: 1 }, { $max: { n: 1 } })).to.include({ matchedCount: 3, modifiedCount: 0 });
    expect(await c.updateMany({ _id: { $lt: 3 } }, { $addToSet: { a: 2 } })).to.include({
      matchedCount: 2,
      modifiedCount: 1,
    });
    await failure(c.updateOne({ _id: 3 }, { $set: { b: 1 }, $push: { z: 1, a: 1 } } as never));
    expect(await c.findOne({ _id: 3 })).to.deep.equal({ _id: 3, a: "x", n: 1 });
    const many = await failure(c.updateMany({}, { a: 1 } as never));
    expect(many.message).to.match(/atomic operators/);
    const raw = await failure(
      store.db.command({ update: c.collectionName, updates: [{ q: {}, u: { a: 1 }, multi: true }] }).then((r) => {
        throw Object.assign(new Error(r.writeErrors[0].errmsg), { code: r.writeErrors[0].code });
      }),
    );
    expect([raw.code, raw.message]).to.deep.equal([9, "multi update is not supported for replacement-style update"]);
  });

  it("lets a pipeline use the statement's constants and the command's variables", async () => {
    const c = await store.fresh([{ _id: 1, a: 1 }]);
    const run = (statement: Document) =>
      store.db.command({ update: c.collectionName, updates: [{ q: {}, ...statement }], let: { y: 10 } });
    await run({ u: [{ $set: { b: { $add: ["$a", "$$x", "$$y"] } } }], c: { x: 5 } });
    expect(await c.findOne()).to.deep.equal({ _id: 1, a: 1, b: 16 });
    const wrong = await run({ u: { $set: { a: 1 } }, c: { x: 5 } });
    expect(wrong.writeErrors[0].code).to.equal(51198);
  });

  it("keeps what numbers are through every operator", async () => {
    const c = await store.fresh([{ _id: 1, i: new Int32(1), d: new Double(1), l: long(1), m: decimal("1.10") }]);
    await c.updateOne({}, { $set: { x: 1 } });
    const raw = (await c.findOne({}, { promoteValues: false }))!;
    expect(raw.i).to.be.instanceOf(Int32);
    expect(raw.d).to.be.instanceOf(Double);
    expect(raw.l).to.be.instanceOf(Long);
    expect(String(raw.m)).to.equal("1.10");
  });
});
