import { BSONRegExp } from "bson";
import { checkSize, decodeDoc, encodeDoc } from "./bson/codec.ts";
import { type Doc, isArray, isDoc, typeName, type Value } from "./bson/types.ts";
import { Catalog, type Collection, type Index, indexTable, namespaceOf, tableOf } from "./catalog.ts";
import { badValue, StoreError } from "./errors.ts";
import { type IndexKeys, indexKeys } from "./index-keys.ts";
import { EMPTY_ARRAY, encodeKey, type KeyPart } from "./keys.ts";
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

const FIRST_CHUNK = 32;
const BIGGEST_CHUNK = 512;

/** Documents and indexes in SQLite. Knows nothing of queries; each write of one document is all or nothing. */
export class Storage {
  readonly sqlite: Sqlite;
  readonly catalog: Catalog;

  constructor(dataDir: string) {
    this.sqlite = Sqlite.open(dataDir);
    this.catalog = new Catalog(this.sqlite);
  }

  /** Adds a document that has its _id first; `bytes` is its BSON when that is at hand. */
  insert(c: Collection, doc: Doc, bytes: Uint8Array = encodeDoc(doc)): void {
    checkSize(bytes);
    const id = doc.get("_id")!;
    checkId(id);
    const entries = c.indexes.map((index) => [index, indexKeys(index, doc)] as const);
    for (const [index, keys] of entries) this.#checkUnique(c, index, keys, undefined);
    const k = encodeKey([id]);
    const { changes, rowid } = this.sqlite.run(
      `INSERT INTO ${tableOf(c)} (k, d) VALUES (?, ?) ON CONFLICT DO NOTHING`,
      k,
      bytes,
    );
    if (changes === 0) throw duplicate(c, c.idIndex, [id]);
    for (const [index, keys] of entries) this.#addKeys(index, keys, rowid);
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
    this.sqlite.run(`UPDATE ${tableOf(c)} SET d = ? WHERE r = ?`, bytes, r);
    for (const { index, gone, come } of changed) {
      this.#removeKeys(index, gone, r);
      this.#addKeys(index, come, r);
    }
  }

  remove(c: Collection, r: number, doc: Doc): void {
    for (const index of c.indexes) this.#removeKeys(index, indexKeys(index, doc).keys, r);
    this.sqlite.run(`DELETE FROM ${tableOf(c)} WHERE r = ?`, r);
  }

  byId(c: Collection, key: Buffer): Row | undefined {
    return this.sqlite.prepare(`SELECT r, d FROM ${tableOf(c)} WHERE k = ?`).get(key) as Row | undefined;
  }

  byRow(c: Collection, r: number): Row | undefined {
    return this.sqlite.prepare(`SELECT r, d FROM ${tableOf(c)} WHERE r = ?`).get(r) as Row | undefined;
  }

  count(c: Collection): number {
    return Number((this.sqlite.prepare(`SELECT count(*) AS n FROM ${tableOf(c)}`).get() as { n: number }).n);
  }

  /** Bytes that the collection's documents take. */
  dataSize(c: Collection): number {
    return Number((this.sqlite.prepare(`SELECT total(length(d)) AS n FROM ${tableOf(c)}`).get() as { n: number }).n);
  }

