import type { Doc, Value } from "./bson/types.ts";
import { type Collection, type Index, namespaceOf } from "./catalog.ts";
import { StoreError } from "./errors.ts";
import { EMPTY_ARRAY, type KeyPart } from "./keys.ts";
import { show } from "./query/show.ts";

/** The error for a key that a unique index already holds, as the drivers and mongoose read it. */
export function duplicate(c: Collection, index: Index, parts: readonly KeyPart[]): StoreError {
  const keyValue: Doc = new Map(index.fields.map((f, i) => [f.path, plain(parts[i]!)]));
  return new StoreError(
    "DuplicateKey",
    `E11000 duplicate key error collection: ${namespaceOf(c)} index: ${index.name} dup key: ${show(keyValue)}`,
    { keyPattern: index.spec.get("key"), keyValue },
  );
}

const plain = (p: KeyPart): Value => (p === EMPTY_ARRAY ? null : p);
