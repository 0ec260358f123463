import { BSONRegExp, BSONSymbol, Double, MaxKey, MinKey, Timestamp } from "mongodb";
import { a, bytes, decimal, long, oid, type QueryRow, queryTables } from "./document-store-tables.ts";

const types: QueryRow[] = [
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

const bits: QueryRow[] = [
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

const patterns: QueryRow[] = [
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

const schema: QueryRow[] = [
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

describe("document store: queries by type, bits, patterns and schemas", () => {
  queryTables({ types, bits, patterns, schema });
});