  /**
   * All rows in order of insertion. Rows are read in chunks that start after the last one seen, so a scan may
   * rest for as long as a client likes while other commands write.
   */
  *scan(c: Collection, reverse = false, after?: number): Generator<Row> {
    const sql = reverse
      ? `SELECT r, d FROM ${tableOf(c)} WHERE r < ? ORDER BY r DESC LIMIT ?`
      : `SELECT r, d FROM ${tableOf(c)} WHERE r > ? ORDER BY r LIMIT ?`;
    let last = after ?? (reverse ? Number.MAX_SAFE_INTEGER : 0);
    for (let size = FIRST_CHUNK; ; size = Math.min(size * 4, BIGGEST_CHUNK)) {
      if (!this.#alive(c)) return;
      const rows = this.sqlite.prepare(sql).all(last, size) as unknown as Row[];
      yield* rows;
      if (rows.length < size) return;
      last = rows.at(-1)!.r;
    }
  }

  /** The rows whose keys lie in a range, in order of key; a multikey index may give a row more than once. */
  *scanIndex(c: Collection, index: Index, range: KeyRange, reverse = false): Generator<Row> {
    const source =
      index.id === 0
        ? { columns: "i.k, i.r, i.d", from: `${tableOf(c)} i` }
        : { columns: "i.k, i.r, c.d", from: `${indexTable(index)} i CROSS JOIN ${tableOf(c)} c ON c.r = i.r` };
    const order = reverse ? "ORDER BY i.k DESC, i.r DESC" : "ORDER BY i.k, i.r";
    const first = `SELECT ${source.columns} FROM ${source.from} WHERE i.k >= ? AND i.k < ? ${order} LIMIT ?`;
    const next = reverse
      ? `SELECT ${source.columns} FROM ${source.from} WHERE i.k >= ? AND (i.k, i.r) < (?, ?) ${order} LIMIT ?`
      : `SELECT ${source.columns} FROM ${source.from} WHERE (i.k, i.r) > (?, ?) AND i.k < ? ${order} LIMIT ?`;
    let last: (Row & { k: Uint8Array }) | undefined;
    for (let size = FIRST_CHUNK; ; size = Math.min(size * 4, BIGGEST_CHUNK)) {
      if (!this.#alive(c, index)) return;
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

  /** Fills a new index from the documents that are there. */
  buildIndex(c: Collection, index: Index): void {
    for (const row of this.scan(c)) {
      const keys = indexKeys(index, decodeDoc(row.d));
      this.#checkUnique(c, index, keys, row.r);
      this.#addKeys(index, keys, row.r);
    }
  }

  /** A collection or index that was dropped while a cursor rested has no more rows. */
  #alive(c: Collection, index?: Index): boolean {
    const now = this.catalog.get(c.db, c.name);
    return now?.id === c.id && (!index || index.id === 0 || now.indexes.some((i) => i.id === index.id));
  }

  #checkUnique(c: Collection, index: Index, { keys, parts }: IndexKeys, own: number | undefined): void {
    if (!index.unique) return;
    const statement = this.sqlite.prepare(`SELECT r FROM ${indexTable(index)} WHERE k = ? LIMIT 1`);
    keys.forEach((key, i) => {
      const hit = statement.get(key) as { r: number } | undefined;
      if (hit && hit.r !== own) throw duplicate(c, index, parts[i]!);
    });
  }

  #addKeys(index: Index, { keys, multikey }: IndexKeys, r: number): void {
    if (multikey && !index.multikey) this.catalog.markMultikey(index);
    for (const key of keys) this.sqlite.run(`INSERT INTO ${indexTable(index)} (k, r) VALUES (?, ?)`, key, r);
  }

  #removeKeys(index: Index, keys: Buffer[], r: number): void {
    for (const key of keys) this.sqlite.run(`DELETE FROM ${indexTable(index)} WHERE k = ? AND r = ?`, key, r);
  }
}

function checkId(id: Value): void {
  if (isArray(id) || id instanceof BSONRegExp)
    throw badValue(`can't use ${isArray(id) ? "an array" : "a regex"} for _id`);
  if (isDoc(id) && [...id.keys()].some((k) => k.startsWith("$")))
    throw new StoreError("DollarPrefixedFieldName", "_id fields may not contain '$'-prefixed fields");
}

function duplicate(c: Collection, index: Index, parts: readonly KeyPart[]): StoreError {
  const keyValue: Doc = new Map(index.fields.map((f, i) => [f.path, plain(parts[i]!)]));
  return new StoreError(
    "DuplicateKey",
    `E11000 duplicate key error collection: ${namespaceOf(c)} index: ${index.name} dup key: ${show(keyValue)}`,
    { keyPattern: index.spec.get("key"), keyValue },
  );
}

const plain = (p: KeyPart): Value => (p === EMPTY_ARRAY ? null : p);

/** A value as MongoDB's messages print it. */
export function show(v: Value): string {
  if (typeof v === "string") return JSON.stringify(v);
  if (isDoc(v)) return v.size === 0 ? "{}" : `{ ${[...v].map(([k, x]) => `${k}: ${show(x)}`).join(", ")} }`;
  if (isArray(v)) return v.length === 0 ? "[]" : `[ ${v.map(show).join(", ")} ]`;
  if (v instanceof Date) return `new Date(${v.getTime()})`;
  const name = typeName(v);
  if (name === "objectId") return `ObjectId('${v}')`;
  return name === "binData" ? "BinData" : String(v);
}
