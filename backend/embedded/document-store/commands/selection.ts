import { decodeDoc, encodeDoc } from "../bson/codec.ts";
import type { Doc, Maybe } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { type Found, type Query, run } from "../executor.ts";
import { PAUSE, type Steps } from "../pause.ts";
import type { Vars } from "../query/expressions.ts";
import { compileMatch } from "../query/matcher.ts";
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

function queryFor(c: Collection, s: Selection, positions: boolean): Query {
  return { filter: s.filter, sort: parseSort(s.sort), hint: hintOf(c, s.hint), positions, vars: s.vars };
}

/**
 * The first document that matches, as it is now: one that was changed while the search rested is searched for
 * again, so that what follows in the same slice is one step with the search.
 */
export function* first(context: Context, c: Collection, s: Selection, positions: boolean): Steps<Found | undefined> {
  const { storage } = context;
  const query: Query = { ...queryFor(c, s, positions), limit: 1 };
  for (;;) {
    let found: Found | undefined;
    const { turn } = storage.slice;
    for (const f of run(storage, c, query)) {
      if (f === PAUSE) yield PAUSE;
      else found = f;
    }
    if (!found || storage.slice.turn === turn) return found;
    storage.checkAlive(c);
    const now = storage.byRow(c, found.r);
    if (now && Buffer.compare(now.d, found.bytes) === 0) return found;
  }
}

/**
 * Does something to each document that matches. All are found before the first is changed, as a changed one must
 * not be met again further on; each is looked at again when its turn comes, as others may have changed it.
 */
export function* each(
  context: Context,
  c: Collection,
  s: Selection,
  positions: boolean,
  act: (row: Row, doc: Doc, position: Position | undefined) => void,
): Steps<void> {
  const { storage } = context;
  const rows: number[] = [];
  for (const f of run(storage, c, { ...queryFor(c, s, false), needs: new Set() })) {
    if (f === PAUSE) yield PAUSE;
    else rows.push(f.r);
  }
  const match = compileMatch(s.filter, s.vars);
  for (const r of rows) {
    if (storage.slice.over) {
      yield PAUSE;
      storage.checkAlive(c);
    }
    const row = storage.byRow(c, r);
    if (!row) continue;
    const doc = decodeDoc(row.d);
    const position = positions ? { index: -1 } : undefined;
    if (match(doc, position)) act(row, doc, position);
  }
}

export function insertUpsert(context: Context, c: Collection, filter: Doc, update: Update): Doc {
  const made = upsertDocument(filter, update);
  context.storage.insert(c, made);
  return made;
}
