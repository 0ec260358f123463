import { Binary } from "bson";
import { encodeDoc } from "../bson/codec.ts";
import { equalValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, int32, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import type { Collection, Index } from "../catalog.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import { compileMatch } from "../query/matcher.ts";
import { truthy } from "../query/predicates.ts";
import {
  bool,
  type Command,
  type Context,
  collectionName,
  collectionOf,
  document,
  ensureCollection,
  natural,
  text,
} from "./context.ts";

const notFound = (context: Context, name: string): StoreError =>
  new StoreError("NamespaceNotFound", `ns does not exist: ${context.db}.${name}`);

const create: Command = {
  writes: true,
  fields: ["autoIndexId", "idIndex", "collation"],
  run(context) {
    const name = collectionName(context, "create");
    // As in MongoDB 7: creating again what is there with the same (no) options is fine.
    if (!context.storage.catalog.get(context.db, name)) context.storage.catalog.create(context.db, name, new Map());
    return doc({ ok: 1 });
  },
};

const INDEX_OPTIONS = new Set([
  "v",
  "key",
  "name",
  "unique",
  "sparse",
  "partialFilterExpression",
  "expireAfterSeconds",
  "background",
  "ns",
]);
const refuse = (message: string): StoreError => new StoreError("CannotCreateIndex", message);

/** Checks an index as the client describes it and brings it to the form that is kept. */
function normalise(v: Value): Doc {
  if (!isDoc(v)) throw typeMismatch("BSON field 'createIndexes.indexes' must be an array of documents");
  for (const k of v.keys()) {
    if (k === "collation" || k === "hidden" || k === "wildcardProjection" || k === "storageEngine")
      throw refuse(`the index option '${k}' is not supported`);
    if (!INDEX_OPTIONS.has(k))
      throw new StoreError("InvalidOptions", `The field '${k}' is not valid for an index specification`);
  }
  const key = v.get("key");
  if (!isDoc(key) || key.size === 0) throw refuse("Index keys cannot be empty.");
  for (const [path, direction] of key) {
    if (typeof direction === "string") throw refuse(`indexes of type '${direction}' are not supported`);
    const n = isNumber(direction) ? toDouble(direction) : 0;
    if (n === 0 || Number.isNaN(n))
      throw refuse(`Values in v:2 index key pattern must be numbers other than 0: ${path}`);
    if (path.startsWith("$") || path.includes("$**") || path.split(".").includes(""))
      throw refuse(`Index key contains an illegal field name: '${path}'`);
  }
  const partial = v.get("partialFilterExpression");
  if (partial !== undefined) {
    if (!isDoc(partial)) throw typeMismatch("The field 'partialFilterExpression' must be an object");
    compileMatch(partial);
    if (truthy(v.get("sparse"))) throw refuse("cannot mix 'partialFilterExpression' and 'sparse' options");
  }
  const expire = v.get("expireAfterSeconds");
  if (expire !== undefined && (!isNumber(expire) || toDouble(expire) < 0 || key.size > 1))
    throw refuse("TTL indexes need one field and 'expireAfterSeconds' >= 0");
  const out: Doc = new Map<string, Value>([
    ["v", int32(2)],
    ["key", key],
    ["name", text(v, "name")],
  ]);
  for (const flag of ["unique", "sparse"]) if (truthy(v.get(flag))) out.set(flag, true);
  if (partial !== undefined) out.set("partialFilterExpression", partial);
  if (expire !== undefined) out.set("expireAfterSeconds", expire);
  return out;
}

/** The index that is already there, if it is the same; an error if it is in the way. */
function existing(c: Collection, spec: Doc): Index | undefined {
  const key = spec.get("key")!;
  const all = [c.idIndex, ...c.indexes];
  const isSame = (i: Index): boolean => i.id === 0 || equalValues(i.spec, spec);
  const named = all.find((i) => i.name === spec.get("name"));
  if (named) {
    if (isSame(named) && equalValues(named.spec.get("key")!, key)) return named;
    const code = equalValues(named.spec.get("key")!, key) ? "IndexOptionsConflict" : "IndexKeySpecsConflict";
    throw new StoreError(
      code,
      `An existing index has the same name as the requested index but different specs: ${named.name}`,
    );
  }
  const partial = spec.get("partialFilterExpression") ?? null;
  const keyed = all.find(
    (i) => equalValues(i.spec.get("key")!, key) && equalValues(i.spec.get("partialFilterExpression") ?? null, partial),
  );
  if (!keyed) return undefined;
  if (keyed.id === 0) return keyed;
  throw new StoreError("IndexOptionsConflict", `Index already exists with a different name: ${keyed.name}`);
}

const createIndexes: Command = {
  writes: true,
  fields: ["indexes", "commitQuorum", "ignoreUnknownIndexOptions"],
  run(context) {
    const name = collectionName(context, "createIndexes");
    const { storage } = context;
    const specs = context.body.get("indexes");
    if (!isArray(specs) || specs.length === 0) throw typeMismatch("Must specify at least one index to create");
    const wanted = specs.map(normalise);
    const created = !storage.catalog.get(context.db, name);
    const c = ensureCollection(context, name);
    const before = c.indexes.length + 1;
    for (const spec of wanted) if (!existing(c, spec)) storage.buildIndex(c, storage.catalog.addIndex(c, spec));
    const after = c.indexes.length + 1;
    return doc({
      numIndexesBefore: before,
      numIndexesAfter: after,
      createdCollectionAutomatically: created,
      note: before === after ? "all indexes already exist" : undefined,
      ok: 1,
    });
  },
};

function indexesToDrop(c: Collection, which: Maybe): Index[] {
  if (which === "*") return c.indexes;
  const wanted = isArray(which) ? which : [which];
  return wanted.map((w) => {
    const found = c.indexes.find((i) => (isDoc(w) ? equalValues(i.spec.get("key")!, w) : i.name === w));
    if (w === "_id_" || (isDoc(w) && w.size === 1 && w.has("_id")))
      throw new StoreError("InvalidOptions", "cannot drop _id index");
    if (!found)
      throw new StoreError("IndexNotFound", `index not found with name [${isDoc(w) ? [...w.keys()].join() : w}]`);
    return found;
  });
}

const dropIndexes: Command = {
  writes: true,
  fields: ["index"],
  run(context) {
    const c = collectionOf(context, "dropIndexes");
    if (!c) throw notFound(context, collectionName(context, "dropIndexes"));
    const before = c.indexes.length + 1;
    for (const index of indexesToDrop(c, context.body.get("index"))) context.storage.catalog.dropIndex(c, index);
    return doc({ nIndexesWas: before, ok: 1 });
  },
};

const listIndexes: Command = {
  writes: false,
  fields: ["cursor"],
  run(context) {
    const name = collectionName(context, "listIndexes");
    const c = collectionOf(context, "listIndexes");
    if (!c) throw notFound(context, name);
    const specs = [c.idIndex, ...c.indexes].map((i) => encodeDoc(i.spec));
    return context.cursors.start(`${context.db}.${name}`, specs.values(), batchSize(context));
  },
};

const batchSize = (context: Context): number | undefined =>
  natural(document(context.body.get("cursor"), "cursor").get("batchSize"), "batchSize");

const listCollections: Command = {
  writes: false,
  fields: ["filter", "nameOnly", "cursor", "authorizedCollections"],
  run(context) {
    const match = compileMatch(document(context.body.get("filter"), "filter"));
    const nameOnly = bool(context.body.get("nameOnly"));
    const entries = context.storage.catalog.list(context.db).map((c) => {
      const entry = doc({ name: c.name, type: "collection" });
      if (nameOnly) return entry;
      entry.set("options", c.options);
      entry.set("info", doc({ readOnly: false, uuid: new Binary(Buffer.from(c.uuid), 4) }));
      entry.set("idIndex", c.idIndex.spec);
      return entry;
    });
    const found = entries.filter((e) => match(e)).map(encodeDoc);
    return context.cursors.start(`${context.db}.$cmd.listCollections`, found.values(), batchSize(context));
  },
};

const listDatabases: Command = {
  writes: false,
  fields: ["filter", "nameOnly", "authorizedDatabases"],
  run({ body, storage }) {
    if (!["admin"].includes(String(body.get("$db"))))
      throw new StoreError("CommandNotSupported", "listDatabases may only be run against the admin database.");
    const names = [...new Set(storage.catalog.list().map((c) => c.db))].sort();
    const match = compileMatch(document(body.get("filter"), "filter"));
    const nameOnly = bool(body.get("nameOnly"));
    let total = 0;
    const databases = names.map((name) => {
      if (nameOnly) return doc({ name });
      const size = storage.catalog.list(name).reduce((n, c) => n + storage.dataSize(c), 0);
      total += size;
      return doc({ name, sizeOnDisk: BigInt(size), empty: size === 0 });
    });
    return doc({
      databases: databases.filter((d) => match(d)),
      totalSize: nameOnly ? undefined : BigInt(total),
      ok: 1,
    });
  },
};

const drop: Command = {
  writes: true,
  fields: [],
  run(context) {
    const c = collectionOf(context, "drop");
    // Dropping what is not there is fine since MongoDB 7.
    if (!c) return doc({ ok: 1 });
    const indexes = c.indexes.length + 1;
    context.storage.catalog.drop(c);
    return doc({ nIndexesWas: indexes, ns: `${c.db}.${c.name}`, ok: 1 });
  },
};

const dropDatabase: Command = {
  writes: true,
  fields: [],
  run({ storage, db }) {
    for (const c of storage.catalog.list(db)) storage.catalog.drop(c);
    return doc({ dropped: db, ok: 1 });
  },
};

export const schemaCommands: Record<string, Command> = {
  create,
  createIndexes,
  dropIndexes,
  listIndexes,
  listCollections,
  listDatabases,
  drop,
  dropDatabase,
};
