// biome-ignore-all lint/suspicious/noThenProperty: $switch and $cond have one
import { expect } from "chai";
import { BSONRegExp, type Document, Long } from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

type Refused = [expression: unknown, document: Document, code: number, message: string];

const L = (text: string): Long => Long.fromString(text);
const day = new Date("2017-06-19T15:13:25.713Z");

// biome-ignore format: one row a line
const refused: Refused[] = [
  [{ $substrBytes: ["$a", 1, 2] }, { a: "éa" }, 28656, "starting index is a UTF-8 continuation byte"],
  [{ $dateFromString: { dateString: "$s", format: "%d-%m-%Y" } }, { s: "06-15-2018" }, 241, "Error parsing date string '06-15-2018'"],
  [{ $foo: 1 }, {}, 168, "Unrecognized expression '$foo'"],
  [{ $add: [1], x: 1 }, {}, 15983, "An object representing an expression must have exactly one field: { $add: [ 1 ], x: 1 }"],
  [{ $abs: [1, 2] }, {}, 16020, "Expression $abs takes exactly 1 arguments. 2 were passed in."],
  [{ $slice: [[1]] }, {}, 28667, "Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in."],
  ["$", {}, 16872, "'$' by itself is not a valid FieldPath"],
  ["$a.", {}, 40353, "FieldPath must not end with a '.'."],
  ["$a..b", {}, 15998, "FieldPath field names may not be empty strings."],
  ["$a.$b", {}, 16410, "FieldPath field names may not start with '$'"],
  [{ x: { "a.b": 1 } }, {}, 16412, "FieldPath field names may not contain '.'"],
  ["$$nope", {}, 17276, "Use of undefined variable: nope"],
  [{ $let: { vars: { Big: 1 }, in: 1 } }, {}, 16867, "'Big' starts with an invalid character for a user variable name"],
  [{ $let: { vars: { "a-b": 1 }, in: 1 } }, {}, 16868, "'a-b' contains an invalid character for a variable name: '-'"],
  [{ $let: { in: 1 } }, {}, 16876, "Missing 'vars' parameter to $let"],
  [{ $map: { input: [], as: "x" } }, {}, 16882, "Missing 'in' parameter to $map"],
  [{ $filter: { input: "$a", cond: 1 } }, { a: 1 }, 28651, "input to $filter must be an array not int"],
  [{ $filter: { input: "$a", cond: 1, limit: 0 } }, { a: [1] }, 327392, "$filter: limit must be greater than 0: 0"],
  [{ $reduce: { input: "$a", initialValue: 0, in: 1 } }, { a: "x" }, 40080, "$reduce requires that 'input' be an array, found: \"x\""],
  [{ $cond: { if: 1, then: 1 } }, {}, 17082, "Missing 'else' parameter to $cond"],
  [{ $ifNull: [1] }, {}, 1257300, "$ifNull needs at least two arguments, had: 1"],
  [{ $switch: { branches: [{ case: "$a", then: 1 }] } }, {}, 40066, "$switch could not find a matching branch"],
  [{ $switch: { branches: [] } }, {}, 40068, "$switch requires at least one branch."],
  [{ $add: ["$a", 1] }, { a: "x" }, 14, "$add only supports numeric or date types, not string"],
  [{ $add: ["$a", "$a"] }, { a: day }, 16612, "only one date allowed in an $add expression"],
  [{ $subtract: ["$a", 1] }, { a: "x" }, 14, "can't $subtract int from string"],
  [{ $divide: ["$a", 0] }, { a: 1 }, 2, "can't $divide by zero"],
  [{ $mod: ["$a", 0] }, { a: 1 }, 16610, "can't $mod by zero"],
  [{ $abs: "$a" }, { a: L("-9223372036854775808") }, 28680, "can't take $abs of long long min"],
  [{ $sqrt: "$a" }, { a: -1 }, 28714, "$sqrt's argument must be greater than or equal to 0"],
  [{ $ceil: "$a" }, { a: "x" }, 28765, "$ceil only supports numeric types, not string"],
  [{ $log: ["$a", 1] }, { a: 1 }, 28759, "$log's base must be a positive number not equal to 1, but is 1"],
  [{ $pow: ["$a", -1] }, { a: 0 }, 28764, "$pow cannot take a base of 0 and a negative exponent"],
  [{ $acos: "$a" }, { a: 2 }, 50989, "cannot apply $acos to 2, value must in [-1,1]"],
  [{ $round: ["$a", 101] }, { a: 1 }, 51083, "cannot apply $round with precision value 101 value must be in [-20, 100]"],
  [{ $bitAnd: ["$a", 1] }, { a: 1.5 }, 14, "$bitAnd only supports int and long operands."],
  [{ $concat: ["$a"] }, { a: 1 }, 16702, "$concat only supports strings, not int"],
  [{ $strLenCP: "$none" }, {}, 34471, "$strLenCP requires a string argument, found: missing"],
  [{ $toLower: "$a" }, { a: [] }, 16007, "can't convert from BSON type array to String"],
  [{ $split: ["$a", ""] }, { a: "x" }, 40087, "$split requires a non-empty separator"],
  [{ $trim: { input: "$a" } }, { a: 1 }, 50699, "$trim requires its input to be a string, got 1 (of type int) instead."],
  [{ $regexMatch: { input: "$a", regex: "(" } }, { a: "x" }, 51111, "Invalid Regex in $regexMatch"],
  [{ $regexMatch: { input: "$a", regex: new BSONRegExp("a", "i"), options: "i" } }, { a: "x" }, 51107, "found regex option(s) specified in both"],
  [{ $arrayElemAt: ["$a", 0] }, { a: 1 }, 28689, "$arrayElemAt's first argument must be an array, but is int"],
  [{ $arrayElemAt: ["$a", 1.5] }, { a: [1] }, 28691, "must be representable as a 32-bit integer: 1.5"],
  [{ $size: "$none" }, {}, 17124, "The argument to $size must be an array, but was of type: missing"],
  [{ $in: [1, "$a"] }, { a: 1 }, 40081, "$in requires an array as a second argument, found: int"],
  [{ $range: [0, 5, "$a"] }, { a: 0 }, 34449, "$range requires a non-zero step value"],
  [{ $zip: { inputs: ["$a"], defaults: [1] } }, {}, 34466, "cannot specify defaults unless useLongestLength is true"],
  [{ $sortArray: { input: "$a", sortBy: 2 } }, {}, 2942506, "The $sort element value must be either 1 or -1"],
  [{ $setEquals: [[1]] }, {}, 17045, "$setEquals needs at least two arguments had: 1"],
  [{ $arrayToObject: "$a" }, { a: [1] }, 40398, "Unrecognised input type format for $arrayToObject: int"],
  [{ $mergeObjects: "$a" }, { a: 1 }, 40400, "$mergeObjects requires object inputs, but input 1 is of type int"],
  [{ $getField: "$a" }, {}, 5654600, "Did you mean {$literal: '$a'}?"],
  [{ $year: "$a" }, { a: "2017" }, 16006, "can't convert from BSON type string to Date"],
  [{ $hour: { date: "$a", timezone: "Mars/Olympus" } }, { a: day }, 40485, 'unrecognized time zone identifier: "Mars/Olympus"'],
  [{ $hour: { zone: 1 } }, {}, 40535, 'unrecognized option to $hour: "zone"'],
  [{ $dateToString: { date: "$a", format: "%q" } }, { a: day }, 18536, "Invalid format character '%q' in format string"],
  [{ $dateFromParts: { year: "$a" } }, { a: 10000 }, 40523, "'year' must evaluate to an integer in the range 1 to 9999, found 10000"],
  [{ $dateFromString: { dateString: "$a" } }, { a: "2017-02-30" }, 241, "The parsed date was invalid"],
  [{ $dateDiff: { startDate: "$a", endDate: "$a", unit: "age" } }, { a: day }, 9, "unknown time unit value: age"],
  [{ $dateTrunc: { date: "$a", unit: "day", binSize: 0 } }, { a: day }, 5439018, "$dateTrunc requires 'binSize' to be greater than 0, but got value 0"],
  [{ $toInt: "$a" }, { a: 2147483648 }, 241, "Conversion would overflow target type in $convert with no onError value: 2147483648"],
  [{ $toInt: "$a" }, { a: "5.5" }, 241, "Failed to parse number '5.5' in $convert with no onError value"],
  [{ $toDate: "$a" }, { a: 5 }, 241, "Unsupported conversion from int to date in $convert with no onError value"],
  [{ $toObjectId: "$a" }, { a: "5a" }, 241, "Failed to parse objectId '5a' in $convert with no onError value"],
  [{ $convert: { input: 1, to: "text" } }, {}, 2, "Unknown type name: text"],
  [{ $firstN: { n: 0, input: [] } }, {}, 5787908, "'n' must be greater than 0, found 0"],
  [{ $percentile: { input: 1, p: [2], method: "approximate" } }, {}, 7750303, "must be an array of numbers from [0.0, 1.0], but found: 2"],
  [{ $median: { input: 1, method: "exact" } }, {}, 2, "Currently only 'approximate' can be used as percentile 'method'."],
];

describe("document store: refused expressions", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  async function evaluate(expression: unknown, document: Document): Promise<unknown> {
    const c = s.db.collection<Loose>("one");
    await c.replaceOne({ _id: 1 }, document, { upsert: true });
    return c.aggregate([{ $replaceWith: { v: expression } }]).toArray();
  }

  it("refuses what MongoDB refuses, with its codes and words", async () => {
    for (const [expression, document, code, message] of refused) {
      const e = await failure(evaluate(expression, document));
      expect(e.message, JSON.stringify(expression)).to.include(message);
      expect(e.code, e.message).to.equal(code);
    }
  });

  it("tells of a mistake in constants even when there are no documents", async () => {
    const e = await failure(
      s.db
        .collection("none")
        .aggregate([{ $project: { v: { $divide: [1, 0] } } }])
        .toArray(),
    );
    expect(e.code).to.equal(2);
  });
});
