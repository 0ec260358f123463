import { isDoc, type Maybe } from "../bson/types.ts";
import type { KeyPart } from "../keys.ts";
import { compareKeys, type SortField, sortKeys } from "./sorting.ts";

/** What a value is sorted by, one key a field; what is no document has none of them. */
export const keysOf = (v: Maybe, fields: readonly SortField[]): KeyPart[] =>
  isDoc(v) ? sortKeys(v, fields) : fields.map(() => null);

/** Orders by such keys. */
export const byKeys =
  (fields: readonly SortField[]) =>
  (a: readonly KeyPart[], b: readonly KeyPart[]): number =>
    compareKeys(a, b, fields);
