import { ObjectId } from "bson";
import { decodeDoc } from "../bson/codec.ts";
import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import type { Collection, Index } from "../catalog.ts";
import { errorReply, StoreError } from "../errors.ts";
import { run } from "../executor.ts";
import { encodeKey, type KeyPart } from "../keys.ts";
import { checkNamespace } from "../namespaces.ts";
import { PAUSE, type Steps, type Stream } from "../pause.ts";
import { located } from "../query/expression-support.ts";
import { splitPath } from "../query/paths.ts";
import { type AggregateContext, documents, type Pipeline } from "../query/pipeline.ts";
import { constantsFor, type Merge, parseMerge } from "../query/stage-writes.ts";
import { compileUpdate, type Update, upsertDocument } from "../query/update.ts";
import type { Row, Storage } from "../storage.ts";
import { fill, storable, withTemporary } from "./aggregate-out.ts";
import { change } from "./selection.ts";

/** The unique index that makes sure that the `on` fields mean one document; undefined: the _id. */
function indexFor(merge: Merge, c: Collection | undefined): Index | undefined {
  const { on } = merge;
  if (!on || (on.length === 1 && on[0] === "_id")) return undefined;
  const found = c?.indexes.find(
    (i) =>
      i.unique &&
      !i.partial &&
      !i.building &&
      i.fields.length === on.length &&
      i.fields.every((f) => on.includes(f.path)),
  );
  if (!found) throw located(51183, "Cannot find index to verify that join fields will be unique");
  return found;
}

function onValue(d: Doc, path: string, index: Index | undefined): Value {
  let v: Maybe = d;
  for (const part of splitPath(path)) {
    v = isDoc(v) ? v.get(part) : undefined;
    if (isArray(v)) throw located(51185, `$merge write error: 'on' field '${path}' is an array`);
  }
  if ((v === undefined || v === null) && (!index || index.sparse))
    throw located(
      51132,
      `$merge write error: 'on' field '${path}' cannot be missing, null or undefined if supporting index is sparse`,
    );
  return v ?? null;
}

/** Writes documents one by one into the target, as the modes of a $merge say. */
class Merger {
  readonly #merge: Merge;
  readonly #context: AggregateContext;

  constructor(merge: Merge, context: AggregateContext) {
    this.#merge = merge;
    this.#context = context;
  }

