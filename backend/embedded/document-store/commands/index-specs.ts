import { toDouble, wholeNumber } from "../bson/numbers.ts";
import { type Doc, int32, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { compileMatch, isOperatorDoc } from "../query/matcher.ts";
import { truthy } from "../query/predicates.ts";
import { show } from "../query/show.ts";

const MAX_FIELDS = 32;
const MAX_KEY_BYTES = 2048;
const MAX_SECONDS = 2 ** 31 - 1;

const FLAGS = ["background", "unique", "sparse"];
const SUPPORTED = new Set(["v", "key", "name", "partialFilterExpression", "expireAfterSeconds", "hidden", ...FLAGS]);
/** What MongoDB takes and ignores. */
const IGNORED = new Set(["ns", "dropDups", "collation"]);
const UNSUPPORTED = new Set([
  "2dsphereIndexVersion",
  "bits",
  "coarsestIndexedLevel",
  "default_language",
  "finestIndexedLevel",
  "language_override",
  "max",
  "min",
  "originalSpec",
  "prepareUnique",
  "storageEngine",
  "textIndexVersion",
  "weights",
  "clustered",
]);
const ID_FIELDS = new Set(["collation", "key", "name", "ns", "v"]);
const PLUGINS = new Set(["text", "hashed", "2d", "2dsphere", "columnstore"]);

export const refuseIndex = (message: string): StoreError => new StoreError("CannotCreateIndex", message);
const isIdKey = (key: Doc): boolean => key.size === 1 && key.has("_id");

/** Checks an index as the client describes it and brings it to the form that is kept and shown. */
export function normaliseIndex(v: Value, ignoreUnknown: boolean): Doc {
  if (!isDoc(v))
    throw typeMismatch(`BSON field 'createIndexes.indexes' is the wrong type '${typeName(v)}', expected type 'object'`);
  checkFieldNames(v, ignoreUnknown);
  const key = v.get("key");
  const name = v.get("name");
  if (key !== undefined) checkKey(key);
  if (name !== undefined && typeof name !== "string")
    throw typeMismatch(`The field 'name' must be a string, but got ${typeName(name)}`);
  checkFlags(v);
  checkCollation(v.get("collation"));
  if (!isDoc(key)) throw failedToParse("The 'key' field is a required property of an index specification");
  if (typeof name !== "string")
    throw failedToParse("The 'name' field is a required property of an index specification");
  const partial = checkPartial(v);
  const out: Doc = new Map<string, Value>([
    ["v", int32(version(v))],
    ["key", key],
    ["name", isIdKey(key) ? "_id_" : name],
  ]);
  for (const flag of FLAGS) if (truthy(v.get(flag))) out.set(flag, true);
  if (partial) out.set("partialFilterExpression", partial);
  if (v.has("expireAfterSeconds")) out.set("expireAfterSeconds", int32(expireSeconds(v, key)));
  if (v.get("hidden") === true) out.set("hidden", true);
  if (isIdKey(key)) checkIdIndex(v, key);
  else checkName(name, key);
  return out;
}

function checkFieldNames(v: Doc, ignoreUnknown: boolean): void {
  for (const k of v.keys()) {
    if (SUPPORTED.has(k) || IGNORED.has(k)) continue;
    if (k === "wildcardProjection") throw badValue(`The field '${k}' is only allowed in 'wildcard' indexes`);
    if (UNSUPPORTED.has(k)) throw refuseIndex(`the index option '${k}' is not supported`);
    if (!ignoreUnknown)
      throw new StoreError(
        "InvalidIndexSpecificationOption",
        `The field '${k}' is not valid for an index specification. Specification: ${show(v)}`,
      );
  }
}

function checkKey(key: Value): void {
  if (!isDoc(key)) throw typeMismatch(`The field 'key' must be an object, but got ${typeName(key)}`);
  if (key.size === 0) throw refuseIndex("Index keys cannot be empty.");
  for (const [path, direction] of key) checkKeyPart(path, direction);
  if (key.size > MAX_FIELDS) throw new StoreError("Location13103", "too many compound keys");
  if ([...key.keys()].reduce((n, k) => n + Buffer.byteLength(k) + 10, 5) > MAX_KEY_BYTES)
    throw refuseIndex("Index key pattern too large.");
}

function checkKeyPart(path: string, direction: Value): void {
  if (direction === "") throw refuseIndex("Values in the index key pattern cannot be empty strings");
  if (typeof direction === "string")
    throw refuseIndex(
      PLUGINS.has(direction)
        ? `indexes of type '${direction}' are not supported`
        : `Unknown index plugin '${direction}'`,
    );
  if (!isNumber(direction))
    throw refuseIndex(
      `Values in v:2 index key pattern cannot be of type ${typeName(direction)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
    );
  const n = toDouble(direction);
  if (Number.isNaN(n)) throw refuseIndex("Values in the index key pattern cannot be NaN.");
  if (n === 0) throw refuseIndex("Values in the index key pattern cannot be 0.");
  if (path === "") throw refuseIndex("Index keys cannot be an empty field.");
  const parts = path.split(".");
  if (parts.at(-1) === "$**") throw refuseIndex("wildcard indexes are not supported");
  if (path === "_fts") throw refuseIndex("Index key contains an illegal field name: '_fts'");
  parts.forEach((part, i) => {
    if (part === "") throw refuseIndex("Index keys cannot contain an empty field.");
    if (part.startsWith("$") && !(i > 0 && ["$db", "$id", "$ref"].includes(part)))
      throw refuseIndex("Index key contains an illegal field name: field name starts with '$'.");
  });
}

function checkFlags(v: Doc): void {
  for (const flag of [...FLAGS, "dropDups"]) {
    const x = v.get(flag);
    if (x !== undefined && typeof x !== "boolean" && !isNumber(x))
      throw typeMismatch(`The field '${flag} has value ${flag}: ${show(x)}, which is not convertible to bool`);
  }
  const hidden = v.get("hidden");
  if (hidden !== undefined && typeof hidden !== "boolean")
    throw typeMismatch(`The field 'hidden' must be a bool, but got ${typeName(hidden)}`);
}

function checkCollation(v: Maybe): void {
  if (v === undefined) return;
  if (!isDoc(v)) throw typeMismatch(`The field 'collation' must be an object, but got ${typeName(v)}`);
  if (v.size === 0) throw badValue("The field 'collation' cannot be an empty object.");
  if (v.get("locale") !== "simple") throw refuseIndex("indexes with a collation other than 'simple' are not supported");
}

function version(spec: Doc): number {
  const v = spec.get("v");
  if (v === undefined) return 2;
  if (!isNumber(v)) throw typeMismatch(`The field 'v' must be a number, but got ${typeName(v)}`);
  const n = wholeNumber(v);
  if (n === undefined) throw badValue(`Index version must be representable as a 32-bit integer, but got ${show(v)}`);
  if (n !== 1 && n !== 2)
    throw refuseIndex(`Invalid index specification ${show(spec)}; cannot create an index with v=${n}`);
  return n;
}

function checkName(name: string, key: Doc): void {
  if (name === "*") throw badValue("The index name '*' is not valid.");
  if (name === "") throw refuseIndex("index name cannot be empty");
  if (name.includes("\0")) throw refuseIndex("index name cannot contain NUL bytes");
  if (name === "_id_")
    throw badValue(
      `The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}, found key: ${show(key)}`,
    );
}

function checkIdIndex(spec: Doc, key: Doc): void {
  for (const k of spec.keys())
    if (!ID_FIELDS.has(k))
      throw new StoreError(
        "InvalidIndexSpecificationOption",
        `The field '${k}' is not valid for an _id index specification. Specification: ${show(spec)}`,
      );
  const direction = key.get("_id")!;
  if (!isNumber(direction) || toDouble(direction) !== 1)
    throw badValue(`The field 'key' for an _id index must be {_id: 1}, but got ${show(key)}`);
}

function checkPartial(spec: Doc): Doc | undefined {
  const partial = spec.get("partialFilterExpression");
  if (partial === undefined) return undefined;
  if (!isDoc(partial))
    throw typeMismatch(`The field 'partialFilterExpression' must be an object, but got ${typeName(partial)}`);
  compileMatch(partial);
  checkPartialFilter(partial);
  if (truthy(spec.get("sparse"))) throw refuseIndex('cannot mix "partialFilterExpression" and "sparse" options');
  return partial;
}

const PARTIAL_OPERATORS = new Set(["$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$exists", "$type"]);

/** MongoDB keeps partial indexes to conditions that a planner can reason about. */
function checkPartialFilter(filter: Doc): void {
  for (const [k, v] of filter) {
    if (k === "$expr" || k === "$jsonSchema" || k === "$where" || k === "$text")
      throw new StoreError("QueryFeatureNotAllowed", `${k} is not allowed in this context`);
    if (k === "$comment") continue;
    if ((k === "$and" || k === "$or") && isArray(v)) {
      for (const part of v) if (isDoc(part)) checkPartialFilter(part);
    } else if (k.startsWith("$") || typeName(v) === "regex") throw unsupported(k, v);
    else if (isOperatorDoc(v))
      for (const [op, x] of v)
        if (!PARTIAL_OPERATORS.has(op) || (op === "$exists" && !truthy(x))) throw unsupported(k, v);
  }
}

const unsupported = (k: string, v: Value): StoreError =>
  refuseIndex(`Expression not supported in partial index: ${show(new Map([[k, v]]))}`);

/** The seconds of a TTL index, checked. */
export function expireSeconds(spec: Doc, key: Doc): number {
  const v = spec.get("expireAfterSeconds")!;
  if (!isNumber(v))
    throw refuseIndex(
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeName(v)}'. Index spec: ${show(spec)}`,
    );
  const n = Math.trunc(toDouble(v));
  if (!(n >= 0 && n <= MAX_SECONDS))
    throw refuseIndex(
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${show(v)}. Index spec: ${show(spec)}`,
    );
  if (key.size > 1)
    throw refuseIndex(
      `TTL indexes are single-field indexes, compound indexes do not support TTL. Index spec: ${show(spec)}`,
    );
  return n;
}
