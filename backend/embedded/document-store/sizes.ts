import { type Collection, type Index, indexTable, tableOf } from "./catalog.ts";
import { PAUSE, type Steps } from "./pause.ts";
import type { Storage } from "./storage.ts";

const CHUNK = 5000;
/** What SQLite adds to each row, about: lengths, type codes, the cell's place in its page. */
const ROW_OVERHEAD = 8;

export interface Size {
  /** Documents, or entries of an index. */
  count: number;
  /** Bytes of the documents' BSON, or of the index's keys. */
  bytes: number;
  /** Bytes with what keeping them costs. */
  stored: number;
}

/** Adds up a table in chunks by its key, so that others are served between. */
function* add(storage: Storage, c: Collection, sql: string, start: unknown[], index?: Index): Steps<Size> {
  const size: Size = { count: 0, bytes: 0, stored: 0 };
  let last = start;
  for (;;) {
    storage.checkAlive(c, index);
    const rows = storage.sqlite.prepare(sql).all(...(last as never[]), CHUNK) as Record<string, never>[];
    for (const row of rows) {
      size.bytes += Number(row.bytes);
      size.stored += Number(row.bytes) + Number(row.extra) + ROW_OVERHEAD;
    }
    size.count += rows.length;
    if (rows.length < CHUNK) return size;
    const end = rows.at(-1)!;
    last = "k" in end ? [end.k, end.r] : [end.r];
    if (storage.slice.over) yield PAUSE;
  }
}

export const documentsSize = (storage: Storage, c: Collection): Steps<Size> =>
  add(
    storage,
    c,
    `SELECT r, length(d) AS bytes, length(k) AS extra FROM ${tableOf(c)} WHERE r > ? ORDER BY r LIMIT ?`,
    [0],
  );

export function indexSize(storage: Storage, c: Collection, index: Index): Steps<Size> {
  const table = index.id === 0 ? tableOf(c) : indexTable(index);
  const sql = `SELECT k, r, length(k) AS bytes, 0 AS extra FROM ${table} WHERE (k, r) > (?, ?) ORDER BY k, r LIMIT ?`;
  return add(storage, c, sql, [Buffer.alloc(0), -1], index);
}
