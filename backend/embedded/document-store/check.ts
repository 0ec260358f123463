import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { decodeDoc } from "./bson/codec.ts";
import { type Index, indexFromSpec, indexTable } from "./catalog.ts";
import { freshRows } from "./fresh-keys.ts";
import { indexKeys } from "./index-keys.ts";
import { encodeKey } from "./keys.ts";
import { damaged, OpenError } from "./open-error.ts";
import type { Sqlite } from "./sqlite.ts";
import { CATALOG_TEXT, collectionSql, FORMAT, indexSql, SCHEMA } from "./tables.ts";

export interface CheckOptions {
  /** The number of commits that the file must hold. */
  acknowledged: number;
  /** Compare every index entry with the documents, not only their numbers. */
  thorough: boolean;
}

export interface CheckResult {
  collections: number;
  documents: number;
}

/** How many commits the file holds. */
export const readCommits = (sqlite: Sqlite): number => Number(readMeta(sqlite, "commits") ?? 0);

export function readMeta(sqlite: Sqlite, name: string): string | undefined {
  const row = sqlite.prepare("SELECT value FROM meta WHERE name = ?").get(name) as { value: string } | undefined;
  return row?.value;
}

/** The checksum of the catalog, as the commit that changed it keeps it. */
export const catalogSum = (sqlite: Sqlite): string =>
  String(crc32((sqlite.prepare(CATALOG_TEXT).get() as { text: string }).text));

/** Refuses a file that is no document store, or one of another version. */
export function readFormat(sqlite: Sqlite, file: string): void {
  const tables = sqlite.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('meta', 'collections')").get();
  if (tables?.n !== 2) throw damaged(file, "it is not a document store's");
  const format = readMeta(sqlite, "format");
  if (format !== FORMAT)
    throw new OpenError(`${file} was written by another version (format ${format}, not ${FORMAT}): use that version`);
}

/**
 * Reads the file through: SQLite's own structure, each document against its checksum, each index against the
 * documents. Throws the first thing that is wrong: one is enough to refuse.
 */
export function checkFile(sqlite: Sqlite, file: string, { acknowledged, thorough }: CheckOptions): CheckResult {
  try {
    readFormat(sqlite, file);
    const lost = acknowledged - readCommits(sqlite);
    if (lost > 0)
      throw damaged(file, `the last ${lost} acknowledged commits are not in it (a lost log or an old copy)`);
    const structure = sqlite.prepare("PRAGMA integrity_check(1)").get() as { integrity_check: string };
    if (structure.integrity_check !== "ok") throw damaged(file, structure.integrity_check.replace(/\s+/g, " "));
    const sum = readMeta(sqlite, "catalog");
    if (sum !== undefined && sum !== catalogSum(sqlite)) throw damaged(file, "the catalog does not fit its checksum");
    const stored = readCollections(sqlite);
    const fault = compareTables(sqlite, stored);
    if (fault) throw damaged(file, fault);
    const result: CheckResult = { collections: stored.length, documents: 0 };
    for (const c of stored) {
      const found = thorough ? compareAll(sqlite, c) : compareNumbers(sqlite, c);
      if (found.fault) throw damaged(file, `${c.namespace}: ${found.fault}`);
      result.documents += found.documents;
    }
    return result;
  } catch (e) {
    throw e instanceof OpenError ? e : damaged(file, (e as Error).message);
  }
}

interface Stored {
  id: number;
  table: string;
  namespace: string;
  indexes: Index[];
  /** From this row on keys may be missing: they waited in memory when the process ended, and are made again at the start. */
  complete: number;
}

/** The catalog as the file has it, without the indexes that were still being built. */
function readCollections(sqlite: Sqlite): Stored[] {
  const byId = new Map<number, Stored>();
  const fresh = freshRows(sqlite);
  for (const { id, db, name } of sqlite.prepare("SELECT id, db, name FROM collections").all())
    byId.set(Number(id), {
      id: Number(id),
      table: `c_${id}`,
      namespace: `${db}.${name}`,
      indexes: [],
      complete: fresh.get(Number(id)) ?? Number.MAX_SAFE_INTEGER,
    });
  const built = "SELECT id, collection, spec, multikey FROM indexes WHERE id NOT IN (SELECT id FROM builds)";
  for (const row of sqlite.prepare(built).all()) {
    const index = indexFromSpec(Number(row.id), decodeDoc(row.spec as Uint8Array), row.multikey === 1);
    byId.get(Number(row.collection))?.indexes.push(index);
  }
  return [...byId.values()];
}