  /** The target as it is now: others may have dropped or made it while the work rested. */
  #target(): Collection {
    const { catalog } = this.#context.storage;
    const { db, name } = this.#merge.target;
    return catalog.get(db, name) ?? catalog.create(db, name, new Map());
  }

  put(given: Doc): void {
    const { storage } = this.#context;
    const c = this.#target();
    const index = indexFor(this.#merge, c);
    const on = this.#merge.on ?? ["_id"];
    const d = on.includes("_id") && !given.has("_id") ? new Map([["_id", new ObjectId()], ...given]) : given;
    const filter: Doc = new Map(on.map((path) => [path, new Map([["$eq", onValue(d, path, index)]])]));
    const { matched, notMatched } = this.#merge;
    if (matched === "fail") {
      storage.insert(c, storable(d));
      return;
    }
    const row = rowOf(storage, c, index, filter);
    if (row) this.#update(c, row, d);
    else if (notMatched === "insert") storage.insert(c, storable(this.#made(filter, d)));
    else if (notMatched === "fail")
      throw located(
        13113,
        "$merge could not find a matching document in the target collection for at least one document in the source collection",
        "MergeStageNoMatchingDocument",
      );
  }

  #updateFor(d: Doc): Update {
    const { matched, bound } = this.#merge;
    const { vars } = this.#context;
    if (isArray(matched)) return compileUpdate(matched, undefined, { constants: constantsFor(bound, d, vars), vars });
    if (matched === "replace") return asReplacement(d);
    return compileUpdate(new Map([[matched === "merge" ? "$set" : "$setOnInsert", d]]), undefined);
  }

  #update(c: Collection, row: Row, d: Doc): void {
    try {
      change(this.#context.storage, c, row, decodeDoc(row.d), this.#updateFor(d), undefined);
    } catch (e) {
      if (e instanceof StoreError && e.codeName === "ImmutableField")
        e.message = `$merge failed to update the matching document, did you attempt to modify the _id or the shard key? :: caused by :: ${e.message}`;
      throw e;
    }
  }

  #made(filter: Doc, d: Doc): Doc {
    return isArray(this.#merge.matched) ? d : upsertDocument(filter, this.#updateFor(d));
  }
}

/** A replacement by a document whose own fields may be named like operators. */
function asReplacement(d: Doc): Update {
  const first = d.keys().next().value;
  return first?.startsWith("$")
    ? compileUpdate([new Map([["$replaceWith", new Map([["$literal", d]])]])], undefined)
    : compileUpdate(d, undefined);
}

function rowOf(storage: Storage, c: Collection, index: Index | undefined, filter: Doc): Row | undefined {
  const value = (path: string): KeyPart => (filter.get(path) as Doc).get("$eq")!;
  if (!index) return storage.byId(c, encodeKey([value("_id")]));
  const key = encodeKey(
    index.fields.map((f) => value(f.path)),
    index.fields.map((f) => f.descending),
  );
  return storage.firstIn(c, index, { from: key, to: Buffer.concat([key, Buffer.from([0])]) });
}

/** Whether a pipeline reads a collection, also in the pipelines inside it. */
function reads(v: Value, name: string): boolean {
  if (isArray(v)) return v.some((x) => reads(x, name));
  if (!isDoc(v)) return false;
  if (v.get("from") === name || v.get("coll") === name || v.get("$unionWith") === name) return true;
  return [...v.values()].some((x) => reads(x, name));
}

/**
 * $merge: each result into the target. What was written before a failure stays, as in MongoDB; so the failure is
 * returned as an answer and takes nothing back. Results that come from the target itself are put by first, as a
 * document must not be met again after it was written.
 */
export function* mergeInto(
  context: AggregateContext,
  spec: Value,
  pipeline: Pipeline,
  stages: Value[],
): Steps<Doc | undefined> {
  const { storage, db, name } = context;
  const merge = parseMerge(spec, db, context.vars);
  const { target } = merge;
  const found = storage.catalog.get(target.db, target.name);
  indexFor(merge, found);
  if (!found) checkNamespace(storage.catalog, target.db, target.name);
  const merger = new Merger(merge, context);
  const source = name === undefined ? undefined : storage.catalog.get(db, name);
  const own = target.db === db && (target.name === name || reads(stages.slice(0, -1), target.name));
  if (!own) return yield* putAll(storage, merger, pipeline.run(source));
  let failed: Doc | undefined;
  const lost = yield* withTemporary(storage, db, function* (temporary) {
    yield* fill(storage, temporary, wrapped(pipeline.run(source)));
    failed = yield* putAll(storage, merger, unwrapped(documents(run(storage, temporary, { filter: new Map() }))));
    storage.catalog.drop(temporary);
  });
  return lost ?? failed;
}

/** Put by as they are, also without an _id of their own. */
function* wrapped(docs: Stream<Doc>): Generator<Doc | typeof PAUSE> {
  for (const d of docs) yield d === PAUSE ? PAUSE : new Map([["d", d]]);
}

function* unwrapped(docs: Stream<Doc>): Generator<Doc | typeof PAUSE> {
  for (const d of docs) yield d === PAUSE ? PAUSE : (d.get("d") as Doc);
}

function* putAll(storage: Storage, merger: Merger, docs: Stream<Doc>): Steps<Doc | undefined> {
  try {
    for (const d of docs) {
      if (d === PAUSE || storage.slice.over) yield PAUSE;
      if (d !== PAUSE) merger.put(d);
    }
    return undefined;
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    return errorReply(e);
  }
}
