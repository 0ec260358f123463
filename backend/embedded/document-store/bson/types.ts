import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Int32,
  type MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";

/**
 * A document is a Map, not an object: BSON keeps the order of its fields, while a JavaScript object moves
 * integer-like names ("530402") to the front and treats "__proto__" specially.
 */
export type Doc = Map<string, Value>;

/** Two types of BSON that only old data has: the bson package has no classes for them. */
export class Undefined {
  readonly _bsontype = "Undefined";
}
export const UNDEFINED = new Undefined();

export class DBPointer {
  readonly _bsontype = "DBPointer";
  readonly ns: string;
  readonly id: ObjectId;
  constructor(ns: string, id: ObjectId) {
    this.ns = ns;
    this.id = id;
  }
}

/** double = number, int64 = bigint, int32 and decimal128 = their bson classes: no number type is lost. */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Int32
  | Decimal128
  | Date
  | ObjectId
  | Binary
  | BSONRegExp
  | BSONSymbol
  | Code
  | DBPointer
  | Undefined
  | Timestamp
  | MinKey
  | MaxKey
  | Map<string, Value>
  | Value[];

export type Num = number | bigint | Int32 | Decimal128;
/** A value that may be missing; missing and null are different things in most of MongoDB. */
export type Maybe = Value | undefined;

export const isDoc = (v: Maybe): v is Doc => v instanceof Map;
export const isArray = (v: Maybe): v is Value[] => Array.isArray(v);
export const isNumber = (v: Maybe): v is Num =>
  typeof v === "number" || v instanceof Int32 || typeof v === "bigint" || v instanceof Decimal128;

const SMALL = Array.from({ length: 1280 }, (_, i) => new Int32(i - 256));
/** Int32 values are immutable here, so the common ones are shared. */
export function int32(n: number): Int32 {
  return n >= -256 && n < 1024 ? SMALL[n + 256]! : new Int32(n);
}

type Plain = Value | Plain[] | { [key: string]: Plain | undefined };
/** Builds a document from a plain object: whole numbers become int32; undefined fields are left out. */
export function doc(o: { [key: string]: Plain | undefined }): Doc {
  const out: Doc = new Map();
  for (const [k, v] of Object.entries(o)) if (v !== undefined) out.set(k, fromPlain(v));
  return out;
}

function fromPlain(v: Plain): Value {
  if (typeof v === "number" && Number.isInteger(v) && v === (v | 0)) return int32(v);
  if (Array.isArray(v)) return v.map(fromPlain);
  if (v !== null && typeof v === "object" && Object.getPrototypeOf(v) === Object.prototype)
    return doc(v as { [key: string]: Plain });
  return v as Value;
}

/** The names that $type and messages use, with BSON's type numbers. */
export const TYPE_NAMES: Record<string, number> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

const NAME_OF = new Map(Object.entries(TYPE_NAMES).map(([name, code]) => [code, name]));

/** BSON's type number of a value. */
export function bsonType(v: Value): number {
  switch (typeof v) {
    case "string":
      return 2;
    case "number":
      return 1;
    case "bigint":
      return 18;
    case "boolean":
      return 8;
    default:
  }
  if (v === null) return 10;
  if (v instanceof Map) return 3;
  if (Array.isArray(v)) return 4;
  if (v instanceof Int32) return 16;
  if (v instanceof Date) return 9;
  if (v instanceof ObjectId) return 7;
  if (v instanceof Decimal128) return 19;
  if (v instanceof Binary) return 5;
  if (v instanceof BSONRegExp) return 11;
  if (v instanceof Timestamp) return 17;
  if (v instanceof Code) return v.scope ? 15 : 13;
  if (v instanceof Undefined) return 6;
  if (v instanceof DBPointer) return 12;
  if (v instanceof BSONSymbol) return 14;
  if (v instanceof MinKey) return -1;
  return 127;
}

export const typeName = (v: Maybe): string => (v === undefined ? "missing" : NAME_OF.get(bsonType(v))!);
