import { Binary } from "bson";
import { toDouble, wholeNumber } from "../bson/numbers.ts";
import { type Doc, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import type { Cursors } from "../cursors.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { checkCollectionName } from "../namespaces.ts";
import type { Steps } from "../pause.ts";
import type { Hint } from "../planner.ts";
import { compileExpression, type Vars } from "../query/expressions.ts";
import type { Connection, ServerState } from "../state.ts";
import type { Storage } from "../storage.ts";
import { LISTS, type Reply, type Request } from "../wire.ts";

export interface Context {
  storage: Storage;
  cursors: Cursors;
  request: Request;
  body: Doc;
  db: string;
  connection: Connection;
  server: ServerState;
  /** How far an earlier try of this retryable write got; the engine keeps it while the command rests. */
  progress: Progress;
}

/** A write of many statements, part done: the next statement's number and the answer so far. */
export interface Progress {
  at: number;
  n: number;
  modified: number;
  upserted: Doc[];
  errors: Doc[];
}

export const newProgress = (): Progress => ({ at: 0, n: 0, modified: 0, upserted: [], errors: [] });

export interface Command {
  /** Changes data: runs inside the group's transaction, each slice under a savepoint of its own. */
  writes: boolean | ((body: Doc) => boolean);
  /** May carry a txnNumber, and is then done once however often it is sent. */
  retryable?: boolean;
  /** The fields that it understands; any other is refused, so that nothing is silently ignored. Undefined: it checks itself. */
  fields: string[] | undefined;
  /** Answers at once, or in slices. */
  run(context: Context): Reply | Steps<Reply>;
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
  "txnNumber",
  "stmtId",
  "stmtIds",
]);

export function checkFields(name: string, command: Command, { request: { sequences }, body, server }: Context): void {
  checkTransaction(name, command, body, server);
  const unknown = (k: string): StoreError =>
    new StoreError("IDLUnknownField", `BSON field '${name}.${k}' is an unknown field.`);
  for (const k of body.keys())
    if (k !== name && !COMMON.has(k) && command.fields?.includes(k) === false) throw unknown(k);
  for (const k of sequences.keys()) if (!LISTS.has(k) || !command.fields?.includes(k)) throw unknown(k);
  const collation = body.get("collation");
  if (collation !== undefined) checkCollation(collation);
}

function checkTransaction(name: string, command: Command, body: Doc, server: ServerState): void {
  const number = body.get("txnNumber");
  if (server.standalone && number !== undefined)
    throw new StoreError("IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
  if (body.has("startTransaction") || body.has("autocommit"))
    throw new StoreError(
      "OperationNotSupportedInTransaction",
      "Multi-document transactions are not supported by this server",
    );
  if (number === undefined) return;
  if (typeof number !== "bigint")
    throw typeMismatch(`BSON field 'txnNumber' is the wrong type '${typeName(number)}', expected type 'long'`);
  if (number < 0n) throw new StoreError("InvalidOptions", "Transaction number cannot be negative");
  if (!body.has("lsid"))
    throw new StoreError("InvalidOptions", "Transaction number requires a session ID to also be specified");
  if (!command.retryable)
    throw new StoreError("Location50768", `txnNumber may only be provided for retryable writes, not for '${name}'`);
}

/** The session that a command runs in, as text. */
export function sessionOf(body: Doc): string | undefined {
  const lsid = body.get("lsid");
  const id = isDoc(lsid) ? lsid.get("id") : undefined;
  if (lsid === undefined) return undefined;
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID)
    throw failedToParse("BSON field 'lsid.id' must be a UUID");
  return Buffer.from(id.buffer.subarray(0, id.position)).toString("hex");
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
  const name = context.body.get(command);
  if (typeof name !== "string")
    throw new StoreError("InvalidNamespace", `collection name has invalid type ${typeName(name)}`);
  checkCollectionName(context.db, name);
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

export function hintOf(c: Collection | undefined, hint: Maybe): Hint | undefined {
  if (hint === undefined || (isDoc(hint) && hint.size === 0)) return undefined;
  if (!isDoc(hint) && typeof hint !== "string") throw failedToParse("BSON field 'hint' must be a string or an object");
  const natural = isDoc(hint) ? hint.get("$natural") : undefined;
  if (natural !== undefined) return { natural: isNumber(natural) && toDouble(natural) < 0 ? -1 : 1 };
  if (!c) return undefined;
  const wanted = isDoc(hint) ? [...hint].map(([k, v]) => `${k}:${v}`).join() : undefined;
  const found = [c.idIndex, ...c.indexes].find((i) =>
    wanted === undefined
      ? i.name === hint
      : [...(i.spec.get("key") as Doc)].map(([k, v]) => `${k}:${v}`).join() === wanted,
  );
  if (!found || found.building || found.spec.get("hidden") === true)
    throw badValue(
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  return found;
}

/** The variables of a command's `let`, computed, and the time of the command. */
export function letVars(v: Maybe): Vars {
  const vars: Vars = { NOW: new Date() };
  for (const [name, e] of v === undefined ? [] : document(v, "let"))
    vars[name] = compileExpression(e, {})(undefined, {});
  return vars;
}
