import { decodeDoc, encodeDoc, fieldNames, withIdFirst } from "../bson/codec.ts";
import { type Doc, doc, int32, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { compileMatch } from "../query/matcher.ts";
import type { Position } from "../query/paths.ts";
import { checkDepth } from "../query/storable.ts";
import { compileUpdate, withId } from "../query/update.ts";
import { stampZeros } from "../query/update-operators.ts";
import { checkUpsertFilter } from "../query/upsert.ts";
import type { Row } from "../storage.ts";
import { documentsOf } from "../wire.ts";
import {
  bool,
  type Command,
  type Context,
  checkCollation,
  collectionName,
  document,
  ensureCollection,
  letVars,
  natural,
  type Progress,
} from "./context.ts";
import { missingField } from "./fields.ts";
import { findAndModify } from "./find-and-modify.ts";
import { change, each, first, insertUpsert, type Selection } from "./selection.ts";

const MAX_STATEMENTS = 100_000;
/** Documents that are inserted together, from so many on. */
const BULK = 500;

function writeError(index: number, e: StoreError): Doc {
  const out = doc({ index, code: e.code, errmsg: e.message });
  for (const [k, v] of Object.entries(e.extra)) if (v !== undefined) out.set(k, v as Value);
  return out;
}

/**
 * Runs the statements of a write from where it stands, with a rest between two when the slice is over; stops at
 * the first error when ordered. Only our own errors are a statement's; any other ends the command.
 */
function* eachStatement(
  context: Context,
  list: string,
  statement: (sent: Buffer, index: number) => Steps<void> | void,
): Steps<void> {
  const { progress, storage, request, body } = context;
  const items = documentsOf(request, list);
  if (items.length === 0 || items.length > MAX_STATEMENTS)
    throw new StoreError(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${MAX_STATEMENTS}. Got ${items.length} operations.`,
    );
  if (list !== "documents") for (const item of items) checkStatement(context, list, item);
  const ordered = body.get("ordered") !== false;
  for (; progress.at < items.length; progress.at++) {
    if (storage.slice.over) yield PAUSE;
    try {
      const steps = statement(items[progress.at]!, progress.at);
      if (steps) yield* steps;
    } catch (e) {
      if (!(e instanceof StoreError) || e.codeName === "InvalidBSON") throw e;
      progress.errors.push(writeError(progress.at, e));
      if (ordered) break;
    }
  }
}

function answer(fields: Record<string, Value | undefined>, { errors }: Progress): Doc {
  const out = doc(fields);
  if (errors.length > 0) out.set("writeErrors", errors);
  out.set("ok", 1);
  return out;
}

/** The collection to write to, made when it is not there; looked up for each statement, as rests lie between. */
const target = (context: Context, name: string, make: boolean): Collection | undefined =>
  make ? ensureCollection(context, name) : context.storage.catalog.get(context.db, name);

/** The bytes of a document to insert: as the client sent them unless something had to be added or moved. */
function bytesOf(bytes: Buffer, sent: Doc, placed: Doc, complete: Doc): Buffer {
  if (complete !== placed) return encodeDoc(complete);
  return placed === sent ? bytes : withIdFirst(bytes, placed.get("_id")!);
}

const insert: Command = {
  writes: true,
  retryable: true,
  fields: ["documents", "ordered", "bypassDocumentValidation"],
  *run(context) {
    const name = collectionName(context, "insert");
    const { storage, progress } = context;
    const inBulk = documentsOf(context.request, "documents").length >= BULK;
    yield* eachStatement(context, "documents", (bytes) => {
      const sent = decodeDoc(bytes);
      checkDepth(sent);
      const placed = withId(sent);
      const complete = stampZeros(placed);
      storage.insert(ensureCollection(context, name), complete, bytesOf(bytes, sent, placed, complete), inBulk);
      progress.n++;
    });
    return answer({ n: int32(progress.n) }, progress);
  },
};

const STATEMENTS: Record<string, { needed: string[]; optional: string[] }> = {
  updates: { needed: ["q", "u"], optional: ["multi", "upsert", "arrayFilters", "hint", "collation", "c"] },
  deletes: { needed: ["q", "limit"], optional: ["hint", "collation"] },
};

/** A statement with the wrong fields fails the whole command, before any is done. */
function checkStatement({ request }: Context, list: string, sent: Buffer): void {
  const { needed, optional } = STATEMENTS[list]!;
  const place = `${request.body.keys().next().value}.${list}`;
  const names = fieldNames(sent);
  for (const k of names)
    if (!needed.includes(k) && !optional.includes(k))
      throw new StoreError("IDLUnknownField", `BSON field '${place}.${k}' is an unknown field.`);
  const lost = needed.find((k) => !names.includes(k));
  if (lost) throw missingField(`${place}.${lost}`);
}

/** What else one statement may not have. */
function checkOptions(context: Context, s: Doc, many: boolean): void {
  if (s.has("collation")) checkCollation(s.get("collation")!);
  if (many && context.body.has("txnNumber"))
    throw new StoreError("InvalidOptions", "Cannot use (or request) retryable writes with multi=true");
}

function* updateStatement(context: Context, name: string, s: Doc, index: number): Steps<void> {
  const multi = bool(s.get("multi"));
  checkOptions(context, s, multi);
  const { storage, progress } = context;
  const filter = document(s.get("q"), "updates.q");
  const vars = letVars(context.body.get("let"));
  const update = compileUpdate(s.get("u")!, s.get("arrayFilters"), { constants: s.get("c"), vars });
  if (multi && update.kind === "replacement")
    throw failedToParse("multi update is not supported for replacement-style update");
  const selection: Selection = { filter, hint: s.get("hint"), vars };
  const positions = update.kind === "operators";
  const upsert = bool(s.get("upsert"));
  if (upsert) checkUpsertFilter(filter);
  const c = target(context, name, upsert);
  if (!c) return checkFilter(selection);
  const before = progress.n;
  const apply = (row: Row, old: Doc, position: Position | undefined): void => {
    if (change(storage, c, row, old, update, position).modified) progress.modified++;
    progress.n++;
  };
  if (multi) yield* each(context, c, selection, positions, apply);
  else {
    const f = yield* first(context, c, selection, positions);
    if (f) apply({ r: f.r, d: f.bytes }, f.doc, f.position);
  }
  if (progress.n > before || !upsert) return;
  const made = insertUpsert(context, c, filter, update);
  progress.n++;
  progress.upserted.push(doc({ index, _id: made.get("_id")! }));
}

/** A mistake in a filter is told even when there is no collection to search. */
const checkFilter = (s: Selection): void => void compileMatch(s.filter, s.vars);

const update: Command = {
  writes: true,
  retryable: true,
  fields: ["updates", "ordered", "bypassDocumentValidation", "let"],
  *run(context) {
    const name = collectionName(context, "update");
    const { progress } = context;
    yield* eachStatement(context, "updates", (sent, i) => updateStatement(context, name, decodeDoc(sent), i));
    return answer(
      {
        n: int32(progress.n),
        nModified: int32(progress.modified),
        upserted: progress.upserted.length > 0 ? progress.upserted : undefined,
      },
      progress,
    );
  },
};

function* deleteStatement(context: Context, name: string, s: Doc): Steps<void> {
  const { storage, progress } = context;
  const limit = natural(s.get("limit"), "deletes.limit");
  if (limit !== 0 && limit !== 1)
    throw failedToParse(`The limit field in delete objects must be 0 or 1. Got ${s.get("limit")}`);
  checkOptions(context, s, limit === 0);
  const selection: Selection = {
    filter: document(s.get("q"), "deletes.q"),
    hint: s.get("hint"),
    vars: letVars(context.body.get("let")),
  };
  const c = target(context, name, false);
  if (!c) return checkFilter(selection);
  const remove = (row: Row, d: Doc): void => {
    storage.remove(c, row.r, d);
    progress.n++;
  };
  if (limit === 0) return yield* each(context, c, selection, false, remove);
  const f = yield* first(context, c, selection, false);
  if (f) remove({ r: f.r, d: f.bytes }, f.doc);
}

const remove: Command = {
  writes: true,
  retryable: true,
  fields: ["deletes", "ordered", "let"],
  *run(context) {
    const name = collectionName(context, "delete");
    yield* eachStatement(context, "deletes", (sent) => deleteStatement(context, name, decodeDoc(sent)));
    return answer({ n: int32(context.progress.n) }, context.progress);
  },
};

export const writeCommands: Record<string, Command> = {
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
};
