import { expect } from "chai";
import fc from "fast-check";
import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "mongodb";
import { decodeDoc, encodeDoc } from "../../backend/embedded/document-store/bson/codec.ts";
import { compareValues } from "../../backend/embedded/document-store/bson/compare.ts";
import type { Value } from "../../backend/embedded/document-store/bson/types.ts";
import { encodeKey } from "../../backend/embedded/document-store/keys.ts";
import { compileMatch } from "../../backend/embedded/document-store/query/matcher.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

const sample = {
  int: new Int32(1),
  long: Long.fromString("9007199254740993"),
  small: Long.fromNumber(1),
  double: new Double(1),
  decimal: Decimal128.fromString("1.10"),
  date: new Date("1969-12-31T23:59:59.999Z"),
  binary: new Binary(Buffer.from([1, 2, 3]), 4),
  id: new ObjectId(),
  regex: new BSONRegExp("^a", "i"),
  code: new Code("x"),
  timestamp: new Timestamp({ t: 1, i: 2 }),
  min: new MinKey(),
  max: new MaxKey(),
  nothing: null,
  yes: true,
  text: "玉溪 \u{1F600}",
  inner: { list: [new Int32(1), [new Double(2)], { x: Long.fromNumber(3) }] },
};

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.double().map((n) => new Double(n)),
  fc.integer().map((n) => new Int32(n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Long.fromBigInt(n)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -400, max: 400 }))
    .map(([c, e]) => Decimal128.fromString(`${c}E${e}`)),
  fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -2, max: 2 }))
    .map(([c, e]) => Decimal128.fromString(`${c}E${e}`)),
  fc.constantFrom("NaN", "Infinity", "-Infinity").map((x) => Decimal128.fromString(x)),
  fc.string({ unit: "binary" }).filter((x) => x.isWellFormed()),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 12 }).map((b) => new Binary(b, 0)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((b) => new ObjectId(b)),
  fc.constantFrom(new MinKey(), new MaxKey()),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "ab", "10", "2"), tie("value"), { maxKeys: 3 }),
  ),
}));

const decode = (v: unknown): Value => decodeDoc(BSON.serialize({ v } as never)).get("v")!;

