import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { catalogSum, checkFile, readCommits, readFormat, readMeta } from "./check.ts";
import { StoreError } from "./errors.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { fingerprint, type Mark, MarkWriter, readMark } from "./mark.ts";
import { damaged, isDamage, isFull, OpenError, openError } from "./open-error.ts";
import { SCHEMA } from "./tables.ts";

const READER_WAIT_MS = 2000;
/** A check that takes seconds is announced. */
const LONG_CHECK_BYTES = 200_000_000;

export const dataFile = (dataDir: string): string => join(dataDir, "documents.sqlite");

/** What makes this process the owner of its folder, and says how the data was left. */
interface Ownership {
  file: string;
  lock: FolderLock;
  mark: MarkWriter;
  commits: number;
  /** SQLite's count of changed rows at the last commit. */
  changes: number;
}

/** The SQLite file: opening, statements kept prepared, transactions. */
export class Sqlite {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #owner: Ownership | undefined;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Opens the folder's data for this process alone. What was not stopped cleanly is checked first. */
  static open(dataDir: string): Sqlite {
    const file = dataFile(dataDir);
    let lock: FolderLock | undefined;
    let sqlite: Sqlite | undefined;
    try {
      mkdirSync(dataDir, { recursive: true });
      lock = lockFolder(dataDir);
      const mark = readMark(dataDir);
      if (hasData(file, mark)) trust(file, mark);
      sqlite = new Sqlite(new DatabaseSync(file, { timeout: READER_WAIT_MS }));
      sqlite.#configure();
      const commits = readCommits(sqlite);
      sqlite.#owner = { file, lock, mark: new MarkWriter(dataDir, commits), commits, changes: 0 };
      return sqlite;
    } catch (e) {
      sqlite?.close();
      lock?.release();
      throw openError(e, dataDir, file);
    }
  }

  /** Opens a data file to read it, beside a server that may be running on it. */
  static read(file: string): Sqlite {
    return new Sqlite(new DatabaseSync(file, { timeout: READER_WAIT_MS, readOnly: true }));
  }

  #configure(): void {
    // Of a new file. Twice the usual: one level and some misses fewer for a read among millions.
    this.#db.exec("PRAGMA page_size=8192");
    const { journal_mode } = this.#db.prepare("PRAGMA journal_mode=WAL").get() as { journal_mode: string };
    if (journal_mode !== "wal") throw new OpenError("the file system of the data folder can't share memory (WAL)");
    this.#db.exec("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=67108864");
    this.#db.exec("PRAGMA cache_size=-65536; ATTACH ':memory:' AS fresh");
    if (isEmpty(this)) this.#db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
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

  /** Makes the transaction durable, and notes beside the file that so many were: a log that went missing is told. */
  commit(): void {
    const owner = this.#owner!;
    // Commands that found nothing to change need no sync.
    if (this.#totalChanges() === owner.changes) {
      this.#db.exec("COMMIT");
      return;
    }
    const commits = owner.commits + 1;
    if (readMeta(this, "catalog") === undefined) this.run("INSERT INTO meta VALUES ('catalog', ?)", catalogSum(this));
    this.run("UPDATE meta SET value = ? WHERE name = 'commits'", String(commits));
    this.#db.exec("COMMIT");
    owner.commits = commits;
    owner.changes = this.#totalChanges();
    owner.mark.acknowledged(commits);
  }

  #totalChanges(): number {
    return (this.prepare("SELECT total_changes() AS n").get() as { n: number }).n;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
    const owner = this.#owner;
    this.#owner = undefined;
    if (!owner) return;
    // SQLite empties the log into the data file on closing, unless a reader is still there.
    try {
      owner.mark.close(hasBytes(`${owner.file}-wal`) ? undefined : fingerprint(owner.file));
    } finally {
      owner.lock.release();
    }
  }
}

const hasBytes = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;

const isEmpty = (sqlite: Sqlite): boolean =>
  (sqlite.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number }).n === 0;

/** Whether there is a data file; SQLite would make a new one in silence where one has gone missing. */
function hasData(file: string, mark: Mark | undefined): boolean {
  if (hasBytes(file)) return true;
  const what = existsSync(file) ? "it is empty" : "it is missing";
  if (hasBytes(`${file}-wal`)) throw damaged(file, `${what}, but its log documents.sqlite-wal is there`);
  if (mark) throw damaged(file, `${what}, but the folder was in use before`);
  return false;
}

/** Lets SQLite bring a file's logs into it, as opening and closing does. */
export function settle(file: string): void {
  if (!hasBytes(file)) return;
  const db = new DatabaseSync(file);
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
  } finally {
    db.close();
  }
}

/**
 * A file that was left by a clean stop and has not changed is as it was; any other is read through. It is only read,
 * so that a file that is refused stays as it was found.
 */
function trust(file: string, mark: Mark | undefined): void {
  // Only a store killed in its first moments has a rollback journal, which SQLite plays back when it may write.
  if (hasBytes(`${file}-journal`)) settle(file);
  const sqlite = Sqlite.read(file);
  try {
    const clean = mark?.clean === fingerprint(file) && !hasBytes(`${file}-wal`);
    if (isEmpty(sqlite)) {
      if (mark) throw damaged(file, "it holds nothing, but the folder was in use before");
      return;
    }
    const { size } = statSync(file);
    if (!clean && size > LONG_CHECK_BYTES)
      process.stderr.write(`checking ${file} (${Math.round(size / 1e6)} MB), which was not stopped cleanly …\n`);
    if (clean) readFormat(sqlite, file);
    // After a kill, SQLite's own promises hold; a file that somebody else changed is compared to the last key.
    else checkFile(sqlite, file, { acknowledged: mark?.commits ?? 0, thorough: !mark || mark.clean !== undefined });
  } finally {
    sqlite.close();
  }
}

/** What a client is told when SQLite itself fails. */
export function storageError(e: unknown): StoreError | undefined {
  if (isFull(e)) return new StoreError("OutOfDiskSpace", "no space left on the disk of the data folder");
  if (isDamage(e)) return new StoreError("InternalError", `the data file is damaged: ${(e as Error).message}`);
  if ((e as { code?: string }).code === "ERR_SQLITE_ERROR")
    return new StoreError("InternalError", `the data file can't be used: ${(e as Error).message}`);
  return undefined;
}
