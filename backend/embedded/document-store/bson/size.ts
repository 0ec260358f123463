import { Binary, Decimal128, Int32 } from "bson";
import { isArray, isDoc, type Maybe } from "./types.ts";

/** About how many bytes of memory a decoded value holds; for bounds, so rather too many than too few. */
export function memoryOf(v: Maybe): number {
  if (typeof v === "string") return 24 + 2 * v.length;
  if (isDoc(v)) {
    let n = 160;
    for (const [name, inner] of v) n += 40 + name.length + memoryOf(inner);
    return n;
  }
  if (isArray(v)) {
    let n = 40;
    for (const inner of v) n += 8 + memoryOf(inner);
    return n;
  }
  if (v instanceof Int32 || typeof v === "number" || v === null || v === undefined) return 16;
  if (v instanceof Binary) return 160 + v.length();
  return v instanceof Decimal128 ? 160 : 64;
}
