import { Double } from "mongodb";
import { decimal, long, type UpdateRow, updateTables } from "./document-store-tables.ts";

const fields: UpdateRow[] = [
  ["$set makes documents on the way", {}, { $set: { "a.b.c": 1 } }, { a: { b: { c: 1 } } }],
  [
    "$set appends new fields by name, whatever the order said",
    { z: 0 },
    { $set: { c: 1, a: 2, b: 3 } },
    { z: 0, a: 2, b: 3, c: 1 },
  ],
  [
    "$set takes names that are numbers by value",
    { o: {} },
    { $set: { "o.10": 1, "o.9": 2 } },
    { o: { "9": 2, "10": 1 } },
  ],
  ["$set and $inc make fields in one order", {}, { $set: { b: 1 }, $inc: { a: 1 } }, { a: 1, b: 1 }],
  ["$set keeps the place of a field that is there", { a: 1, b: 2 }, { $set: { a: { x: 1 } } }, { a: { x: 1 }, b: 2 }],
  ["$set into an array", { a: [1, 2] }, { $set: { "a.1": 9 } }, { a: [1, 9] }],
  ["$set past the end of an array fills with null", { a: [1] }, { $set: { "a.3": 9 } }, { a: [1, null, null, 9] }],
  ["$set below an element that isn't there", { a: [1] }, { $set: { "a.2.b": 9 } }, { a: [1, null, { b: 9 }] }],
  ["$set of a number in a document is a field", { a: {} }, { $set: { "a.0": 1 } }, { a: { "0": 1 } }],
  ["$set of dollar names below the first level", { a: {} }, { $set: { "a.$x": 1 } }, { a: { $x: 1 } }],
  ["$set of nothing", { a: 1 }, { $set: {} }, { a: 1 }],
  ["$set of the _id to itself", { a: 1 }, { $set: { _id: 1, a: 2 } }, { a: 2 }],
  ["$unset", { a: 1, b: { c: 1, d: 1 } }, { $unset: { a: "", "b.c": "" } }, { b: { d: 1 } }],
  ["$unset of an element leaves null", { a: [1, 2, 3] }, { $unset: { "a.1": "" } }, { a: [1, null, 3] }],
  ["$unset through a scalar does nothing", { a: 1 }, { $unset: { "a.b": "" } }, { a: 1 }],
  ["$rename moves to the end", { a: 1, b: 2 }, { $rename: { a: "c" } }, { b: 2, c: 1 }],
  ["$rename over a field takes its place", { a: 1, b: 2, c: 3 }, { $rename: { a: "b" } }, { b: 1, c: 3 }],
  ["$rename into and out of documents", { a: { x: 1 }, b: {} }, { $rename: { "a.x": "b.y" } }, { a: {}, b: { y: 1 } }],
  ["$rename of a missing field", { a: 1 }, { $rename: { x: "y" } }, { a: 1 }],
  ["$setOnInsert does nothing to what is there", { a: 1 }, { $setOnInsert: { a: 2, b: 3 } }, { a: 1 }],
  [
    "$min and $max compare across types",
    { a: 5, b: 5, c: "x" },
    { $min: { a: 3, c: 9 }, $max: { b: "s" } },
    { a: 3, b: "s", c: 9 },
  ],
  ["$min and $max make what is missing", {}, { $min: { a: 1 }, $max: { b: 2 } }, { a: 1, b: 2 }],
  ["$max of an equal number of another type changes nothing", { a: 5 }, { $max: { a: 5.0 } }, { a: 5 }],
];

const numbers: UpdateRow[] = [
  ["int + int", { a: 1 }, { $inc: { a: 2 } }, { a: 3 }],
  ["int past its end becomes long", { a: 2147483647 }, { $inc: { a: 1 } }, { a: long("2147483648") }],
  ["int * int past its end becomes long", { a: 2147483647 }, { $mul: { a: 2 } }, { a: long("4294967294") }],
  ["int + long", { a: 1 }, { $inc: { a: long(2) } }, { a: long(3) }],
  ["int + double", { a: 1 }, { $inc: { a: new Double(2) } }, { a: new Double(3) }],
  ["long + double", { a: long(1) }, { $inc: { a: 0.5 } }, { a: 1.5 }],
  [
    "double + decimal: a double has 15 digits",
    { a: 0.5 },
    { $inc: { a: decimal("0.25") } },
    { a: decimal("0.750000000000000") },
  ],
  ["decimal * int", { a: decimal("2.50") }, { $mul: { a: 2 } }, { a: decimal("5.00") }],
  ["$inc makes the operand", {}, { $inc: { a: long(5) } }, { a: long(5) }],
  [
    "$mul makes a zero of the operand's type",
    {},
    { $mul: { a: long(5), b: 5, c: 2.5 } },
    { a: long(0), b: 0, c: new Double(0) },
  ],
  [
    "$bit and, or, xor",
    { a: 13, b: 3, c: 1 },
    { $bit: { a: { and: 10 }, b: { or: 5 }, c: { xor: 5 } } },
    { a: 8, b: 7, c: 4 },
  ],
  ["$bit widens to long", { a: 1 }, { $bit: { a: { or: long(2) } } }, { a: long(3) }],
  ["$bit starts at 0", {}, { $bit: { a: { or: 5 } } }, { a: 5 }],
  ["$bit takes several in order", { a: 6 }, { $bit: { a: { and: 3, or: 8 } } }, { a: 10 }],
];

