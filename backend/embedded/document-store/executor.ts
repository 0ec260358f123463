import { decodeDoc, decodeFields } from "./bson/codec.ts";
import type { Doc } from "./bson/types.ts";
import type { Collection } from "./catalog.ts";
import { PAUSE, type Stream } from "./pause.ts";
import { type Access, type Hint, type Plan, plan } from "./planner.ts";
import { type Fields, filterFields, union } from "./query/dependencies.ts";
import type { Vars } from "./query/expressions.ts";
import { compileMatch } from "./query/matcher.ts";
import type { Position } from "./query/paths.ts";
import { type SortField, sorted } from "./query/sorting.ts";
import { countUse } from "./query/stage-index-uses.ts";
import type { Row, Storage } from "./storage.ts";

type Decode = (bytes: Uint8Array) => Doc;

/** A document that a filter matched; decoded on first use. */
export class Found {
  readonly r: number;
  readonly bytes: Uint8Array;
  readonly position: Position | undefined;
  readonly #decode: Decode;
  #doc: Doc | undefined;
  constructor(row: Row, decode: Decode, doc?: Doc, position?: Position) {
    this.r = row.r;
    this.bytes = row.d;
    this.#decode = decode;
    this.#doc = doc;
    this.position = position;
  }
  /** The document, or of it what the query's `needs` name. */
  get doc(): Doc {
    this.#doc ??= this.#decode(this.bytes);
    return this.#doc;
  }
  /** Lets go of the decoded form, which takes several times the memory of the bytes. */
  forget(): void {
    this.#doc = undefined;
  }
}

/** What a query looked at, for explain. */
export interface Effort {
  keys: number;
  documents: number;
}

export interface Query {
  filter: Doc;
  sort?: SortField[];
  skip?: number;
  /** 0 or absent: no limit. */
  limit?: number;
  vars?: Vars | undefined;
  hint?: Hint | undefined;
  /** Find out which array element matched, for the positional operator. */
  positions?: boolean;
  /** The caller looks at these fields of the documents only; absent: at all. */
  needs?: Fields;
  effort?: Effort | undefined;
}

type Source<T> = Generator<T | typeof PAUSE, void>;

function* access(storage: Storage, c: Collection, a: Access, first: number | undefined, effort?: Effort): Source<Row> {
  if (a.kind === "table") {
    for (const row of storage.scan(c, a.reverse, first)) {
      if (effort && row !== PAUSE) effort.documents++;
      yield row;
    }
    return;
  }
  if (a.kind === "index") countUse(a.index);
  const seen = a.kind === "union" || a.index.multikey ? new Set<number>() : undefined;
  const parts = a.kind === "union" ? a.parts.length : a.ranges.length;
  for (let i = 0; i < parts; i++) {
    const rows: Stream<Row> =
      a.kind === "union"
        ? access(storage, c, a.parts[i]!, first, effort)
        : storage.scanIndex(c, a.index, a.ranges[i]!, a.reverse, first);
    for (const row of rows) {
      if (row !== PAUSE) {
        if (effort && a.kind === "index") effort.keys++;
        if (seen?.has(row.r)) continue;
        seen?.add(row.r);
        if (effort && a.kind === "index") effort.documents++;
      }
      yield row;
    }
  }
}

function* matching(storage: Storage, c: Collection, q: Query, p: Plan): Source<Found> {
  const tests = p.exact && !q.positions ? new Set<string>() : filterFields(q.filter);
  const sortRoots = new Set((q.sort ?? []).map((s) => s.parts[0]!));
  // With nothing but the filter to look at, the whole document is decoded only for what matched.
  const fields = q.needs ? union(union(tests, q.needs), sortRoots) : undefined;
  const decode: Decode = fields ? (b) => decodeFields(b, fields) : decodeDoc;
  // An index or table that holds just what is asked for, in order, needs no more rows than the answer has.
  const wanted = (q.skip ?? 0) + (q.limit ?? 0);
  const first = p.exact && p.sorted && q.limit && wanted < 500 ? wanted : undefined;
  if (p.exact && !q.positions) {
    for (const row of access(storage, c, p.access, first, q.effort))
      yield row === PAUSE ? PAUSE : new Found(row, decode);
    return;
  }
  const match = compileMatch(q.filter, q.vars);
  for (const row of access(storage, c, p.access, first, q.effort)) {
    if (row === PAUSE) {
      yield PAUSE;
      continue;
    }
    const position = q.positions ? { index: -1 } : undefined;
    if (!fields && tests && !q.positions) {
      if (match(decodeFields(row.d, tests))) yield new Found(row, decode);
      continue;
    }
    const doc = decode(row.d);
    if (match(doc, position)) yield new Found(row, decode, doc, position);
  }
}

/** Runs a query lazily where an index or the table gives the order, else sorts what matched. */
export function* run(storage: Storage, c: Collection | undefined, q: Query): Source<Found> {
  if (!c) {
    // A bad filter is refused even when there is nothing to search.
    compileMatch(q.filter, q.vars);
    return;
  }
  const sort = q.sort ?? [];
  const p = plan(storage, c, q.filter, sort, q.hint);
  const found = matching(storage, c, q, p);
  const source = p.sorted || sort.length === 0 ? found : sortFound(storage, found, sort, q);
  let skip = q.skip ?? 0;
  let left = q.limit && q.limit > 0 ? q.limit : Number.POSITIVE_INFINITY;
  for (const f of source) {
    if (f === PAUSE) {
      yield PAUSE;
      continue;
    }
    if (skip > 0) {
      skip--;
      continue;
    }
    yield f;
    if (--left <= 0) return;
  }
}

function sortFound(storage: Storage, found: Stream<Found>, fields: SortField[], q: Query): Source<Found> {
  return sorted(found, {
    fields,
    docOf: (f) => f.doc,
    hold: (f) => {
      f.forget();
      return 250 + f.bytes.length;
    },
    keep: q.limit ? (q.skip ?? 0) + q.limit : 0,
    slice: storage.slice,
  });
}
