import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { ChainStartError } from "./chain-dir.ts";

const dataSync = promisify(fdatasync);
const MAGIC = Buffer.from("RQCHAIN1");
// Payload length, CRC-32 of the payload, CRC-32 of these two: unsigned 32-bit little-endian. The header has its own
// checksum so that a damaged length is told apart from a record that the file ends in.
const HEADER_BYTES = 12;
const FIXED_BYTES = 8 + 32 + 4; // timestamp, parent hash, number of transactions

/** All that a block is made of. The parent's hash shows at replay that the chain came out the same. */
export interface BlockRecord {
  timestamp: number;
  parentHash: string;
  rawTransactions: string[];
}

/**
 * A record without a block: here a snapshot was taken and anvil started anew from it. That changes anvil (see replay.ts),
 * so whoever plays the log does the same at the same place. Blocks have a time, this has none.
 */
export const reloadMark = (parentHash: string): BlockRecord => ({ timestamp: 0, parentHash, rawTransactions: [] });
export const isReloadMark = ({ timestamp }: BlockRecord): boolean => timestamp === 0;

export class DamagedLogError extends ChainStartError {}

export interface BlockLog {
  /** Where the next record will start. */
  readonly size: number;
  /** Durable when it resolves. When it rejects, the log is as it was before. */
  append(record: BlockRecord): Promise<void>;
  read(fromOffset: number): Generator<{ record: BlockRecord; endOffset: number }>;
  close(): void;
}

export const LOG_START = MAGIC.length;

function encode({ timestamp, parentHash, rawTransactions }: BlockRecord): Buffer {
  const transactions = rawTransactions.map((raw) => Buffer.from(raw.slice(2), "hex"));
  const length = transactions.reduce((sum, bytes) => sum + 4 + bytes.length, FIXED_BYTES);
  const buffer = Buffer.alloc(HEADER_BYTES + length);
  let at = HEADER_BYTES;
  buffer.writeBigUInt64LE(BigInt(timestamp), at);
  Buffer.from(parentHash.slice(2), "hex").copy(buffer, at + 8);
  buffer.writeUInt32LE(transactions.length, at + 40);
  at += FIXED_BYTES;
  for (const bytes of transactions) {
    buffer.writeUInt32LE(bytes.length, at);
    bytes.copy(buffer, at + 4);
    at += 4 + bytes.length;
  }
  buffer.writeUInt32LE(length, 0);
  buffer.writeUInt32LE(crc32(buffer.subarray(HEADER_BYTES)), 4);
  buffer.writeUInt32LE(crc32(buffer.subarray(0, 8)), 8);
  return buffer;
}

function decode(payload: Buffer): BlockRecord {
  const rawTransactions: string[] = [];
  let at = FIXED_BYTES;
  for (let count = payload.readUInt32LE(40); count > 0; count--) {
    const length = payload.readUInt32LE(at);
    rawTransactions.push(`0x${payload.toString("hex", at + 4, at + 4 + length)}`);
    at += 4 + length;
  }
  return {
    timestamp: Number(payload.readBigUInt64LE(0)),
    parentHash: `0x${payload.toString("hex", 8, 40)}`,
    rawTransactions,
  };
}

function readExactly(fd: number, position: number, length: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const n = readSync(fd, buffer, done, length - done, position + done);
    if (n === 0) return undefined;
    done += n;
  }
  return buffer;
}

function onlyZerosFrom(fd: number, position: number, end: number): boolean {
  for (let at = position; at < end; at += 65_536) {
    const chunk = readExactly(fd, at, Math.min(65_536, end - at));
    if (!chunk || chunk.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** The payload at `offset`; "torn" when the file ends inside it, as a crash in the middle of an append leaves it. */
function readPayload(fd: number, offset: number, fileSize: number): Buffer | "torn" {
  const header = readExactly(fd, offset, HEADER_BYTES);
  if (!header) return "torn";
  const length = header.readUInt32LE(0);
  if (crc32(header.subarray(0, 8)) === header.readUInt32LE(8) && length >= FIXED_BYTES) {
    const end = offset + HEADER_BYTES + length;
    if (end > fileSize) return "torn";
    const payload = readExactly(fd, offset + HEADER_BYTES, length);
    if (payload && crc32(payload) === header.readUInt32LE(4)) return payload;
    if (end === fileSize) return "torn";
  }
  // Some file systems lengthen a file before its bytes are there: after a power cut zeros follow.
  if (onlyZerosFrom(fd, offset, fileSize)) return "torn";
  throw new DamagedLogError(
    `the chain's log is damaged at byte ${offset} of ${fileSize}; what follows was acknowledged, so nothing is cut off. Restore blocks.log from a backup`,
  );
}

/** Opens the log, checks each record and cuts a torn last one off: it was never acknowledged to anyone. */
export function openBlockLog(path: string): BlockLog {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  let size = fstatSync(fd).size;
  if (size < MAGIC.length) {
    ftruncateSync(fd, 0);
    writeSync(fd, MAGIC, 0, MAGIC.length, 0);
    size = MAGIC.length;
  } else if (!readExactly(fd, 0, MAGIC.length)?.equals(MAGIC)) {
    closeSync(fd);
    throw new DamagedLogError(`${path} is not a block log`);
  }

  const fileSize = size;
  let end = LOG_START;
  while (end < fileSize) {
    const payload = readPayload(fd, end, fileSize);
    if (payload === "torn") break;
    end += HEADER_BYTES + payload.length;
  }
  if (end < fileSize) ftruncateSync(fd, end);
  size = end;

  return {
    get size() {
      return size;
    },
    async append(record) {
      const buffer = encode(record);
      try {
        let done = 0;
        while (done < buffer.length) done += writeSync(fd, buffer, done, buffer.length - done, size + done);
        await dataSync(fd);
      } catch (error) {
        ftruncateSync(fd, size);
        throw error;
      }
      size += buffer.length;
    },
    *read(fromOffset) {
      let at = fromOffset;
      while (at < size) {
        const payload = readPayload(fd, at, size);
        if (payload === "torn") throw new DamagedLogError(`the chain's log ends early at byte ${at} of ${size}`);
        at += HEADER_BYTES + payload.length;
        yield { record: decode(payload), endOffset: at };
      }
    },
    close: () => closeSync(fd),
  };
}