describe("document store: values", () => {
  it("reads and writes the same BSON as the bson package (property)", () => {
    fc.assert(
      fc.property(value, (v) => {
        const bytes = BSON.serialize({ v } as never);
        expect(Buffer.compare(encodeDoc(decodeDoc(bytes)), bytes)).to.equal(0);
      }),
      { numRuns: 500 },
    );
  });

  it("sorts keys as it compares values, up and down (property)", () => {
    fc.assert(
      fc.property(value, value, fc.constantFrom("tail", ""), (x, y, tail) => {
        const [a, b] = [decode(x), decode(y)];
        const c = compareValues(a, b);
        expect(compareValues(b, a) + c).to.equal(0);
        expect(Math.sign(Buffer.compare(encodeKey([a, tail]), encodeKey([b, tail])))).to.equal(c);
        expect(Math.sign(Buffer.compare(encodeKey([a, tail], [true]), encodeKey([b, tail], [true]))) + c).to.equal(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("compares whole numbers of all types by value (property)", () => {
    const forms = [
      (n: bigint) => Long.fromBigInt(n),
      (n: bigint) => Decimal128.fromString(String(n)),
      (n: bigint) => Decimal128.fromString(`${n}.000`),
      (n: bigint) => (Number.isSafeInteger(Number(n)) ? new Double(Number(n)) : Long.fromBigInt(n)),
    ];
    const near = fc.oneof(
      fc.bigInt({ min: -20n, max: 20n }),
      fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 5n }),
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    );
    fc.assert(
      fc.property(near, near, fc.constantFrom(...forms), fc.constantFrom(...forms), (x, y, f, g) => {
        expect(compareValues(decode(f(x)), decode(g(y)))).to.equal(x < y ? -1 : x > y ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });

  const cases: [string, object, object, boolean][] = [
    ["null finds missing", { a: null }, {}, true],
    ["null doesn't find an empty array", { a: null }, { a: [] }, false],
    ["null finds an element", { a: null }, { a: [1, null] }, true],
    ["a path through a scalar is missing", { "a.b": null }, { a: 4 }, true],
    ["an element equals", { a: 2 }, { a: [1, 2] }, true],
    ["the whole array equals", { a: [1, 2] }, { a: [1, 2] }, true],
    ["an array inside an array equals", { a: [1, 2] }, { a: [[1, 2]] }, true],
    ["different elements meet two conditions", { a: { $gt: 4, $lt: 2 } }, { a: [1, 5] }, true],
    ["$elemMatch needs one for both", { a: { $elemMatch: { $gt: 4, $lt: 2 } } }, { a: [1, 5] }, false],
    [
      "$elemMatch on documents",
      { a: { $elemMatch: { x: 1, y: 2 } } },
      {
        a: [
          { x: 1, y: 1 },
          { x: 1, y: 2 },
        ],
      },
      true,
    ],
    ["$ne over an array needs all", { a: { $ne: 1 } }, { a: [1, 2] }, false],
    ["$gt compares its own type only", { a: { $gt: 1 } }, { a: "2" }, false],
    ["$gt of Long", { a: { $gt: Long.fromNumber(5) } }, { a: 6 }, true],
    ["$lt of Decimal128", { a: { $lt: Decimal128.fromString("0.1") } }, { a: 0.05 }, true],
    ["an exact document, fields in order", { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, false],
    ["$all", { a: { $all: [1, 2] } }, { a: [2, 3, 1] }, true],
    ["$size", { a: { $size: 2 } }, { a: [1] }, false],
    ["$type", { a: { $type: "objectId" } }, { a: new ObjectId() }, true],
    ["$exists on null", { a: { $exists: true } }, { a: null }, true],
    ["$in with a pattern", { a: { $in: [/^y/i] } }, { a: "Yuxi" }, true],
    ["$not of a missing field", { a: { $not: { $gt: 1 } } }, {}, true],
    ["$nor", { $nor: [{ a: 1 }, { b: 1 }] }, { a: 2, b: 2 }, true],
    ["$mod", { a: { $mod: [4, 1] } }, { a: 9 }, true],
    ["$expr", { $expr: { $gt: ["$a", "$b"] } }, { a: 3, b: 2 }, true],
    ["a number in a path is an element", { "a.1.x": 5 }, { a: [{ x: 1 }, { x: 5 }] }, true],
  ];
  for (const [name, filter, document, expected] of cases) {
    it(`matches as MongoDB: ${name}`, () => {
      const [f, d] = [decodeDoc(BSON.serialize(filter)), decodeDoc(BSON.serialize(document))];
      expect(compileMatch(f)(d)).to.equal(expected);
    });
  }

  describe("through the driver", () => {
    let s: TestStore;
    before(async () => {
      s = await startTestStore();
    });
    after(() => s.stop());

    it("keeps every type and the order of fields, also through an update", async () => {
      const c = s.db.collection("types");
      await c.insertOne({ _id: 1 as never, ...sample });
      const stored = async () => Buffer.from((await c.findOne({}, { raw: true })) as unknown as Buffer);
      const want = BSON.serialize({ _id: 1, ...sample });
      expect(Buffer.compare(await stored(), want)).to.equal(0);
      await c.updateOne({}, { $set: { more: new Double(2) } });
      expect(Buffer.compare(await stored(), BSON.serialize({ _id: 1, ...sample, more: new Double(2) }))).to.equal(0);
      await c.updateOne({}, { $unset: { more: 1 } });
      expect(Buffer.compare(await stored(), want)).to.equal(0);
    });

    it("increments each number type as itself", async () => {
      const c = s.db.collection("inc");
      await c.insertOne({
        i: new Int32(2147483647),
        l: Long.fromNumber(5),
        d: new Double(1),
        x: Decimal128.fromString("0.10"),
      });
      await c.updateOne({}, { $inc: { i: 1, l: 1, d: 1, x: Decimal128.fromString("0.20") } });
      const got = (await c.findOne({}, { promoteValues: false }))!;
      expect(got.i).to.be.instanceOf(Long);
      expect(String(got.i)).to.equal("2147483648");
      expect(got.l).to.be.instanceOf(Long);
      expect(got.d).to.be.instanceOf(Double);
      expect(String(got.x)).to.equal("0.30");
    });
  });
});
