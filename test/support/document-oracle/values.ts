import {
  Binary,
  BSON,
  BSONRegExp,
  BSONSymbol,
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

/**
 * Values as the driver sends them, every number with its type. Documents are Maps, because plain objects would
 * put a key like "0" in front of the others.
 */
export type Num = Int32 | Long | Double | Decimal128;
export type Scalar =
  | Num
  | string
  | boolean
  | null
  | Date
  | ObjectId
  | Binary
  | BSONRegExp
  | Timestamp
  | MinKey
  | MaxKey
  | Code
  | BSONSymbol;
export type Doc = Map<string, Value>;
export type Value = Scalar | Value[] | Doc;

/** The oracle's way to say that MongoDB refuses a command; `code` is MongoDB's where it is documented or tested. */
export class Refused extends Error {
  readonly code: number | undefined;
  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

export const doc = (fields: Record<string, Value> = {}): Doc => new Map(Object.entries(fields));
export const int = (n: number): Int32 => new Int32(n);
export const long = (n: bigint): Long => Long.fromBigInt(n);
export const double = (n: number): Double => new Double(n);
export const decimal = (s: string): Decimal128 => Decimal128.fromString(s);

export const isDoc = (v: unknown): v is Doc => v instanceof Map;
export const isNum = (v: unknown): v is Num =>
  v instanceof Int32 || v instanceof Double || v instanceof Decimal128 || isLong(v);
/** Timestamp extends Long. */
export const isLong = (v: unknown): v is Long => v instanceof Long && !(v instanceof Timestamp);

const TYPES: [name: string, number: number, order: number, test: (v: unknown) => boolean][] = [
  ["minKey", -1, -1, (v) => v instanceof MinKey],
  ["null", 10, 5, (v) => v === null],
  ["int", 16, 10, (v) => v instanceof Int32],
  ["long", 18, 10, isLong],
  ["double", 1, 10, (v) => v instanceof Double],
  ["decimal", 19, 10, (v) => v instanceof Decimal128],
  ["string", 2, 15, (v) => typeof v === "string"],
  ["symbol", 14, 15, (v) => v instanceof BSONSymbol],
  ["object", 3, 20, isDoc],
  ["array", 4, 25, Array.isArray],
  ["binData", 5, 30, (v) => v instanceof Binary],
  ["objectId", 7, 35, (v) => v instanceof ObjectId],
  ["bool", 8, 40, (v) => typeof v === "boolean"],
  ["date", 9, 45, (v) => v instanceof Date],
  ["timestamp", 17, 47, (v) => v instanceof Timestamp],
  ["regex", 11, 50, (v) => v instanceof BSONRegExp],
  ["javascript", 13, 60, (v) => v instanceof Code],
  ["maxKey", 127, 127, (v) => v instanceof MaxKey],
];

const typeRow = (v: Value) => {
  const row = TYPES.find(([, , , test]) => test(v));
  if (!row) throw new Error(`the oracle knows no such value: ${String(v)}`);
  return row;
};
export const typeName = (v: Value): string => typeRow(v)[0];
export const typeNumber = (v: Value): number => typeRow(v)[1];
/** The place of a value's type in MongoDB's order; a missing value and undefined come right after MinKey. */
export const typeOrder = (v: Value | undefined): number => (v === undefined ? 0 : typeRow(v)[2]);
export const TYPE_NAMES = TYPES.map(([name, number]) => ({ name, number }));

/** A copy that shares no container with the original. */
export function clone<T extends Value>(v: T): T;
export function clone(v: Value): Value {
  if (Array.isArray(v)) return v.map((x) => clone(x));
  return isDoc(v) ? new Map([...v].map(([k, x]) => [k, clone(x)])) : v;
}

/** What the driver decoded with promoteValues off, in the oracle's form. */
export function fromDriver(v: unknown): Value {
  if (Array.isArray(v)) return v.map(fromDriver);
  if (v && Object.getPrototypeOf(v) === Object.prototype)
    return new Map(Object.entries(v).map(([k, x]) => [k, fromDriver(x)]));
  return v as Value;
}

export const encode = (d: Doc): Uint8Array => BSON.serialize(d as never, { ignoreUndefined: false });

const OPTIONS = { promoteValues: false, promoteBuffers: false, bsonRegExp: true };
const [DOCUMENT, ARRAY] = [3, 4];

/** Bytes to Maps: each scalar goes through the bson package alone, so that the order of fields is the stored one. */
export function decode(bytes: Uint8Array): Doc {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const out: Doc = new Map();
  let at = 4;
  while (bytes[at] !== 0) {
    const nameEnd = bytes.indexOf(0, at + 1);
    const name = Buffer.from(bytes.subarray(at + 1, nameEnd)).toString("utf8");
    const value = nameEnd + 1;
    const end = value + sizeOf(bytes[at]!, bytes, value, view);
    if (bytes[at] === DOCUMENT || bytes[at] === ARRAY) {
      const inner = decode(bytes.subarray(value, end));
      out.set(name, bytes[at] === ARRAY ? [...inner.values()] : inner);
    } else {
      const alone = Buffer.concat([
        Buffer.alloc(4),
        Buffer.from([bytes[at]!, 118, 0]),
        bytes.subarray(value, end),
        Buffer.alloc(1),
      ]);
      alone.writeInt32LE(alone.length);
      out.set(name, BSON.deserialize(alone, OPTIONS).v);
    }
    at = end;
  }
  return out;
}

function sizeOf(type: number, bytes: Uint8Array, at: number, view: DataView): number {
  switch (type) {
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // long
      return 8;
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return 4 + view.getInt32(at, true);
    case DOCUMENT:
    case ARRAY:
      return view.getInt32(at, true);
    case 0x05: // binary
      return 5 + view.getInt32(at, true);
    case 0x07: // object id
      return 12;
    case 0x08: // boolean
      return 1;
    case 0x0b: // regular expression
      return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 - at;
    case 0x10: // int
      return 4;
    case 0x13: // decimal
      return 16;
    case 0x06: // undefined
    case 0x0a: // null
    case 0xff: // min key
    case 0x7f: // max key
      return 0;
    default:
      throw new Error(`the oracle reads no type ${type}`);
  }
}

/** For messages: extended JSON that keeps types and order. */
export function show(v: Value | undefined): string {
  if (v === undefined) return "(missing)";
  if (Array.isArray(v)) return `[${v.map(show).join(", ")}]`;
  if (isDoc(v)) return `{${[...v].map(([k, x]) => `${JSON.stringify(k)}: ${show(x)}`).join(", ")}}`;
  if (v instanceof Int32) return String(v.value);
  if (v instanceof Double) return `Double(${Object.is(v.value, -0) ? "-0" : v.value})`;
  if (isLong(v)) return `Long(${v})`;
  return BSON.EJSON.stringify(v as never, { relaxed: false });
}
