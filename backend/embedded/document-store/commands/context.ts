import { toDouble, wholeNumber } from "../bson/numbers.ts";
import { type Doc, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import type { Collection, Index } from "../catalog.ts";
import type { Cursors } from "../cursors.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import type { Vars } from "../query/expressions.ts";
import type { Storage } from "../storage.ts";
import type { Reply, Request } from "../wire.ts";

export interface Context {
  storage: Storage;
  cursors: Cursors;
  request: Request;
  body: Doc;
  db: string;
  connectionId: number;
}

export interface Command {
  /** Changes data: runs inside the group's transaction, under a savepoint of its own. */
  writes: boolean;
  /** The fields that it understands; any other is refused, so that nothing is silently ignored. */
  fields: string[];
  run(context: Context): Reply;
}

/** Fields that any command may carry and that mean nothing to a standalone server with one copy. */
const COMMON = new Set([
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "readConcern",
  "writeConcern",
  "comment",
  "maxTimeMS",
  "apiVersion",
  "apiStrict",
  "apiDeprecationErrors",
]);

export function checkFields(name: string, command: Command, body: Doc): void {
  if (body.has("startTransaction") || body.has("txnNumber") || body.has("autocommit"))
    throw new StoreError("IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
  for (const k of body.keys())
    if (k !== name && !COMMON.has(k) && !command.fields.includes(k))
      throw failedToParse(`BSON field '${name}.${k}' is an unknown or unsupported field.`);
  const collation = body.get("collation");
  if (collation !== undefined) checkCollation(collation);
}

export function checkCollation(v: Value): void {
  if (!isDoc(v) || (v.size > 0 && v.get("locale") !== "simple"))
    throw new StoreError("CommandNotSupported", "collations other than 'simple' are not supported");
}

export function text(body: Doc, name: string): string {
  const v = body.get(name);
  if (typeof v !== "string")
    throw typeMismatch(`BSON field '${name}' is the wrong type '${typeName(v)}', expected type 'string'`);
  return v;
}

export function collectionName(context: Context, command: string): string {
  const name = text(context.body, command);
  if (name === "") throw new StoreError("InvalidNamespace", `Invalid namespace specified '${context.db}.'`);
  return name;
}

export const collectionOf = (context: Context, command: string): Collection | undefined =>
  context.storage.catalog.get(context.db, collectionName(context, command));

/** The collection, made when it is not there. */
export const ensureCollection = (context: Context, name: string): Collection =>
  context.storage.catalog.get(context.db, name) ?? context.storage.catalog.create(context.db, name, new Map());

export function document(v: Maybe, name: string): Doc {
  if (v === undefined || v === null) return new Map();
  if (!isDoc(v)) throw typeMismatch(`BSON field '${name}' is the wrong type '${typeName(v)}', expected type 'object'`);
  return v;
}

/** A count such as limit, skip, batchSize: a whole number, not negative. */
export function natural(v: Maybe, name: string): number | undefined {
  if (v === undefined || v === null) return undefined;
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined) throw typeMismatch(`BSON field '${name}' must be a whole number`);
  if (n < 0) throw badValue(`BSON field '${name}' value must be >= 0, actual value '${n}'`);
  return n;
}

export const bool = (v: Maybe): boolean => v === true || (isNumber(v) && toDouble(v) !== 0);

export function hintOf(c: Collection | undefined, hint: Maybe): Index | undefined {
  if (hint === undefined || !c || (isDoc(hint) && hint.size === 0)) return undefined;
  if (isDoc(hint) && hint.has("$natural")) return undefined;
  const all = [c.idIndex, ...c.indexes];
  const wanted = isDoc(hint) ? [...hint].map(([k, v]) => `${k}:${v}`).join() : undefined;
  const found = all.find((i) =>
    wanted === undefined
      ? i.name === hint
      : [...(i.spec.get("key") as Doc)].map(([k, v]) => `${k}:${v}`).join() === wanted,
  );
  if (!found)
    throw badValue(
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  return found;
}

export function letVars(v: Maybe): Vars {
  return v === undefined ? {} : Object.fromEntries(document(v, "let"));
}
