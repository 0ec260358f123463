import fc from "fast-check";
import { filters } from "./generate-filters.ts";
import { sorts } from "./generate-queries.ts";
import { documents, paths, scalars, smallNumbers, strings } from "./generate-values.ts";
import { type Doc, doc, int, isDoc, long, type Value } from "./values.ts";

/** Documents with a number, a text and a list that arithmetic and strings can rely on most of the time. */
export const records: fc.Arbitrary<Doc> = fc
  .tuple(
    documents,
    fc.oneof({ weight: 8, arbitrary: smallNumbers as fc.Arbitrary<Value> }, { weight: 1, arbitrary: scalars }),
    fc.oneof(
      { weight: 8, arbitrary: strings as fc.Arbitrary<Value> },
      { weight: 1, arbitrary: fc.constant<Value>(null) },
    ),
    fc.oneof(
      { weight: 8, arbitrary: fc.array(smallNumbers, { maxLength: 3 }) as fc.Arbitrary<Value> },
      { weight: 1, arbitrary: fc.constantFrom<Value>(null, int(1)) },
    ),
  )
  .map(([d, m, s, list]) => new Map([...d, ["m", m], ["s", s], ["list", list]]));

/** A plain object with a field "then" would be taken for a promise. */
const pairs = (...list: [string, Value][]): Doc => new Map(list);

type Expression = fc.Arbitrary<Value>;
const op = (name: string, ...args: Expression[]): Expression =>
  fc.tuple(...args).map((list) => doc({ [name]: list as Value[] }));
const literals = fc
  .oneof<Expression[]>(smallNumbers, strings, fc.constantFrom<Value>(null, true, false))
  .map((v): Value => (typeof v === "string" && v.startsWith("$") ? doc({ $literal: v }) : v));
const fields: Expression = fc.oneof<Expression[]>(
  paths.map((p) => `$${p}`),
  fc.constantFrom("$m", "$m", "$s", "$list", "$missing", "$$ROOT.m"),
);
const numbersOf: Expression = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Value>("$m") },
  { weight: 3, arbitrary: smallNumbers },
  { weight: 1, arbitrary: fields },
);
const textsOf: Expression = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Value>("$s") },
  { weight: 2, arbitrary: strings },
  { weight: 1, arbitrary: fields },
);
const listsOf: Expression = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Value>("$list", "$arr") },
  { weight: 1, arbitrary: fields },
  { weight: 1, arbitrary: fc.array(fields, { maxLength: 3 }) as Expression },
);
const places: Expression = fc.constantFrom<Value>(int(0), int(1), int(-1), int(5), long(1n));

/**
 * Numbers mostly. Nothing but numbers is constant here: MongoDB moves constants of a sum to its end and computes what
 * is constant beforehand, so that it is not defined whether a null or an error comes first.
 */
const numeric = (depth: number): Expression =>
  depth <= 0
    ? numbersOf
    : fc.oneof(
        { weight: 6, arbitrary: numbersOf },
        op("$add", numbersOf, numbersOf),
        op("$multiply", fields, numbersOf),
        op("$subtract", fields, numbersOf),
        op("$sum", listsOf),
      );

export const expressions = (depth: number): Expression => {
  if (depth === 0) return fc.oneof({ weight: 3, arbitrary: fields }, { weight: 1, arbitrary: literals });
  const any = expressions(depth - 1);
  const number = numeric(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: fields },
    op("$add", number, number, number),
    op("$multiply", number, number),
    op("$subtract", fields, number),
    op("$divide", fields, number),
    op("$mod", fields, number),
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom("$abs", "$floor", "$ceil"), number).map(([k, v]) => doc({ [k]: v })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$cmp"), any, any)
        .map(([k, a, b]) => doc({ [k]: [a, b] })),
    },
    op("$and", any, any),
    op("$or", any, any),
    op("$not", any),
    op("$cond", any, any, any),
    fc.tuple(any, any, any).map(([a, b, c]) => doc({ $cond: pairs(["if", a], ["then", b], ["else", c]) })),
    op("$ifNull", any, any),
    op("$ifNull", any, any, any),
    fc
      .tuple(any, any, any)
      .map(([a, b, c]) => doc({ $switch: doc({ branches: [pairs(["case", a], ["then", b])], default: c }) })),
    op("$concat", textsOf, textsOf),
    op("$strLenCP", textsOf),
    op("$in", any, listsOf),
    op("$size", listsOf),
    op("$arrayElemAt", listsOf, places),
    op("$slice", listsOf, places),
    op("$slice", listsOf, places, fc.constantFrom<Value>(int(1), int(2))),
    op("$concatArrays", listsOf, listsOf),
    fc
      .tuple(fc.constantFrom("$isArray", "$reverseArray", "$first", "$last"), listsOf)
      .map(([k, v]) => doc({ [k]: [v] })),
    fc.tuple(fc.constantFrom("$type", "$isNumber"), any).map(([k, v]) => doc({ [k]: [v] })),
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom("$sum", "$min", "$max", "$avg"),
          fc.oneof<Expression[]>(listsOf, fc.tuple(numbersOf, numbersOf)),
        )
        .map(([k, v]) => doc({ [k]: v })),
    },
    fc.tuple(any).map(([v]) => doc({ x: v, y: "$m" })),
    fc
      .tuple(listsOf, number)
      .map(([input, v]) => doc({ $map: doc({ input, as: "e", in: doc({ $ifNull: ["$$e", v] }) }) })),
    fc
      .tuple(listsOf, any)
      .map(([input, v]) => doc({ $filter: doc({ input, as: "e", cond: doc({ $gt: ["$$e", v] }) }) })),
    fc.tuple(any, any).map(([v, w]) => doc({ $let: doc({ vars: doc({ v }), in: doc({ $eq: ["$$v", w] }) }) })),
  );
};

