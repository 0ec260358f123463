import { expect } from "chai";
import { type Document, Double, Long } from "mongodb";
import { failure } from "./document-store-support.ts";
import { canonical, stored, usesStore } from "./document-store-tables.ts";

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
  [{ $pull: { a: { $foo: 1 } } }, 2, /unknown top level operator: \$foo/],
  [{ $pull: { a: { $gt: 1, $foo: 1 } } }, 2, /unknown operator: \$foo/],
  [{ $pull: { a: { $not: { $gt: 1 } } } }, 2, /unknown top level operator: \$not/],
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

describe("document store: refused updates", () => {
  const store = usesStore();

  for (const [update, code, message, doc, filter, arrayFilters] of refused) {
    it(`refuses ${JSON.stringify(update).slice(0, 90)} with ${code} ${message.source.slice(0, 40)}`, async () => {
      const before = { _id: 1, ...doc };
      const c = await store.fresh([before]);
      const e = await failure(c.updateOne({ ...filter } as never, update, arrayFilters ? { arrayFilters } : {}));
      expect(e.message).to.match(message);
      expect(e.code).to.equal(code);
      expect(await stored(c)).to.equal(canonical(before));
    });
  }

  it("names the codes as MongoDB does", async () => {
    const c = await store.fresh([{ _id: 1, a: 5 }]);
    const codeName = async (update: Document) => (await failure(c.findOneAndUpdate({}, update))).codeName;
    expect(await codeName({ $set: { _id: 2 } })).to.equal("ImmutableField");
    expect(await codeName({ $set: { a: 1, "a.b": 1 } })).to.equal("ConflictingUpdateOperators");
    expect(await codeName({ $set: { "a.b": 1 } })).to.equal("PathNotViable");
    expect(await codeName({ $foo: { a: 1 } })).to.equal("FailedToParse");
    expect(await codeName({ $set: { "a.": 1 } })).to.equal("EmptyFieldName");
    expect(await codeName({ $set: { $x: 1 } })).to.equal("DollarPrefixedFieldName");
    expect(await codeName({ $pop: { a: 1 } })).to.equal("TypeMismatch");
  });
});
