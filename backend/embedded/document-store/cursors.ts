import { randomBytes } from "node:crypto";
import { StoreError } from "./errors.ts";
import { cursorReply } from "./wire.ts";

const IDLE_MS = 10 * 60_000;
const MAX_OPEN = 10_000;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** What MongoDB gives first when the client doesn't say. */
const FIRST_BATCH = 101;

interface Cursor {
  id: bigint;
  ns: string;
  source: Iterator<Uint8Array>;
  /** A document taken from the source that didn't fit the last batch. */
  held: Uint8Array | undefined;
  usedAt: number;
}

/** Open results. Each is a generator at rest, so a cursor costs a little memory whatever it still has to give. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();

  /** Answers a find or aggregate with its first batch, and keeps what is left under an id. */
  start(ns: string, source: Iterator<Uint8Array>, batchSize: number | undefined, single = false): Buffer {
    const cursor: Cursor = { id: 0n, ns, source, held: undefined, usedAt: Date.now() };
    const { batch, done } = fill(cursor, batchSize ?? FIRST_BATCH);
    if (done || single) {
      source.return?.();
      return cursorReply("firstBatch", batch, 0n, ns);
    }
    if (this.#open.size >= MAX_OPEN) throw new StoreError("InternalError", `more than ${MAX_OPEN} cursors are open`);
    cursor.id = this.#newId();
    this.#open.set(cursor.id, cursor);
    return cursorReply("firstBatch", batch, cursor.id, ns);
  }

  more(id: bigint, ns: string, batchSize: number | undefined): Buffer {
    const cursor = this.#open.get(id);
    if (!cursor || cursor.ns !== ns) throw new StoreError("CursorNotFound", `cursor id ${id} not found`);
    let result: ReturnType<typeof fill>;
    try {
      result = fill(cursor, batchSize || Number.POSITIVE_INFINITY);
    } catch (e) {
      this.#open.delete(id);
      throw e;
    }
    cursor.usedAt = Date.now();
    if (result.done) this.#open.delete(id);
    return cursorReply("nextBatch", result.batch, result.done ? 0n : id, ns);
  }

  kill(id: bigint): boolean {
    this.#open.get(id)?.source.return?.();
    return this.#open.delete(id);
  }

  /** Closes the cursors that nobody asked for in a while. */
  sweep(now = Date.now()): void {
    for (const c of this.#open.values()) if (now - c.usedAt > IDLE_MS) this.kill(c.id);
  }

  get size(): number {
    return this.#open.size;
  }

  #newId(): bigint {
    for (;;) {
      const id = randomBytes(8).readBigUInt64LE() >> 1n;
      if (id !== 0n && !this.#open.has(id)) return id;
    }
  }
}

function fill(cursor: Cursor, count: number): { batch: Uint8Array[]; done: boolean } {
  const batch: Uint8Array[] = [];
  let bytes = 0;
  while (batch.length < count) {
    let next = cursor.held;
    cursor.held = undefined;
    if (!next) {
      const step = cursor.source.next();
      if (step.done) return { batch, done: true };
      next = step.value;
    }
    if (batch.length > 0 && bytes + next.length > MAX_BATCH_BYTES) {
      cursor.held = next;
      return { batch, done: false };
    }
    bytes += next.length;
    batch.push(next);
  }
  return { batch, done: false };
}
