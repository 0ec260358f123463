import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { StoreError } from "./errors.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT, db TEXT NOT NULL, name TEXT NOT NULL, options BLOB NOT NULL, uuid BLOB NOT NULL,
    UNIQUE (db, name));
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, name TEXT NOT NULL, spec BLOB NOT NULL,
    multikey INTEGER NOT NULL DEFAULT 0, UNIQUE (collection, name));
  INSERT OR IGNORE INTO meta VALUES ('format', '1');
`;

const LOCK_WAIT_MS = 2000;
const primary = (e: unknown): number => ((e as { errcode?: number }).errcode ?? 0) & 0xff;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** One line that a person can act on, for a store that can't be opened. */
export class OpenError extends Error {}

/** The SQLite file: opening, statements kept prepared, transactions. */
export class Sqlite {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  static open(dataDir: string): Sqlite {
    const file = join(dataDir, "documents.sqlite");
    try {
      mkdirSync(dataDir, { recursive: true });
      // A process that was just killed may need a moment to let go of the file.
      const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
      // Exclusive: one process owns the folder, and WAL needs no shared memory file.
      db.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
      db.exec("PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536");
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
      const format = db.prepare("SELECT value FROM meta WHERE name = 'format'").get() as { value: string };
      if (format.value !== "1") throw new OpenError(`${file} was written by a newer version (format ${format.value})`);
      return new Sqlite(db);
    } catch (e) {
      throw openError(e, dataDir, file);
    }
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  prepare(sql: string): StatementSync {
    let s = this.#statements.get(sql);
    if (!s) {
      s = this.#db.prepare(sql);
      this.#statements.set(sql, s);
    }
    return s;
  }

  run(sql: string, ...args: SQLInputValue[]): { changes: number; rowid: number } {
    const r = this.prepare(sql).run(...args);
    return { changes: Number(r.changes), rowid: Number(r.lastInsertRowid) };
  }

  /** Forgets prepared statements of a table that is going away. */
  forget(table: string): void {
    const name = new RegExp(`\\b${table}\\b`);
    for (const sql of this.#statements.keys()) if (name.test(sql)) this.#statements.delete(sql);
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}

function openError(e: unknown, dataDir: string, file: string): Error {
  if (e instanceof OpenError) return e;
  const code = primary(e);
  if (code === SQLITE_BUSY) return new OpenError(`the data folder ${dataDir} is in use by another process`);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new OpenError(`the data file ${file} is damaged: ${(e as Error).message}`);
  if (code === SQLITE_FULL) return new OpenError(`no space left for the data folder ${dataDir}`);
  return new OpenError(`the data folder ${dataDir} can't be opened: ${(e as Error).message}`);
}

/** What a client is told when SQLite itself fails. */
export function storageError(e: unknown): StoreError | undefined {
  const code = primary(e);
  if (code === SQLITE_FULL) return new StoreError("OutOfDiskSpace", "no space left on the disk of the data folder");
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new StoreError("InternalError", `the data file is damaged: ${(e as Error).message}`);
  if ((e as { code?: string }).code === "ERR_SQLITE_ERROR")
    return new StoreError("InternalError", `the data file can't be used: ${(e as Error).message}`);
  return undefined;
}
