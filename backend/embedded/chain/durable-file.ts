import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Makes the names in a directory durable. Windows can't open a directory and doesn't need to. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done);
}

function publish(fd: number, temporary: string, path: string): void {
  fsyncSync(fd);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** After this the file is there, whole, under its name; a crash in the middle leaves what was there before. */
export function writeFileDurably(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, "w", mode);
  try {
    writeAll(fd, typeof content === "string" ? Buffer.from(content) : content);
    publish(fd, temporary, path);
  } finally {
    closeSync(fd);
  }
}

/** The same with content that comes in pieces; `onPiece` sees each. */
export async function writeStreamDurably(
  path: string,
  content: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<void> {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, "w", 0o600);
  try {
    for await (const piece of content) {
      onPiece(piece);
      writeAll(fd, piece);
    }
    publish(fd, temporary, path);
  } finally {
    closeSync(fd);
  }
}
