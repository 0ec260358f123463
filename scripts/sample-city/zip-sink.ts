import { constants, crc32, deflateRawSync } from "node:zlib";

/** 1980-01-01, the first day that a ZIP can name: the same city has the same bytes whenever it is made. */
const FIRST_DAY = 0x0021;
/** Sizes come after the data; the name is UTF-8. */
const FLAGS = 0x0808;
const DEFLATED = 8;

function header(signature: number, before: number, name: Buffer, sum: number, packed: number, size: number): Buffer {
  const head = Buffer.alloc(before + 26);
  head.writeUInt32LE(signature, 0);
  let at = 4;
  if (before === 6) at = head.writeUInt16LE(20, at);
  at = head.writeUInt16LE(20, at);
  at = head.writeUInt16LE(FLAGS, at);
  at = head.writeUInt16LE(DEFLATED, at);
  at = head.writeUInt16LE(0, at);
  at = head.writeUInt16LE(FIRST_DAY, at);
  at = head.writeUInt32LE(sum, at);
  at = head.writeUInt32LE(packed, at);
  at = head.writeUInt32LE(size, at);
  at = head.writeUInt16LE(name.length, at);
  head.writeUInt16LE(0, at);
  return head;
}

/** Writes a ZIP of one file, piece by piece, in the order of its bytes. For files under 4 GB. */
export function zipSink(put: (bytes: Buffer) => void, fileName: string): { write(bytes: Buffer): void; end(): void } {
  const name = Buffer.from(fileName);
  let sum = 0;
  let size = 0;
  let packed = 0;
  const emit = (bytes: Buffer): void => {
    packed += bytes.length;
    put(bytes);
  };
  put(Buffer.concat([header(0x04034b50, 4, name, 0, 0, 0), name]));
  return {
    write(bytes) {
      sum = crc32(bytes, sum);
      size += bytes.length;
      // Flushed, not ended: such pieces one after another are one deflate stream.
      emit(deflateRawSync(bytes, { level: 4, finishFlush: constants.Z_SYNC_FLUSH }));
    },
    end() {
      emit(deflateRawSync(Buffer.alloc(0)));
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      descriptor.writeUInt32LE(sum, 4);
      descriptor.writeUInt32LE(packed, 8);
      descriptor.writeUInt32LE(size, 12);
      put(descriptor);
      const start = 30 + name.length + packed + descriptor.length;
      const entry = Buffer.concat([header(0x02014b50, 6, name, sum, packed, size), Buffer.alloc(14), name]);
      put(entry);
      const last = Buffer.alloc(22);
      last.writeUInt32LE(0x06054b50, 0);
      last.writeUInt16LE(1, 8);
      last.writeUInt16LE(1, 10);
      last.writeUInt32LE(entry.length, 12);
      last.writeUInt32LE(start, 16);
      put(last);
    },
  };
}
