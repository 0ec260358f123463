import { Binary } from "bson";
import { encodeDoc } from "../bson/codec.ts";
import { equalValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, int32, isDoc, isNumber, type Maybe, typeName } from "../bson/types.ts";
import { type Collection, type Index, namespaceOf } from "../catalog.ts";
import { changeIndex, renameCollection as rename } from "../catalog-changes.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { checkNamespace, splitNamespace } from "../namespaces.ts";
import { compileMatch } from "../query/matcher.ts";
import { show } from "../query/show.ts";
import { bool, type Command, type Context, collectionName, collectionOf, document, text } from "./context.ts";
import { cursorOptions, missingField, notFound } from "./fields.ts";
import { expireSeconds, normaliseIndex } from "./index-specs.ts";
import { indexByKey, indexByName } from "./indexes.ts";

const invalid = (message: string): StoreError => new StoreError("InvalidOptions", message);
const notSupported = (message: string): StoreError => new StoreError("CommandNotSupported", message);

/** Options of a collection that MongoDB has and that change what it does: not one is passed over. */
const UNSUPPORTED_OPTIONS = [
  "storageEngine",
  "validator",
  "validationLevel",
  "validationAction",
  "indexOptionDefaults",
  "viewOn",
  "pipeline",
  "flags",
  "timeseries",
  "clusteredIndex",
  "expireAfterSeconds",
  "encryptedFields",
  "temp",
];

function checkOptions(body: Doc, exists: (asked: string) => StoreError | undefined): void {
  for (const name of ["capped", "autoIndexId"]) {
    const v = body.get(name);
    if (v !== undefined && v !== null && typeof v !== "boolean" && !isNumber(v))
      throw typeMismatch(
        `BSON field 'create.${name}' is the wrong type '${typeName(v)}', expected types '[bool, long, int, decimal, double]'`,
      );
  }
  const capped = bool(body.get("capped"));
  if (!capped && (body.has("size") || body.has("max")))
    throw invalid("the 'capped' field needs to be true when either the 'size' or 'max' fields are present");
  if (capped && !body.has("size")) throw invalid("the 'size' field is required when 'capped' is true");
  if (body.has("autoIndexId") && !bool(body.get("autoIndexId")))
    throw invalid("The autoIndexId option cannot be set to false; every collection has an index on _id");
  const asked = capped ? "capped" : UNSUPPORTED_OPTIONS.find((o) => body.has(o));
  if (asked) throw exists(asked) ?? notSupported(`collections with the option '${asked}' are not supported`);
  const images = body.get("changeStreamPreAndPostImages");
  if (images !== undefined && bool(document(images, "create.changeStreamPreAndPostImages").get("enabled")))
    throw notSupported("collections with the option 'changeStreamPreAndPostImages' are not supported");
  checkIdIndex(body.get("idIndex"));
}

function checkIdIndex(v: Maybe): void {
  if (v === undefined) return;
  const spec = normaliseIndex(v, false);
  const key = spec.get("key") as Doc;
  if (key.size !== 1 || !key.has("_id"))
    throw badValue(`The field 'key' for an _id index must be {_id: 1}, but got ${show(key)}`);
}

function create(context: Context): Doc {
  const name = collectionName(context, "create");
  const { catalog } = context.storage;
  const found = catalog.get(context.db, name);
  if (!found) checkNamespace(catalog, context.db, name);
  checkOptions(context.body, () =>
    found
      ? new StoreError(
          "NamespaceExists",
          `namespace ${context.db}.${name} already exists, but with different options: ${show(found.options)}`,
        )
      : undefined,
  );
  // To create again what is there with the same options is fine.
  if (!found) catalog.create(context.db, name, new Map());
  return doc({ ok: 1 });
}

function listCollections(context: Context): ReturnType<Command["run"]> {
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
  return context.cursors.start(`${context.db}.$cmd.listCollections`, found.values(), cursorOptions(context));
}

