import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { type Doc, doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { badValue, StoreError } from "../errors.ts";
import { type Query, run } from "../executor.ts";
import { EMPTY_ARRAY, keyText } from "../keys.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { plan } from "../planner.ts";
import { splitPath } from "../query/paths.ts";
import { keysAtPath } from "../query/sorting.ts";
import type { Storage } from "../storage.ts";
import { type Command, collectionName, text } from "./context.ts";
import { queryOf } from "./search.ts";

/** How many documents a query finds; from the collection's own number or from index keys alone where these tell. */
export function* countFound(storage: Storage, c: Collection | undefined, query: Query): Steps<number> {
  const whole = !query.skip && !query.limit;
  if (c && whole) {
    const { access, exact } = plan(storage, c, query.filter, [], query.hint);
    if (exact && access.kind === "table") return storage.count(c);
    if (exact && access.kind === "index" && !access.index.multikey) {
      let n = 0;
      for (const range of access.ranges) n += yield* storage.countKeys(c, access.index, range);
      return n;
    }
  }
  let n = 0;
  for (const f of run(storage, c, query)) {
    if (f === PAUSE) yield PAUSE;
    else n++;
  }
  return n;
}

export const count: Command = {
  writes: false,
  fields: ["query", "limit", "skip", "hint", "collation", "fields"],
  *run(context) {
    const { body, storage, db } = context;
    const name = collectionName(context, "count");
    const limit = body.get("limit");
    // A negative limit means the same as its absolute value here.
    const positive = new Map(body);
    if (limit !== undefined && String(limit).startsWith("-")) positive.set("limit", BigInt(String(limit)) * -1n);
    const { query } = queryOf(context, positive, "query");
    return doc({ n: yield* countFound(storage, storage.catalog.get(db, name), query), ok: 1 });
  },
};

export const distinct: Command = {
  writes: false,
  fields: ["key", "query", "hint", "collation"],
  *run(context) {
    const { body, storage, db } = context;
    const name = collectionName(context, "distinct");
    const key = text(body, "key");
    const path = splitPath(key);
    if (path.includes("")) throw badValue(`'${key}' is not a valid field path`);
    const { query } = queryOf(context, body, "query");
    query.needs = new Set([path[0]!]);
    const values = new Map<string, Value>(); // in the order of meeting them
    let bytes = 0;
    for (const f of run(storage, storage.catalog.get(db, name), query)) {
      if (f === PAUSE) {
        yield PAUSE;
        continue;
      }
      for (const v of keysAtPath(f.doc, path)) {
        if (v === EMPTY_ARRAY || (v === null && !present(f.doc, path))) continue;
        const text = keyText(v);
        if (values.has(text)) continue;
        values.set(text, v);
        bytes += text.length + 8;
        if (bytes > MAX_DOCUMENT_BYTES) throw new StoreError("Location17217", "distinct too big, 16mb cap");
      }
    }
    return doc({ values: [...values.values()], ok: 1 });
  },
};

/** Tells a null that is there from a field that is missing, which distinct leaves out. */
function present(v: Maybe, path: readonly string[], at = 0): boolean {
  if (at === path.length) return v === null || (isArray(v) && v.includes(null));
  if (isArray(v)) return v.some((x) => present(x, path, at));
  return isDoc(v) && present((v as Doc).get(path[at]!), path, at + 1);
}
