import { closeSync, constants, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What is known beside the data file of how it was left. */
export interface Mark {
  /** How many commits were acknowledged, at least. */
  commits: number;
  /** Size and time of the data file after a clean stop; undefined while a server runs or after it was killed. */
  clean: string | undefined;
}

const BYTES = 128;
const FORM = /^\{"commits":(\d+), *"clean":(?:null|"(\d+@\d+)")\} *\n$/;

export const markFile = (dataDir: string): string => join(dataDir, "documents.mark");

/** The mark, or undefined when there is none or it can't be read: then the data file is checked. */
export function readMark(dataDir: string): Mark | undefined {
  let text: string;
  try {
    text = readFileSync(markFile(dataDir), "latin1");
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw e;
  }
  const found = FORM.exec(text);
  return found ? { commits: Number(found[1]), clean: found[2] } : undefined;
}

/** The size and time by which a file is known not to have changed. */
export function fingerprint(file: string): string {
  const s = statSync(file, { bigint: true });
  return `${s.size}@${s.mtimeNs}`;
}

/**
 * Writes the mark, always over the same bytes. Commits are noted without a sync: that costs microseconds, outlives
 * kill -9, and after a power cut the note is at worst behind the data, never ahead of it.
 */
export class MarkWriter {
  readonly #fd: number;
  #commits: number;

  constructor(dataDir: string, commits: number) {
    this.#fd = openSync(markFile(dataDir), constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#commits = commits;
    this.#write(undefined);
    fsyncSync(this.#fd);
    syncFolder(dataDir);
  }

  acknowledged(commits: number): void {
    this.#commits = commits;
    try {
      this.#write(undefined);
    } catch {
      // The commit is safe in the data file; the note stays behind until the next one.
    }
  }

  close(clean: string | undefined): void {
    if (clean !== undefined) {
      this.#write(clean);
      fsyncSync(this.#fd);
    }
    closeSync(this.#fd);
  }

  #write(clean: string | undefined): void {
    const text = `{"commits":${this.#commits},"clean":${clean === undefined ? "null" : `"${clean}"`}}`;
    writeSync(this.#fd, `${text.padEnd(BYTES - 1)}\n`, 0, "latin1");
  }
}

/** Makes new and renamed names in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
