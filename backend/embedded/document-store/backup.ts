import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { type CheckResult, checkFile, readCommits, readFormat } from "./check.ts";
import { lockFolder } from "./lock.ts";
import { fingerprint, MarkWriter, markFile, readMark, syncFolder } from "./mark.ts";
import { OpenError, openError } from "./open-error.ts";
import { dataFile, Sqlite, settle } from "./sqlite.ts";

export interface BackupResult extends CheckResult {
  bytes: number;
}

/**
 * Copies the folder's data as it is at this moment into one file, also while a server runs and writes: it is read
 * as one snapshot. The copy gets its name only when it is whole, checked and on the disk.
 */
export function backup(dataDir: string, to: string, force: boolean): BackupResult {
  const file = mustExist(dataDir);
  const partial = `${to}.partial-${process.pid}`;
  const refuse = (): void => {
    if (existsSync(to) && !force) throw new OpenError(`${to} is there already; --force replaces it`);
  };
  refuse();
  // Read before the snapshot is taken, so the snapshot holds at least as many commits.
  const acknowledged = readMark(dataDir)?.commits ?? 0;
  try {
    if (!existsSync(dirname(to))) throw new OpenError(`there is no folder ${dirname(to)} for the backup`);
    reading(file, (source) => {
      readFormat(source, file);
      source.prepare("VACUUM INTO ?").run(partial);
    });
    sync(partial);
    const result = reading(partial, (copy) => checkFile(copy, file, { acknowledged, thorough: true }));
    refuse();
    renameSync(partial, to);
    syncFolder(dirname(to));
    return { ...result, bytes: statSync(to).size };
  } catch (e) {
    throw openError(e, dataDir, file);
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * Puts a backup in the place of the folder's data. It is copied and checked beside the data first, so that up to
 * the rename the old data is there, and from then on the new.
 */
export function restore(dataDir: string, from: string, force: boolean): BackupResult {
  if (!existsSync(from)) throw new OpenError(`there is no backup ${from}`);
  if (existsSync(`${from}-wal`))
    throw new OpenError(`${from} is a server's own file; make a backup of it and use that`);
  const file = dataFile(dataDir);
  const partial = `${file}.partial`;
  try {
    mkdirSync(dataDir, { recursive: true });
    const lock = lockFolder(dataDir);
    try {
      if (existsSync(file) && !force) throw new OpenError(`${dataDir} holds data already; --force replaces it`);
      copyFileSync(from, partial);
      sync(partial);
      const { commits, ...result } = reading(partial, (copy) => ({
        ...checkFile(copy, from, { acknowledged: 0, thorough: true }),
        commits: readCommits(copy),
      }));
      putInPlace(dataDir, partial, commits);
      return { ...result, bytes: statSync(file).size };
    } finally {
      rmSync(partial, { force: true });
      lock.release();
    }
  } catch (e) {
    throw openError(e, dataDir, file);
  }
}

function putInPlace(dataDir: string, partial: string, commits: number): void {
  const file = dataFile(dataDir);
  // The old log must never meet the new file: it goes into the old file, or, with a file past use, away.
  try {
    settle(file);
  } catch {
    // This is what the restore is for.
  }
  // Without a mark the next start checks whichever file it finds.
  rmSync(markFile(dataDir), { force: true });
  for (const tail of ["-wal", "-shm", "-journal"]) rmSync(file + tail, { force: true });
  syncFolder(dataDir);
  renameSync(partial, file);
  syncFolder(dataDir);
  new MarkWriter(dataDir, commits).close(fingerprint(file));
}

/** Reads the folder's data through, beside a running server too; throws what is wrong. */
export function check(dataDir: string): CheckResult {
  const file = mustExist(dataDir);
  const acknowledged = readMark(dataDir)?.commits ?? 0;
  try {
    return reading(file, (sqlite) => {
      // One snapshot for all that is compared.
      sqlite.exec("BEGIN");
      return checkFile(sqlite, file, { acknowledged, thorough: true });
    });
  } catch (e) {
    throw openError(e, dataDir, file);
  }
}

function mustExist(dataDir: string): string {
  const file = dataFile(dataDir);
  if (!existsSync(file)) throw new OpenError(`the folder ${dataDir} holds no document store`);
  return file;
}

function reading<T>(file: string, use: (sqlite: Sqlite) => T): T {
  const sqlite = Sqlite.read(file);
  try {
    return use(sqlite);
  } finally {
    sqlite.close();
  }
}

function sync(file: string): void {
  const fd = openSync(file, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
