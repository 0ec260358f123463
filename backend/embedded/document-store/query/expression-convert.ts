import { Decimal128, ObjectId } from "bson";
import { toDouble } from "../bson/numbers.ts";
import { int32, isNumber, typeName, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { truthy } from "./predicates.ts";

export function toText(v: Value): string {
  if (typeof v === "string") return v;
  if (v instanceof Date) return v.toISOString();
  if (v instanceof ObjectId) return v.toHexString();
  if (isNumber(v) || typeof v === "boolean") return String(v);
  throw badValue(`Unsupported conversion from ${typeName(v)} to string`);
}

/** $convert and its short forms. */
export function convert(v: Value, to: string): Value {
  const fail = (): never => {
    throw badValue(`Failed to convert ${typeName(v)} to ${to} in $convert`);
  };
  const source = typeof v === "boolean" ? int32(v ? 1 : 0) : v;
  const asNumber = (): number => {
    if (isNumber(source)) return toDouble(source);
    if (source instanceof Date) return source.getTime();
    const n = typeof source === "string" && source.trim() !== "" ? Number(source) : Number.NaN;
    return Number.isNaN(n) ? fail() : n;
  };
  switch (to) {
    case "string":
      return toText(v);
    case "bool":
      return truthy(v);
    case "int": {
      const n = Math.trunc(asNumber());
      return n === (n | 0) ? int32(n) : fail();
    }
    case "long":
      if (typeof source === "bigint") return source;
      if (typeof source === "string" && /^-?\d+$/.test(source)) return BigInt(source);
      return BigInt(Math.trunc(asNumber()));
    case "double":
      return asNumber();
    case "decimal":
      return source instanceof Decimal128
        ? source
        : Decimal128.fromString(
            typeof source === "string" || typeof source === "bigint" ? String(source) : String(asNumber()),
          );
    case "date": {
      if (v instanceof Date) return v;
      if (v instanceof ObjectId) return v.getTimestamp();
      const d = new Date(typeof v === "string" ? v : asNumber());
      return Number.isNaN(d.getTime()) ? fail() : d;
    }
    case "objectId":
      return v instanceof ObjectId ? v : typeof v === "string" && /^[0-9a-f]{24}$/i.test(v) ? new ObjectId(v) : fail();
    default:
      throw badValue(`$convert to '${to}' is not supported`);
  }
}
