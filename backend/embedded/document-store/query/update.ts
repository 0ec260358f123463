import { encodeDoc } from "../bson/codec.ts";
import { equalValues } from "../bson/compare.ts";
import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { compileArrayFilters } from "./array-filters.ts";
import type { Vars } from "./expressions.ts";
import { cloneValue, type Position } from "./paths.ts";
import { compilePipeline } from "./pipeline-update.ts";
import { element } from "./show.ts";
import { checkDepth, checkDollars, checkTopLevel } from "./storable.ts";
import { type Modifier, stampZeros } from "./update-operators.ts";

import { Place } from "./update-paths.ts";
import { applyTree, parseUpdate } from "./update-tree.ts";

export { upsertDocument, withId } from "./upsert.ts";

export interface Update {
  kind: "operators" | "replacement" | "pipeline";
  /** The document after the update; `doc` may be changed in place. */
  apply(doc: Doc, position: Position | undefined, inserting: boolean): Doc;
}

/** What a pipeline may use: `constants` is the statement's `c`, `vars` the command's `let`. */
export interface UpdateOptions {
  constants?: Maybe;
  vars?: Vars | undefined;
}

/** Compiles the `u` of an update statement or the `update` of findAndModify. */
export function compileUpdate(u: Value, arrayFilters: Maybe, options: UpdateOptions = {}): Update {
  if (isArray(u)) return pipelineUpdate(u, arrayFilters, options);
  if (!isDoc(u)) throw failedToParse("Update argument must be either an object or an array");
  if (options.constants !== undefined)
    throw new StoreError("Location51198", "Constant values may only be specified for pipeline updates");
  const first = u.keys().next().value;
  return first?.startsWith("$") ? operatorUpdate(u, arrayFilters) : replacement(u);
}

function pipelineUpdate(stages: Value[], arrayFilters: Maybe, { constants, vars }: UpdateOptions): Update {
  if (isArray(arrayFilters) && arrayFilters.length > 0)
    throw failedToParse("arrayFilters may not be specified for pipeline-style updates");
  const known: Vars = { ...vars, ...(isDoc(constants) ? Object.fromEntries(constants) : {}) };
  const run = compilePipeline(stages, known);
  return {
    kind: "pipeline",
    apply: (doc) => {
      const next = keepId(doc.get("_id"), run(doc));
      checkDepth(next);
      return next;
    },
  };
}

function replacement(u: Doc): Update {
  return {
    kind: "replacement",
    apply: (doc, _, inserting) => {
      const next = keepId(doc.get("_id"), stampZeros(cloneValue(u)));
      if (!inserting) checkDollars(next);
      checkDepth(next);
      return next;
    },
  };
}

/** The _id goes first and stays: another of the same value (1 and 1.0) may take its place. */
function keepId(id: Maybe, next: Doc): Doc {
  const given = next.get("_id");
  if (id !== undefined && given !== undefined && !equalValues(id, given))
    throw new StoreError(
      "ImmutableField",
      `After applying the update, the (immutable) field '_id' was found to have been altered to ${element("_id", given)}`,
    );
  const kept = given === undefined ? id : given;
  const out: Doc = new Map();
  if (kept !== undefined) out.set("_id", kept);
  for (const [k, v] of next) if (k !== "_id") out.set(k, v);
  return out;
}

function operatorUpdate(u: Doc, arrayFilters: Maybe): Update {
  const filters = compileArrayFilters(arrayFilters);
  const root = parseUpdate(u, filters);
  const touched = idPath(u);
  return {
    kind: "operators",
    apply: (doc, position, inserting) => {
      const before = touched !== undefined && doc.has("_id") ? idBytes(doc) : undefined;
      applyTree(root, new Place(doc), {
        position: position && position.index >= 0 ? position.index : undefined,
        filters,
        leaf: (modifier, place) => modify(modifier, place, doc, inserting),
      });
      if (before && Buffer.compare(before, idBytes(doc)) !== 0)
        throw new StoreError(
          "ImmutableField",
          `Performing an update on the path '${touched}' would modify the immutable field '_id'`,
        );
      checkDepth(doc);
      return doc;
    },
  };
}

const idBytes = (doc: Doc): Buffer => encodeDoc(doc.has("_id") ? new Map([["_id", doc.get("_id")!]]) : new Map());

const isId = (path: Maybe): boolean => typeof path === "string" && (path === "_id" || path.startsWith("_id."));
/** The first path of an update that leads to the _id. */
function idPath(u: Doc): string | undefined {
  for (const [op, fields] of u)
    for (const [k, v] of isDoc(fields) ? fields : [])
      if (isId(k) || (op === "$rename" && isId(v))) return isId(k) ? k : String(v);
  return undefined;
}

function modify(m: Modifier, place: Place, doc: Doc, inserting: boolean): void {
  if (m.op === "placeholder" || (m.op === "$setOnInsert" && !inserting)) return;
  if (m.op === "$unset") place.unset();
  else if (m.from) rename(m.from, place, doc, inserting);
  else {
    const old = place.get();
    if (m.culls && old === undefined) {
      place.checkViable();
      return;
    }
    write(place, m.change!(old, place), doc, inserting);
  }
}

function write(place: Place, v: Value, doc: Doc, inserting: boolean): void {
  const isNew = place.get() === undefined;
  place.set(v);
  if (!inserting) checkTopLevel(place, doc, isNew);
}

function rename(from: readonly string[], to: Place, doc: Doc, inserting: boolean): void {
  let source: Place = new Place(doc);
  for (const part of from) source = source.child(part);
  const v = source.get();
  if (v === undefined) {
    if (doc.has(from[0]!)) source.checkViable();
    return;
  }
  refuseArray(source, "source");
  refuseArray(to, "destination");
  write(to, v, doc, inserting);
  source.unset();
}

function refuseArray(place: Place, what: string): void {
  const array = place.arrayOnTheWay();
  if (array)
    throw new StoreError(
      "BadValue",
      `The ${what} field cannot be an array element, '${place.path}' in doc with ${place.id} has an array field called '${array.name}'`,
    );
}
