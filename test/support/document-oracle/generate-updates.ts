import fc from "fast-check";
import { leaves, operands } from "./generate-filters.ts";
import { anyPaths, names, numbers, scalars, smallNumbers, subdocuments, values } from "./generate-values.ts";
import { type Doc, doc, double, int, long, type Value } from "./values.ts";

/** One change of one document; the filter beside the _id is there for `$`. */
export interface Change {
  update: Doc;
  arrayFilters: Doc[];
  filter: Doc;
}

const wholes = fc.constantFrom<Value>(int(0), int(1), int(2), int(-1), int(-2), long(3n), double(1));
const sorts = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.constantFrom<Value>(int(1), int(-1)),
  fc.tuple(names, fc.constantFrom(int(1), int(-1))).map(([k, v]) => doc({ [k]: v })),
  fc.constantFrom<Value>(doc({ a: int(1), b: int(-1) }), doc({ "a.b": int(-1) })),
);
const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });
const pushes: fc.Arbitrary<Value> = fc
  .record({
    $each: fc.array(fc.oneof(scalars, subdocuments(1)), { maxLength: 3 }) as fc.Arbitrary<Value>,
    $position: maybe(wholes),
    $slice: maybe(wholes),
    $sort: maybe(sorts),
  })
  .map((r) => doc(Object.fromEntries(Object.entries(r).filter(([, v]) => v !== undefined)) as Record<string, Value>));

const bits: fc.Arbitrary<Value> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom("and", "or", "xor"),
      fc.constantFrom<Value>(int(5), int(-1), long(1n), long(4294967296n), int(2)),
    ),
    { minLength: 1, maxLength: 2, selector: ([k]) => k },
  )
  .map((f) => doc(Object.fromEntries(f)));

const pulls: fc.Arbitrary<Value> = fc.oneof(
  { weight: 2, arbitrary: operands },
  { weight: 2, arbitrary: leaves },
  { weight: 2, arbitrary: fc.tuple(names, fc.oneof(leaves, operands)).map(([k, v]) => doc({ [k]: v })) },
);

const OPERANDS: Record<string, fc.Arbitrary<Value>> = {
  $set: values(1),
  $unset: fc.constantFrom<Value>("", int(1)),
  $setOnInsert: scalars,
  $inc: fc.oneof({ weight: 5, arbitrary: numbers }, { weight: 3, arbitrary: smallNumbers }, scalars),
  $mul: fc.oneof({ weight: 5, arbitrary: numbers }, { weight: 3, arbitrary: smallNumbers }, scalars),
  $min: values(1),
  $max: values(1),
  $rename: anyPaths,
  $push: fc.oneof({ weight: 3, arbitrary: pushes }, { weight: 1, arbitrary: values(1) }),
  $addToSet: fc.oneof(
    { weight: 2, arbitrary: fc.array(operands, { maxLength: 3 }).map((v): Value => doc({ $each: v })) },
    { weight: 2, arbitrary: operands },
  ),
  $pull: pulls,
  $pullAll: fc.array(operands, { maxLength: 3 }),
  $pop: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<Value>(int(1), int(-1), double(1)) }, scalars),
  $bit: bits,
};
const operators = fc.constantFrom(...Object.keys(OPERANDS));

/** Paths through all, some or one of an array's elements. */
const arrayPaths = fc.constantFrom(
  "arr.$[]",
  "arr.$[x]",
  "arr.$[x].a",
  "arr.$[].b",
  "arr.$[].a.$[x]",
  "a.$[x]",
  "arr.$",
  "arr.$.a",
  "arr.$.b.c",
);
const updatePaths = fc.oneof(
  { weight: 20, arbitrary: anyPaths },
  { weight: 10, arbitrary: arrayPaths },
  fc.constant("_id"),
);

/** Every third array or so has numbers in it, so that numeric changes of elements meet some. */
const changes = (path: fc.Arbitrary<string>): fc.Arbitrary<[string, string, Value]> =>
  operators.chain((op) => fc.tuple(fc.constant(op), path, OPERANDS[op]!));

function assemble(list: [string, string, Value][]): Doc {
  const out: Doc = new Map();
  for (const [op, path, operand] of list) {
    const fields = (out.get(op) as Doc | undefined) ?? new Map();
    fields.set(path, operand);
    out.set(op, fields);
  }
  return out;
}

const elementFilters: fc.Arbitrary<Doc> = fc.oneof(
  fc.oneof<fc.Arbitrary<Value>[]>(leaves, operands).map((v) => doc({ x: v })),
  fc.tuple(names, fc.oneof<fc.Arbitrary<Value>[]>(leaves, operands)).map(([k, v]) => doc({ [`x.${k}`]: v })),
);

/** Conditions on the one array that `$` then stands in. */
const positionalFilters: fc.Arbitrary<Doc> = fc.oneof(
  fc.oneof<fc.Arbitrary<Value>[]>(scalars, fc.constant(doc({ $exists: true }))).map((v) => doc({ arr: v })),
  leaves.map((f) => doc({ arr: doc({ $elemMatch: f }) })),
  fc.tuple(names, fc.oneof<fc.Arbitrary<Value>[]>(leaves, scalars)).map(([k, v]) => doc({ [`arr.${k}`]: v })),
  fc.tuple(names, leaves).map(([k, v]) => doc({ arr: doc({ $elemMatch: doc({ [k]: v }) }) })),
);

export const changesOfOne: fc.Arbitrary<Change> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.array(changes(updatePaths), { minLength: 1, maxLength: 1 }) },
      { weight: 3, arbitrary: fc.array(changes(updatePaths), { minLength: 2, maxLength: 4 }) },
    ),
    elementFilters,
    positionalFilters,
  )
  .map(([list, element, positional]) => {
    const used = list.map(([, path]) => path).join(" ");
    return {
      update: assemble(list),
      arrayFilters: used.includes("$[x]") ? [element] : [],
      filter: /\$(\.|$| )/.test(used) ? positional : new Map(),
    };
  });

export const replacements: fc.Arbitrary<Change> = subdocuments(2).map((d) => ({
  update: d,
  arrayFilters: [],
  filter: new Map(),
}));

const seedPaths = fc.constantFrom("a", "b", "c", "a.b", "a.c", "b.a.c");
const seeds: fc.Arbitrary<Value> = fc.oneof<fc.Arbitrary<Value>[]>(
  operands.map((v) => doc({ $eq: v })),
  operands.map((v) => doc({ $all: [v] })),
  operands.map((v) => doc({ $gt: v })),
  operands,
);
/** Filters of upserts: what they say for sure goes into the new document. */
export const upsertFilters: fc.Arbitrary<Doc> = fc
  .tuple(fc.uniqueArray(fc.tuple(seedPaths, seeds), { maxLength: 3, selector: ([k]) => k }), fc.boolean())
  .map(([fields, nested]) =>
    nested && fields.length > 0
      ? doc({ $and: fields.map(([k, v]) => doc({ [k]: v })) })
      : doc(Object.fromEntries(fields)),
  );