/** SQLite's tables must be, letter for letter, the ones that the catalog asks for. */
function compareTables(sqlite: Sqlite, stored: Stored[]): string | undefined {
  const model = new DatabaseSync(":memory:");
  model.exec(SCHEMA);
  for (const c of stored) model.exec(collectionSql(c.id));
  const indexes = [...stored.flatMap((c) => c.indexes), ...sqlite.prepare("SELECT id FROM builds").all()];
  for (const { id } of indexes) model.exec(indexSql(Number(id)));
  const list = "SELECT name, concat_ws(' ', type, tbl_name, sql) AS form FROM sqlite_schema";
  const there = new Map(
    sqlite
      .prepare(list)
      .all()
      .map((t) => [t.name, t.form]),
  );
  const wanted = new Map(
    model
      .prepare(list)
      .all()
      .map((t) => [t.name, t.form]),
  );
  model.close();
  for (const [name, form] of wanted) {
    if (!there.has(name)) return `the table ${name} is missing`;
    if (there.get(name) !== form) return `the table ${name} has another form`;
  }
  const stray = [...there.keys()].find((name) => !wanted.has(name));
  return stray === undefined ? undefined : `the table ${stray} belongs to no collection`;
}

interface Comparison {
  documents: number;
  fault?: string;
}

/** Checksums of all documents; the number of entries of the indexes that hold each document once. */
function compareNumbers(sqlite: Sqlite, c: Stored): Comparison {
  let documents = 0;
  let indexed = 0;
  for (const [r, d, s] of rows<[number, Uint8Array, number]>(sqlite, `SELECT r, d, s FROM ${c.table} ORDER BY r`)) {
    documents++;
    if (r < c.complete) indexed++;
    if (crc32(d) !== s) return { documents, fault: badSum(r) };
  }
  for (const index of c.indexes) {
    if (index.sparse || index.partial || index.multikey) continue;
    const counted = sqlite.prepare(`SELECT count(*) AS n FROM ${indexTable(index)} WHERE r < ?`);
    const { n } = counted.get(c.complete) as { n: number };
    if (n !== indexed) return { documents, fault: badCount(index, n, indexed) };
  }
  return { documents };
}

/** A count and an order-free digest of an index's entries: what the documents ask for, and what is there. */
interface Tally {
  entries: number;
  digest: number;
}

const add = (t: Tally, key: Uint8Array, r: number): void => {
  t.entries++;
  t.digest = (t.digest + crc32(key, r % 2 ** 32)) % 2 ** 32;
};

/** Checksums, keys of _id, and every index entry. */
function compareAll(sqlite: Sqlite, c: Stored): Comparison {
  const wanted = new Map<Index, Tally>(c.indexes.map((index) => [index, { entries: 0, digest: 0 }]));
  let documents = 0;
  const all = rows<[number, Uint8Array, Uint8Array, number]>(sqlite, `SELECT r, k, d, s FROM ${c.table} ORDER BY r`);
  for (const [r, k, d, s] of all) {
    documents++;
    if (crc32(d) !== s) return { documents, fault: badSum(r) };
    const doc = decodeDoc(d);
    const id = doc.get("_id");
    if (id === undefined || !encodeKey([id]).equals(k)) return { documents, fault: `document ${r} is not at its _id` };
    for (const [index, tally] of wanted) {
      const { keys, multikey } = indexKeys(index, doc);
      if (multikey && !index.multikey) return { documents, fault: `index ${index.name} does not know of its arrays` };
      if (r < c.complete) for (const key of keys) add(tally, key, r);
    }
  }
  for (const [index, tally] of wanted) {
    const fault = compareIndex(sqlite, index, tally, c.complete);
    if (fault) return { documents, fault };
  }
  return { documents };
}

function compareIndex(sqlite: Sqlite, index: Index, wanted: Tally, complete: number): string | undefined {
  const there: Tally = { entries: 0, digest: 0 };
  let last: Uint8Array | undefined;
  const sql = `SELECT k, r FROM ${indexTable(index)} ORDER BY k, r`;
  for (const [k, r] of rows<[Uint8Array, number]>(sqlite, sql)) {
    if (r < complete) add(there, k, r);
    if (index.unique && last && Buffer.compare(last, k) === 0) return `unique index ${index.name} has a key twice`;
    last = k;
  }
  if (there.entries !== wanted.entries) return badCount(index, there.entries, wanted.entries);
  return there.digest === wanted.digest ? undefined : `index ${index.name} does not fit the documents`;
}

const badSum = (r: number): string => `document ${r} does not fit its checksum`;
const badCount = (index: Index, there: number, wanted: number): string =>
  `index ${index.name} has ${there} entries where the documents ask for ${wanted}`;

/** Rows as arrays, one at a time: the quickest way to read much without holding it. */
function* rows<T extends unknown[]>(sqlite: Sqlite, sql: string): Generator<T> {
  const statement = sqlite.prepare(sql);
  statement.setReturnArrays(true);
  yield* statement.iterate() as unknown as Iterable<T>;
}