/** A document of expressions, written out in a stage, would be read as paths or refused. */
const whole = (v: Value): Value => (isDoc(v) && ![...v.keys()][0]?.startsWith("$") ? doc({ $mergeObjects: [v] }) : v);

const accumulators: Expression = fc
  .tuple(
    fc.constantFrom("$sum", "$avg", "$min", "$max", "$first", "$last", "$push"),
    fc.oneof<Expression[]>(fc.constant("$m"), fields, expressions(1)),
  )
  .map(([k, v]) => doc({ [k]: v }));
const keysOfGroups: Expression = fc.oneof<Expression[]>(
  fc.constant(null),
  fields,
  fc.tuple(fields, fields).map(([a, b]) => doc({ a, b })),
  expressions(1).map((e) => whole(e)),
);
const groups: fc.Arbitrary<Doc> = fc.tuple(keysOfGroups, accumulators, accumulators, fields).map(([_id, x, y, z]) =>
  doc({
    $group: doc({ _id, x, y, set: doc({ $addToSet: z }), n: doc({ $sum: int(1) }), c: doc({ $count: doc() }) }),
  }),
);

const targets = fc.constantFrom("a", "b", "a.b", "arr.a", "new", "new.x");
const computed: fc.Arbitrary<Doc> = fc.tuple(targets, expressions(2)).map(([k, v]) => doc({ [k]: whole(v) }));
const wrapped = (name: string) => (v: Value) => doc({ [name]: v });
const shaping: fc.Arbitrary<Doc> = fc.oneof<fc.Arbitrary<Doc>[]>(
  computed.map(wrapped("$addFields")),
  fc
    .tuple(computed, fc.constantFrom("m", "s", "list"), fc.boolean())
    .map(([c, kept, id]) => doc({ $project: new Map<string, Value>([...c, [kept, int(1)], ["_id", id]]) })),
  fc.constantFrom("a", "a.b", "arr.a").map((p) => doc({ $project: doc({ [p]: int(0) }) })),
  fc.constantFrom("a", "a.b", "arr.a").map((p) => doc({ $project: doc({ [p]: int(1), m: true }) })),
  fc.constantFrom("a", "arr.a").map(wrapped("$unset")),
);
const unwinds: fc.Arbitrary<Doc> = fc.oneof(
  fc.constantFrom("$arr", "$list", "$a", "$a.b").map(wrapped("$unwind")),
  fc
    .tuple(fc.constantFrom("$arr", "$list", "$a", "$a.b"), fc.boolean(), fc.boolean())
    .map(([path, preserveNullAndEmptyArrays, at]) =>
      doc({ $unwind: doc({ path, preserveNullAndEmptyArrays, ...(at ? { includeArrayIndex: "at" } : {}) }) }),
    ),
);
/** The _id at the end leaves no ties, so that it is defined what a limit lets through. */
const ordering: fc.Arbitrary<Doc[]> = fc
  .tuple(sorts, fc.constantFrom(0, 0, 1, 2), fc.constantFrom(0, 0, 3))
  .map(([sort, skip, limit]) => [
    doc({ $sort: new Map<string, Value>([...sort.map(([p, d]) => [p, int(d)] as const), ["_id", int(1)]]) }),
    ...(skip ? [doc({ $skip: int(skip) })] : []),
    ...(limit ? [doc({ $limit: int(limit) })] : []),
  ]);

const some = (stages: fc.Arbitrary<Doc[]>): fc.Arbitrary<Doc[]> => fc.oneof(fc.constant<Doc[]>([]), stages);
const one = (stage: fc.Arbitrary<Doc>): fc.Arbitrary<Doc[]> => stage.map((s) => [s]);

export const pipelines: fc.Arbitrary<Doc[]> = fc
  .tuple(
    some(one(filters.map(wrapped("$match")))),
    some(ordering),
    some(one(shaping)),
    some(one(unwinds)),
    fc.oneof(
      fc.constant<Doc[]>([]),
      one(groups),
      one(shaping),
      one(filters.map(wrapped("$match"))),
      fc.constant([doc({ $count: "n" })]),
      fc.constantFrom("$a", "$m").map((k) => [doc({ $sortByCount: k })]),
      expressions(1).map((e) => [
        doc({ $replaceRoot: doc({ newRoot: doc({ $mergeObjects: [e, doc({ m: "$m" })] }) }) }),
      ]),
    ),
  )
  // MongoDB moves a later $match ahead of stages that could refuse what it then doesn't let through to them.
  .map((parts) => (parts[4][0]?.has("$match") ? [parts[0], parts[3], parts[4]] : parts).flat())
  .filter((p) => p.length > 0);

const joined: fc.Arbitrary<Value> = fc.oneof(scalars, fc.array(scalars, { minLength: 1, maxLength: 3 }));
/** Both sides of a $lookup: an empty array on the left is left out, as versions of MongoDB differ on it. */
export const joinable: fc.Arbitrary<Doc> = fc
  .array(fc.tuple(fc.constantFrom("a", "b"), joined), { maxLength: 2 })
  .map((f) => doc(Object.fromEntries(f)));
