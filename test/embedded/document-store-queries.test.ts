import { Binary, BSONRegExp, BSONSymbol, Double, MaxKey, MinKey, ObjectId, Timestamp } from "mongodb";
import { a, bytes, decimal, long, oid, type QueryRow, queryTables } from "./document-store-tables.ts";

const comparison: QueryRow[] = [
  [
    "numbers of all types are equal by value",
    a(1, long(1), new Double(1), decimal("1.0"), "1", true),
    { a: 1 },
    [0, 1, 2, 3],
  ],
  ["a decimal is not a double that is near", a(0.1, decimal("0.1")), { a: decimal("0.1") }, [1]],
  [
    "large longs don't fall together",
    a(long("9007199254740993"), long("9007199254740992")),
    { a: long("9007199254740993") },
    [0],
  ],
  ["NaN equals NaN of either type", a(Number.NaN, decimal("NaN"), 1), { a: Number.NaN }, [0, 1]],
  ["-0 equals 0", a(new Double(-0), 0), { a: 0 }, [0, 1]],
  ["$gt of NaN is never true", a(Number.NaN, 1), { a: { $gt: Number.NaN } }, []],
  ["$gte of NaN finds NaN", a(Number.NaN, 1), { a: { $gte: Number.NaN } }, [0]],
  ["NaN is in no range", a(Number.NaN, 1), { a: { $lt: 5 } }, [1]],
  ["$gt stays within the type", a(5, "x", new Date(0), null, { b: 1 }, [7], undefined), { a: { $gt: 1 } }, [0, 5]],
  ["strings compare by bytes", a("a", "Z", "é", "😀", "\uffff"), { a: { $gt: "é" } }, [3, 4]],
  [
    "dates don't compare with timestamps",
    a(new Date(5000), new Timestamp({ t: 5, i: 0 })),
    { a: { $gte: new Date(0) } },
    [0],
  ],
  ["false is less than true", a(false, true, 0), { a: { $lt: true } }, [0]],
  ["documents compare field by field", a({ x: 1 }, { x: 2 }, { w: 9 }), { a: { $gt: { x: 1 } } }, [1]],
  ["arrays compare as wholes with an array", a([1, 2], [1, 3], [1]), { a: { $gt: [1, 2] } }, [1]],
  ["ObjectIds compare by bytes", a(oid, new ObjectId("ffffffffffffffffffffffff")), { a: { $gt: oid } }, [1]],
  ["$lte of null finds null and missing", a(null, undefined, 0), { a: { $lte: null } }, [0, 1]],
  ["$lt of null finds nothing", a(null, undefined, 0), { a: { $lt: null } }, []],
  [
    "$gt of MinKey finds every type and missing",
    a(1, "x", null, undefined, new MinKey()),
    { a: { $gt: new MinKey() } },
    [0, 1, 2, 3],
  ],
  ["$gte of MinKey finds MinKey too", a(1, new MinKey()), { a: { $gte: new MinKey() } }, [0, 1]],
  ["$lt of MaxKey finds every type but MaxKey", a(1, new MaxKey(), []), { a: { $lt: new MaxKey() } }, [0, 2]],
  ["$gt of MaxKey finds nothing", a(1, new MaxKey()), { a: { $gt: new MaxKey() } }, []],
  ["a symbol equals its string", a(new BSONSymbol("x"), "x", "y"), { a: "x" }, [0, 1]],
  [
    "$eq of a document is exact, order and all",
    a({ x: 1, y: 2 }, { y: 2, x: 1 }, { x: 1 }),
    { a: { $eq: { x: 1, y: 2 } } },
    [0],
  ],
  ["$ne finds missing and all-different arrays", a(1, 2, undefined, [1, 2], [3]), { a: { $ne: 1 } }, [1, 2, 4]],
  ["$ne null finds what is there", a(1, null, undefined), { a: { $ne: null } }, [0]],
  ["$eq takes a pattern as a value", a("x", new BSONRegExp("x", "")), { a: { $eq: new BSONRegExp("x", "") } }, [1]],
  ["a Binary equals one of its subtype only", a(bytes(1), new Binary(Buffer.from([1]), 5)), { a: bytes(1) }, [0]],
];

