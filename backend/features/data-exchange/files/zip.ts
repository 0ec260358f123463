import type { Readable } from "node:stream";
import iconv from "iconv-lite";
import { type Entry, openPromise } from "yauzl";
import { DomainError } from "../../../lib/errors.ts";

export interface ZipLimits {
  /** Of all entries together. */
  readonly maxUnpackedBytes: number;
  /** Unpacked ÷ packed of one entry; small entries may be packed tighter. */
  readonly maxRatio: number;
  readonly maxEntries: number;
}

export const ZIP_LIMITS: ZipLimits = { maxUnpackedBytes: 16 * 1024 ** 3, maxRatio: 300, maxEntries: 10_000 };
/** What any ratio may unpack to. */
const SMALL_BYTES = 16 * 1024 ** 2;

export interface ZipEntry {
  readonly name: string;
  readonly packedBytes: number;
  readonly bytes: number;
  open(): Promise<Readable>;
}

export interface Zip {
  readonly entries: readonly ZipEntry[];
  close(): void;
}

const corrupt = (error: unknown): DomainError =>
  new DomainError("file.corrupt", `the archive is damaged: ${error instanceof Error ? error.message : error}`, {});

/** Old archivers write names in the system's own encoding: on Chinese machines that is GBK, whatever the standard says. */
function nameOf(entry: Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  if (raw.every((byte) => byte < 0x80)) return raw.toString("latin1");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    return iconv.decode(raw, "gb18030");
  }
}

/**
 * The entries of a ZIP file, each to be read as a stream. What they claim to unpack to is limited, and an entry that
 * unpacks to anything else than it claims breaks off: an archive can't fill memory or disk.
 */
export async function openZip(path: string, limits: ZipLimits = ZIP_LIMITS): Promise<Zip> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false }).catch((error) => {
    throw corrupt(error);
  });
  try {
    if (zip.entryCount > limits.maxEntries) {
      throw new DomainError("file.tooLarge", `the archive has more than ${limits.maxEntries} entries`, {});
    }
    const entries: ZipEntry[] = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      if (entry.isEncrypted()) throw new DomainError("file.unsupported", `${name} is encrypted`, { name });
      if (!entry.canDecodeFileData()) throw corrupt(`${name} is packed in a way that is not known`);
      const { uncompressedSize: bytes, compressedSize: packedBytes } = entry;
      total += bytes;
      if (total > limits.maxUnpackedBytes || (bytes > SMALL_BYTES && bytes > packedBytes * limits.maxRatio)) {
        throw new DomainError("file.tooLarge", `${name} is larger unpacked than is taken; send it as CSV`, { name });
      }
      const open = () =>
        zip.openReadStreamPromise(entry).catch((error: unknown) => {
          throw corrupt(error);
        });
      entries.push({ name, packedBytes, bytes, open });
    }
    return { entries, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error instanceof DomainError ? error : corrupt(error);
  }
}

/** The entry's bytes. Throws file.corrupt where it is cut off, changed, or larger than it claims. */
export async function* bytesOfEntry(entry: ZipEntry): AsyncGenerator<Buffer> {
  const stream = await entry.open();
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw corrupt(error);
  } finally {
    stream.destroy();
  }
}
