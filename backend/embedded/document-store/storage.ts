import { crc32 } from "node:zlib";
import { BSONRegExp } from "bson";
import { checkSize, decodeDoc, encodeDoc } from "./bson/codec.ts";
import { type Doc, isArray, isDoc, UNDEFINED, type Value } from "./bson/types.ts";
import { Catalog, type Collection, type Index, indexTable, namespaceOf, tableOf } from "./catalog.ts";
import { DocumentCounts } from "./document-counts.ts";
import { duplicate } from "./duplicates.ts";
import { badValue, StoreError } from "./errors.ts";
import { FreshKeys } from "./fresh-keys.ts";
import { type IndexKeys, indexKeys } from "./index-keys.ts";
import { keysSql, rowsSql } from "./index-sql.ts";
import { encodeKey } from "./keys.ts";
import { PAUSE, Slice, type Steps, type Stream } from "./pause.ts";
import { Sqlite } from "./sqlite.ts";

/** A stored document: its row number and its BSON. */
export interface Row {
  r: number;
  d: Uint8Array;
}

/** Keys from `from` (included) to `to` (not included). */
export interface KeyRange {
  from: Buffer;
  to: Buffer;
}

// In the statements below LIMIT has a `+`: SQLite plans a statement anew for each value of a bare `LIMIT ?`.
const FIRST_CHUNK = 32;
const BIGGEST_CHUNK = 512;
const COUNT_CHUNK = 20_000;
const COMPLETED_AT_ONCE = 5_000;
const STEPS_AT_ONCE = 10;

/**
 * Documents and indexes in SQLite. Knows nothing of queries; each write of one document is all or nothing.
 * Scans rest when their slice of time is used up, and while they rest other commands read and write.
 */
export class Storage {
  readonly sqlite: Sqlite;
  readonly catalog: Catalog;
  readonly fresh: FreshKeys;
  readonly slice = new Slice();
  readonly #counts: DocumentCounts;

  constructor(dataDir: string, mostFreshKeys?: number) {
    this.sqlite = Sqlite.open(dataDir);
    this.catalog = new Catalog(this.sqlite);
    this.fresh = new FreshKeys(this.sqlite, mostFreshKeys);
    this.#counts = new DocumentCounts(this.sqlite);
    this.#completeIndexes();
  }

  /** Writes the keys that wait in memory, so that the next start has nothing to make again. */
  close(): void {
    try {
      for (let more = this.fresh.marks.size > 0; more; ) {
        this.sqlite.exec("BEGIN IMMEDIATE");
        for (let i = 0; more && i < STEPS_AT_ONCE; i++) more = this.fresh.step();
        this.sqlite.commit();
      }
    } finally {
      // On a full disk the next start makes them.
      this.sqlite.close();
    }
  }

