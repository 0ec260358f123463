import { randomBytes } from "node:crypto";
import { StoreError } from "./errors.ts";
import { PAUSE, type Steps } from "./pause.ts";
import { cursorReply } from "./wire.ts";

const IDLE_MS = 10 * 60_000;
const MAX_OPEN = 10_000;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** What MongoDB gives first when the client doesn't say. */
const FIRST_BATCH = 101;

/** Where a cursor's documents come from: a generator, or an array's iterator. */
export type Source = Iterator<Uint8Array | typeof PAUSE>;

interface Cursor {
  id: bigint;
  ns: string;
  source: Source;
  /** The session that it was opened in. */
  session: string | undefined;
  /** A document taken from the source that didn't fit the last batch. */
  held: Uint8Array | undefined;
  usedAt: number;
  /** A batch is being filled. */
  busy: boolean;
  killed: boolean;
  noTimeout: boolean;
}

export interface CursorOptions {
  batchSize?: number | undefined;
  singleBatch?: boolean;
  noTimeout?: boolean;
  session?: string | undefined;
}

/** Open results. Each is a generator at rest, so a cursor costs a little memory whatever it still has to give. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();

  /** Answers a find or aggregate with its first batch, and keeps what is left under an id. */
  *start(ns: string, source: Source, options: CursorOptions = {}): Steps<Buffer> {
    const cursor: Cursor = {
      id: 0n,
      ns,
      source,
      session: options.session,
      held: undefined,
      usedAt: Date.now(),
      busy: false,
      killed: false,
      noTimeout: options.noTimeout ?? false,
    };
    const { batch, done } = yield* fill(cursor, options.batchSize ?? FIRST_BATCH);
    if (done || options.singleBatch) {
      source.return?.();
      return cursorReply("firstBatch", batch, 0n, ns);
    }
    if (this.#open.size >= MAX_OPEN) throw new StoreError("InternalError", `more than ${MAX_OPEN} cursors are open`);
    cursor.id = this.#newId();
    this.#open.set(cursor.id, cursor);
    return cursorReply("firstBatch", batch, cursor.id, ns);
  }

  *more(id: bigint, ns: string, batchSize: number | undefined): Steps<Buffer> {
    const cursor = this.#open.get(id);
    if (!cursor) throw new StoreError("CursorNotFound", `cursor id ${id} not found`);
    if (cursor.ns !== ns)
      throw new StoreError(
        "Unauthorized",
        `Requested getMore on namespace '${ns}', but cursor belongs to a different namespace ${cursor.ns}`,
      );
    if (cursor.busy) throw new StoreError("CursorInUse", `cursor id ${id} is already in use`);
    cursor.busy = true;
    let last = true;
    try {
      const { batch, done } = yield* fill(cursor, batchSize || Number.POSITIVE_INFINITY);
      last = done;
      return cursorReply("nextBatch", batch, done ? 0n : id, ns);
    } finally {
      // Also when an error or the client's going away ends the work here.
      cursor.busy = false;
      cursor.usedAt = Date.now();
      if (last) this.kill(id);
    }
  }

  kill(id: bigint): boolean {
    const cursor = this.#open.get(id);
    if (!cursor) return false;
    cursor.killed = true;
    if (!cursor.busy) cursor.source.return?.();
    return this.#open.delete(id);
  }

  /** The session is over, or all of them are, and so are their cursors. */
  killSession(session?: string): void {
    for (const c of this.#open.values())
      if (c.session !== undefined && (session ?? c.session) === c.session) this.kill(c.id);
  }

  /** Closes the cursors that nobody asked for in a while. */
  sweep(now = Date.now()): void {
    for (const c of this.#open.values()) if (!c.busy && !c.noTimeout && now - c.usedAt > IDLE_MS) this.kill(c.id);
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

function* fill(cursor: Cursor, count: number): Steps<{ batch: Uint8Array[]; done: boolean }> {
  const batch: Uint8Array[] = [];
  let bytes = 0;
  while (batch.length < count) {
    let next = cursor.held;
    cursor.held = undefined;
    if (!next) {
      const step = cursor.source.next();
      if (step.done) return { batch, done: true };
      if (step.value === PAUSE) {
        yield PAUSE;
        if (cursor.killed) throw new StoreError("CursorKilled", `cursor id ${cursor.id} was killed`);
        continue;
      }
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
