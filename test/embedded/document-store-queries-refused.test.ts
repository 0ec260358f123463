import { expect } from "chai";
import { BSONRegExp, type Document } from "mongodb";
import { failure } from "./document-store-support.ts";
import { usesStore } from "./document-store-tables.ts";

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

describe("document store: refused queries", () => {
  const store = usesStore();

  for (const [filter, code, message] of refused) {
    it(`refuses ${JSON.stringify(filter)} with ${code}`, async () => {
      const e = await failure(store.db.collection("nothing").find(filter).toArray());
      expect(e.message).to.match(message);
      expect(e.code).to.equal(code);
      expect(e.codeName).to.be.a("string").and.not.equal("InternalError");
    });
  }

  it("names the codes as MongoDB does", async () => {
    const codeName = async (filter: Document) =>
      (await failure(store.db.collection("nothing").find(filter).toArray())).codeName;
    expect(await codeName({ a: { $foo: 1 } })).to.equal("BadValue");
    expect(await codeName({ a: { $bitsAllSet: -1 } })).to.equal("FailedToParse");
    expect(await codeName({ a: { $type: true } })).to.equal("TypeMismatch");
    expect(await codeName({ a: { $regex: "(" } })).to.equal("Location51091");
    expect(await codeName({ $text: { $search: "x" } })).to.equal("IndexNotFound");
  });
});
