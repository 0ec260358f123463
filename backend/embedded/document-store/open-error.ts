const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
/** No room for the memory that a file's readers share. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** SQLite's code without its details. */
const primaryCode = (e: unknown): number => ((e as { errcode?: number }).errcode ?? 0) & 0xff;
export const isFull = (e: unknown): boolean =>
  primaryCode(e) === SQLITE_FULL ||
  hasCode(e, "ENOSPC") ||
  (e as { errcode?: number }).errcode === SQLITE_IOERR_SHMSIZE;
export const isDamage = (e: unknown): boolean => [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(e));
const isBusy = (e: unknown): boolean => primaryCode(e) === SQLITE_BUSY;

const hasCode = (e: unknown, ...codes: string[]): boolean => codes.includes((e as { code?: string }).code ?? "");

/** One line that a person can act on, for a store that can't be opened. */
export class OpenError extends Error {}

const WAY_OUT = "restore a backup (npm run document-store -- restore --data DIR --from FILE --force)";

/** The data file can't be trusted: what is wrong, and the way out. */
export const damaged = (file: string, what: string): OpenError =>
  new OpenError(`the data file ${file} is damaged: ${what}; ${WAY_OUT}`);

/** Why a data folder can't be opened, whatever SQLite or the file system said. */
export function openError(e: unknown, dataDir: string, file: string): OpenError {
  if (e instanceof OpenError) return e;
  const { message } = e as Error;
  if (isBusy(e)) return new OpenError(`the data folder ${dataDir} is in use by another process`);
  if (isDamage(e)) return damaged(file, message);
  if (isFull(e)) return new OpenError(`no space left for the data folder ${dataDir}`);
  if (hasCode(e, "EEXIST", "ENOTDIR")) return new OpenError(`the data folder ${dataDir} can't be used: it is a file`);
  if (hasCode(e, "EACCES", "EPERM", "EROFS") || [SQLITE_CANTOPEN, SQLITE_READONLY].includes(primaryCode(e)))
    return new OpenError(`the data folder ${dataDir} can't be written by this user: ${message}`);
  return new OpenError(`the data folder ${dataDir} can't be opened: ${message}`);
}