const lists: UpdateRow[] = [
  ["$push makes an array", {}, { $push: { a: 1 } }, { a: [1] }],
  ["$push of an array is one element", { a: [1] }, { $push: { a: [2] } }, { a: [1, [2]] }],
  ["$push $each", { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  ["$push $each of nothing makes an empty array", {}, { $push: { a: { $each: [] } } }, { a: [] }],
  ["$push $position", { a: [1, 2] }, { $push: { a: { $each: [9], $position: 1 } } }, { a: [1, 9, 2] }],
  [
    "$push $position from the end",
    { a: [1, 2, 3] },
    { $push: { a: { $each: [8, 9], $position: -1 } } },
    { a: [1, 2, 8, 9, 3] },
  ],
  ["$push $position past both ends", { a: [1] }, { $push: { a: { $each: [9], $position: -5 } } }, { a: [9, 1] }],
  ["$push $slice from the front", { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }],
  ["$push $slice from the end", { a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
  ["$push $slice 0 empties", { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
  [
    "$push $sort by value, across types",
    { a: [3, "x"] },
    { $push: { a: { $each: [1, null], $sort: 1 } } },
    { a: [null, 1, 3, "x"] },
  ],
  [
    "$push $sort by fields",
    {
      a: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
    },
    { $push: { a: { $each: [{ x: 2, y: 1 }, { z: 0 }], $sort: { x: -1, y: 1 } } } },
    { a: [{ x: 2, y: 1 }, { x: 2, y: 2 }, { x: 1, y: 1 }, { z: 0 }] },
  ],
  [
    "$push puts, sorts, then cuts",
    { a: [5, 1] },
    { $push: { a: { $slice: 2, $sort: -1, $position: 0, $each: [3] } } },
    { a: [5, 3] },
  ],
  ["$push with $slice alone needs $each", { a: [1] }, { $push: { a: { $slice: 1 } } }, { a: [1, { $slice: 1 }] }],
  ["$addToSet adds once", { a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
  ["$addToSet compares by value", { a: [1] }, { $addToSet: { a: { $each: [1.0, long(1), 2, 2] } } }, { a: [1, 2] }],
  [
    "$addToSet takes documents in the order of their fields",
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  ],
  ["$pull of a value", { a: [1, 2, 1.0, "1"] }, { $pull: { a: 1 } }, { a: [2, "1"] }],
  ["$pull by operators", { a: [1, 5, 9, "x"] }, { $pull: { a: { $gte: 5 } } }, { a: [1, "x"] }],
  ["$pull with $in", { a: [1, 2, 3] }, { $pull: { a: { $in: [1, 3] } } }, { a: [2] }],
  ["$pull by a pattern", { a: ["ab", "cd"] }, { $pull: { a: /^a/ } }, { a: ["cd"] }],
  [
    "$pull by conditions on fields",
    { a: [{ x: 1, y: 5 }, { x: 2 }, 7] },
    { $pull: { a: { x: 1, y: { $gt: 3 } } } },
    { a: [{ x: 2 }, 7] },
  ],
  [
    "$pull of a document looks at its fields only",
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1, z: 3 },
      ],
    },
    { $pull: { a: { x: 1, y: 2 } } },
    { a: [] },
  ],
  ["$pull of an array is exact", { a: [[1, 2], [1], 1] }, { $pull: { a: [1, 2] } }, { a: [[1], 1] }],
  [
    "$pull with $elemMatch",
    { a: [{ r: [{ q: 1 }] }, { r: [{ q: 2 }] }] },
    { $pull: { a: { r: { $elemMatch: { q: 2 } } } } },
    { a: [{ r: [{ q: 1 }] }] },
  ],
  ["$pull with $or", { a: [{ x: 1 }, { y: 1 }, 1] }, { $pull: { a: { $or: [{ x: 1 }, { y: 1 }] } } }, { a: [1] }],
  ["$pull with $ne and null", { a: [1, null, 2] }, { $pull: { a: null } }, { a: [1, 2] }],
  ["$pull from what is missing", {}, { $pull: { a: 1, "b.c": 1 } }, {}],
  [
    "$pullAll",
    { a: [1, 2, 3, 1, { x: 1, y: 2 }] },
    { $pullAll: { a: [1, { y: 2, x: 1 }, 3] } },
    { a: [2, { x: 1, y: 2 }] },
  ],
  ["$pop the last and the first", { a: [1, 2, 3], b: [1, 2, 3] }, { $pop: { a: 1, b: -1 } }, { a: [1, 2], b: [2, 3] }],
  ["$pop of nothing", { a: [] }, { $pop: { a: 1, b: 1 } }, { a: [] }],
];

describe("document store: updates", () => {
  updateTables({ fields, numbers, lists });
});
