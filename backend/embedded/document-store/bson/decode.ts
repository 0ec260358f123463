import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { badValue, StoreError } from "../errors.ts";
import { DBPointer, type Doc, int32, UNDEFINED, type Value } from "./types.ts";

const MAX_DEPTH = 200;

export const invalid = (what: string): StoreError => new StoreError("InvalidBSON", `Invalid BSON: ${what}`);

export class Reader {
  readonly buf: Buffer;
  pos: number;
  constructor(buf: Buffer, pos: number) {
    this.buf = buf;
    this.pos = pos;
  }
  cstring(): string {
    const { buf } = this;
    const start = this.pos;
    let i = start;
    let ascii = true;
    while (buf[i] !== 0) {
      if (i >= buf.length) throw invalid("a name has no end");
      if (buf[i]! > 127) ascii = false;
      i++;
    }
    this.pos = i + 1;
    if (ascii && i - start < 16) {
      // Short names are built here: the call into native code costs more than they do.
      let s = "";
      for (let j = start; j < i; j++) s += String.fromCharCode(buf[j]!);
      return s;
    }
    return buf.toString("utf8", start, i);
  }
  string(): string {
    const n = this.buf.readInt32LE(this.pos);
    const start = this.pos + 4;
    if (n < 1 || start + n > this.buf.length || this.buf[start + n - 1] !== 0) throw invalid("bad string length");
    this.pos = start + n;
    return this.buf.toString("utf8", start, start + n - 1);
  }
  bytes(n: number): Buffer {
    if (n < 0 || this.pos + n > this.buf.length) throw invalid("bad length");
    const b = Buffer.allocUnsafeSlow(n);
    this.buf.copy(b, 0, this.pos, this.pos + n);
    this.pos += n;
    return b;
  }
}

/** Gives the name and type of each element to `visit`, which reads its value. */
export function readContainer(r: Reader, depth: number, visit: (name: string, type: number) => void): void {
  if (depth > MAX_DEPTH) throw invalid(`nested deeper than ${MAX_DEPTH} levels`);
  const start = r.pos;
  const size = r.buf.readInt32LE(start);
  const end = start + size;
  if (size < 5 || end > r.buf.length || r.buf[end - 1] !== 0) throw invalid("bad document length");
  r.pos = start + 4;
  while (r.pos < end - 1) {
    const type = r.buf[r.pos++]!;
    visit(r.cstring(), type);
  }
  if (r.pos !== end - 1) throw invalid("bad document length");
  r.pos = end;
}

function readDoc(r: Reader, depth: number): Doc {
  const out: Doc = new Map();
  readContainer(r, depth, (name, type) => out.set(name, readValue(r, type, depth)));
  return out;
}

function readArray(r: Reader, depth: number): Value[] {
  const out: Value[] = [];
  readContainer(r, depth, (_, type) => out.push(readValue(r, type, depth)));
  return out;
}

