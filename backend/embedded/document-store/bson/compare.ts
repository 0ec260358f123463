import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Int32, MinKey, ObjectId, Timestamp } from "bson";
import { compareNumbers } from "./numbers.ts";
import { DBPointer, type Doc, type Maybe, type Num, Undefined, type Value } from "./types.ts";

/** MongoDB's order between types. Numbers share a rank, strings and symbols share one. */
export const RANK = {
  minKey: 10,
  undefined: 20,
  null: 25,
  number: 30,
  string: 35,
  object: 40,
  array: 45,
  binary: 50,
  objectId: 55,
  bool: 60,
  date: 65,
  timestamp: 67,
  regex: 70,
  dbPointer: 75,
  code: 80,
  codeWithScope: 85,
  maxKey: 240,
} as const;

export function rank(v: Value): number {
  switch (typeof v) {
    case "string":
      return RANK.string;
    case "number":
    case "bigint":
      return RANK.number;
    case "boolean":
      return RANK.bool;
    default:
  }
  if (v === null) return RANK.null;
  if (v instanceof Int32 || v instanceof Decimal128) return RANK.number;
  if (v instanceof Map) return RANK.object;
  if (Array.isArray(v)) return RANK.array;
  if (v instanceof Date) return RANK.date;
  if (v instanceof ObjectId) return RANK.objectId;
  if (v instanceof Binary) return RANK.binary;
  if (v instanceof BSONRegExp) return RANK.regex;
  if (v instanceof Timestamp) return RANK.timestamp;
  if (v instanceof BSONSymbol) return RANK.string;
  if (v instanceof Code) return v.scope ? RANK.codeWithScope : RANK.code;
  if (v instanceof Undefined) return RANK.undefined;
  if (v instanceof DBPointer) return RANK.dbPointer;
  if (v instanceof MinKey) return RANK.minKey;
  return RANK.maxKey;
}

/** Compares as UTF-8 bytes would: JavaScript's own order differs beyond the basic plane. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates (0xd800–0xdfff) stand for code points above 0xffff, so they go after 0xe000–0xffff.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function compareDocs(a: Doc, b: Doc): number {
  const right = b.entries();
  for (const [name, value] of a) {
    const next = right.next();
    if (next.done) return 1;
    const [otherName, other] = next.value;
    const byType = rank(value) - rank(other);
    if (byType !== 0) return Math.sign(byType);
    const c = compareStrings(name, otherName) || compareValues(value, other);
    if (c !== 0) return c;
  }
  return a.size < b.size ? -1 : 0;
}

function compareArrays(a: Value[], b: Value[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const c = compareValues(a[i]!, b[i]!);
    if (c !== 0) return c;
  }
  return Math.sign(a.length - b.length);
}

const binaryBytes = (b: Binary): Uint8Array => b.buffer.subarray(0, b.position);

function compareBinaries(a: Binary, b: Binary): number {
  return (
    Math.sign(a.position - b.position) ||
    Math.sign(a.sub_type - b.sub_type) ||
    Buffer.compare(binaryBytes(a), binaryBytes(b))
  );
}

/** MongoDB's total order over all values. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  const r = rank(a);
  const s = rank(b);
  if (r !== s) return r < s ? -1 : 1;
  switch (r) {
    case RANK.number:
      return compareNumbers(a as Num, b as Num);
    case RANK.string:
      return compareStrings(String(a), String(b));
    case RANK.object:
      return compareDocs(a as Doc, b as Doc);
    case RANK.array:
      return compareArrays(a as Value[], b as Value[]);
    case RANK.date:
      return Math.sign((a as Date).getTime() - (b as Date).getTime());
    case RANK.bool:
      return Number(a) - Number(b);
    case RANK.objectId:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case RANK.binary:
      return compareBinaries(a as Binary, b as Binary);
    case RANK.timestamp: {
      const x = BigInt.asUintN(64, (a as Timestamp).toBigInt());
      const y = BigInt.asUintN(64, (b as Timestamp).toBigInt());
      return x < y ? -1 : x > y ? 1 : 0;
    }
    case RANK.regex: {
      const x = a as BSONRegExp;
      const y = b as BSONRegExp;
      return compareStrings(x.pattern, y.pattern) || compareStrings(x.options, y.options);
    }
    case RANK.dbPointer: {
      const [x, y] = [a as DBPointer, b as DBPointer];
      const longer = Buffer.byteLength(x.ns) - Buffer.byteLength(y.ns);
      return Math.sign(longer) || compareStrings(x.ns, y.ns) || Buffer.compare(x.id.id, y.id.id);
    }
    case RANK.code:
      return compareStrings(String((a as Code).code), String((b as Code).code));
    case RANK.codeWithScope: {
      const [x, y] = [a as Code, b as Code];
      return compareStrings(String(x.code), String(y.code)) || compareDocs(x.scope as Doc, y.scope as Doc);
    }
    default:
      return 0;
  }
}

export const equalValues = (a: Value, b: Value): boolean => compareValues(a, b) === 0;
/** Order with "missing" taken as null, as sorting does. */
export const compareMaybe = (a: Maybe, b: Maybe): number => compareValues(a ?? null, b ?? null);
