import { randomUUID } from "node:crypto";
import { encodeDoc } from "../bson/codec.ts";
import { equalValues } from "../bson/compare.ts";
import { type Doc, doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { type Collection, type Index, namespaceOf } from "../catalog.ts";
import { badValue, errorReply, StoreError, typeMismatch } from "../errors.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { show } from "../query/show.ts";
import type { Storage } from "../storage.ts";
import { bool, type Command, type Context, collectionName, collectionOf, ensureCollection } from "./context.ts";
import { cursorOptions, missingField, notFound } from "./fields.ts";
import { normaliseIndex, refuseIndex } from "./index-specs.ts";

const MAX_INDEXES = 64;
const all = (c: Collection): Index[] => [c.idIndex, ...c.indexes];

/** Two indexes with these the same are one index to MongoDB, whatever their names and other options. */
const SIGNATURE = ["key", "unique", "sparse", "partialFilterExpression"];
const OPTIONS = ["expireAfterSeconds", "hidden"];
const sameIn = (names: string[], a: Doc, b: Doc): boolean =>
  names.every((n) => equalValues(a.get(n) ?? null, b.get(n) ?? null));

/** The index that is already there, if it is the same; an error if one is in the way. */
function existing(c: Collection, spec: Doc): Index | undefined {
  if (spec.get("name") === "_id_") return c.idIndex;
  const conflict = (code: "IndexKeySpecsConflict" | "IndexOptionsConflict", what: string, found: Index): StoreError =>
    new StoreError(code, `${what} Requested index: ${show(spec)}, existing index: ${show(found.spec)}`);
  const named = all(c).find((i) => i.name === spec.get("name"));
  if (named) {
    if (!sameIn(SIGNATURE, named.spec, spec))
      throw conflict(
        "IndexKeySpecsConflict",
        "An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation.",
        named,
      );
    if (!sameIn(OPTIONS, named.spec, spec))
      throw conflict(
        "IndexOptionsConflict",
        "An equivalent index already exists with the same name but different options.",
        named,
      );
    return named;
  }
  const keyed = all(c).find((i) => sameIn(SIGNATURE, i.spec, spec));
  if (!keyed) return undefined;
  if (sameIn(OPTIONS, keyed.spec, spec))
    throw new StoreError("IndexOptionsConflict", `Index already exists with a different name: ${keyed.name}`);
  throw conflict(
    "IndexOptionsConflict",
    "An equivalent index already exists with a different name and options.",
    keyed,
  );
}

function specsOf(body: Doc): Doc[] {
  const specs = body.get("indexes");
  if (specs === undefined) throw missingField("createIndexes.indexes");
  if (!isArray(specs))
    throw typeMismatch(
      `BSON field 'createIndexes.indexes' is the wrong type '${typeName(specs)}', expected type 'array'`,
    );
  if (specs.length === 0) throw badValue("Must specify at least one index to create");
  return specs.map((s) => normaliseIndex(s, bool(body.get("ignoreUnknownIndexOptions"))));
}

/** Those of the wanted indexes that are not there yet; nothing is made when one of them can't be. */
function missing(c: Collection, specs: Doc[]): Doc[] {
  const fresh: Doc[] = [];
  for (const spec of specs) {
    if (existing(c, spec)) continue;
    const twin = fresh.find((f) => f.get("name") === spec.get("name") || sameIn(SIGNATURE, f, spec));
    if (twin && sameIn([...SIGNATURE, ...OPTIONS, "name"], twin, spec))
      throw new StoreError("IndexAlreadyExists", `Identical index already exists: ${spec.get("name")}`);
    if (twin)
      throw new StoreError(
        sameIn(SIGNATURE, twin, spec) ? "IndexOptionsConflict" : "IndexKeySpecsConflict",
        `An existing index has the same name or key as the requested index. Requested index: ${show(spec)}, existing index: ${show(twin)}`,
      );
    fresh.push(spec);
  }
  const last = fresh.at(-1);
  if (last && c.indexes.length + 1 + fresh.length > MAX_INDEXES)
    throw refuseIndex(`add index fails, too many indexes for ${namespaceOf(c)} key:${show(last.get("key")!)}`);
  return fresh;
}

function* createIndexes(context: Context): Steps<Doc> {
  const name = collectionName(context, "createIndexes");
  const { catalog } = context.storage;
  const specs = specsOf(context.body);
  const created = !catalog.get(context.db, name);
  const c = ensureCollection(context, name);
  dropAbandoned(context.storage);
  const before = c.indexes.length + 1;
  const fresh = missing(c, specs);
  const failed = yield* build(context, c, fresh);
  if (failed) return failed;
  yield* untilBuilt(c, specs);
  const commitQuorum = context.server.standalone ? undefined : "votingMembers";
  return doc({
    numIndexesBefore: before,
    numIndexesAfter: c.indexes.length + 1,
    createdCollectionAutomatically: created,
    ...(fresh.length === 0 ? { note: "all indexes already exist" } : { commitQuorum }),
    ok: 1,
  });
}

/** Indexes that a command is filling at this moment. */
const underWay = new WeakSet<Index>();

/** Makes all of the indexes or none; gives the answer that tells why not. */
function* build({ storage }: Context, c: Collection, specs: Doc[]): Steps<Doc | undefined> {
  const added = specs.map((spec) => storage.catalog.addIndex(c, spec));
  for (const index of added) underWay.add(index);
  try {
    for (const index of added) yield* storage.buildIndex(c, index);
    return undefined;
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    // Not thrown on: that would take back these drops, but not what earlier slices have kept.
    for (const index of added) if (!index.dropped) storage.catalog.dropIndex(c, index);
    return errorReply(buildFailed(e, c));
  } finally {
    for (const index of added) underWay.delete(index);
  }
}

/** Drops what a command that was cut off (its time was up, the disk was full) left half built. */
export function dropAbandoned({ catalog }: Storage): void {
  for (const c of catalog.list())
    for (const index of c.indexes) if (index.building && !underWay.has(index)) catalog.dropIndex(c, index);
}

/** Others may be making the same index: it is there for this client only when it holds everything. */
function* untilBuilt(c: Collection, specs: Doc[]): Steps<void> {
  const names = new Set(specs.map((s) => s.get("name")));
  while (c.indexes.some((i) => i.building && names.has(i.name))) yield PAUSE;
}

function buildFailed(e: StoreError, c: Collection): StoreError {
  // The collection or the index was dropped meanwhile.
  if (e.codeName === "QueryPlanKilled") return new StoreError("IndexBuildAborted", `Index build aborted: ${e.message}`);
  const uuid = Buffer.from(c.uuid)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  e.message = `Index build failed: ${randomUUID()}: Collection ${namespaceOf(c)} ( ${uuid} ) :: caused by :: ${e.message}`;
  return e;
}

export function indexByKey(c: Collection, key: Doc): Index {
  const found = all(c).filter((i) => equalValues(i.spec.get("key")!, key));
  if (found.length === 0) throw new StoreError("IndexNotFound", `can't find index with key: ${show(key)}`);
  if (found.length > 1)
    throw new StoreError(
      "AmbiguousIndexKeyPattern",
      `${found.length} indexes found for key: ${show(key)}, identify by name instead. Conflicting indexes: ${show(found[0]!.spec)}, ${show(found[1]!.spec)}`,
    );
  return found[0]!;
}

export function indexByName(c: Collection, name: string): Index {
  const found = all(c).find((i) => i.name === name);
  if (!found) throw new StoreError("IndexNotFound", `index not found with name [${name}]`);
  return found;
}

function indexesToDrop(c: Collection, which: Maybe): Index[] {
  if (which === undefined) throw missingField("dropIndexes.index");
  if (which === "*") return c.indexes;
  if (isDoc(which)) return [indexByKey(c, which)];
  if (typeof which === "string") return [indexByName(c, which)];
  if (!isArray(which))
    throw typeMismatch(
      `BSON field 'dropIndexes.index' is the wrong type '${typeName(which)}', expected types '[array, string, object]'`,
    );
  return which.map((name: Value, i) => {
    if (typeof name !== "string")
      throw typeMismatch(
        `BSON field 'dropIndexes.index.${i}' is the wrong type '${typeName(name)}', expected type 'string'`,
      );
    return indexByName(c, name);
  });
}

function dropIndexes(context: Context): Doc {
  const name = [...context.body.keys()][0]!;
  const c = collectionOf(context, name);
  if (!c) throw new StoreError("NamespaceNotFound", `ns not found ${context.db}.${collectionName(context, name)}`);
  const before = c.indexes.length + 1;
  const which = context.body.get("index");
  const chosen = new Set(indexesToDrop(c, which));
  if (chosen.has(c.idIndex)) throw new StoreError("InvalidOptions", "cannot drop _id index");
  for (const index of chosen) context.storage.catalog.dropIndex(c, index);
  const msg = which === "*" ? "non-_id indexes dropped for collection" : undefined;
  return doc({ nIndexesWas: before, msg, ok: 1 });
}

const listIndexes: Command = {
  writes: false,
  fields: ["cursor", "includeBuildUUIDs"],
  run(context) {
    const name = collectionName(context, "listIndexes");
    const c = collectionOf(context, "listIndexes");
    if (!c) throw notFound(context, name);
    const specs = all(c)
      .filter((i) => !i.building)
      .map((i) => encodeDoc(i.spec));
    return context.cursors.start(`${context.db}.${name}`, specs.values(), cursorOptions(context));
  },
};

const dropIndexesCommand: Command = { writes: true, fields: ["index"], run: dropIndexes };

export const indexCommands: Record<string, Command> = {
  createIndexes: {
    writes: true,
    fields: ["indexes", "commitQuorum", "ignoreUnknownIndexOptions"],
    run: createIndexes,
  },
  dropIndexes: dropIndexesCommand,
  deleteIndexes: dropIndexesCommand,
  listIndexes,
};
