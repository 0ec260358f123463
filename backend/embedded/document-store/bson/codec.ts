import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Int32, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { badValue, StoreError } from "../errors.ts";
import { DBPointer, type Doc, int32, UNDEFINED, Undefined, type Value } from "./types.ts";
import { Writer } from "./writer.ts";

export { Writer } from "./writer.ts";

export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 200;

const invalid = (what: string): StoreError => new StoreError("InvalidBSON", `Invalid BSON: ${what}`);

class Reader {
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

function readContainer(r: Reader, depth: number, visit: (name: string, value: Value) => void): void {
  if (depth > MAX_DEPTH) throw invalid(`nested deeper than ${MAX_DEPTH} levels`);
  const start = r.pos;
  const size = r.buf.readInt32LE(start);
  const end = start + size;
  if (size < 5 || end > r.buf.length || r.buf[end - 1] !== 0) throw invalid("bad document length");
  r.pos = start + 4;
  while (r.pos < end - 1) {
    const type = r.buf[r.pos++]!;
    const name = r.cstring();
    visit(name, readValue(r, type, depth));
  }
  if (r.pos !== end - 1) throw invalid("bad document length");
  r.pos = end;
}

function readDoc(r: Reader, depth: number): Doc {
  const out: Doc = new Map();
  readContainer(r, depth, (name, value) => out.set(name, value));
  return out;
}

function readArray(r: Reader, depth: number): Value[] {
  const out: Value[] = [];
  readContainer(r, depth, (_, value) => out.push(value));
  return out;
}

function readValue(r: Reader, type: number, depth: number): Value {
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

/** Decodes the document that starts at `offset`; what is malformed is InvalidBSON. */
export function decodeDoc(bytes: Uint8Array, offset = 0): Doc {
  const buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readDoc(new Reader(buf, offset), 0);
  } catch (e) {
    if (e instanceof RangeError) throw invalid("cut off");
    throw e;
  }
}

/** Where a value ends, without reading it. */
function skip(r: Reader, type: number): void {
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
}

/** Decodes only the named top-level fields; the others are stepped over. */
export function decodeFields(bytes: Uint8Array, names: ReadonlySet<string>): Doc {
  const buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const r = new Reader(buf, 4);
  const out: Doc = new Map();
  const end = buf.length - 1;
  try {
    while (r.pos < end && out.size < names.size) {
      const type = buf[r.pos++]!;
      const name = r.cstring();
      if (names.has(name)) out.set(name, readValue(r, type, 0));
      else skip(r, type);
    }
  } catch (e) {
    if (e instanceof RangeError) throw invalid("cut off");
    throw e;
  }
  return out;
}

/** The bytes of a document with this _id at their front, in place of one further on; all else stays as it was sent. */
export function withIdFirst(bytes: Buffer, id: Value): Buffer {
  const r = new Reader(bytes, 4);
  let [from, to] = [4, 4];
  while (r.pos < bytes.length - 1 && to === 4) {
    const at = r.pos;
    const type = bytes[r.pos++]!;
    const name = r.cstring();
    skip(r, type);
    if (name === "_id") [from, to] = [at, r.pos];
  }
  const w = new Writer(bytes.length + 64);
  const start = w.open();
  writeElement(w, "_id", id);
  w.raw(bytes.subarray(4, from));
  w.raw(bytes.subarray(to, -1));
  w.close(start);
  return w.done();
}

const header = (w: Writer, type: number, name: string): void => {
  w.byte(type);
  w.cstring(name);
};

export function writeDoc(w: Writer, d: Doc): void {
  const at = w.open();
  for (const [name, value] of d) writeElement(w, name, value);
  w.close(at);
}

export function writeElement(w: Writer, name: string, v: Value): void {
  if (typeof v === "string") {
    header(w, 0x02, name);
    w.string(v);
  } else if (v instanceof Int32) {
    header(w, 0x10, name);
    w.int32(v.value);
  } else if (typeof v === "number") {
    header(w, 0x01, name);
    w.double(v);
  } else if (v === null) header(w, 0x0a, name);
  else if (typeof v === "boolean") {
    header(w, 0x08, name);
    w.byte(v ? 1 : 0);
  } else if (v instanceof Map) {
    header(w, 0x03, name);
    writeDoc(w, v);
  } else if (Array.isArray(v)) {
    header(w, 0x04, name);
    const at = w.open();
    for (let i = 0; i < v.length; i++) writeElement(w, String(i), v[i]!);
    w.close(at);
  } else if (v instanceof Date) {
    header(w, 0x09, name);
    w.int64(BigInt(v.getTime()));
  } else if (typeof v === "bigint") {
    header(w, 0x12, name);
    w.int64(v);
  } else writeRare(w, name, v);
}

function writeRare(w: Writer, name: string, v: Value): void {
  if (v instanceof ObjectId) {
    header(w, 0x07, name);
    w.raw(v.id);
  } else if (v instanceof Binary) {
    const bytes = v.buffer.subarray(0, v.position);
    header(w, 0x05, name);
    w.int32(bytes.length + (v.sub_type === 2 ? 4 : 0));
    w.byte(v.sub_type);
    if (v.sub_type === 2) w.int32(bytes.length);
    w.raw(bytes);
  } else if (v instanceof Decimal128) {
    header(w, 0x13, name);
    w.raw(v.bytes);
  } else if (v instanceof Timestamp) {
    header(w, 0x11, name);
    w.int64(v.toBigInt());
  } else if (v instanceof BSONRegExp) {
    header(w, 0x0b, name);
    w.cstring(v.pattern);
    w.cstring(v.options);
  } else if (v instanceof Code) {
    header(w, v.scope ? 0x0f : 0x0d, name);
    const at = v.scope && w.open();
    w.string(String(v.code));
    if (at !== null) {
      writeDoc(w, v.scope as Doc);
      w.buf.writeInt32LE(w.pos - at, at);
    }
  } else if (v instanceof DBPointer) {
    header(w, 0x0c, name);
    w.string(v.ns);
    w.raw(v.id.id);
  } else if (v instanceof Undefined) header(w, 0x06, name);
  else if (v instanceof BSONSymbol) {
    header(w, 0x0e, name);
    w.string(v.value);
  } else if (v instanceof MinKey) header(w, 0xff, name);
  else if (v instanceof MaxKey) header(w, 0x7f, name);
  else throw badValue("a value of this type can't be stored");
}

/** Encodes a document into a buffer of its own. */
export function encodeDoc(d: Doc): Buffer {
  const w = new Writer();
  writeDoc(w, d);
  return Buffer.from(w.done());
}

export function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new StoreError(
      "BSONObjectTooLarge",
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
}
