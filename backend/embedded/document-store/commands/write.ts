import { decodeDoc, encodeDoc } from "../bson/codec.ts";
import { type Doc, doc, int32, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { compileUpdate, withId } from "../query/update.ts";
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
} from "./context.ts";
import { findAndModify } from "./find-and-modify.ts";
import { all, change, first, insertUpsert, type Selection } from "./selection.ts";

const MAX_STATEMENTS = 100_000;

function writeError(index: number, e: StoreError): Doc {
  const out = doc({ index, code: e.code, errmsg: e.message });
  for (const [k, v] of Object.entries(e.extra)) if (v !== undefined) out.set(k, v as Value);
  return out;
}

/** Runs each statement of a write; stops at the first error when ordered. Only our own errors are per statement. */
function eachStatement<T>(
  context: Context,
  list: string,
  statement: (item: T, index: number) => void,
  items: T[],
): Doc[] {
  if (items.length === 0 || items.length > MAX_STATEMENTS)
    throw new StoreError(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${MAX_STATEMENTS}. Got ${items.length} ${list}.`,
    );
  const ordered = context.body.get("ordered") !== false;
  const errors: Doc[] = [];
  for (let i = 0; i < items.length; i++) {
    try {
      statement(items[i]!, i);
    } catch (e) {
      if (!(e instanceof StoreError)) throw e;
      errors.push(writeError(i, e));
      if (ordered) break;
    }
  }
  return errors;
}

function answer(fields: Record<string, Value | undefined>, errors: Doc[]): Doc {
  const out = doc(fields);
  if (errors.length > 0) out.set("writeErrors", errors);
  out.set("ok", 1);
  return out;
}

const insert: Command = {
  writes: true,
  fields: ["documents", "ordered", "bypassDocumentValidation"],
  run(context) {
    const c = ensureCollection(context, collectionName(context, "insert"));
    let n = 0;
    const errors = eachStatement(
      context,
      "documents",
      (item: { doc: Doc; bytes: Buffer | undefined }) => {
        const complete = withId(item.doc);
        // The bytes stay as the client sent them unless the _id had to be added or moved.
        context.storage.insert(
          c,
          complete,
          complete === item.doc ? (item.bytes ?? encodeDoc(complete)) : encodeDoc(complete),
        );
        n++;
      },
      documentsOf(context.request, "documents"),
    );
    return answer({ n: int32(n) }, errors);
  },
};

const STATEMENT_FIELDS: Record<string, string[]> = {
  updates: ["q", "u", "multi", "upsert", "arrayFilters", "hint", "collation", "sort", "c"],
  deletes: ["q", "limit", "hint", "collation"],
};

function checkStatement(list: string, s: Doc): void {
  for (const k of s.keys())
    if (!STATEMENT_FIELDS[list]!.includes(k))
      throw failedToParse(`BSON field '${list}.${k}' is an unknown or unsupported field.`);
  if (s.has("collation")) checkCollation(s.get("collation")!);
}

interface UpdateCounts {
  matched: number;
  modified: number;
  upserted: Doc[];
}

function updateStatement(
  context: Context,
  c: Collection | undefined,
  s: Doc,
  index: number,
  counts: UpdateCounts,
): void {
  checkStatement("updates", s);
  const { storage } = context;
  const filter = document(s.get("q"), "updates.q");
  const u = s.get("u");
  if (u === undefined) throw failedToParse("BSON field 'update.updates.u' is missing but a required field");
  const update = compileUpdate(u, s.get("arrayFilters"));
  const multi = bool(s.get("multi"));
  if (multi && update.kind === "replacement")
    throw failedToParse("multi update is not supported for replacement-style update");
  const selection: Selection = {
    filter,
    sort: s.get("sort"),
    hint: s.get("hint"),
    vars: letVars(context.body.get("let")),
  };
  const positions = update.kind === "operators";
  let matched = 0;
  if (!c) return;
  if (multi) {
    for (const { r, position } of all(context, c, selection, positions)) {
      const row = storage.byRow(c, r)!;
      counts.matched++;
      matched++;
      if (change(storage, c, row, decodeDoc(row.d), update, position).modified) counts.modified++;
    }
  } else {
    const f = first(context, c, selection, positions);
    if (f) {
      matched = 1;
      counts.matched++;
      if (change(storage, c, { r: f.r, d: f.bytes }, f.doc, update, f.position).modified) counts.modified++;
    }
  }
  if (matched === 0 && bool(s.get("upsert"))) {
    const made = insertUpsert(context, c, filter, update);
    counts.matched++;
    counts.upserted.push(doc({ index, _id: made.get("_id")! }));
  }
}

const update: Command = {
  writes: true,
  fields: ["updates", "ordered", "bypassDocumentValidation", "let"],
  run(context) {
    const name = collectionName(context, "update");
    const counts: UpdateCounts = { matched: 0, modified: 0, upserted: [] };
    const statements = documentsOf(context.request, "updates").map((x) => x.doc);
    const c = statements.some((s) => bool(s.get("upsert")))
      ? ensureCollection(context, name)
      : context.storage.catalog.get(context.db, name);
    const errors = eachStatement(
      context,
      "updates",
      (s: Doc, i) => updateStatement(context, c, s, i, counts),
      statements,
    );
    return answer(
      {
        n: int32(counts.matched),
        nModified: int32(counts.modified),
        upserted: counts.upserted.length > 0 ? counts.upserted : undefined,
      },
      errors,
    );
  },
};

const remove: Command = {
  writes: true,
  fields: ["deletes", "ordered", "let"],
  run(context) {
    const { storage } = context;
    const c = storage.catalog.get(context.db, collectionName(context, "delete"));
    let n = 0;
    const errors = eachStatement(
      context,
      "deletes",
      (s: Doc) => {
        checkStatement("deletes", s);
        const limit = natural(s.get("limit"), "deletes.limit");
        if (limit !== 0 && limit !== 1) throw failedToParse("The limit field in delete objects must be 0 or 1.");
        const selection: Selection = {
          filter: document(s.get("q"), "deletes.q"),
          hint: s.get("hint"),
          vars: letVars(context.body.get("let")),
        };
        if (!c) return;
        const rows = limit === 1 ? [first(context, c, selection, false)] : all(context, c, selection, false);
        for (const found of rows) {
          if (!found) continue;
          storage.remove(c, found.r, decodeDoc(storage.byRow(c, found.r)!.d));
          n++;
        }
      },
      documentsOf(context.request, "deletes").map((x) => x.doc),
    );
    return answer({ n: int32(n) }, errors);
  },
};

export const writeCommands: Record<string, Command> = {
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
};