const membership: QueryRow[] = [
  ["$in finds values of mixed types", a(1, "x", null, [9, "x"], 2), { a: { $in: [1, "x"] } }, [0, 1, 3]],
  ["$in with null finds missing", a(1, null, undefined), { a: { $in: [null] } }, [1, 2]],
  ["$in of many values", a(1, 5, decimal("5"), 9), { a: { $in: [2, 3, 4, 5, 6, 7] } }, [1, 2]],
  ["$in of nothing finds nothing", a(1, null), { a: { $in: [] } }, []],
  ["$in with patterns", a("abc", "xyz", ["no", "abd"]), { a: { $in: [/^ab/, "q"] } }, [0, 2]],
  [
    "$in with an array finds the whole array, or an element",
    a([1, 2], [[1, 2]], [2, 1]),
    { a: { $in: [[1, 2]] } },
    [0, 1],
  ],
  ["$nin finds missing", a(1, 2, undefined, [1]), { a: { $nin: [1] } }, [1, 2]],
  ["$nin with null leaves missing out", a(1, null, undefined), { a: { $nin: [null] } }, [0]],
  ["$nin of nothing finds all", a(1, undefined), { a: { $nin: [] } }, [0, 1]],
];

const arrays: QueryRow[] = [
  ["$all needs each", a([1, 2, 3], [1, 2], 1), { a: { $all: [1, 2] } }, [0, 1]],
  ["$all of one equals that", a([1], 1, 2), { a: { $all: [1] } }, [0, 1]],
  ["$all of nothing finds nothing", a([1], []), { a: { $all: [] } }, []],
  ["$all with an array", a([1, 2], [[1, 2]], [3]), { a: { $all: [[1, 2]] } }, [0, 1]],
  ["$all with patterns", a(["ab", "cd"], ["ab"]), { a: { $all: [/^a/, /^c/] } }, [0]],
  [
    "$all with $elemMatch",
    a(
      [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
      [{ x: 1, y: 2 }],
    ),
    { a: { $all: [{ $elemMatch: { x: 1, y: 1 } }, { $elemMatch: { x: 2 } }] } },
    [0],
  ],
  ["$elemMatch needs an array", a({ x: 1 }, [{ x: 1 }]), { a: { $elemMatch: { x: 1 } } }, [1]],
  ["$elemMatch on values holds for one element", a([1, 9], [5]), { a: { $elemMatch: { $gt: 3, $lt: 7 } } }, [1]],
  ["$elemMatch doesn't look into nested arrays", a([[5]], [5]), { a: { $elemMatch: { $eq: 5 } } }, [1]],
  ["$elemMatch within $elemMatch", a([[1, 5]], [[1], [2]]), { a: { $elemMatch: { $elemMatch: { $gt: 4 } } } }, [0]],
  ["$elemMatch with $or", a([{ x: 1 }], [{ x: 3 }]), { a: { $elemMatch: { $or: [{ x: 1 }, { y: 1 }] } } }, [0]],
  ["$elemMatch with $not", a([1], [9]), { a: { $elemMatch: { $not: { $gt: 5 } } } }, [0]],
  ["$elemMatch with $nin", a(["x", "y"], ["x"]), { a: { $elemMatch: { $nin: ["x"] } } }, [0]],
  ["$elemMatch reaches array elements by number", a([[7, 8]]), { a: { $elemMatch: { "0": 7 } } }, [0]],
  ["$elemMatch of nothing finds any document or array in it", a([{}], [1], [[]]), { a: { $elemMatch: {} } }, [0, 2]],
  [
    "$elemMatch under a path of arrays",
    [{ a: [{ b: [1, 2] }] }, { a: [{ b: [5] }] }],
    { "a.b": { $elemMatch: { $gt: 4 } } },
    [1],
  ],
  ["$size counts", a([], [1], [1, 2], 1), { a: { $size: 1 } }, [1]],
  ["$size takes a whole double or decimal", a([1], [1, 2]), { a: { $size: decimal("2.0") } }, [1]],
  ["$size doesn't look into elements", a([[1]], [[1], 2]), { a: { $size: 2 } }, [1]],
  ["an array equals as a whole or as an element", a([1, 2], [[1, 2]], [2, 1]), { a: [1, 2] }, [0, 1]],
  ["null is an element", a([null], [1], []), { a: null }, [0]],
];

const paths: QueryRow[] = [
  ["a path goes through arrays of documents", [{ a: [{ b: 1 }, { b: 2 }] }], { "a.b": 2 }, [0]],
  ["null at a path: an element without the field", [{ a: [{ b: 1 }, {}] }, { a: [{ b: 1 }] }], { "a.b": null }, [0]],
  [
    "null at a path: elements that are no documents don't count",
    [{ a: [1] }, { a: [] }, { a: 1 }],
    { "a.b": null },
    [2],
  ],
  ["$exists false at a path", [{ a: [1] }, { a: [{ b: 1 }] }, {}], { "a.b": { $exists: false } }, [0, 2]],
  ["a number names an element", a([5, 7], [7, 5]), { "a.1": 7 }, [0]],
  ["a number names a field as well", [{ a: { "1": 7 } }, { a: [0, { "1": 7 }] }], { "a.1": 7 }, [0, 1]],
  ["an element named by its number is not gone into", a([[1, 2]], [1]), { "a.0": 1 }, [1]],
  ["an element named by its number equals as a whole", a([[1, 2]]), { "a.0": [1, 2] }, [0]],
  ["a path on from a numbered element", [{ a: [5, { b: 4 }] }, { a: [{ b: 4 }, 5] }], { "a.1.b": 4 }, [0]],
  ["a path on from a numbered array", [{ a: [5, [{ b: 4 }]] }], { "a.1.b": 4 }, [0]],
  ["null on from a numbered scalar finds nothing", [{ a: [5] }], { "a.0.b": null }, []],
  ["a number out of range is nothing", a([1]), { "a.5": null }, []],
  ["leading zeros are no number", a([1]), { "a.00": 1 }, []],
  ["nested arrays aren't gone into", [{ a: [[{ b: 1 }]] }], { "a.b": 1 }, []],
  ["two levels of arrays", [{ a: [{ b: [{ c: 1 }] }] }], { "a.b.c": 1 }, [0]],
];

const logic: QueryRow[] = [
  ["$not turns a whole condition", a(1, 5, 9, "x", undefined), { a: { $not: { $gt: 3, $lt: 7 } } }, [0, 2, 3, 4]],
  ["$not with a pattern", a("abc", "x", 1, undefined), { a: { $not: /^a/ } }, [1, 2, 3]],
  ["$not with $regex and $options", a("ABC", "x"), { a: { $not: { $regex: "^a", $options: "i" } } }, [1]],
  ["$not of $elemMatch", a([{ x: 1 }], [{ x: 2 }], 1), { a: { $not: { $elemMatch: { x: 1 } } } }, [1, 2]],
  ["$not of $in", a(1, 2, undefined), { a: { $not: { $in: [1] } } }, [1, 2]],
  [
    "$and, $or and $nor nest",
    [{ x: 1, y: 1 }, { x: 1, y: 2 }, { x: 2 }],
    { $and: [{ x: 1 }, { $or: [{ y: 1 }, { y: 3 }] }] },
    [0],
  ],
  ["$nor finds what has neither", [{ x: 1 }, { y: 1 }, {}], { $nor: [{ x: 1 }, { y: 1 }] }, [2]],
  ["two conditions on an array may be met by two elements", a([1, 9], [5]), { a: { $gt: 8, $lt: 2 } }, [0]],
  ["$comment says nothing", a(1), { a: 1, $comment: "why" }, [0]],
  [
    "$expr compares fields",
    [
      { x: 2, y: 1 },
      { x: 1, y: 2 },
    ],
    { $expr: { $gt: ["$x", "$y"] } },
    [0],
  ],
  ["$exists true finds null", a(null, undefined, 0), { a: { $exists: true } }, [0, 2]],
  ["$exists takes numbers", a(null, undefined), { a: { $exists: 0 } }, [1]],
  ["a DBRef is a value", a({ $ref: "c", $id: 1 }, { $ref: "c", $id: 2 }), { a: { $ref: "c", $id: 1 } }, [0]],
  [
    "a part of a DBRef in $elemMatch",
    a([{ $ref: "c", $id: 1 }], [{ $ref: "c", $id: 2 }]),
    { a: { $elemMatch: { $id: 2 } } },
    [1],
  ],
  ["$alwaysTrue and $alwaysFalse", a(1), { $alwaysFalse: 1 }, []],
];

describe("document store: queries", () => {
  queryTables({ comparison, membership, arrays, paths, logic });
});
