import { decodeCommand, decodeDoc, Writer, writeDoc } from "./bson/codec.ts";
import { type Doc, isArray } from "./bson/types.ts";
import { crc32c } from "./crc32c.ts";
import { StoreError, typeMismatch } from "./errors.ts";

export const MAX_MESSAGE_BYTES = 48_000_000;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const HEADER_BYTES = 16;

/** Lists of documents that a command may carry, in its body or as a sequence beside it. */
export const LISTS: ReadonlySet<string> = new Set(["documents", "updates", "deletes"]);

/** A command as it came: its body, and its lists of documents still as BSON. */
export interface Request {
  requestId: number;
  legacy: boolean;
  /** The client wants no answer (w: 0). */
  silent: boolean;
  body: Doc;
  sequences: Map<string, Buffer[]>;
  /** Why it can't be understood. */
  problem: StoreError | undefined;
}

/** Where even the next message can't be found or answered: the connection is closed. */
export class ProtocolError extends Error {}

/** Cuts a byte stream into messages. */
export class Framer {
  #chunks: Buffer[] = [];
  #have = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
  }

  /** How many bytes wait to be taken. */
  get size(): number {
    return this.#have;
  }

  /** The next message, once it is there whole. */
  next(): Buffer | undefined {
    if (this.#have < HEADER_BYTES) return undefined;
    const need = this.#head();
    if (this.#have < need) return undefined;
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const rest = all.subarray(need);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#have = rest.length;
    return all.subarray(0, need);
  }

  #head(): number {
    if (this.#chunks[0]!.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const size = this.#chunks[0]!.readInt32LE(0);
    if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) throw new ProtocolError(`message of ${size} bytes`);
    return size;
  }
}

/** Reads a message; what is wrong inside a whole one is told in its `problem`, as it can be answered. */
export function parseMessage(m: Buffer): Request {
  const requestId = m.readInt32LE(4);
  const opCode = m.readInt32LE(12);
  if (opCode === OP_MSG) return parseMsg(m, requestId);
  if (opCode === OP_QUERY) return parseQuery(m, requestId);
  throw new ProtocolError(`opcode ${opCode}`);
}

function parseQuery(m: Buffer, requestId: number): Request {
  const nameEnd = m.indexOf(0, 20);
  const name = nameEnd < 0 ? "" : m.toString("utf8", 20, nameEnd);
  if (!name.endsWith(".$cmd")) throw new ProtocolError("OP_QUERY is for the handshake only");
  const body = decodeDoc(m, nameEnd + 9);
  body.set("$db", name.slice(0, -5));
  return { requestId, legacy: true, silent: false, body, sequences: new Map(), problem: undefined };
}

function parseMsg(m: Buffer, requestId: number): Request {
  if (m.length < HEADER_BYTES + 4) throw new ProtocolError("a message without flags");
  const flags = m.readUInt32LE(16);
  // Of the lower 16 flags, those not known must be refused.
  if ((flags & 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0) throw new ProtocolError("unknown flags");
  const silent = (flags & MORE_TO_COME) !== 0;
  const request: Request = {
    requestId,
    legacy: false,
    silent,
    body: new Map(),
    sequences: new Map(),
    problem: undefined,
  };
  try {
    readSections(m, (flags & CHECKSUM_PRESENT) !== 0, request);
  } catch (e) {
    if (!(e instanceof StoreError || e instanceof RangeError)) throw e;
    request.problem = e instanceof StoreError ? e : invalid("a section is cut off");
  }
  return request;
}

const invalid = (what: string): StoreError => new StoreError("InvalidBSON", `Invalid message: ${what}`);

function readSections(m: Buffer, checksum: boolean, request: Request): void {
  const end = m.length - (checksum ? 4 : 0);
  const { sequences } = request;
  let body: Doc | undefined;
  let at = 20;
  while (at < end) {
    const kind = m[at++];
    if (kind !== 0 && kind !== 1) throw new StoreError("Location40432", `Unknown section kind ${kind}`);
    const size = m.readInt32LE(at);
    if (size < 5 || at + size > end) throw invalid("bad section length");
    if (kind === 1) readSequence(m.subarray(at, at + size), sequences);
    else if (body) throw new StoreError("Location40430", "Multiple body sections in message");
    else body = decodeCommand(m.subarray(at, at + size), LISTS, (name, docs) => add(sequences, name, docs));
    at += size;
  }
  if (!body) throw new StoreError("Location40587", "OP_MSG messages must have a body");
  for (const name of sequences.keys()) if (body.has(name)) throw twice(name);
  if (checksum && m.readUInt32LE(end) !== crc32c(m.subarray(0, end)))
    throw new StoreError("ChecksumMismatch", "OP_MSG checksum does not match contents");
  request.body = body;
}

function readSequence(section: Buffer, sequences: Map<string, Buffer[]>): void {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw invalid("the name of a document sequence has no end");
  const name = section.toString("utf8", 4, nameEnd);
  const docs: Buffer[] = [];
  let i = nameEnd + 1;
  while (i < section.length) {
    const n = section.readInt32LE(i);
    if (n < 5 || i + n > section.length) throw invalid("bad document length");
    docs.push(section.subarray(i, i + n));
    i += n;
  }
  add(sequences, name, docs);
}

function add(sequences: Request["sequences"], name: string, docs: Buffer[]): void {
  if (sequences.has(name)) throw twice(name);
  sequences.set(name, docs);
}

const twice = (name: string): StoreError =>
  new StoreError("Location40433", `Duplicate field between body and document sequence ${name}`);

/** The documents of a command's list. */
export function documentsOf(request: Request, name: string): Buffer[] {
  const docs = request.sequences.get(name);
  if (docs) return docs;
  const inline = request.body.get(name);
  if (inline === undefined) throw missingField(request, name);
  // A list of nothing but documents would be among the sequences.
  throw typeMismatch(
    `BSON field '${commandOf(request)}.${name}' is the wrong type, expected type '${isArray(inline) ? "object" : "array"}'`,
  );
}

const commandOf = (request: Request): string => request.body.keys().next().value ?? "";
const missingField = (request: Request, name: string): StoreError =>
  new StoreError("IDLFailedToParse", `BSON field '${commandOf(request)}.${name}' is missing but a required field`);

/** An answer: a document, or BSON made by hand. */
export type Reply = Doc | Buffer;

/** A whole answer; `tail` are elements, as BSON, that go to the end of its document. */
export function frameReply(request: Request, reply: Reply, responseId: number, tail: Buffer): Buffer {
  const w = new Writer(512 + (Buffer.isBuffer(reply) ? reply.length : 0));
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
  const at = w.pos;
  if (Buffer.isBuffer(reply)) w.raw(reply);
  else writeDoc(w, reply);
  w.pos--;
  w.raw(tail);
  w.close(at);
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
