import { decodeDoc } from "./bson/codec.ts";
import type { Doc } from "./bson/types.ts";
import type { Collection, Index } from "./catalog.ts";
import { StoreError } from "./errors.ts";
import { type Access, plan } from "./planner.ts";
import type { Vars } from "./query/expressions.ts";
import { compileMatch } from "./query/matcher.ts";
import type { Position } from "./query/paths.ts";
import { type SortField, sortDocs } from "./query/sorting.ts";
import type { Row, Storage } from "./storage.ts";

/** A document that a filter matched; decoded on first use. */
export class Found {
  readonly r: number;
  readonly bytes: Uint8Array;
  readonly position: Position | undefined;
  #doc: Doc | undefined;
  constructor(row: Row, doc: Doc | undefined, position: Position | undefined) {
    this.r = row.r;
    this.bytes = row.d;
    this.#doc = doc;
    this.position = position;
  }
  get doc(): Doc {
    this.#doc ??= decodeDoc(this.bytes);
    return this.#doc;
  }
}

export interface Query {
  filter: Doc;
  sort?: SortField[];
  skip?: number;
  /** 0 or absent: no limit. */
  limit?: number;
  vars?: Vars | undefined;
  hint?: Index | undefined;
  /** Find out which array element matched, for the positional operator. */
  positions?: boolean;
}

/** More than this held for a sort without an index is refused, as one command must not exhaust the process. */
const SORT_BYTES = 256 * 1024 * 1024;

function* access(storage: Storage, c: Collection, a: Access): Generator<Row> {
  if (a.kind === "table") {
    yield* storage.scan(c);
    return;
  }
  if (a.kind === "union") {
    const seen = new Set<number>();
    for (const part of a.parts) {
      for (const row of access(storage, c, part)) {
        if (seen.has(row.r)) continue;
        seen.add(row.r);
        yield row;
      }
    }
    return;
  }
  const seen = a.index.multikey ? new Set<number>() : undefined;
  for (const range of a.ranges) {
    for (const row of storage.scanIndex(c, a.index, range, a.reverse)) {
      if (seen?.has(row.r)) continue;
      seen?.add(row.r);
      yield row;
    }
  }
}

function* matching(storage: Storage, c: Collection, q: Query, a: Access, exact: boolean): Generator<Found> {
  if (exact) {
    for (const row of access(storage, c, a)) yield new Found(row, undefined, undefined);
    return;
  }
  const match = compileMatch(q.filter, q.vars);
  for (const row of access(storage, c, a)) {
    const doc = decodeDoc(row.d);
    const position = q.positions ? { index: -1 } : undefined;
    if (match(doc, position)) yield new Found(row, doc, position);
  }
}

/** Runs a query lazily where an index or the table gives the order, else sorts what matched. */
export function* run(storage: Storage, c: Collection | undefined, q: Query): Generator<Found> {
  // Compiled first, so that a bad filter is refused even when there is nothing to search.
  const match = compileMatch(q.filter, q.vars);
  if (!c) return void match;
  const sort = q.sort ?? [];
  const { access: how, sorted, exact } = plan(c, q.filter, sort, q.hint);
  const found = matching(storage, c, q, how, exact);
  const source =
    sorted || sort.length === 0 ? found : sortFound(found, sort, (q.skip ?? 0) + (q.limit ?? 0), q.limit ?? 0);
  let skip = q.skip ?? 0;
  let left = q.limit && q.limit > 0 ? q.limit : Number.POSITIVE_INFINITY;
  for (const f of source) {
    if (skip > 0) {
      skip--;
      continue;
    }
    yield f;
    if (--left <= 0) return;
  }
}

function sortFound(found: Iterable<Found>, sort: SortField[], keep: number, limit: number): Found[] {
  let all: Found[] = [];
  let bytes = 0;
  for (const f of found) {
    all.push(f);
    bytes += f.bytes.length;
    // With a limit only the best so far are kept, so a short page of a long list needs little memory.
    if (limit > 0 && all.length >= Math.max(1000, keep * 2)) {
      all = sortDocs(all, sort, (x) => x.doc).slice(0, keep);
      bytes = all.reduce((n, x) => n + x.bytes.length, 0);
    }
    if (bytes > SORT_BYTES)
      throw new StoreError(
        "QueryExceededMemoryLimitNoDiskUseAllowed",
        `Sort exceeded memory limit of ${SORT_BYTES} bytes, and has no index to use`,
      );
  }
  return sortDocs(all, sort, (x) => x.doc);
}
