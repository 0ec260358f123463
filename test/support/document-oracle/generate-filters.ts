import fc from "fast-check";
import { Binary, BSONRegExp } from "mongodb";
import { anyPaths, names, scalars, strings, values } from "./generate-values.ts";
import { type Doc, doc, double, int, isDoc, long, type Value } from "./values.ts";

/** What may stand on the right of a comparison: documents of operators would be read as such. */
export const operands: fc.Arbitrary<Value> = fc
  .oneof({ weight: 4, arbitrary: scalars }, { weight: 1, arbitrary: values(1) })
  .filter((v) => !isDoc(v) || ![...v.keys()].some((k) => k.startsWith("$")));
const ordered = operands.filter((v) => !(v instanceof BSONRegExp));
export const regexes = fc.constantFrom(
  new BSONRegExp("^a", ""),
  new BSONRegExp("b", "i"),
  new BSONRegExp("^ab?$", ""),
  new BSONRegExp("^y", "m"),
  new BSONRegExp("x.y", "s"),
  new BSONRegExp("", ""),
);
const one = (op: string) => (v: Value) => doc({ [op]: v });

const types = fc.oneof(
  fc.constantFrom<Value>("double", "string", "object", "array", "binData", "objectId", "bool", "date", "null", "regex"),
  fc.constantFrom<Value>("int", "timestamp", "long", "decimal", "minKey", "maxKey", "number", "javascript"),
  fc.constantFrom<Value>(int(1), int(16), double(18), long(4n), int(-1), int(127)),
);
const bits = fc.oneof(
  fc.constantFrom<Value>(int(0), int(1), int(3), long(4294967296n), double(2), new Binary(Uint8Array.from([1]), 0)),
  fc.array(fc.constantFrom<Value>(int(0), int(1), int(31), int(63), int(100)), { minLength: 1, maxLength: 3 }),
);

/** Operators on one value. */
export const leaves: fc.Arbitrary<Doc> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom("$gt", "$gte", "$lt", "$lte", "$eq", "$ne"), ordered)
      .map(([op, v]) => doc({ [op]: v })),
  },
  { weight: 2, arbitrary: fc.tuple(ordered, ordered).map(([a, b]) => doc({ $gte: a, $lt: b })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom("$in", "$nin"), fc.array(operands, { maxLength: 3 }))
      .map(([op, v]) => doc({ [op]: v })),
  },
  fc.constantFrom<Value>(true, false, int(1), int(0)).map(one("$exists")),
  { weight: 2, arbitrary: fc.oneof(types, fc.array(types, { minLength: 1, maxLength: 2 })).map(one("$type")) },
  fc.constantFrom<Value>(int(0), int(1), int(2), long(1n), double(3)).map(one("$size")),
  fc
    .tuple(fc.constantFrom(int(2), int(-3), long(4n), double(2.9)), fc.constantFrom(int(0), int(1), long(-1n)))
    .map((v) => doc({ $mod: v })),
  {
    weight: 2,
    arbitrary: fc
      .oneof<fc.Arbitrary<Value>[]>(
        regexes,
        strings.filter((s) => s !== ""),
      )
      .map(one("$regex")),
  },
  fc.constant(doc({ $regex: "A", $options: "i" })),
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"), bits)
      .map(([op, v]) => doc({ [op]: v })),
  },
  { weight: 2, arbitrary: fc.array(operands, { maxLength: 3 }).map(one("$all")) },
);

const elementFilters: fc.Arbitrary<Doc> = fc.oneof(
  { weight: 3, arbitrary: leaves },
  { weight: 2, arbitrary: fc.tuple(names, fc.oneof(leaves, ordered)).map(([k, v]) => doc({ [k]: v })) },
  fc.tuple(names, leaves, names, leaves).map(([k, v, l, w]) => doc({ $or: [doc({ [k]: v }), doc({ [l]: w })] })),
);

/** Everything that may be asked of one field, with $not and $elemMatch around. */
export const conditions: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: operands },
  { weight: 10, arbitrary: leaves },
  { weight: 1, arbitrary: regexes },
  { weight: 2, arbitrary: fc.oneof<fc.Arbitrary<Value>[]>(leaves, regexes).map(one("$not")) },
  { weight: 3, arbitrary: elementFilters.map(one("$elemMatch")) },
  { weight: 1, arbitrary: elementFilters.map((f) => doc({ $elemMatch: doc({ $elemMatch: f }) })) },
  {
    weight: 1,
    arbitrary: fc
      .array(elementFilters, { minLength: 1, maxLength: 2 })
      .map((f) => doc({ $all: f.map((x) => doc({ $elemMatch: x })) })),
  },
  { weight: 1, arbitrary: elementFilters.map((f) => doc({ $not: doc({ $elemMatch: f }) })) },
);

const field: fc.Arbitrary<Doc> = fc.tuple(anyPaths, conditions).map(([path, v]) => doc({ [path]: v }));

export const filters: fc.Arbitrary<Doc> = fc.oneof(
  { weight: 8, arbitrary: field },
  { weight: 2, arbitrary: fc.tuple(field, field).map(([a, b]) => new Map([...a, ...b])) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom("$and", "$or", "$nor"), fc.array(field, { minLength: 1, maxLength: 3 }))
      .map(([op, f]) => doc({ [op]: f })),
  },
  fc.tuple(field, field, field).map(([a, b, c]) => new Map([...a, ["$or", [b, doc({ $and: [c, a] })]]])),
);
