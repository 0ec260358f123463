import { badValue } from "../errors.ts";

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