  /** Makes the keys again that a crash took out of memory. */
  #completeIndexes(): void {
    for (const [id, from] of this.fresh.marks) {
      const c = this.catalog.list().find((one) => one.id === id);
      const sql = `SELECT r, d FROM c_${id} WHERE r >= ? ORDER BY r LIMIT ${COMPLETED_AT_ONCE}`;
      for (let next: number | undefined = from; next !== undefined; ) {
        this.sqlite.exec("BEGIN IMMEDIATE");
        const rows: Row[] = c ? (this.sqlite.prepare(sql).all(next) as unknown as Row[]) : [];
        for (const { r, d } of rows) {
          const doc = decodeDoc(d);
          for (const index of c!.indexes) this.#addKeys(index, indexKeys(index, doc), r);
        }
        next = rows.length < COMPLETED_AT_ONCE ? undefined : rows.at(-1)!.r + 1;
        this.fresh.completed(id, next);
        this.sqlite.commit();
      }
    }
  }

  /**
   * Adds a document that has its _id first; `bytes` is its BSON when that is at hand. Of one that comes with hundreds of
   * others the keys are gathered before they are written (FreshKeys).
   */
  insert(c: Collection, doc: Doc, bytes: Uint8Array = encodeDoc(doc), inBulk = false): void {
    checkSize(bytes);
    const id = doc.get("_id")!;
    checkId(id);
    const entries = c.indexes.map((index) => [index, indexKeys(index, doc)] as const);
    for (const [index, keys] of entries) this.#checkUnique(c, index, keys, undefined);
    const k = encodeKey([id]);
    const { changes, rowid } = this.sqlite.run(
      `INSERT INTO ${tableOf(c)} (k, d, s) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
      k,
      bytes,
      crc32(bytes),
    );
    if (changes === 0) throw duplicate(c, c.idIndex, [id]);
    for (const [index, keys] of entries) {
      if (!inBulk || index.unique || index.building) this.#addKeys(index, keys, rowid);
      else {
        this.#noteArrays(index, keys);
        this.fresh.add(c, index, keys.keys, rowid);
      }
    }
    this.#counts.add(c, 1);
  }

  /** Puts `next` in the place of `old`; the _id is the same. */
  replace(c: Collection, r: number, old: Doc, next: Doc, bytes: Uint8Array): void {
    checkSize(bytes);
    const changed: { index: Index; gone: Buffer[]; come: IndexKeys }[] = [];
    for (const index of c.indexes) {
      const before = indexKeys(index, old);
      const now = indexKeys(index, next);
      const had = new Set(before.keys.map((k) => k.toString("latin1")));
      const has = new Set(now.keys.map((k) => k.toString("latin1")));
      const fresh = now.keys.map((_, i) => i).filter((i) => !had.has(now.keys[i]!.toString("latin1")));
      const come = {
        keys: fresh.map((i) => now.keys[i]!),
        parts: fresh.map((i) => now.parts[i]!),
        multikey: now.multikey,
      };
      const gone = before.keys.filter((k) => !has.has(k.toString("latin1")));
      this.#checkUnique(c, index, come, r);
      if (gone.length > 0 || come.keys.length > 0 || (come.multikey && !index.multikey))
        changed.push({ index, gone, come });
    }
    this.sqlite.run(`UPDATE ${tableOf(c)} SET d = ?, s = ? WHERE r = ?`, bytes, crc32(bytes), r);
    for (const { index, gone, come } of changed) {
      this.#removeKeys(index, gone, r);
      this.#addKeys(index, come, r);
    }
  }

  remove(c: Collection, r: number, doc: Doc): void {
    for (const index of c.indexes) this.#removeKeys(index, indexKeys(index, doc).keys, r);
    this.sqlite.run(`DELETE FROM ${tableOf(c)} WHERE r = ?`, r);
    this.#counts.add(c, -1);
  }

  byId(c: Collection, key: Buffer): Row | undefined {
    return this.sqlite.prepare(`SELECT r, d FROM ${tableOf(c)} WHERE k = ?`).get(key) as Row | undefined;
  }

  byRow(c: Collection, r: number): Row | undefined {
    return this.sqlite.prepare(`SELECT r, d FROM ${tableOf(c)} WHERE r = ?`).get(r) as Row | undefined;
  }

  /** The number of documents. */
  count = (c: Collection): number => this.#counts.of(c);

  /** A command begins: from here on its changes may have to be taken back. */
  mark(): void {
    this.#counts.mark();
  }

  /** The command's changes were rolled back. */
  undo(): void {
    this.#counts.undo();
    this.#reload();
  }

  /** The whole transaction was rolled back. */
  undoAll(): void {
    this.#counts.forget(this.catalog.list());
    this.#reload();
  }

  #reload(): void {
    if (this.catalog.dirty) this.catalog.reload();
    this.fresh.undo(this.catalog.list());
  }

  /** Bytes that the collection's documents take. */
  dataSize(c: Collection): number {
    return Number((this.sqlite.prepare(`SELECT total(length(d)) AS n FROM ${tableOf(c)}`).get() as { n: number }).n);
  }

  /**
   * All rows in order of insertion. Rows are read in chunks that start after the last one seen, so a scan may
   * rest for as long as a client likes while other commands write.
   */
  *scan(c: Collection, reverse = false, first = FIRST_CHUNK): Generator<Row | typeof PAUSE> {
    const sql = reverse
      ? `SELECT r, d FROM ${tableOf(c)} WHERE r < ? ORDER BY r DESC LIMIT +?`
      : `SELECT r, d FROM ${tableOf(c)} WHERE r > ? ORDER BY r LIMIT +?`;
    let last = reverse ? Number.MAX_SAFE_INTEGER : 0;
    for (let size = first; ; size = Math.min(size * 4, BIGGEST_CHUNK)) {
      if (this.slice.over) yield PAUSE;
      this.checkAlive(c);
      const rows = this.sqlite.prepare(sql).all(last, size) as unknown as Row[];
      yield* rows;
      if (rows.length < size) return;
      last = rows.at(-1)!.r;
    }
  }

  /** The rows whose keys lie in a range, in order of key; a multikey index may give a row more than once. */
  *scanIndex(
    c: Collection,
    index: Index,
    range: KeyRange,
    reverse = false,
    firstSize = FIRST_CHUNK,
  ): Generator<Row | typeof PAUSE> {
    const order = reverse ? "ORDER BY i.k DESC, i.r DESC" : "ORDER BY i.k, i.r";
    const first = this.#rows(c, index, "i.k >= ?1 AND i.k < ?2", order, "LIMIT +?3");
    const next = reverse
      ? this.#rows(c, index, "i.k >= ?1 AND (i.k, i.r) < (?2, ?3)", order, "LIMIT +?4")
      : this.#rows(c, index, "(i.k, i.r) > (?1, ?2) AND i.k < ?3", order, "LIMIT +?4");
    let last: (Row & { k: Uint8Array }) | undefined;
    for (let size = firstSize; ; size = Math.min(size * 4, BIGGEST_CHUNK)) {
      if (this.slice.over) yield PAUSE;
      this.checkAlive(c, index);
      const rows = (last === undefined
        ? this.sqlite.prepare(first).all(range.from, range.to, size)
        : reverse
          ? this.sqlite.prepare(next).all(range.from, last.k, last.r, size)
          : this.sqlite.prepare(next).all(last.k, last.r, range.to, size)) as unknown as (Row & { k: Uint8Array })[];
      yield* rows;
      if (rows.length < size) return;
      last = rows.at(-1)!;
    }
  }

  /** The number of keys in a range, without reading documents. */
  *countKeys(c: Collection, index: Index, range: KeyRange): Steps<number> {
    const where = "(i.k, i.r) > (?1, ?2) AND i.k < ?3";
    const chunk = this.keysSql(c, index, where, `ORDER BY i.k, i.r LIMIT ${COUNT_CHUNK}`);
    const counted = `SELECT count(*) AS n FROM (${chunk})`;
    const lastOf = this.fresh.has(index)
      ? `SELECT k, r FROM (${chunk}) ORDER BY k DESC, r DESC LIMIT 1`
      : this.keysSql(c, index, where, `ORDER BY i.k, i.r LIMIT 1 OFFSET ${COUNT_CHUNK - 1}`);
    let k: Uint8Array = range.from;
    let r = -1;
    for (let n = 0; ; ) {
      const found = Number((this.sqlite.prepare(counted).get(k, r, range.to) as { n: number }).n);
      n += found;
      if (found < COUNT_CHUNK) return n;
      ({ k, r } = this.sqlite.prepare(lastOf).get(k, r, range.to) as { k: Uint8Array; r: number });
      if (this.slice.over) yield PAUSE;
      this.checkAlive(c, index);
    }
  }

  /** The row of the least key in a range. */
  firstIn(c: Collection, index: Index, range: KeyRange): Row | undefined {
    for (const row of this.scanIndex(c, index, range, false, 1)) if (row !== PAUSE) return row;
    return undefined;
  }

  /** The number of keys in a range, counted no further than `most`. */
  keysUpTo(c: Collection, index: Index, range: KeyRange, most: number): number {
    const sql = `SELECT count(*) AS n FROM (${this.keysSql(c, index, "i.k >= ?1 AND i.k < ?2", "LIMIT +?3")})`;
    return Number((this.sqlite.prepare(sql).get(range.from, range.to, most) as { n: number }).n);
  }

  /** SQL for keys (as i) that fit, in the order and number that the tail says. */
  keysSql(c: Collection, index: Index, where: string, tail: string): string {
    return keysSql(c, index, this.fresh.has(index), where, tail);
  }

  #rows(c: Collection, index: Index, where: string, order: string, limit: string): string {
    return rowsSql(c, index, this.fresh.has(index), where, order, limit);
  }

  /**
   * Fills a new index from the documents that are there. Writes between its slices keep the index up as well,
   * so entries may be there already.
   */
  *buildIndex(c: Collection, index: Index): Steps<void> {
    const rows: Stream<Row> = this.scan(c);
    for (const row of rows) {
      if (row === PAUSE) {
        yield PAUSE;
        this.checkAlive(c, index);
        continue;
      }
      const keys = indexKeys(index, decodeDoc(row.d));
      this.#checkUnique(c, index, keys, row.r);
      this.#addKeys(index, keys, row.r);
    }
    this.catalog.markBuilt(index);
  }

  /** Refuses to go on with a collection or index that was dropped while the work rested. */
  checkAlive(c: Collection, index?: Index): void {
    if (c.dropped)
      throw new StoreError("QueryPlanKilled", `collection dropped. UUID ${Buffer.from(c.uuid).toString("hex")}`);
    if (index?.dropped) throw new StoreError("QueryPlanKilled", `index '${index.name}' dropped from ${namespaceOf(c)}`);
  }

  #checkUnique(c: Collection, index: Index, { keys, parts }: IndexKeys, own: number | undefined): void {
    if (!index.unique) return;
    const statement = this.sqlite.prepare(`SELECT r FROM ${indexTable(index)} WHERE k = ? LIMIT 1`);
    keys.forEach((key, i) => {
      const hit = statement.get(key) as { r: number } | undefined;
      if (hit && hit.r !== own) throw duplicate(c, index, parts[i]!);
    });
  }

  #noteArrays(index: Index, { multikey }: IndexKeys): void {
    if (multikey && !index.multikey) this.catalog.markMultikey(index);
  }

  #addKeys(index: Index, found: IndexKeys, r: number): void {
    this.#noteArrays(index, found);
    for (const key of found.keys)
      this.sqlite.run(`INSERT OR IGNORE INTO ${indexTable(index)} (k, r) VALUES (?, ?)`, key, r);
  }

  #removeKeys(index: Index, keys: Buffer[], r: number): void {
    for (const key of keys) this.sqlite.run(`DELETE FROM ${indexTable(index)} WHERE k = ? AND r = ?`, key, r);
    this.fresh.remove(index, keys, r);
  }
}

function checkId(id: Value): void {
  const what = isArray(id) ? "an array" : id instanceof BSONRegExp ? "a regex" : id === UNDEFINED ? "undefined" : null;
  if (what) throw badValue(`can't use ${what} for _id`);
  if (isDoc(id) && [...id.keys()].some((k) => k.startsWith("$")))
    throw new StoreError("DollarPrefixedFieldName", "_id fields may not contain '$'-prefixed fields");
}
