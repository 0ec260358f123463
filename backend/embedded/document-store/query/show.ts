import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Int32, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { DBPointer, type Doc, isArray, isDoc, type Maybe, Undefined, type Value } from "../bson/types.ts";

function showNumber(n: number): string {
  if (Number.isNaN(n)) return "nan.0";
  if (!Number.isFinite(n)) return n > 0 ? "inf.0" : "-inf.0";
  return Number.isInteger(n) && Math.abs(n) < 1e15 ? `${Object.is(n, -0) ? "-0" : n}.0` : String(n);
}

function showScalar(v: Value): string {
  if (typeof v === "string") return JSON.stringify(v);
  if (typeof v === "number") return showNumber(v);
  if (v instanceof Int32) return String(v.value);
  if (v instanceof ObjectId) return `ObjectId('${v.toHexString()}')`;
  if (v instanceof Date) return `new Date(${v.getTime()})`;
  if (v instanceof Decimal128) return v.toString();
  if (v instanceof BSONRegExp) return `/${v.pattern}/${v.options}`;
  if (v instanceof Timestamp) return `Timestamp(${v.getHighBitsUnsigned()}, ${v.getLowBitsUnsigned()})`;
  if (v instanceof Binary) return `BinData(${v.sub_type}, ${Buffer.from(v.value()).toString("hex").toUpperCase()})`;
  if (v instanceof BSONSymbol) return JSON.stringify(v.value);
  if (v instanceof Code) return v.scope ? `CodeWScope( ${v.code}, ${show(v.scope as Doc)})` : String(v.code);
  if (v instanceof Undefined) return "undefined";
  if (v instanceof DBPointer) return `DBRef('${v.ns}', ${v.id.toHexString()})`;
  if (v instanceof MinKey) return "MinKey";
  if (v instanceof MaxKey) return "MaxKey";
  return String(v);
}

/** A value as MongoDB's messages print it. */
export function show(v: Maybe): string {
  if (v === undefined) return "MISSING";
  if (isDoc(v)) return v.size === 0 ? "{}" : `{ ${[...v].map(([k, x]) => element(k, x)).join(", ")} }`;
  if (isArray(v)) return v.length === 0 ? "[]" : `[ ${v.map(show).join(", ")} ]`;
  return showScalar(v);
}

/** A named value as MongoDB's messages print it: `a: 1`. */
export const element = (name: string, v: Maybe): string => `${name}: ${show(v)}`;