function renameCollection({ body, storage }: Context): Doc {
  const from = text(body, "renameCollection");
  if (!body.has("to")) throw missingField("renameCollection.to");
  const to = text(body, "to");
  const source = splitNamespace(from);
  const target = splitNamespace(to);
  if (from === to) throw new StoreError("IllegalOperation", "Can't rename a collection to itself");
  const dropTarget = body.get("dropTarget");
  if (dropTarget !== undefined && typeof dropTarget !== "boolean" && !(dropTarget instanceof Binary))
    throw typeMismatch(
      `BSON field 'renameCollection.dropTarget' is the wrong type '${typeName(dropTarget)}', expected types '[bool, binData]'`,
    );
  const c = storage.catalog.get(source.db, source.name);
  if (!c) throw new StoreError("NamespaceNotFound", `Source collection ${from} does not exist`);
  const old = storage.catalog.get(target.db, target.name);
  if (old) replaceable(old, dropTarget);
  else checkNamespace(storage.catalog, target.db, target.name);
  if (old) storage.catalog.drop(old);
  rename(storage, c, target.db, target.name);
  return doc({ ok: 1 });
}

function replaceable(old: Collection, dropTarget: Maybe): void {
  if (dropTarget === undefined || dropTarget === false)
    throw new StoreError("NamespaceExists", "target namespace exists");
  if (dropTarget instanceof Binary && Buffer.compare(dropTarget.value(), old.uuid) !== 0)
    throw new StoreError("NamespaceExists", "target namespace exists with another uuid");
}

const COLL_MOD_FIELDS = ["index", "dryRun"];
const COLL_MOD_UNSUPPORTED = [
  "validator",
  "validationLevel",
  "validationAction",
  "viewOn",
  "pipeline",
  "expireAfterSeconds",
  "timeseries",
  "clusteredIndex",
  "cappedSize",
  "cappedMax",
  "changeStreamPreAndPostImages",
  "recordPreImages",
];
const INDEX_MOD_FIELDS = new Set(["name", "keyPattern", "expireAfterSeconds", "hidden"]);
const INDEX_MOD_UNSUPPORTED = new Set(["unique", "prepareUnique", "forceNonUnique"]);

function collMod(context: Context): Doc {
  const c = collectionOf(context, "collMod");
  if (!c) throw notFound(context, collectionName(context, "collMod"));
  const asked = COLL_MOD_UNSUPPORTED.find((f) => context.body.has(f));
  if (asked) throw notSupported(`collMod with the option '${asked}' is not supported`);
  if (bool(context.body.get("dryRun"))) throw notSupported("collMod with the option 'dryRun' is not supported");
  const change = context.body.get("index");
  if (change === undefined) return doc({ ok: 1 });
  if (!isDoc(change))
    throw typeMismatch(`BSON field 'collMod.index' is the wrong type '${typeName(change)}', expected type 'object'`);
  return changeOptions(context, indexToChange(c, change), change);
}

function indexToChange(c: Collection, change: Doc): Index {
  for (const k of change.keys()) {
    if (INDEX_MOD_UNSUPPORTED.has(k)) throw notSupported(`collMod of an index's '${k}' is not supported`);
    if (!INDEX_MOD_FIELDS.has(k))
      throw new StoreError("IDLUnknownField", `BSON field 'collMod.index.${k}' is an unknown field.`);
  }
  const { name, keyPattern } = Object.fromEntries(change);
  if (name !== undefined && typeof name !== "string")
    throw typeMismatch(`BSON field 'collMod.index.name' is the wrong type '${typeName(name)}', expected type 'string'`);
  if (keyPattern !== undefined && !isDoc(keyPattern))
    throw typeMismatch(
      `BSON field 'collMod.index.keyPattern' is the wrong type '${typeName(keyPattern)}', expected type 'object'`,
    );
  if (name !== undefined && keyPattern !== undefined) throw invalid("Cannot specify both key pattern and name.");
  if (name === undefined && keyPattern === undefined) throw invalid("Must specify either index name or key pattern.");
  if (!change.has("expireAfterSeconds") && !change.has("hidden"))
    throw invalid("no expireAfterSeconds, hidden, unique, or prepareUnique field");
  try {
    return isDoc(keyPattern) ? indexByKey(c, keyPattern) : indexByName(c, String(name));
  } catch (e) {
    if (e instanceof StoreError && e.codeName === "IndexNotFound")
      e.message = `cannot find index ${show(keyPattern ?? name)} for ns ${namespaceOf(c)}`;
    throw e;
  }
}

