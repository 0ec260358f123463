import { readFile, stat } from "node:fs/promises";
import { createInflateRaw } from "node:zlib";
import { DomainError } from "../../../lib/errors.ts";

export interface ZipLimits {
  readonly maxPackedBytes: number;
  readonly maxUnpackedBytes: number;
}

export const ZIP_LIMITS: ZipLimits = { maxPackedBytes: 64 * 1024 * 1024, maxUnpackedBytes: 512 * 1024 * 1024 };

const tooLarge = (what: string, limit: number): DomainError =>
  new DomainError("file.tooLarge", `the workbook is larger than ${limit} bytes ${what}; send it as CSV`, { limit });

async function unpackedSize(packed: Buffer, limit: number): Promise<number> {
  const inflate = createInflateRaw();
  inflate.end(packed);
  let size = 0;
  for await (const chunk of inflate as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) break;
  }
  return size;
}

/**
 * Refuses a workbook that would not fit into memory once unpacked. The sizes that a ZIP claims can be false, so each
 * entry is really inflated, to nowhere. Throws file.corrupt when the bytes are no ZIP.
 */
export async function guardZip(path: string, limits: ZipLimits = ZIP_LIMITS): Promise<void> {
  if ((await stat(path)).size > limits.maxPackedBytes) throw tooLarge("packed", limits.maxPackedBytes);
  const zip = await readFile(path);
  const corrupt = (why: string) => new DomainError("file.corrupt", `the workbook is damaged: ${why}`, {});
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  if (end < 0 || end + 22 > zip.length) throw corrupt("its directory is missing");
  const entries = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let total = 0;
  try {
    for (let i = 0; i < entries; i++) {
      if (zip.readUInt32LE(at) !== 0x02014b50) throw corrupt("its directory is broken");
      const method = zip.readUInt16LE(at + 10);
      const packedBytes = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const packed = zip.subarray(start, start + packedBytes);
      if (packed.length !== packedBytes) throw corrupt("an entry is cut off");
      if (method !== 0 && method !== 8) throw corrupt(`compression method ${method} is not known`);
      total += method === 0 ? packedBytes : await unpackedSize(packed, limits.maxUnpackedBytes - total);
      if (total > limits.maxUnpackedBytes) throw tooLarge("unpacked", limits.maxUnpackedBytes);
      at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw corrupt(error instanceof Error ? error.message : String(error));
  }
}
