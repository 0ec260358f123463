import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Int32, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { badValue } from "../errors.ts";
import { DBPointer, type Doc, Undefined, type Value } from "./types.ts";

/** A growing buffer that documents and messages are written to. */
export class Writer {
  buf: Buffer;
  pos = 0;
  constructor(size = 512) {
    this.buf = Buffer.allocUnsafe(size);
  }
  room(n: number): void {
    if (this.pos + n <= this.buf.length) return;
    const next = Buffer.allocUnsafe(Math.max(this.buf.length * 2, this.pos + n));
    this.buf.copy(next, 0, 0, this.pos);
    this.buf = next;
  }
  byte(n: number): void {
    this.room(1);
    this.buf[this.pos++] = n;
  }
  int32(n: number): void {
    this.room(4);
    this.pos = this.buf.writeInt32LE(n, this.pos);
  }
  int64(n: bigint): void {
    this.room(8);
    this.pos = this.buf.writeBigInt64LE(BigInt.asIntN(64, n), this.pos);
  }
  double(n: number): void {
    this.room(8);
    this.pos = this.buf.writeDoubleLE(n, this.pos);
  }
  raw(b: Uint8Array): void {
    this.room(b.length);
    this.buf.set(b, this.pos);
    this.pos += b.length;
  }
  cstring(s: string): void {
    this.room(s.length * 3 + 1);
    if (s.includes("\0")) throw badValue("a field name must not contain a null byte");
    this.pos += this.buf.write(s, this.pos);
    this.buf[this.pos++] = 0;
  }
  string(s: string): void {
    this.room(s.length * 3 + 5);
    const n = this.buf.write(s, this.pos + 4);
    this.buf.writeInt32LE(n + 1, this.pos);
    this.pos += n + 4;
    this.buf[this.pos++] = 0;
  }
  /** Opens a document or array; give the answer to `close`. */
  open(): number {
    const at = this.pos;
    this.int32(0);
    return at;
  }
  close(at: number): void {
    this.byte(0);
    this.buf.writeInt32LE(this.pos - at, at);
  }
  done(): Buffer {
    return this.buf.subarray(0, this.pos);
  }
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
