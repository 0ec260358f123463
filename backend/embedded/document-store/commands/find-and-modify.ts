import { type Doc, doc, type Value } from "../bson/types.ts";
import { badValue, failedToParse } from "../errors.ts";
import { compileProjection, isPositional } from "../query/projection.ts";
import { compileUpdate } from "../query/update.ts";
import { checkUpsertFilter } from "../query/upsert.ts";
import { bool, type Command, collectionName, document, ensureCollection, letVars } from "./context.ts";
import { change, first, insertUpsert, type Selection } from "./selection.ts";

export const findAndModify: Command = {
  writes: true,
  retryable: true,
  fields: [
    "query",
    "sort",
    "remove",
    "update",
    "new",
    "fields",
    "upsert",
    "arrayFilters",
    "hint",
    "collation",
    "let",
    "bypassDocumentValidation",
  ],
  *run(context) {
    const { body, storage } = context;
    const name = collectionName(context, body.has("findAndModify") ? "findAndModify" : "findandmodify");
    const filter = document(body.get("query"), "query");
    const vars = letVars(body.get("let"));
    if (bool(body.get("new")) && isPositional(body.get("fields")))
      throw badValue("cannot use a positional projection and return the new document");
    const project = compileProjection(body.get("fields"), true, { filter, vars });
    const show = (d: Doc | undefined): Value => (d === undefined ? null : project ? project(d) : d);
    const selection: Selection = {
      filter,
      sort: body.get("sort"),
      hint: body.get("hint"),
      vars,
    };
    if (bool(body.get("remove"))) {
      if (body.has("update") || bool(body.get("new")) || bool(body.get("upsert")))
        throw failedToParse("Cannot specify both an update (or new, or upsert) and remove=true");
      const c = storage.catalog.get(context.db, name);
      const f = c && (yield* first(context, c, selection, false));
      if (c && f) storage.remove(c, f.r, f.doc);
      return doc({ lastErrorObject: doc({ n: f ? 1 : 0 }), value: show(f?.doc), ok: 1 });
    }
    const u = body.get("update");
    if (u === undefined) throw failedToParse("Either an update or remove=true must be specified");
    const compiled = compileUpdate(u, body.get("arrayFilters"), { vars });
    const upsert = bool(body.get("upsert"));
    if (upsert) checkUpsertFilter(filter);
    const c = upsert ? ensureCollection(context, name) : storage.catalog.get(context.db, name);
    const f = c && (yield* first(context, c, selection, compiled.kind === "operators"));
    const wantsNew = bool(body.get("new"));
    if (c && f) {
      const after = change(storage, c, { r: f.r, d: f.bytes }, f.doc, compiled, f.position).doc;
      return doc({
        lastErrorObject: doc({ n: 1, updatedExisting: true }),
        value: show(wantsNew ? after : f.doc),
        ok: 1,
      });
    }
    if (!c || !upsert) return doc({ lastErrorObject: doc({ n: 0, updatedExisting: false }), value: null, ok: 1 });
    const made = insertUpsert(context, c, filter, compiled);
    return doc({
      lastErrorObject: doc({ n: 1, updatedExisting: false, upserted: made.get("_id")! }),
      value: show(wantsNew ? made : undefined),
      ok: 1,
    });
  },
};
