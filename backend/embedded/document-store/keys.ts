import { type Binary, type BSONRegExp, type Code, Int32, type ObjectId, type Timestamp } from "bson";
import { Writer } from "./bson/codec.ts";
import { RANK, rank } from "./bson/compare.ts";
import { align, type Exact, exact, exactDouble, toDouble } from "./bson/numbers.ts";
import type { DBPointer, Doc, Num, Value } from "./bson/types.ts";

/*
 * Keys whose bytes sort as MongoDB sorts the values: a type byte, then a body that is never a prefix of
 * another body of its type. So fields of a compound key are simply written one after the other, and a
 * descending field is written with all its bits turned.
 */

const scratch = Buffer.alloc(8);

/** The biggest double that is not above |e|. */
function truncated(e: Exact, near: number): number {
  let d = Number.isFinite(near) ? near : Number.MAX_VALUE;
  for (;;) {
    const [p, q] = align(exactDouble(d), e);
    if (p <= q) return d;
    scratch.writeDoubleBE(d);
    scratch.writeBigUInt64BE(scratch.readBigUInt64BE() - 1n);
    d = scratch.readDoubleBE();
  }
}

/** What is left above the double: nothing (one byte 0), or its decimal exponent and digits. */
function writeRest(w: Writer, e: Exact, base: number): void {
  const [whole, part, exp] = align(e, exactDouble(base));
  const rest = whole - part;
  if (rest === 0n) {
    w.byte(0);
    return;
  }
  const digits = rest.toString();
  const magnitude = exp + digits.length + 0x8000;
  w.byte(1);
  w.byte(magnitude >> 8);
  w.byte(magnitude & 0xff);
  for (const c of digits.replace(/0+$/, "")) w.byte(c.charCodeAt(0));
  w.byte(0);
}

function writeDouble(w: Writer, d: number): void {
  w.room(8);
  w.buf.writeDoubleBE(d, w.pos);
  w.buf[w.pos]! |= 0x80;
  w.pos += 8;
}

function invert(w: Writer, from: number): void {
  for (let i = from; i < w.pos; i++) w.buf[i] = ~w.buf[i]! & 0xff;
}

function writeNumber(w: Writer, n: Num): void {
  const at = w.pos;
  const d = toDouble(n);
  if (Number.isNaN(d)) {
    w.raw(Buffer.alloc(9));
    return;
  }
  const simple = n instanceof Int32 || typeof n === "number" || (typeof n === "bigint" && Number.isSafeInteger(d));
  const e = simple ? d : exact(n);
  if (typeof e === "number") {
    writeDouble(w, Math.abs(e));
    w.byte(0);
    if (e < 0) invert(w, at);
    return;
  }
  const positive: Exact = { coef: e.coef < 0n ? -e.coef : e.coef, exp: e.exp };
  const base = truncated(positive, Math.abs(d));
  writeDouble(w, base);
  writeRest(w, positive, base);
  if (e.coef < 0n) invert(w, at);
}

function writeString(w: Writer, s: string): void {
  w.room(s.length * 3 + 2);
  const n = w.buf.write(s, w.pos);
  if (s.includes("\0")) {
    const bytes = Buffer.from(w.buf.subarray(w.pos, w.pos + n));
    for (const b of bytes) {
      w.byte(b);
      if (b === 0) w.byte(0xff);
    }
  } else w.pos += n;
  w.byte(0);
  w.byte(0);
}

function writeUint64(w: Writer, n: bigint): void {
  w.room(8);
  w.pos = w.buf.writeBigUInt64BE(BigInt.asUintN(64, n), w.pos);
}

function writeBody(w: Writer, type: number, v: Value): void {
  switch (type) {
    case RANK.number:
      writeNumber(w, v as Num);
      break;
    case RANK.string:
      writeString(w, String(v));
      break;
    case RANK.object:
      for (const [name, inner] of v as Map<string, Value>) {
        const t = rank(inner);
        w.byte(t);
        writeString(w, name);
        writeBody(w, t, inner);
      }
      w.byte(0);
      break;
    case RANK.array:
      for (const inner of v as Value[]) writeValue(w, inner);
      w.byte(0);
      break;
    case RANK.date:
      writeUint64(w, BigInt((v as Date).getTime()) + 2n ** 63n);
      break;
    case RANK.bool:
      w.byte(v ? 1 : 0);
      break;
    case RANK.objectId:
      w.raw((v as ObjectId).id);
      break;
    case RANK.binary: {
      const b = v as Binary;
      w.room(4);
      w.pos = w.buf.writeUInt32BE(b.position, w.pos);
      w.byte(b.sub_type);
      w.raw(b.buffer.subarray(0, b.position));
      break;
    }
    case RANK.timestamp:
      writeUint64(w, (v as Timestamp).toBigInt());
      break;
    case RANK.regex:
      writeString(w, (v as BSONRegExp).pattern);
      writeString(w, (v as BSONRegExp).options);
      break;
    case RANK.dbPointer: {
      const { ns, id } = v as DBPointer;
      w.room(4);
      w.pos = w.buf.writeUInt32BE(Buffer.byteLength(ns), w.pos);
      writeString(w, ns);
      w.raw(id.id);
      break;
    }
    case RANK.code:
      writeString(w, String((v as Code).code));
      break;
    case RANK.codeWithScope:
      writeString(w, String((v as Code).code));
      writeBody(w, RANK.object, (v as Code).scope as Doc);
      break;
    default:
    // undefined, null, MinKey and MaxKey are told by their type alone.
  }
}

function writeValue(w: Writer, v: Value): void {
  const type = rank(v);
  w.byte(type);
  writeBody(w, type, v);
}

/** MongoDB indexes an empty array as `undefined`, which sorts before null. */
export const EMPTY_ARRAY = Symbol("empty array");
export type KeyPart = Value | typeof EMPTY_ARRAY;

const shared = new Writer(4096);

/** The key of one or more fields; `descending[i]` turns the order of field i. */
export function encodeKey(parts: readonly KeyPart[], descending: readonly boolean[] = []): Buffer {
  shared.pos = 0;
  for (let i = 0; i < parts.length; i++) {
    const at = shared.pos;
    const part = parts[i]!;
    if (part === EMPTY_ARRAY) shared.byte(RANK.undefined);
    else writeValue(shared, part);
    if (descending[i]) invert(shared, at);
  }
  const out = Buffer.allocUnsafe(shared.pos);
  shared.buf.copy(out, 0, 0, shared.pos);
  return out;
}

/** The key of one value as text, for sets and maps of values. */
export const keyText = (v: Value): string => encodeKey([v]).toString("latin1");

/** The first key that doesn't start with `prefix` and sorts after it; null when there is none. */
export function after(prefix: Buffer): Buffer | null {
  const out = Buffer.from(prefix);
  for (let i = out.length - 1; i >= 0; i--) {
    if (out[i]! < 0xff) {
      out[i]!++;
      return out.subarray(0, i + 1);
    }
  }
  return null;
}
