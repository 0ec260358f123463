import { decodeDoc, Writer, writeDoc } from "./bson/codec.ts";
import { type Doc, isArray, isDoc, type Value } from "./bson/types.ts";
import { StoreError, typeMismatch } from "./errors.ts";

export const MAX_MESSAGE_BYTES = 48_000_000;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** A command as it came: its body, and its kind-1 sequences still as raw BSON. */
export interface Request {
  requestId: number;
  legacy: boolean;
  /** The client wants no answer (w: 0). */
  silent: boolean;
  body: Doc;
  sequences: Map<string, Buffer[]>;
}

/** What can't be understood at all: the connection is closed. */
export class ProtocolError extends Error {}

/** Cuts a byte stream into messages. */
export class Framer {
  #chunks: Buffer[] = [];
  #have = 0;
  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    while (this.#have >= 16) {
      const need = this.#head();
      if (this.#have < need) return;
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const rest = all.subarray(need);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#have = rest.length;
      yield all.subarray(0, need);
    }
  }
  #head(): number {
    if (this.#chunks[0]!.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const size = this.#chunks[0]!.readInt32LE(0);
    if (size < 16 || size > MAX_MESSAGE_BYTES) throw new ProtocolError(`message of ${size} bytes`);
    return size;
  }
}

export function parseMessage(m: Buffer): Request {
  const requestId = m.readInt32LE(4);
  const opCode = m.readInt32LE(12);
  if (opCode === OP_MSG) return parseMsg(m, requestId);
  if (opCode === OP_QUERY) return parseQuery(m, requestId);
  throw new ProtocolError(`opcode ${opCode}`);
}

function parseQuery(m: Buffer, requestId: number): Request {
  const nameEnd = m.indexOf(0, 20);
  const name = m.toString("utf8", 20, nameEnd);
  if (!name.endsWith(".$cmd")) throw new ProtocolError("OP_QUERY is for the handshake only");
  const body = decodeDoc(m, nameEnd + 9);
  body.set("$db", name.slice(0, -5));
  return { requestId, legacy: true, silent: false, body, sequences: new Map() };
}

function parseMsg(m: Buffer, requestId: number): Request {
  const flags = m.readUInt32LE(16);
  // Of the lower 16 flags, those not known must be refused.
  if ((flags & 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0) throw new ProtocolError("unknown flags");
  const end = m.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  const sequences = new Map<string, Buffer[]>();
  let body: Doc | undefined;
  let at = 20;
  while (at < end) {
    const kind = m[at++];
    const size = m.readInt32LE(at);
    if (size < 5 || at + size > end) throw new ProtocolError("bad section length");
    if (kind === 0) body = decodeDoc(m, at);
    else if (kind === 1) readSequence(m, at, size, sequences);
    else throw new ProtocolError(`section kind ${kind}`);
    at += size;
  }
  if (!body) throw new ProtocolError("no body section");
  return { requestId, legacy: false, silent: (flags & MORE_TO_COME) !== 0, body, sequences };
}

function readSequence(m: Buffer, at: number, size: number, sequences: Map<string, Buffer[]>): void {
  const nameEnd = m.indexOf(0, at + 4);
  const docs: Buffer[] = [];
  let i = nameEnd + 1;
  while (i < at + size) {
    const n = m.readInt32LE(i);
    if (n < 5 || i + n > at + size) throw new ProtocolError("bad document length");
    docs.push(m.subarray(i, i + n));
    i += n;
  }
  sequences.set(m.toString("utf8", at + 4, nameEnd), docs);
}

/** A document as it was sent, decoded when it is looked at. */
export class Sent {
  readonly #doc: Doc | undefined;
  /** Its bytes, if these came by themselves. */
  readonly bytes: Buffer | undefined;
  constructor(doc: Doc | undefined, bytes: Buffer | undefined) {
    this.#doc = doc;
    this.bytes = bytes;
  }
  get doc(): Doc {
    return this.#doc ?? decodeDoc(this.bytes!);
  }
}

/** The documents of a command's list, whether sent inline or as a sequence. */
export function documentsOf(request: Request, name: string): Sent[] {
  const sequence = request.sequences.get(name);
  if (sequence) return sequence.map((bytes) => new Sent(undefined, bytes));
  const inline = request.body.get(name);
  if (inline === undefined) throw missingField(request, name);
  if (!isArray(inline))
    throw typeMismatch(`BSON field '${commandOf(request)}.${name}' is the wrong type, expected type 'array'`);
  return inline.map((doc: Value) => {
    if (!isDoc(doc))
      throw typeMismatch(`BSON field '${commandOf(request)}.${name}' is the wrong type, expected type 'object'`);
    return new Sent(doc, undefined);
  });
}

const commandOf = (request: Request): string => request.body.keys().next().value ?? "";
const missingField = (request: Request, name: string): StoreError =>
  new StoreError("IDLFailedToParse", `BSON field '${commandOf(request)}.${name}' is missing but a required field`);

/** An answer: a document, or BSON made by hand. */
export type Reply = Doc | Buffer;

export function frameReply(request: Request, reply: Reply, responseId: number): Buffer {
  const w = new Writer(256 + (Buffer.isBuffer(reply) ? reply.length : 0));
  w.int32(0);
  w.int32(responseId);
  w.int32(request.requestId);
  w.int32(request.legacy ? OP_REPLY : OP_MSG);
  if (request.legacy) {
    w.int32(8);
    w.int64(0n);
    w.int32(0);
    w.int32(1);
  } else {
    w.int32(0);
    w.byte(0);
  }
  if (Buffer.isBuffer(reply)) w.raw(reply);
  else writeDoc(w, reply);
  w.buf.writeInt32LE(w.pos, 0);
  return w.done();
}

/** {cursor: {firstBatch | nextBatch: [raw documents], id, ns}, ok: 1}, without decoding the documents. */
export function cursorReply(
  batchName: "firstBatch" | "nextBatch",
  batch: Uint8Array[],
  id: bigint,
  ns: string,
): Buffer {
  const w = new Writer(batch.reduce((n, d) => n + d.length + 8, 256));
  const outer = w.open();
  w.byte(0x03);
  w.cstring("cursor");
  const cursor = w.open();
  w.byte(0x04);
  w.cstring(batchName);
  const list = w.open();
  batch.forEach((d, i) => {
    w.byte(0x03);
    w.cstring(String(i));
    w.raw(d);
  });
  w.close(list);
  w.byte(0x12);
  w.cstring("id");
  w.int64(id);
  w.byte(0x02);
  w.cstring("ns");
  w.string(ns);
  w.close(cursor);
  w.byte(0x01);
  w.cstring("ok");
  w.double(1);
  w.close(outer);
  return w.done();
}
