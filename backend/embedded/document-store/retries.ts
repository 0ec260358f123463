import { decodeDoc, encodeDoc } from "./bson/codec.ts";
import { toDouble } from "./bson/numbers.ts";
import { type Doc, doc, int32, isArray, isDoc, isNumber, type Maybe } from "./bson/types.ts";
import type { Progress } from "./commands/context.ts";
import { StoreError } from "./errors.ts";
import type { Sqlite } from "./sqlite.ts";

/** What names one retryable write: its session, and its number in it. */
export interface RetryKey {
  session: string;
  number: bigint;
}

/** What an earlier try left: its whole answer, or how far it got before the process ended. */
export type Earlier = { answer: Doc } | { progress: Progress };

const SESSION_MS = 30 * 60_000;

/**
 * The last retryable write of each session with its answer, kept in the same commit as its changes: so the same
 * session and number are applied once, however often they are sent and whatever happens in between.
 */
export class Retries {
  readonly #sqlite: Sqlite;
  /** The highest number seen of a session since the start; spares most writes the look into the table. */
  readonly #newest = new Map<string, bigint>();

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  find({ session, number }: RetryKey): Earlier | undefined {
    const newest = this.#newest.get(session);
    if (newest !== undefined && newest < number) {
      this.#newest.set(session, number);
      return undefined;
    }
    const row = this.#sqlite.prepare("SELECT number, done, kept FROM retries WHERE session = ?").get(session);
    const last = row && BigInt(row.number as string);
    if (last !== undefined && last > number)
      throw new StoreError(
        "TransactionTooOld",
        `Retryable write with txnNumber ${number} is prohibited on session ${session} because a newer retryable write with txnNumber ${last} has already started on this session.`,
      );
    this.#newest.set(session, number);
    if (!row || last !== number) return undefined;
    const kept = decodeDoc(row.kept as Uint8Array);
    return row.done === 1 ? { answer: kept } : { progress: progressFrom(kept) };
  }

  done(key: RetryKey, answer: Doc): void {
    this.#keep(key, 1, answer);
  }

  rests(key: RetryKey, p: Progress): void {
    this.#keep(key, 0, doc({ at: p.at, n: p.n, modified: p.modified, upserted: p.upserted, errors: p.errors }));
  }

  #keep({ session, number }: RetryKey, done: 0 | 1, kept: Doc): void {
    this.#sqlite.run(
      "INSERT INTO retries VALUES (?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE SET number = excluded.number, done = excluded.done, kept = excluded.kept, used = excluded.used",
      session,
      String(number),
      done,
      encodeDoc(kept),
      Date.now(),
    );
  }

  /** Forgets sessions that nobody used for as long as a session lives. */
  expire(now: number): void {
    const gone = this.#sqlite.prepare("DELETE FROM retries WHERE used < ? RETURNING session").all(now - SESSION_MS);
    for (const row of gone) this.#newest.delete(row.session as string);
  }
}

const number = (v: Maybe): number => (isNumber(v) ? toDouble(v) : 0);
const docs = (v: Maybe): Doc[] => (isArray(v) ? v.filter(isDoc) : []);
const progressFrom = (d: Doc): Progress => ({
  at: number(d.get("at")),
  n: number(d.get("n")),
  modified: number(d.get("modified")),
  upserted: docs(d.get("upserted")),
  errors: docs(d.get("errors")),
});

/** The answer to a write that was done before, as MongoDB marks it. */
export function retried(answer: Doc, statements: number, name: string): Doc {
  const out = new Map(answer);
  if (name.toLowerCase() === "findandmodify") out.set("retriedStmtId", int32(0));
  else
    out.set(
      "retriedStmtIds",
      Array.from({ length: statements }, (_, i) => int32(i)),
    );
  return out;
}
