import fc from "fast-check";
import {
  Binary,
  BSONRegExp,
  Code,
  type Decimal128,
  Double,
  Int32,
  type Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "mongodb";
import { type Doc, decimal, doc, double, int, long, type Num, type Value } from "./values.ts";

const INTS = [0, 1, 2, 3, -1, 5, 10, 2147483647, -2147483648];
const LONGS = [0n, 1n, 2n, 3n, 5n, 2147483648n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n];
const DOUBLES = [
  0,
  -0,
  1,
  2,
  3,
  0.1,
  1.5,
  2.5,
  -1,
  2147483648,
  9007199254740992,
  2 ** 63,
  1e300,
  5e-324,
  NaN,
  Infinity,
  -Infinity,
];
const DECIMALS = ["0", "-0", "1", "1.0", "2", "0.1", "0.10", "1.5", "9007199254740993", "1E+40", "1E-40", "-1"];
const SPECIAL_DECIMALS = ["NaN", "Infinity", "-Infinity", "9223372036854775807.5"];

export const ints: fc.Arbitrary<Int32> = fc.constantFrom(...INTS).map(int);
export const longs: fc.Arbitrary<Long> = fc.constantFrom(...LONGS).map(long);
export const doubles: fc.Arbitrary<Double> = fc.constantFrom(...DOUBLES).map(double);
export const decimals: fc.Arbitrary<Decimal128> = fc.constantFrom(...DECIMALS, ...SPECIAL_DECIMALS).map(decimal);
/** Few of them, so that values meet; many types, so that they meet across types. */
export const numbers: fc.Arbitrary<Num> = fc.oneof(
  { weight: 4, arbitrary: ints },
  { weight: 2, arbitrary: longs },
  { weight: 3, arbitrary: doubles },
  { weight: 2, arbitrary: decimals },
);
/** Small whole numbers of every type: sums and products of these stay exact. */
export const smallNumbers: fc.Arbitrary<Num> = fc
  .tuple(fc.constantFrom(-2, 0, 1, 2, 3), fc.constantFrom("int", "long", "double", "decimal"))
  .map(([n, type]) =>
    type === "int"
      ? new Int32(n)
      : type === "long"
        ? long(BigInt(n))
        : type === "double"
          ? new Double(n)
          : decimal(String(n)),
  );

export const strings = fc.constantFrom("", "a", "ab", "abc", "b", "B", "é", "\u{10000}", "\uffff", "x\ny");
const binary = (bytes: number[], type: number) => new Binary(Uint8Array.from(bytes), type);
const others: fc.Arbitrary<Value> = fc.constantFrom<Value>(
  true,
  false,
  null,
  new Date(0),
  new Date(-1),
  new Date(1700000000000),
  new ObjectId("000000000000000000000001"),
  new ObjectId("ffffffffffffffffffffffff"),
  binary([], 0),
  binary([1], 0),
  binary([255, 0], 0),
  binary([1], 5),
  new BSONRegExp("^a", ""),
  new BSONRegExp("b", "i"),
  new Timestamp({ t: 1, i: 1 }),
  new Timestamp({ t: 4294967295, i: 1 }),
  new Code("a"),
  new MinKey(),
  new MaxKey(),
);
export const scalars: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: numbers },
  { weight: 3, arbitrary: strings },
  { weight: 3, arbitrary: others },
);

const NAMES = ["a", "b", "c"] as const;
export const names = fc.constantFrom(...NAMES);

/** Documents and arrays of a few levels over the same three names. */
export const values = (depth: number): fc.Arbitrary<Value> =>
  depth === 0
    ? scalars
    : fc.oneof(
        { weight: 5, arbitrary: scalars },
        { weight: 2, arbitrary: fc.array(values(depth - 1), { maxLength: 3 }) },
        { weight: 2, arbitrary: fc.array(subdocuments(depth - 1), { maxLength: 3 }) },
        { weight: 3, arbitrary: subdocuments(depth - 1) },
      );

export const subdocuments = (depth: number): fc.Arbitrary<Doc> =>
  fc
    .uniqueArray(fc.tuple(names, values(depth)), { maxLength: 3, selector: ([k]) => k })
    .map((fields) => doc(Object.fromEntries(fields)));

/** A document without its _id; `arr` is mostly an array and `n` mostly a number. */
export const documents: fc.Arbitrary<Doc> = fc
  .tuple(
    subdocuments(2),
    fc.option(
      fc.oneof(
        { weight: 5, arbitrary: fc.array(scalars, { maxLength: 4 }) },
        { weight: 4, arbitrary: fc.array(subdocuments(1), { maxLength: 3 }) },
        { weight: 1, arbitrary: values(1) },
      ),
      { freq: 4, nil: undefined },
    ),
    fc.option(fc.oneof({ weight: 5, arbitrary: numbers }, { weight: 1, arbitrary: scalars }), {
      freq: 4,
      nil: undefined,
    }),
  )
  .map(([d, arr, n]) => {
    const out: Doc = new Map(d);
    if (arr !== undefined) out.set("arr", arr);
    if (n !== undefined) out.set("n", n);
    return out;
  });

export const paths = fc.constantFrom(
  "a",
  "b",
  "c",
  "a.b",
  "a.a",
  "b.a",
  "a.b.c",
  "arr",
  "arr.a",
  "arr.b",
  "arr.a.b",
  "n",
);
export const numberedPaths = fc.constantFrom("arr.0", "arr.1", "a.0", "arr.0.a", "a.0.b", "arr.a.0", "a.b.0", "a.0.0");
/** Any path of a filter or an update, now and then with a number. */
export const anyPaths = fc.oneof({ weight: 5, arbitrary: paths }, { weight: 1, arbitrary: numberedPaths });
