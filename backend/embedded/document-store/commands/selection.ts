import { decodeDoc, encodeDoc } from "../bson/codec.ts";
import type { Doc, Maybe } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { type Found, run } from "../executor.ts";
import type { Vars } from "../query/expressions.ts";
import type { Position } from "../query/paths.ts";
import { parseSort } from "../query/sorting.ts";
import { type Update, upsertDocument } from "../query/update.ts";
import type { Row, Storage } from "../storage.ts";
import { type Context, hintOf } from "./context.ts";

/** Applies an update to one stored document; says whether that changed anything. */
export function change(
  storage: Storage,
  c: Collection,
  row: Row,
  old: Doc,
  update: Update,
  position: Position | undefined,
): { doc: Doc; bytes: Uint8Array; modified: boolean } {
  const next = update.apply(decodeDoc(row.d), position, false);
  const bytes = encodeDoc(next);
  if (Buffer.compare(bytes, row.d) === 0) return { doc: next, bytes: row.d, modified: false };
  storage.replace(c, row.r, old, next, bytes);
  return { doc: next, bytes, modified: true };
}

export interface Selection {
  filter: Doc;
  sort?: Maybe;
  hint?: Maybe;
  vars?: Vars;
}

export function first(context: Context, c: Collection, s: Selection, positions: boolean): Found | undefined {
  const query = {
    filter: s.filter,
    sort: parseSort(s.sort),
    limit: 1,
    hint: hintOf(c, s.hint),
    positions,
    vars: s.vars,
  };
  for (const f of run(context.storage, c, query)) return f;
  return undefined;
}

/** All that match, found before the first is changed: a changed document must not be met again further on. */
export function all(
  context: Context,
  c: Collection,
  s: Selection,
  positions: boolean,
): { r: number; position: Position | undefined }[] {
  const out: { r: number; position: Position | undefined }[] = [];
  const query = { filter: s.filter, hint: hintOf(c, s.hint), positions, vars: s.vars };
  for (const f of run(context.storage, c, query)) out.push({ r: f.r, position: f.position });
  return out;
}

export function insertUpsert(context: Context, c: Collection, filter: Doc, update: Update): Doc {
  const made = upsertDocument(filter, update);
  context.storage.insert(c, made);
  return made;
}