function changeOptions({ storage }: Context, index: Index, change: Doc): Doc {
  const out: Doc = new Map();
  const spec = new Map(index.spec);
  if (change.has("expireAfterSeconds")) {
    const seconds = newExpiry(index, change);
    const old = spec.get("expireAfterSeconds");
    if (isNumber(old)) out.set("expireAfterSeconds_old", BigInt(Math.trunc(toDouble(old))));
    out.set("expireAfterSeconds_new", BigInt(seconds));
    spec.set("expireAfterSeconds", int32(seconds));
  }
  if (change.has("hidden")) {
    const hidden = change.get("hidden")!;
    if (typeof hidden !== "boolean" && !isNumber(hidden))
      throw typeMismatch(
        `BSON field 'collMod.index.hidden' is the wrong type '${typeName(hidden)}', expected types '[bool, long, int, decimal, double]'`,
      );
    if (index.id === 0) throw badValue("can't hide _id index");
    out.set("hidden_old", spec.get("hidden") === true);
    out.set("hidden_new", bool(hidden));
    if (bool(hidden)) spec.set("hidden", true);
    else spec.delete("hidden");
  }
  if (!equalValues(spec, index.spec)) changeIndex(storage, index, spec);
  return out.set("ok", int32(1));
}

function newExpiry(index: Index, change: Doc): number {
  const v = change.get("expireAfterSeconds")!;
  if (!isNumber(v))
    throw typeMismatch(
      `BSON field 'collMod.index.expireAfterSeconds' is the wrong type '${typeName(v)}', expected types '[long, int, decimal, double]'`,
    );
  if (index.id === 0) throw invalid("the _id field does not support TTL indexes");
  const key = index.spec.get("key") as Doc;
  try {
    return expireSeconds(change, key);
  } catch (e) {
    if (e instanceof StoreError) throw invalid(e.message);
    throw e;
  }
}

function drop(context: Context): Doc {
  const c = collectionOf(context, "drop");
  // To drop what is not there is fine since MongoDB 7.
  if (!c) return doc({ ok: 1 });
  const indexes = c.indexes.length + 1;
  context.storage.catalog.drop(c);
  return doc({ nIndexesWas: indexes, ns: namespaceOf(c), ok: 1 });
}

function dropDatabase({ storage, db, body }: Context): Doc {
  const given = body.get("dropDatabase");
  if (!isNumber(given ?? null) || toDouble(given as never) !== 1)
    throw new StoreError("Location5255100", "Have to pass 1 as 'dropDatabase' parameter");
  if (db === "admin" || db === "local" || db === "config")
    throw new StoreError("IllegalOperation", `Dropping the '${db}' database is prohibited.`);
  const found = storage.catalog.list(db);
  for (const c of found) storage.catalog.drop(c);
  return doc({ dropped: found.length > 0 ? db : undefined, ok: 1 });
}

const CREATE_FIELDS = [
  "autoIndexId",
  "capped",
  "changeStreamPreAndPostImages",
  "collation",
  "idIndex",
  "max",
  "size",
  ...UNSUPPORTED_OPTIONS,
];

export const collectionCommands: Record<string, Command> = {
  create: { writes: true, fields: CREATE_FIELDS, run: create },
  collMod: { writes: true, fields: [...COLL_MOD_FIELDS, ...COLL_MOD_UNSUPPORTED], run: collMod },
  renameCollection: { writes: true, fields: ["to", "dropTarget", "stayTemp"], run: renameCollection },
  listCollections: {
    writes: false,
    fields: ["filter", "nameOnly", "cursor", "authorizedCollections"],
    run: listCollections,
  },
  drop: { writes: true, fields: [], run: drop },
  dropDatabase: { writes: true, fields: [], run: dropDatabase },
};
