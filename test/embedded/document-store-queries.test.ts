import { expect } from "chai";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

const long = (s: string | number) => Long.fromString(String(s));
const decimal = (s: string) => Decimal128.fromString(s);
const bytes = (...b: number[]) => new Binary(Buffer.from(b));
const oid = new ObjectId("507f1f77bcf86cd799439011");

/** [what it shows, the documents (numbered from 0), the filter, the numbers of those that match] */
type Row = [string, Document[], Document, number[]];

const a = (...values: unknown[]): Document[] => values.map((v) => (v === undefined ? {} : { a: v }));

const comparison: Row[] = [
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

const membership: Row[] = [
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

const arrays: Row[] = [
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

const paths: Row[] = [
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

const logic: Row[] = [
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

const types: Row[] = [
  ["$type by alias", a("x", 1, new Double(1.5), long(1), decimal("1")), { a: { $type: "double" } }, [2]],
  ["$type by number", a("x", 1), { a: { $type: 2 } }, [0]],
  ["$type number", a("x", 1, 1.5, long(1), decimal("1")), { a: { $type: "number" } }, [1, 2, 3, 4]],
  ["$type of a list", a("x", true, 1), { a: { $type: ["string", 8] } }, [0, 1]],
  ["$type looks at elements", a(["x"], [1]), { a: { $type: "string" } }, [0]],
  ["$type array is the array itself", a([1], [[1]], 1), { a: { $type: "array" } }, [0, 1]],
  ["$type null is not missing", a(null, undefined), { a: { $type: "null" } }, [0]],
  ["$type -1 and 127", a(new MinKey(), new MaxKey()), { a: { $type: [-1, 127] } }, [0, 1]],
  [
    "$type objectId, date, timestamp, regex",
    a(oid, new Date(), new Timestamp({ t: 1, i: 1 }), /x/),
    { a: { $type: ["objectId", "date", "timestamp", "regex"] } },
    [0, 1, 2, 3],
  ],
  [
    "$mod of ints, longs, doubles, decimals",
    a(4, long(6), 8.7, decimal("10.9"), 5, "4", [4]),
    { a: { $mod: [2, 0] } },
    [0, 1, 2, 3, 6],
  ],
  ["$mod keeps the sign", a(-5, 5), { a: { $mod: [3, -2] } }, [0]],
  ["$mod cuts its arguments", a(4, 5), { a: { $mod: [2.9, 0.5] } }, [0]],
  ["$mod of NaN and infinity is false", a(Number.NaN, Number.POSITIVE_INFINITY, 1e300), { a: { $mod: [1, 0] } }, []],
  ["$mod of a long beyond doubles", a(long("9007199254740993")), { a: { $mod: [10, 3] } }, [0]],
];

const bits: Row[] = [
  ["$bitsAllSet by positions", a(54, 20, bytes(0b00110110), 1.5), { a: { $bitsAllSet: [1, 5] } }, [0, 2]],
  ["$bitsAllSet by mask", a(54, 20), { a: { $bitsAllSet: 50 } }, [0]],
  ["$bitsAllClear by bytes", a(1, 2, bytes(2)), { a: { $bitsAllClear: bytes(1) } }, [1, 2]],
  ["$bitsAnySet and far positions of a negative number", a(-1, 1), { a: { $bitsAnySet: [200] } }, [0]],
  ["$bitsAnyClear beyond the end of bytes", a(bytes(255), bytes(255, 255)), { a: { $bitsAnyClear: [9] } }, [0]],
  [
    "$bitsAllSet takes whole doubles and longs",
    a(new Double(4), long(4), decimal("4")),
    { a: { $bitsAllSet: 4 } },
    [0, 1, 2],
  ],
  ["no bits: all are set, none is set", a(7), { a: { $bitsAllSet: [], $bitsAllClear: [] } }, [0]],
];

const patterns: Row[] = [
  ["i ignores case", a("ABC", "abd"), { a: { $regex: "^abc$", $options: "i" } }, [0]],
  ["m lets ^ and $ stand at lines", a("x\nabc\ny", "xabc"), { a: { $regex: "^abc$", $options: "m" } }, [0]],
  ["s lets the dot take a line's end", a("a\nb", "a-b"), { a: { $regex: "a.b" } }, [1]],
  ["s lets the dot take a line's end, said", a("a\nb", "a-b"), { a: { $regex: "a.b", $options: "s" } }, [0, 1]],
  [
    "x leaves spaces and remarks out",
    a("abc123", "abc 123"),
    { a: { $regex: "abc #letters\n [ ]? \\d+ # digits", $options: "x" } },
    [0, 1],
  ],
  ["$ stands before a last line's end too", a("abc\n", "abc\n\n"), { a: { $regex: "abc$" } }, [0]],
  ["(?i) inside", a("abC", "Abc"), { a: { $regex: "ab(?i)c" } }, [0]],
  ["(?i) in front", a("ABC"), { a: { $regex: "(?i)abc" } }, [0]],
  ["POSIX classes", a("x1", "x-"), { a: { $regex: "^x[[:digit:]]$" } }, [0]],
  ["named groups of PCRE", a("abab", "abba"), { a: { $regex: "^(?P<p>ab)(?P=p)$" } }, [0]],
  ["\\A, \\Z and \\z", a("ab", "ab\n"), { a: { $regex: "\\Aab\\z" } }, [0]],
  ["\\Q…\\E", a("a.b", "axb"), { a: { $regex: "^\\Qa.b\\E$" } }, [0]],
  ["a brace that counts nothing", a("{x}"), { a: { $regex: "^{x}$" } }, [0]],
  ["escapes that JavaScript's u mode refuses", a("a-b@c"), { a: { $regex: "^a\\-b\\@c$" } }, [0]],
  ["Unicode letters and scripts", a("云南", "ab"), { a: { $regex: "^\\p{Han}+$" } }, [0]],
  ["characters beyond the basic plane are one", a("😀"), { a: { $regex: "^.$" } }, [0]],
  ["look behind", a("xab", "ab"), { a: { $regex: "(?<=x)ab" } }, [0]],
  ["a bracket first in a class", a("]", "x"), { a: { $regex: "^[]]$" } }, [0]],
  [
    "patterns match symbols and equal patterns",
    a(new BSONSymbol("ab"), new BSONRegExp("^a", "")),
    { a: { $regex: "^a" } },
    [0, 1],
  ],
  ["options in the pattern", a("AB"), { a: { $regex: new BSONRegExp("ab", "i") } }, [0]],
  ["$options before $regex", a("AB"), { a: { $options: "i", $regex: "ab" } }, [0]],
];

const schema: Row[] = [
  [
    "required and bsonType",
    [{ n: 1, s: "x" }, { n: 1 }, { n: "x", s: "x" }],
    { $jsonSchema: { required: ["n", "s"], properties: { n: { bsonType: "int" } } } },
    [0],
  ],
  [
    "type number takes every number",
    a(1, 1.5, long(1), decimal("1"), "x"),
    { $jsonSchema: { properties: { a: { type: "number" } } } },
    [0, 1, 2, 3],
  ],
  [
    "limits hold for numbers only",
    a(5, 10, 11, "x", undefined),
    { $jsonSchema: { properties: { a: { minimum: 6, maximum: 11, exclusiveMaximum: true } } } },
    [1, 3, 4],
  ],
  [
    "multipleOf counts exactly",
    a(0.3, decimal("0.3"), 7, decimal("0.35")),
    { $jsonSchema: { properties: { a: { multipleOf: decimal("0.1") } } } },
    [1, 2],
  ],
  [
    "lengths count characters",
    a("云南省", "云", "云南省玉溪"),
    { $jsonSchema: { properties: { a: { minLength: 2, maxLength: 3 } } } },
    [0],
  ],
  ["pattern", a("ab", "xb", 5), { $jsonSchema: { properties: { a: { pattern: "^a" } } } }, [0, 2]],
  [
    "enum looks at values without the order of fields",
    a({ x: 1, y: 2 }, { y: 2, x: 1 }, 3, 4),
    { $jsonSchema: { properties: { a: { enum: [{ x: 1, y: 2 }, 3] } } } },
    [0, 1, 2],
  ],
  [
    "items and their number",
    a([1, 2], [1, "x"], [], [1, 2, 3]),
    { $jsonSchema: { properties: { a: { items: { bsonType: "int" }, minItems: 1, maxItems: 2 } } } },
    [0],
  ],
  [
    "items by place and additionalItems",
    a([1, "x"], [1, "x", 2], ["x"]),
    { $jsonSchema: { properties: { a: { items: [{ type: "number" }, { type: "string" }], additionalItems: false } } } },
    [0],
  ],
  [
    "uniqueItems",
    a(
      [1, 2],
      [1, decimal("1")],
      [
        { x: 1, y: 1 },
        { y: 1, x: 1 },
      ],
    ),
    { $jsonSchema: { properties: { a: { uniqueItems: true } } } },
    [0],
  ],
  [
    "additionalProperties and patternProperties",
    [
      { x: 1, s_a: "t" },
      { x: 1, s_a: 1 },
      { x: 1, other: 1 },
    ],
    {
      $jsonSchema: {
        properties: { _id: {}, x: {} },
        patternProperties: { "^s_": { type: "string" } },
        additionalProperties: false,
      },
    },
    [0],
  ],
  [
    "minProperties and maxProperties",
    a({}, { x: 1 }, { x: 1, y: 1 }),
    { $jsonSchema: { properties: { a: { minProperties: 1, maxProperties: 1 } } } },
    [1],
  ],
  [
    "allOf, anyOf, oneOf, not",
    a(3, 5, 15, 7),
    { $jsonSchema: { properties: { a: { oneOf: [{ multipleOf: 3 }, { multipleOf: 5 }] } } } },
    [0, 1],
  ],
  ["not", a(1, "x"), { $jsonSchema: { not: { properties: { a: { type: "string" } } } } }, [0]],
  ["dependencies", [{ x: 1, y: 1 }, { x: 1 }, { y: 1 }], { $jsonSchema: { dependencies: { x: ["y"] } } }, [0, 2]],
  [
    "with other conditions",
    a(1, 2, "x"),
    { a: { $gt: 1 }, $jsonSchema: { properties: { a: { type: "number" } } } },
    [1],
  ],
];

/** [the filter, the code, what the message holds] */
const refused: [Document, number, RegExp][] = [
  [{ a: { $foo: 1 } }, 2, /unknown operator: \$foo/],
  [{ $foo: 1 }, 2, /unknown top level operator: \$foo/],
  [{ a: { $gt: 1, b: 2 } }, 2, /unknown operator: b/],
  [{ $and: [] }, 2, /must be a nonempty array/],
  [{ $or: 1 }, 2, /\$or must be an array/],
  [{ $nor: [1] }, 2, /entries need to be full objects/],
  [{ a: { $in: 1 } }, 2, /\$in needs an array/],
  [{ a: { $nin: 1 } }, 2, /\$nin needs an array/],
  [{ a: { $in: [{ $gt: 1 }] } }, 2, /cannot nest \$ under \$in/],
  [{ a: { $not: 1 } }, 2, /\$not needs a regex or a document/],
  [{ a: { $not: {} } }, 2, /\$not cannot be empty/],
  [{ a: { $not: { b: 1 } } }, 2, /unknown operator: b/],
  [{ a: { $ne: /x/ } }, 2, /Can't have regex as arg to \$ne/],
  [{ a: { $gt: /x/ } }, 2, /Can't have RegEx as arg to predicate over field 'a'/],
  [{ a: { $all: 1 } }, 2, /\$all needs an array/],
  [{ a: { $all: [{ $gt: 1 }] } }, 2, /no \$ expressions in \$all/],
  [{ a: { $all: [{ $elemMatch: { x: 1 } }, 5] } }, 2, /has to be consistent/],
  [{ a: { $elemMatch: 1 } }, 2, /\$elemMatch needs an Object/],
  [{ a: { $elemMatch: { $expr: true } } }, 2, /\$expr can only be applied to the top-level document/],
  [{ a: { $size: "1" } }, 2, /Failed to parse \$size\. Expected a number in: \$size: "1"/],
  [{ a: { $size: -1 } }, 2, /Expected a non-negative number in: \$size: -1/],
  [{ a: { $size: 2.1 } }, 2, /Expected an integer: \$size: 2\.1/],
  [{ a: { $mod: 1 } }, 2, /needs to be an array/],
  [{ a: { $mod: [1] } }, 2, /not enough elements/],
  [{ a: { $mod: [1, 2, 3] } }, 2, /too many elements/],
  [{ a: { $mod: ["x", 1] } }, 2, /divisor not a number/],
  [{ a: { $mod: [1, "x"] } }, 2, /remainder not a number/],
  [{ a: { $mod: [0, 1] } }, 2, /divisor cannot be 0/],
  [{ a: { $mod: [0.9, 1] } }, 2, /divisor cannot be 0/],
  [{ a: { $mod: [Number.NaN, 1] } }, 2, /Unable to coerce NaN\/Inf to integral type/],
  [{ a: { $mod: [1e30, 1] } }, 2, /Out of bounds coercing to integral value/],
  [{ a: { $type: "foo" } }, 2, /Unknown type name alias: foo/],
  [{ a: { $type: "missing" } }, 2, /not a legal type name/],
  [{ a: { $type: 0 } }, 2, /Instead use \{\$exists:false\}/],
  [{ a: { $type: 99 } }, 2, /Invalid numerical type code: 99/],
  [{ a: { $type: true } }, 14, /must be represented as a number or a string/],
  [{ a: { $type: [] } }, 9, /must match at least one type/],
  [{ a: { $regex: 1 } }, 2, /\$regex has to be a string/],
  [{ a: { $options: "i" } }, 2, /\$options needs a \$regex/],
  [{ a: { $regex: "x", $options: 1 } }, 2, /\$options has to be a string/],
  [{ a: { $regex: "x", $options: "g" } }, 51108, /invalid flag in regex options: g/],
  [{ a: { $regex: new BSONRegExp("x", "i"), $options: "m" } }, 51075, /options set in both/],
  [{ a: { $regex: "(" } }, 51091, /Regular expression is invalid/],
  [{ a: { $regex: "a++" } }, 51091, /possessive/],
  [{ a: { $bitsAllSet: -1 } }, 9, /Expected a non-negative number in: \$bitsAllSet: -1/],
  [{ a: { $bitsAllSet: [-1] } }, 2, /must be >= 0/],
  [{ a: { $bitsAnySet: [1.5] } }, 2, /must be an integer/],
  [{ a: { $bitsAnyClear: "x" } }, 2, /takes an Array, a number, or a BinData/],
  [{ $where: "true" }, 6_108_304, /no globalScriptEngine in \$where parsing/],
  [{ a: { $where: "true" } }, 2, /\$where cannot be applied to a field/],
  [{ $text: { $search: "x" } }, 27, /text index required for \$text query/],
  [{ a: { $near: [0, 0] } }, 291, /unable to find index for \$geoNear query/],
  [
    {
      a: {
        $geoWithin: {
          $box: [
            [0, 0],
            [1, 1],
          ],
        },
      },
    },
    115,
    /\$geoWithin is not supported/,
  ],
  [{ $jsonSchema: 1 }, 14, /\$jsonSchema must be an object/],
  [{ $jsonSchema: { foo: 1 } }, 9, /Unknown \$jsonSchema keyword: foo/],
  [{ $jsonSchema: { $ref: "x" } }, 9, /is not currently supported/],
  [{ $jsonSchema: { type: "integer" } }, 9, /'integer' is not currently supported/],
  [{ $jsonSchema: { type: "string", bsonType: "string" } }, 9, /Cannot specify both/],
  [{ $jsonSchema: { required: [] } }, 9, /cannot be an empty array/],
  [{ $jsonSchema: { minimum: "x" } }, 14, /must be a number/],
  [{ $jsonSchema: { exclusiveMinimum: true } }, 9, /must be a present/],
  [{ $jsonSchema: { minLength: -1 } }, 9, /non-negative/],
  [{ $jsonSchema: { properties: { a: 1 } } }, 14, /must be an object/],
];

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

describe("document store: queries", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  let n = 0;
  const fresh = async (docs: Document[]) => {
    const c = s.db.collection<Loose>(`q${n++}`);
    await c.insertMany(docs.map((d, i) => ({ _id: i, ...d })) as never);
    return c;
  };

  for (const [title, rows] of Object.entries({
    comparison,
    membership,
    arrays,
    paths,
    logic,
    types,
    bits,
    patterns,
    schema,
  })) {
    describe(title, () => {
      for (const [what, docs, filter, expected] of rows) {
        it(what, async () => {
          const c = await fresh(docs);
          const ids = async () => (await c.find(filter).sort({ _id: 1 }).toArray()).map((d) => d._id);
          expect(await ids()).to.deep.equal(expected);
          // An index must not change the answer.
          await c.createIndex({ a: 1 });
          expect(await ids()).to.deep.equal(expected);
          expect(await c.countDocuments(filter)).to.equal(expected.length);
        });
      }
    });
  }

  for (const [filter, code, message] of refused) {
    it(`refuses ${JSON.stringify(filter)} with ${code}`, async () => {
      const e = await failure(s.db.collection("nothing").find(filter).toArray());
      expect(e.message).to.match(message);
      expect(e.code).to.equal(code);
      expect(e.codeName).to.be.a("string").and.not.equal("InternalError");
    });
  }

  it("names the codes as MongoDB does", async () => {
    const codeName = async (filter: Document) =>
      (await failure(s.db.collection("nothing").find(filter).toArray())).codeName;
    expect(await codeName({ a: { $foo: 1 } })).to.equal("BadValue");
    expect(await codeName({ a: { $bitsAllSet: -1 } })).to.equal("FailedToParse");
    expect(await codeName({ a: { $type: true } })).to.equal("TypeMismatch");
    expect(await codeName({ a: { $regex: "(" } })).to.equal("Location51091");
    expect(await codeName({ $text: { $search: "x" } })).to.equal("IndexNotFound");
  });

  describe("projections", () => {
    for (const [what, doc, projection, expected, filter] of projections) {
      it(what, async () => {
        const c = await fresh([doc]);
        const found = await c.find(filter ?? {}, { projection: { ...projection, _id: 0 } }).toArray();
        expect(found).to.deep.equal([expected]);
        expect(Object.keys(found[0]!)).to.deep.equal(Object.keys(expected));
      });
    }

    it("treats _id apart", async () => {
      const c = await fresh([{ a: 1, b: 2, l: [1, 2] }]);
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
        const c = await fresh([{ a: 1, l: [1], m: [7, 8, 9] }]);
        const e = await failure(c.find(filter ?? {}, { projection }).toArray());
        expect(e.message).to.match(message);
        expect([e.code, e.codeName]).to.deep.equal([code, `Location${code}`]);
      });
    }

    it("says in a pipeline which stage is wrong", async () => {
      const c = await fresh([{ a: 1 }]);
      const e = await failure(c.aggregate([{ $project: { a: 1, b: 0 } }]).toArray());
      expect(e.message).to.equal(
        "Invalid $project :: caused by :: Cannot do exclusion on field b in inclusion projection",
      );
      const positional = await failure(c.aggregate([{ $project: { "a.$": 1 } }]).toArray());
      expect(positional.code).to.equal(31324);
    });

    it("gives findOneAndUpdate the element that matched, but not with the new document", async () => {
      const c = await fresh([{ a: [1, 2, 3] }]);
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
        const c = await fresh([doc]);
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
        const c = await fresh([{ a: 1 }]);
        expect((await failure(c.aggregate([stage]).toArray())).code).to.equal(code);
      });
    }
  });

  it("keeps Int32 and Double apart in what it gives back", async () => {
    const c = await fresh([{ i: new Int32(1), d: new Double(1) }]);
    const raw = await c.findOne({ i: 1, d: 1 }, { promoteValues: false });
    expect(raw!.i).to.be.instanceOf(Int32);
    expect(raw!.d).to.be.instanceOf(Double);
  });
});
