import { decodeDoc } from "./bson/codec.ts";
import { type Collection, type Index, indexTable, tableOf } from "./catalog.ts";
import { indexKeys } from "./index-keys.ts";
import { encodeKey } from "./keys.ts";
import { PAUSE, type Steps } from "./pause.ts";
import type { Row, Storage } from "./storage.ts";

const CHUNK = 500;
const MOST_ERRORS = 100;

export interface Findings {
  records: number;
  keys: Map<string, number>;
  errors: { index: string | undefined; message: string }[];
  corrupt: number[];
}

/**
 * Reads a collection and its indexes through: every document decodes and is found under its _id, every key of it
 * is in each index, every entry of an index is a key of a document, and no unique index holds a key twice.
 * Each chunk is compared at one moment, so that writes between chunks don't look like damage.
 */
export function* validate(storage: Storage, c: Collection): Steps<Findings> {
  const found: Findings = { records: 0, keys: new Map(), errors: [], corrupt: [] };
  yield* documents(storage, c, found);
  for (const index of c.indexes) if (!index.building) yield* entries(storage, c, index, found);
  found.keys.set(c.idIndex.name, found.records);
  return found;
}

function report(found: Findings, index: string | undefined, message: string): void {
  if (found.errors.length < MOST_ERRORS) found.errors.push({ index, message });
}

function* documents(storage: Storage, c: Collection, found: Findings): Steps<void> {
  const sql = `SELECT r, k, d FROM ${tableOf(c)} WHERE r > ? ORDER BY r LIMIT ${CHUNK}`;
  for (let last = 0; ; ) {
    storage.checkAlive(c);
    const rows = storage.sqlite.prepare(sql).all(last) as unknown as (Row & { k: Uint8Array })[];
    for (const row of rows) checkDocument(storage, c, row, found);
    found.records += rows.length;
    if (rows.length < CHUNK) return;
    last = rows.at(-1)!.r;
    if (storage.slice.over) yield PAUSE;
  }
}

function checkDocument(storage: Storage, c: Collection, row: Row & { k: Uint8Array }, found: Findings): void {
  let doc: ReturnType<typeof decodeDoc>;
  try {
    doc = decodeDoc(row.d);
  } catch (e) {
    found.corrupt.push(row.r);
    report(found, undefined, `record ${row.r} is not BSON: ${(e as Error).message}`);
    return;
  }
  const id = doc.get("_id");
  if (id === undefined || Buffer.compare(encodeKey([id]), Buffer.from(row.k)) !== 0)
    report(found, "_id_", `record ${row.r} is kept under another _id than its own`);
  else if (storage.byId(c, Buffer.from(row.k))?.r !== row.r)
    report(found, "_id_", `record ${row.r} is not found by its _id`);
  for (const index of c.indexes) {
    if (index.building) continue;
    const has = storage.sqlite.prepare(storage.keysSql(c, index, "i.k = ?1 AND i.r = ?2", "LIMIT 1"));
    const missing = indexKeys(index, doc).keys.filter((k) => has.get(k, row.r) === undefined);
    if (missing.length > 0) report(found, index.name, `record ${row.r} misses ${missing.length} of its keys`);
  }
}

function* entries(storage: Storage, c: Collection, index: Index, found: Findings): Steps<void> {
  const twin = `SELECT 1 FROM ${indexTable(index)} WHERE k = ? AND r > ? LIMIT 1`;
  let count = 0;
  for (let last: { k: Uint8Array; r: number } = { k: Buffer.alloc(0), r: -1 }; ; ) {
    storage.checkAlive(c, index);
    const sql = storage.keysSql(c, index, "(i.k, i.r) > (?1, ?2)", `ORDER BY i.k, i.r LIMIT ${CHUNK}`);
    const rows = storage.sqlite.prepare(sql).all(last.k, last.r) as unknown as { k: Uint8Array; r: number }[];
    for (const { k, r } of rows) {
      if (!belongs(storage, c, index, k, r))
        report(found, index.name, `an entry is for record ${r}, which has not its key`);
      if (index.unique && storage.sqlite.prepare(twin).get(k, r) !== undefined)
        report(found, index.name, `the key of record ${r} is there more than once in a unique index`);
    }
    count += rows.length;
    found.keys.set(index.name, count);
    if (rows.length < CHUNK) return;
    last = rows.at(-1)!;
    if (storage.slice.over) yield PAUSE;
  }
}

/** Whether an index entry is one of its document's keys; a document that can't be read was told before. */
function belongs(storage: Storage, c: Collection, index: Index, k: Uint8Array, r: number): boolean {
  const row = storage.byRow(c, r);
  if (!row) return false;
  try {
    return indexKeys(index, decodeDoc(row.d)).keys.some((key) => Buffer.compare(key, k) === 0);
  } catch {
    return true;
  }
}
