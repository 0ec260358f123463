import fc from "fast-check";
import { leaves, operands } from "./generate-filters.ts";
import { numbers, paths, scalars } from "./generate-values.ts";
import type { IndexModel, SortSpec } from "./keys.ts";
import { type Doc, doc, int, long, type Value } from "./values.ts";

const directions = fc.constantFrom<(1 | -1)[]>(1, -1);
const patterns = (maxLength: number): fc.Arbitrary<SortSpec> =>
  fc.uniqueArray(fc.tuple(paths, directions), { minLength: 1, maxLength, selector: ([p]) => p });
export const sorts: fc.Arbitrary<SortSpec> = fc.oneof(
  { weight: 5, arbitrary: patterns(1) },
  { weight: 4, arbitrary: patterns(3) },
  fc.constant<SortSpec>([["_id", -1]]),
);

/** What MongoDB allows in a partial index. */
const partialFilters: fc.Arbitrary<Doc> = fc
  .tuple(
    paths,
    fc.oneof<fc.Arbitrary<Value>[]>(
      scalars,
      fc.constant(doc({ $exists: true })),
      fc.tuple(fc.constantFrom("$gt", "$gte", "$lt", "$lte"), numbers).map(([op, n]) => doc({ [op]: n })),
      fc.constantFrom("number", "string", "object", "array", "null").map((t) => doc({ $type: t })),
    ),
  )
  .map(([path, v]) => doc({ [path]: v }))
  .filter((f) => ![...f.values()].some((v) => v !== null && typeof v === "object" && "pattern" in v));

const indexes = (unique: boolean): fc.Arbitrary<IndexModel> =>
  fc
    .tuple(
      patterns(unique ? 2 : 3),
      fc.constantFrom("plain", "plain", "sparse", "partial"),
      partialFilters,
      fc.constantFrom(...(unique ? [true, true, false] : [false])),
    )
    .map(([key, kind, filter, isUnique]) => ({
      name: "",
      key,
      ...(isUnique ? { unique: true } : {}),
      ...(kind === "sparse" ? { sparse: true } : {}),
      ...(kind === "partial" ? { partialFilterExpression: filter } : {}),
    }));
export const indexSets = (unique: boolean): fc.Arbitrary<IndexModel[]> =>
  fc
    .uniqueArray(indexes(unique), { minLength: 1, maxLength: 4, selector: (i) => JSON.stringify(i.key) })
    .map((list) => list.map((index, i) => ({ ...index, name: `index${i}` })));

export interface Query {
  sort: SortSpec | undefined;
  skip: number;
  limit: number;
  /** Which of the complete indexes is forced, when there are any. */
  hint: number | undefined;
}
export const queries: fc.Arbitrary<Query> = fc.record({
  sort: fc.option(sorts, { nil: undefined }),
  skip: fc.constantFrom(0, 0, 0, 1, 3),
  limit: fc.constantFrom(0, 0, 0, 1, 4),
  hint: fc.option(fc.nat(9), { nil: undefined, freq: 3 }),
});

const projected = fc.constantFrom("a", "b", "c", "a.b", "a.a", "b.a", "a.b.c", "arr", "arr.a", "arr.b", "arr.a.b", "n");
const sizes = fc.constantFrom<Value>(int(0), int(1), int(2), int(-1), long(-3n));
const slices = fc.oneof<fc.Arbitrary<Value>[]>(
  sizes.map((n) => doc({ $slice: n })),
  fc.tuple(sizes, fc.constantFrom<Value>(int(1), int(2))).map((v) => doc({ $slice: v })),
);
const elements: fc.Arbitrary<Value> = fc
  .oneof<fc.Arbitrary<Doc>[]>(
    leaves,
    operands.map((v) => doc({ a: v })),
    leaves.map((f) => doc({ b: f })),
  )
  .map((f) => doc({ $elemMatch: f }));
const flag = (on: boolean) => fc.constantFrom<Value>(...(on ? [true, int(1), long(2n)] : [false, int(0)]));

/** Mostly of one kind; some mix kinds or name a path and its parent, which is refused. */
export const projections: fc.Arbitrary<Doc> = fc.boolean().chain((inclusion) =>
  fc
    .tuple(
      fc.uniqueArray(
        fc.tuple(
          projected,
          fc.oneof(
            { weight: 8, arbitrary: flag(inclusion) },
            { weight: 2, arbitrary: slices },
            { weight: inclusion ? 2 : 0, arbitrary: elements },
            {
              weight: 1,
              arbitrary: fc
                .tuple(fc.constantFrom("a", "b", "c"), flag(inclusion))
                .map(([k, v]): Value => doc({ [k]: v })),
            },
          ),
        ),
        { minLength: 0, maxLength: 4, selector: ([p]) => p },
      ),
      fc.option(fc.boolean().chain(flag), { nil: undefined }),
      fc.oneof(
        { weight: 12, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.tuple(projected, flag(!inclusion)) },
      ),
      fc.integer({ min: 0, max: 9 }),
    )
    .map(([fields, id, odd, chance]) => {
      const clash = (a: string, b: string) => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);
      const apart = fields.filter(([p], i) => chance === 0 || !fields.slice(0, i).some(([q]) => clash(p, q)));
      const out: Doc = new Map(apart);
      if (odd) out.set(...odd);
      if (id !== undefined) out.set("_id", id);
      return out;
    }),
);