export function readValue(r: Reader, type: number, depth: number): Value {
  const { buf } = r;
  switch (type) {
    case 0x01:
      r.pos += 8;
      return buf.readDoubleLE(r.pos - 8);
    case 0x02:
      return r.string();
    case 0x03:
      return readDoc(r, depth + 1);
    case 0x04:
      return readArray(r, depth + 1);
    case 0x05: {
      const n = buf.readInt32LE(r.pos);
      const subtype = buf[r.pos + 4]!;
      r.pos += 5;
      if (subtype !== 2) return new Binary(r.bytes(n), subtype);
      // The old binary subtype repeats its length inside.
      r.pos += 4;
      return new Binary(r.bytes(n - 4), 2);
    }
    case 0x06:
      return UNDEFINED;
    case 0x0a:
      return null;
    case 0x07:
      return new ObjectId(r.bytes(12));
    case 0x08:
      return buf[r.pos++] === 1;
    case 0x09: {
      const ms = Number(buf.readBigInt64LE(r.pos));
      r.pos += 8;
      if (Math.abs(ms) > 8.64e15) throw badValue("dates beyond the year 275760 are not supported");
      return new Date(ms);
    }
    case 0x0b: {
      const pattern = r.cstring();
      return new BSONRegExp(pattern, r.cstring());
    }
    case 0x0c:
      return new DBPointer(r.string(), new ObjectId(r.bytes(12)));
    case 0x0d:
      return new Code(r.string());
    case 0x0e:
      return new BSONSymbol(r.string());
    case 0x0f: {
      const end = r.pos + buf.readInt32LE(r.pos);
      r.pos += 4;
      const code = new Code(r.string(), readDoc(r, depth + 1));
      if (r.pos !== end) throw invalid("bad length of code with scope");
      return code;
    }
    case 0x10:
      r.pos += 4;
      return int32(buf.readInt32LE(r.pos - 4));
    case 0x11:
      r.pos += 8;
      return new Timestamp(buf.readBigUInt64LE(r.pos - 8));
    case 0x12:
      r.pos += 8;
      return buf.readBigInt64LE(r.pos - 8);
    case 0x13:
      return new Decimal128(r.bytes(16));
    case 0xff:
      return new MinKey();
    case 0x7f:
      return new MaxKey();
    default:
      throw invalid(`type 0x${type.toString(16)} is not supported`);
  }
}

export const bufferOf = (b: Uint8Array): Buffer =>
  Buffer.isBuffer(b) ? b : Buffer.from(b.buffer, b.byteOffset, b.byteLength);

/** Runs a reader; beyond the end of the bytes is InvalidBSON too. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (e) {
    if (e instanceof RangeError) throw invalid("cut off");
    throw e;
  }
}

/** Decodes the document that starts at `offset`; what is malformed is InvalidBSON. */
export function decodeDoc(bytes: Uint8Array, offset = 0): Doc {
  return reading(() => readDoc(new Reader(bufferOf(bytes), offset), 0));
}

/** Decodes a command; the documents of the named lists are handed over as they are, and the lists left out. */
export function decodeCommand(
  bytes: Buffer,
  lists: ReadonlySet<string>,
  take: (name: string, docs: Buffer[]) => void,
): Doc {
  const out: Doc = new Map();
  const r = new Reader(bytes, 0);
  reading(() =>
    readContainer(r, 0, (name, type) => {
      const docs = type === 0x04 && out.size > 0 && lists.has(name) ? rawDocs(r) : undefined;
      if (docs) take(name, docs);
      else out.set(name, readValue(r, type, 0));
    }),
  );
  return out;
}

/** The documents in an array; undefined, and nothing read, when there is anything else in it. */
function rawDocs(r: Reader): Buffer[] | undefined {
  const { buf, pos } = r;
  const docs: Buffer[] = [];
  let other = false;
  readContainer(r, 1, (_, type) => {
    const at = r.pos;
    skip(r, type);
    if (r.pos > buf.length) throw invalid("bad document length");
    other ||= type !== 0x03;
    docs.push(buf.subarray(at, r.pos));
  });
  if (!other) return docs;
  r.pos = pos;
  return undefined;
}

/** Where a value ends, without reading it. */
export function skip(r: Reader, type: number): void {
  const at = r.pos;
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      r.pos += 8;
      break;
    case 0x02:
    case 0x0d:
    case 0x0e:
      r.pos += 4 + r.buf.readInt32LE(r.pos);
      break;
    case 0x03:
    case 0x04:
      r.pos += r.buf.readInt32LE(r.pos);
      break;
    case 0x05:
      r.pos += 5 + r.buf.readInt32LE(r.pos);
      break;
    case 0x07:
      r.pos += 12;
      break;
    case 0x08:
      r.pos += 1;
      break;
    case 0x10:
      r.pos += 4;
      break;
    case 0x13:
      r.pos += 16;
      break;
    default:
      // The rare ones are read and forgotten.
      readValue(r, type, 0);
  }
  if (r.pos < at) throw invalid("bad length");
}
