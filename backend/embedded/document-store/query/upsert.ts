import { BSONRegExp, ObjectId } from "bson";
import { compareStrings, equalValues } from "../bson/compare.ts";
import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { isOperatorDoc } from "./matcher.ts";
import { cloneValue, setPath, splitPath } from "./paths.ts";
import type { Update } from "./update.ts";

/** The fields that a filter fixes to one value: equalities, also inside $and, and in lists of one. */
function equalitiesOf(filter: Doc): [string, Value][] {
  const out: [string, Value][] = [];
  for (const [k, v] of filter) {
    if (k === "$and" || (k === "$or" && isArray(v) && v.length === 1)) {
      for (const part of isArray(v) ? v : []) if (isDoc(part)) out.push(...equalitiesOf(part));
    } else if (k.startsWith("$") || v instanceof BSONRegExp) continue;
    else if (!isOperatorDoc(v)) out.push([k, v]);
    else for (const x of fixed(v)) out.push([k, x]);
  }
  return out;
}

function fixed(operators: Doc): Value[] {
  const out: Value[] = [];
  for (const [op, v] of operators) {
    if (op === "$eq") out.push(v);
    else if (op === "$in" && isArray(v) && v.length > 0 && !(v[0] instanceof BSONRegExp)) {
      if (v.every((x) => equalValues(x, v[0]!))) out.push(v[0]!);
    } else if (op === "$all" && isArray(v))
      out.push(...v.filter((x) => !(x instanceof BSONRegExp) && !isOperatorDoc(x)));
  }
  return out;
}

/** Whether a filter uses $expr, which has no place in an upsert. */
const usesExpr = (filter: Doc): boolean =>
  [...filter].some(
    ([k, v]) => k === "$expr" || (k.startsWith("$") && isArray(v) && v.some((x) => isDoc(x) && usesExpr(x))),
  );

export function checkUpsertFilter(filter: Doc): void {
  if (usesExpr(filter))
    throw new StoreError("QueryFeatureNotAllowed", "$expr is not allowed in the query predicate for an upsert");
}

const twice = (message: string): StoreError =>
  new StoreError("NotSingleValueField", `cannot infer query fields to set, ${message}`);

/** The document that the filter alone describes. */
function seed(filter: Doc, replacing: boolean): Doc {
  const base: Doc = new Map();
  const taken = new Set<string>();
  for (const [path, v] of equalitiesOf(filter).sort(([a], [b]) => compareStrings(a, b))) {
    const parts = splitPath(path);
    if (replacing && path !== "_id") {
      if (parts[0] !== "_id") continue;
      throw new StoreError(
        "NotExactValueField",
        `field at '_id' must be exactly specified, field at sub-path '${path}'found`,
      );
    }
    for (let n = parts.length; n > 0; n--) {
      const prefix = parts.slice(0, n).join(".");
      if (!taken.has(prefix)) continue;
      throw twice(
        prefix === path ? `path '${path}' is matched twice` : `both paths '${path}' and '${prefix}' are matched`,
      );
    }
    taken.add(path);
    setPath(base, parts, cloneValue(v));
  }
  return base;
}

/** The document that an upsert inserts when nothing matched. */
export function upsertDocument(filter: Doc, update: Update): Doc {
  checkUpsertFilter(filter);
  const made = withId(update.apply(seed(filter, update.kind === "replacement"), undefined, true));
  const id = made.get("_id")!;
  if (isArray(id) || id instanceof BSONRegExp)
    throw new StoreError("InvalidIdField", `The '_id' value cannot be of type ${typeName(id)}`);
  return made;
}

/** The document with an _id, and with it first. */
export function withId(doc: Doc): Doc {
  const first = doc.keys().next();
  if (!first.done && first.value === "_id") return doc;
  const out: Doc = new Map([["_id", doc.has("_id") ? doc.get("_id")! : new ObjectId()]]);
  for (const [k, v] of doc) if (k !== "_id") out.set(k, v);
  return out;
}
