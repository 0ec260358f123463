import { ObjectId } from "bson";
import { equalValues } from "../bson/compare.ts";
import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { badValue, failedToParse, StoreError } from "../errors.ts";
import { elementMatch, isOperatorDoc } from "./matcher.ts";
import { cloneValue, getPath, type Position, setPath, splitPath } from "./paths.ts";
import { compilePipeline } from "./pipeline-update.ts";
import { type Modification, parseOperators } from "./update-operators.ts";
import { expandPath, type PathContext, slotAt } from "./update-paths.ts";

export interface Update {
  kind: "operators" | "replacement" | "pipeline";
  /** The document after the update; `doc` may be changed in place. */
  apply(doc: Doc, position: Position | undefined, inserting: boolean): Doc;
}

/** Compiles the `u` of an update statement or the `update` of findAndModify. */
export function compileUpdate(u: Value, arrayFilters: Maybe): Update {
  if (isArray(u)) {
    const run = compilePipeline(u);
    return { kind: "pipeline", apply: (doc) => keepId(doc.get("_id"), run(doc)) };
  }
  if (!isDoc(u)) throw failedToParse("Update argument must be either an object or an array");
  if (u.size > 0 && isOperatorDoc(u)) {
    const modifications = parseOperators(u);
    const filters = compileArrayFilters(arrayFilters);
    return {
      kind: "operators",
      apply: (doc, position, inserting) => applyAll(doc, modifications, { position, arrayFilters: filters }, inserting),
    };
  }
  for (const k of u.keys())
    if (k.startsWith("$"))
      throw new StoreError(
        "DollarPrefixedFieldName",
        `The dollar ($) prefixed field '${k}' in '${k}' is not allowed in the context of an update's replacement document.`,
      );
  return { kind: "replacement", apply: (doc) => keepId(doc.get("_id"), cloneValue(u)) };
}

/** The _id goes first and never changes. */
function keepId(id: Maybe, next: Doc): Doc {
  const given = next.get("_id");
  if (id !== undefined && given !== undefined && !equalValues(id, given)) throw immutableId();
  const out: Doc = new Map();
  if (id !== undefined) out.set("_id", id);
  for (const [k, v] of next) if (k !== "_id" || id === undefined) out.set(k, v);
  return out;
}

const immutableId = (): StoreError =>
  new StoreError("ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");

function applyAll(doc: Doc, modifications: Modification[], context: PathContext, inserting: boolean): Doc {
  const id = doc.get("_id");
  for (const m of modifications) {
    if (m.op === "$setOnInsert" && !inserting) continue;
    for (const path of expandPath(doc, m.path, context)) applyOne(doc, m, path);
  }
  const now = doc.get("_id");
  if (id !== undefined && (now === undefined || !equalValues(id, now))) throw immutableId();
  return doc;
}

function applyOne(doc: Doc, m: Modification, path: readonly string[]): void {
  const slot = slotAt(doc, path, m.creates);
  if (!slot) return;
  const old = slot.get();
  if (m.change === "unset") {
    if (old !== undefined) slot.unset();
  } else if (typeof m.change === "object") {
    if (old === undefined) return;
    slot.unset();
    slotAt(doc, splitPath(m.change.renameTo), true)!.set(old);
  } else {
    const next = m.change(old, m.text);
    if (next !== undefined && next !== old) slot.set(next);
  }
}

function compileArrayFilters(filters: Maybe): PathContext["arrayFilters"] {
  const out: PathContext["arrayFilters"] = new Map();
  if (filters === undefined) return out;
  if (!isArray(filters)) throw failedToParse("arrayFilters must be an array");
  for (const f of filters) {
    if (!isDoc(f) || f.size === 0)
      throw failedToParse("Cannot use an expression without a top-level field name in arrayFilters");
    const name = filterName(f);
    const renamed = stripName(f, name);
    out.set(name, elementMatch(renamed));
  }
  return out;
}

/** The identifier of an array filter: the first part of its field names, also inside $and, $or. */
function filterName(f: Doc): string {
  const [k, v] = [...f][0]!;
  if (!k.startsWith("$")) return splitPath(k)[0]!;
  const first = isArray(v) ? v[0] : undefined;
  if (!isDoc(first)) throw failedToParse(`Error parsing array filter: ${k}`);
  return filterName(first);
}

/** {x: 5} becomes {$eq: 5}, {"x.a": 5} becomes {a: 5}: the condition as seen from the element. */
function stripName(f: Doc, name: string): Doc {
  const out: Doc = new Map();
  for (const [k, v] of f) {
    if (k.startsWith("$") && isArray(v))
      out.set(
        k,
        v.map((x) => (isDoc(x) ? stripName(x, name) : x)),
      );
    else if (k === name) for (const [op, operand] of isOperatorDoc(v) ? v : new Map([["$eq", v]])) out.set(op, operand);
    else if (k.startsWith(`${name}.`)) out.set(k.slice(name.length + 1), v);
    else
      throw failedToParse(
        `Error parsing array filter: expected a single top-level field name, found '${name}' and '${k}'`,
      );
  }
  return out;
}

/** The fields that an upsert takes over from its filter: equalities, also inside $and. */
export function equalitiesOf(filter: Doc): [string, Value][] {
  const out: [string, Value][] = [];
  for (const [k, v] of filter) {
    if (k === "$and" && isArray(v)) for (const part of v) out.push(...(isDoc(part) ? equalitiesOf(part) : []));
    else if (k === "$or" && isArray(v) && v.length === 1 && isDoc(v[0])) out.push(...equalitiesOf(v[0]));
    else if (k.startsWith("$")) continue;
    else if (!isOperatorDoc(v)) out.push([k, v]);
    else if (v.has("$eq")) out.push([k, v.get("$eq")!]);
    else if (isArray(v.get("$in")) && (v.get("$in") as Value[]).length === 1)
      out.push([k, (v.get("$in") as Value[])[0]!]);
  }
  return out;
}

/** The document that an upsert inserts when nothing matched. */
export function upsertDocument(filter: Doc, update: Update): Doc {
  const base: Doc = new Map();
  for (const [path, v] of equalitiesOf(filter)) {
    if (update.kind === "replacement" && path !== "_id") continue;
    if (getPath(base, splitPath(path)) !== undefined)
      throw badValue(`cannot infer query fields to set, path '${path}' is matched twice`);
    setPath(base, splitPath(path), cloneValue(v));
  }
  const out = update.apply(base, undefined, true);
  return withId(out);
}

/** The document with an _id, and with it first. */
export function withId(doc: Doc): Doc {
  const first = doc.keys().next();
  if (!first.done && first.value === "_id") return doc;
  const out: Doc = new Map([["_id", doc.get("_id") ?? new ObjectId()]]);
  for (const [k, v] of doc) if (k !== "_id") out.set(k, v);
  return out;
}
