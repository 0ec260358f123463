import { expect } from "chai";
import { BSON, Decimal128, type Document, Double, Int32, Long, ObjectId, Timestamp } from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

const long = (s: string | number) => Long.fromString(String(s));
const decimal = (s: string) => Decimal128.fromString(s);

/** [what it shows, the document, the update, the document after (types and order count), the filter, arrayFilters] */
type Row = [string, Document, Document | Document[], Document, Document?, Document[]?];

const fields: Row[] = [
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

const numbers: Row[] = [
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

const lists: Row[] = [
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

const positions: Row[] = [
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

const pipelines: Row[] = [
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

/** [the update, the code, what the message holds, the document, the filter, arrayFilters] */
type Refused = [Document | Document[], number, RegExp, Document?, Document?, Document[]?];
const refused: Refused[] = [
  [{ $foo: { a: 1 } }, 9, /Unknown modifier: \$foo/],
  [{ $set: { a: 1 }, b: 2 }, 9, /Unknown modifier: b/],
  [{ $set: 5 }, 9, /Modifiers operate on fields but we found type int instead/],
  [{ $set: { a: 1, "a.b": 2 } }, 40, /Updating the path 'a\.b' would create a conflict at 'a'/],
  [{ $set: { "a.b": 2, a: 1 } }, 40, /Updating the path 'a' would create a conflict at 'a'/],
  [{ $set: { a: 1 }, $inc: { a: 1 } }, 40, /Updating the path 'a' would create a conflict at 'a'/],
  [{ $rename: { a: "b" }, $set: { b: 1 } }, 40, /conflict at 'b'/],
  [{ $set: { "a.$[]": 1, "a.0": 2 } }, 40, /conflict at 'a'/],
  [
    { $set: { "a.$[x]": 1, "a.$[y]": 2 } },
    40,
    /Update created a conflict at 'a\.0'/,
    { a: [1] },
    {},
    [{ x: 1 }, { y: 1 }],
  ],
  [{ $set: { "a.$": 1, "a.0": 2 } }, 40, /Update created a conflict at 'a\.0'/, { a: [5] }, { a: 5 }],
  [{ $set: { "": 1 } }, 56, /An empty update path is not valid/],
  [{ $set: { "a..b": 1 } }, 56, /contains an empty field name/],
  [{ $set: { _id: 2 } }, 66, /Performing an update on the path '_id' would modify the immutable field '_id'/],
  [{ $set: { _id: new Double(1) } }, 66, /immutable field '_id'/],
  [{ $unset: { _id: 1 } }, 66, /immutable field '_id'/],
  [{ $rename: { _id: "x" } }, 66, /immutable field '_id'/],
  [{ $rename: { a: "_id" } }, 66, /immutable field '_id'/, { a: 9 }],
  [[{ $set: { _id: 2 } }], 66, /the \(immutable\) field '_id' was found to have been altered to _id: 2/],
  [{ $set: { "a.b": 1 } }, 28, /Cannot create field 'b' in element \{a: 5\}/, { a: 5 }],
  [{ $set: { "a.b": 1 } }, 28, /Cannot create field 'b' in element \{a: \[ 1 \]\}/, { a: [1] }],
  [{ $set: { "a.b": 1 } }, 28, /Cannot create field 'b' in element \{a: null\}/, { a: null }],
  [{ $pull: { "a.b": 1 } }, 28, /Cannot use the part \(b\) of \(a\.b\) to traverse the element \(\{a: 5\}\)/, { a: 5 }],
  [{ $pop: { "a.b.c": 1 } }, 28, /Cannot use the part \(b\) of \(a\.b\.c\)/, { a: 5 }],
  [{ $set: { "a.1600000": 1 } }, 34, /can't backfill more than 1500000 elements/, { a: [] }],
  [{ $set: { $x: 1 } }, 52, /The dollar \(\$\) prefixed field '\$x' in '\$x' is not allowed/],
  [{ $set: { $id: 1 } }, 55, /Found \$id field without a \$ref before it/],
  [{ $set: { "a.$": 1 } }, 2, /did not find the match needed from the query/, { a: [1] }],
  [
    { $set: { "a.$": 1 } },
    2,
    /did not find the match needed from the query/,
    { a: [1], b: 2 },
    { $or: [{ a: 1 }, { b: 2 }] },
  ],
  [{ $set: { "$.a": 1 } }, 2, /Cannot have positional \(i\.e\. '\$'\) element in the first position/],
  [{ $set: { "a.$.b.$": 1 } }, 2, /Too many positional/],
  [{ $set: { "$[].a": 1 } }, 2, /Cannot have array filter identifier/],
  [{ $set: { "a.$[]": 1 } }, 2, /The path 'a' must exist in the document in order to apply array updates/],
  [{ $set: { "a.$[]": 1 } }, 2, /Cannot apply array updates to non-array element a: 5/, { a: 5 }],
  [{ $set: { "a.$[x]": 1 } }, 2, /No array filter found for identifier 'x' in path 'a\.\$\[x\]'/, { a: [1] }],
  [
    { $set: { a: 1 } },
    9,
    /The array filter for identifier 'x' was not used in the update \{ \$set: \{ a: 1 \} \}/,
    {},
    {},
    [{ x: 1 }],
  ],
  [
    { $set: { "a.$[x]": 1 } },
    9,
    /multiple array filters with the same top-level field name x/,
    { a: [1] },
    {},
    [{ x: 1 }, { x: 2 }],
  ],
  [
    { $set: { "a.$[x]": 1 } },
    9,
    /Expected a single top-level field name, found 'x' and 'y'/,
    { a: [1] },
    {},
    [{ x: 1, y: 2 }],
  ],
  [{ $set: { "a.$[x]": 1 } }, 9, /Cannot use an expression without a top-level field name/, { a: [1] }, {}, [{}]],
  [
    { $set: { "a.$[X]": 1 } },
    2,
    /must be an alphanumeric string beginning with a lowercase letter, found 'X'/,
    { a: [1] },
    {},
    [{ X: 1 }],
  ],
  [
    { $set: { "a.$[x]": 1 } },
    2,
    /Error parsing array filter :: caused by :: unknown operator: \$foo/,
    { a: [1] },
    {},
    [{ x: { $foo: 1 } }],
  ],
  [{ $set: { "a.$[x]": 1 } }, 224, /\$expr is not allowed in this context/, { a: [1] }, {}, [{ $expr: true }]],
  [{ $set: { "a.$[x]": 1 } }, 14, /is the wrong type 'int', expected type 'object'/, { a: [1] }, {}, [1 as never]],
  [[{ $set: { a: 1 } }], 9, /arrayFilters may not be specified for pipeline-style updates/, {}, {}, [{ x: 1 }]],
  [{ $inc: { a: "1" } }, 14, /Cannot increment with non-numeric argument: \{a: "1"\}/],
  [{ $mul: { a: null } }, 14, /Cannot multiply with non-numeric argument/],
  [
    { $inc: { a: 1 } },
    14,
    /Cannot apply \$inc to a value of non-numeric type\. \{_id: 1\} has the field 'a' of non-numeric type string/,
    { a: "x" },
  ],
  [{ $inc: { a: 1 } }, 14, /of non-numeric type null/, { a: null }],
  [
    { $inc: { a: 1 } },
    2,
    /Failed to apply \$inc operations to current value \(\(NumberLong\)9223372036854775807\) for document \{_id: 1\}/,
    { a: Long.MAX_VALUE },
  ],
  [{ $mul: { a: 2 } }, 2, /Failed to apply \$mul operations/, { a: Long.MAX_VALUE }],
  [{ $push: { a: 1 } }, 2, /The field 'a' must be an array but is of type int in document \{_id: 1\}/, { a: 5 }],
  [{ $push: { a: { $each: 1 } } }, 2, /The argument to \$each in \$push must be an array but it was of type: int/],
  [{ $push: { a: { $each: [1], $foo: 1 } } }, 2, /Unrecognized clause in \$push: \$foo/],
  [{ $push: { a: { $each: [1], $slice: "x" } } }, 2, /The value for \$slice must be an integer value/],
  [{ $push: { a: { $each: [1], $position: 1.5 } } }, 2, /The value for \$position must be an integer value/],
  [{ $push: { a: { $each: [1], $sort: 2 } } }, 2, /must be either 1 or -1/],
  [{ $push: { a: { $each: [1], $sort: {} } } }, 2, /The \$sort pattern is empty/],
  [{ $push: { a: { $each: [1], $sort: "x" } } }, 2, /The \$sort is invalid/],
  [{ $push: { a: { $each: [1], $sort: { "x.": 1 } } } }, 2, /has an empty part/],
  [
    { $addToSet: { a: 1 } },
    2,
    /Cannot apply \$addToSet to non-array field\. Field named 'a' has non-array type int/,
    { a: 5 },
  ],
  [{ $addToSet: { a: { $each: 1 } } }, 14, /The argument to \$each in \$addToSet must be an array/],
  [{ $addToSet: { a: { $each: [1], x: 1 } } }, 2, /Found unexpected fields after \$each in \$addToSet/],
  [{ $pull: { a: 1 } }, 2, /Cannot apply \$pull to a non-array value/, { a: 5 }],
  [{ $pull: { a: { $foo: 1 } } }, 2, /unknown operator: \$foo/],
  [{ $pullAll: { a: 1 } }, 2, /\$pullAll requires an array argument but was given a int/],
  [{ $pop: { a: 2 } }, 9, /\$pop expects 1 or -1, found: 2/],
  [{ $pop: { a: "x" } }, 9, /Expected a number in: a: "x"/],
  [{ $pop: { a: 1 } }, 14, /Path 'a' contains an element of non-array type 'int'/, { a: 5 }],
  [{ $bit: { a: 1 } }, 2, /The \$bit modifier is not compatible with a int/],
  [{ $bit: { a: {} } }, 2, /You must pass in at least one bitwise operation/],
  [{ $bit: { a: { nand: 1 } } }, 2, /only supports 'and', 'or', and 'xor', not 'nand'/],
  [{ $bit: { a: { and: 1.5 } } }, 2, /must be an Integer\(32\/64 bit\); a 'double' is not supported here/],
  [{ $bit: { a: { and: 1 } } }, 2, /Cannot apply \$bit to a value of non-integral type/, { a: 1.5 }],
  [{ $currentDate: { a: "x" } }, 2, /string is not valid type for \$currentDate/],
  [{ $currentDate: { a: { $type: "x" } } }, 2, /required to be 'date' or 'timestamp'/],
  [{ $currentDate: { a: { foo: 1 } } }, 2, /Unrecognized \$currentDate option: foo/],
  [{ $rename: { a: 1 } }, 2, /The 'to' field for \$rename must be a string/],
  [{ $rename: { a: "a" } }, 2, /must differ/],
  [{ $rename: { a: "a.b" } }, 2, /must not be on the same path/],
  [{ $rename: { "a.$[]": "b" } }, 2, /The source field for \$rename may not be dynamic/],
  [{ $rename: { a: "b.$" } }, 2, /The destination field for \$rename may not be dynamic/],
  [
    { $rename: { "a.0": "b" } },
    2,
    /The source field cannot be an array element, 'a\.0' in doc with _id: 1 has an array field called 'a'/,
    { a: [1] },
  ],
  [{ $rename: { b: "a.0" } }, 2, /The destination field cannot be an array element/, { a: [1], b: 2 }],
  [{ $rename: { "a.b": "c" } }, 28, /to traverse the element/, { a: 5 }],
  [[{ $match: { a: 1 } }], 72, /\$match is not allowed to be used within an update/],
  [[{ $foo: 1 }], 40324, /Unrecognized pipeline stage name: '\$foo'/],
  [[{ $replaceWith: 1 }], 40228, /must evaluate to an object/],
  [{ $set: { [`a${".b".repeat(200)}`]: 1 } }, 15, /maximum nesting depth of 180/],
];

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

describe("document store: updates", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  let n = 0;
  const fresh = async (docs: Document[] = []) => {
    const c = s.db.collection<Loose>(`u${n++}`);
    if (docs.length > 0) await c.insertMany(docs as never);
    return c;
  };
  /** What is stored, as its bytes say it: types and order included. */
  const stored = async (c: Awaited<ReturnType<typeof fresh>>) =>
    BSON.EJSON.stringify(await c.findOne({}, { promoteValues: false }), { relaxed: false });
  const canonical = (d: Document) =>
    BSON.EJSON.stringify(BSON.deserialize(BSON.serialize(d), { promoteValues: false }), { relaxed: false });

  for (const [title, rows] of Object.entries({ fields, numbers, lists, positions, pipelines })) {
    describe(title, () => {
      for (const [what, doc, update, expected, filter, arrayFilters] of rows) {
        it(what, async () => {
          const c = await fresh([{ _id: 1, ...doc }]);
          const options = arrayFilters ? { arrayFilters } : {};
          const r = await c.updateOne({ ...filter } as never, update, options);
          expect(await stored(c)).to.equal(canonical({ _id: 1, ...expected }));
          const changed = canonical({ _id: 1, ...doc }) !== canonical({ _id: 1, ...expected });
          expect([r.matchedCount, r.modifiedCount]).to.deep.equal([1, changed ? 1 : 0]);
        });
      }
    });
  }

  for (const [update, code, message, doc, filter, arrayFilters] of refused) {
    it(`refuses ${JSON.stringify(update).slice(0, 90)} with ${code} ${message.source.slice(0, 40)}`, async () => {
      const before = { _id: 1, ...doc };
      const c = await fresh([before]);
      const e = await failure(c.updateOne({ ...filter } as never, update, arrayFilters ? { arrayFilters } : {}));
      expect(e.message).to.match(message);
      expect(e.code).to.equal(code);
      expect(await stored(c)).to.equal(canonical(before));
    });
  }

  it("names the codes as MongoDB does", async () => {
    const c = await fresh([{ _id: 1, a: 5 }]);
    const codeName = async (update: Document) => (await failure(c.findOneAndUpdate({}, update))).codeName;
    expect(await codeName({ $set: { _id: 2 } })).to.equal("ImmutableField");
    expect(await codeName({ $set: { a: 1, "a.b": 1 } })).to.equal("ConflictingUpdateOperators");
    expect(await codeName({ $set: { "a.b": 1 } })).to.equal("PathNotViable");
    expect(await codeName({ $foo: { a: 1 } })).to.equal("FailedToParse");
    expect(await codeName({ $set: { "a.": 1 } })).to.equal("EmptyFieldName");
    expect(await codeName({ $set: { $x: 1 } })).to.equal("DollarPrefixedFieldName");
    expect(await codeName({ $pop: { a: 1 } })).to.equal("TypeMismatch");
  });

  describe("upserts take from the filter", () => {
    for (const [what, filter, update, expected] of upserts) {
      it(what, async () => {
        const c = await fresh();
        const r = await c.updateOne(filter, update, { upsert: true });
        expect(r).to.include({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1 });
        expect(await stored(c)).to.equal(canonical({ _id: r.upsertedId, ...expected }));
      });
    }

    it("the _id, of any kind, and make one where there is none", async () => {
      const c = await fresh();
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
      const c = await fresh();
      await c.replaceOne({ _id: 3, a: 1 } as never, { b: 2 }, { upsert: true });
      expect(await c.findOne()).to.deep.equal({ _id: 3, b: 2 });
      const e = await failure(c.replaceOne({ "_id.x": 1 } as never, { b: 2 }, { upsert: true }));
      expect(e.code).to.equal(111);
    });

    for (const [filter, update, code, message] of refusedUpserts) {
      it(`refuses ${JSON.stringify(filter)} with ${code}`, async () => {
        const c = await fresh();
        const e = await failure(c.updateOne(filter, update, { upsert: true }));
        expect(e.message).to.match(message);
        expect(e.code).to.equal(code);
        expect(await c.countDocuments()).to.equal(0);
      });
    }
  });

  describe("replacements", () => {
    it("keep the _id and put it first", async () => {
      const c = await fresh([{ _id: 1, a: 1, b: 2 }]);
      await c.replaceOne({ a: 1 }, { c: 3 });
      expect(await stored(c)).to.equal(canonical({ _id: 1, c: 3 }));
      await c.replaceOne({ c: 3 }, { d: 4, _id: 1 } as never);
      expect(await stored(c)).to.equal(canonical({ _id: 1, d: 4 }));
    });

    it("are no change when they say the same", async () => {
      const c = await fresh([{ _id: 1, a: 1 }]);
      expect(await c.replaceOne({ _id: 1 }, { a: 1 })).to.include({ matchedCount: 1, modifiedCount: 0 });
      expect(await c.replaceOne({ _id: 1 }, { a: new Double(1) })).to.include({ matchedCount: 1, modifiedCount: 1 });
    });

    it("refuse another _id and dollar names, but take dots and nested dollars", async () => {
      const c = await fresh([{ _id: 1, a: 1 }]);
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
      const c = await fresh([{ _id: 1 }]);
      await c.replaceOne({ _id: 1 }, { t: new Timestamp(0n), d: { t: new Timestamp(0n) } });
      const d = (await c.findOne())!;
      expect((d.t as Timestamp).isZero()).to.equal(false);
      expect((d.d as Document).t.isZero()).to.equal(true);
    });
  });

  it("$currentDate gives dates, and timestamps that grow", async () => {
    const c = await fresh([{ _id: 1 }]);
    const start = Date.now();
    const update = { $currentDate: { a: true, b: { $type: "date" }, c: { $type: "timestamp" } } } as never;
    const first = (await c.findOneAndUpdate({}, update, { returnDocument: "after" }))!;
    for (const k of ["a", "b"]) expect(first[k].getTime()).to.be.within(start, Date.now());
    const second = (await c.findOneAndUpdate({}, update, { returnDocument: "after" }))!;
    expect(first.c).to.be.instanceOf(Timestamp);
    expect((second.c as Timestamp).greaterThan(first.c as Timestamp)).to.equal(true);
  });

  it("counts what it changed in many, and changes nothing of a document when it fails", async () => {
    const c = await fresh([
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
      s.db.command({ update: c.collectionName, updates: [{ q: {}, u: { a: 1 }, multi: true }] }).then((r) => {
        throw Object.assign(new Error(r.writeErrors[0].errmsg), { code: r.writeErrors[0].code });
      }),
    );
    expect([raw.code, raw.message]).to.deep.equal([9, "multi update is not supported for replacement-style update"]);
  });

  it("lets a pipeline use the statement's constants and the command's variables", async () => {
    const c = await fresh([{ _id: 1, a: 1 }]);
    const run = (statement: Document) =>
      s.db.command({ update: c.collectionName, updates: [{ q: {}, ...statement }], let: { y: 10 } });
    await run({ u: [{ $set: { b: { $add: ["$a", "$$x", "$$y"] } } }], c: { x: 5 } });
    expect(await c.findOne()).to.deep.equal({ _id: 1, a: 1, b: 16 });
    const wrong = await run({ u: { $set: { a: 1 } }, c: { x: 5 } });
    expect(wrong.writeErrors[0].code).to.equal(51198);
  });

  it("keeps what numbers are through every operator", async () => {
    const c = await fresh([{ _id: 1, i: new Int32(1), d: new Double(1), l: long(1), m: decimal("1.10") }]);
    await c.updateOne({}, { $set: { x: 1 } });
    const raw = (await c.findOne({}, { promoteValues: false }))!;
    expect(raw.i).to.be.instanceOf(Int32);
    expect(raw.d).to.be.instanceOf(Double);
    expect(raw.l).to.be.instanceOf(Long);
    expect(String(raw.m)).to.equal("1.10");
  });
});
