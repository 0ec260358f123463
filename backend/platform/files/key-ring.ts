import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

/*
 * Secret keys of this installation, the oldest first, one in a line of hex. The file lies beside the data, readable by its
 * owner alone, and isn't part of the document store: who has a copy of the store has no key.
 */

const KEY_BYTES = 32;
const LINE = /^[0-9a-f]{64}$/;

function write(path: string, keys: readonly Buffer[]): void {
  const file = openSync(`${path}.part`, "w", 0o600);
  writeSync(file, `${keys.map((key) => key.toString("hex")).join("\n")}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
}

function read(path: string): Buffer[] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  // A key that got lost must not be replaced in passing: what was hashed with it would be nobody's.
  if (!lines.every((line) => LINE.test(line))) throw new Error(`${path} is damaged: put its backup in its place`);
  return lines.map((line) => Buffer.from(line, "hex"));
}

/** The keys of the file; made with one key when there is no file. */
export function readKeyRing(path: string): Buffer[] {
  if (!existsSync(path)) write(path, [randomBytes(KEY_BYTES)]);
  return read(path);
}

/** Adds a new key as the newest. Gives how many there are now. */
export function rotateKeyRing(path: string): number {
  const keys = [...readKeyRing(path), randomBytes(KEY_BYTES)];
  write(path, keys);
  return keys.length;
}
