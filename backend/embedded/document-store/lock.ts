import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

// A process that was just killed may need a moment to let go of the folder.
const LOCK_WAIT_MS = 2000;

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the folder's only owner, or throws SQLite's "busy". The lock is SQLite's own exclusive lock on
 * an empty file: the operating system takes it back with the process, however that ends, and the data file
 * stays open to readers such as a backup.
 */
export function lockFolder(dataDir: string): FolderLock {
  const db = new DatabaseSync(join(dataDir, "documents.lock"), { timeout: LOCK_WAIT_MS });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (e) {
    db.close();
    throw e;
  }
  return { release: () => db.close() };
}
