import { type Collection, freshTable, type Index, indexTable, tableOf } from "./catalog.ts";
import type { Sqlite } from "./sqlite.ts";

/** Of one index: some ten megabytes. */
const MOST_KEYS = 128_000;
/** Keys that are moved at a time: a few milliseconds. */
const STEP = 1_000;
/** For so long no document may have come in bulk before the rest is moved. */
const IDLE_MS = 1_000;

const MARK = "fresh:";

interface Held {
  readonly c: Collection;
  readonly index: Index;
  count: number;
  /** What came since the last step. */
  grown: number;
  /** Keys are moved in rounds, in their order: up to here in this one. */
  at: { k: Uint8Array; r: number };
  /** All keys of rows below this will have been moved when the round ends; 0 when it isn't known. */
  round: number;
  /** The keys of all rows below this have been moved. */
  settled: number;
}

const START = { k: Buffer.alloc(0), r: -1 };

/**
 * The keys of documents that came in bulk, before they are in their index's table. Among millions of keys those of a
 * thousand documents lie on nearly as many pages, and each page is written twice, to the log and to the file. So they
 * are gathered in memory (SQLite's own, under the same transactions) until neighbours have come together, and moved in
 * the order of the keys. The documents themselves are durable at once; which of them may lack keys in the file is
 * written down with them, as the first row, and after a crash their keys are made again.
 */
export class FreshKeys {
  readonly #sqlite: Sqlite;
  readonly #most: number;
  readonly #held = new Map<Index, Held>();
  /** By collection: its first row whose keys may be missing from the file. */
  #marks: Map<number, number>;
  #lastAt = 0;

  /** `most` keys of an index are held before some are moved on. */
  constructor(sqlite: Sqlite, most = MOST_KEYS) {
    this.#sqlite = sqlite;
    this.#most = most;
    this.#marks = freshRows(sqlite);
  }

  /** By collection: the first row whose keys may be missing from the file. */
  get marks(): ReadonlyMap<number, number> {
    return new Map(this.#marks);
  }

  /** After a crash: the keys of the collection's rows below `next` have been made again, or all of them. */
  completed(id: number, next: number | undefined): void {
    if (next === undefined) this.#unmark(id);
    else this.#mark(id, next);
  }

  has(index: Index): boolean {
    return (this.#held.get(index)?.count ?? 0) > 0;
  }

  /** Holds the keys of a row that was inserted in this command. */
  add(c: Collection, index: Index, keys: readonly Buffer[], r: number): void {
    if (keys.length === 0) return;
    const mark = this.#marks.get(c.id);
    if (mark === undefined || r < mark) this.#mark(c.id, r);
    let held = this.#held.get(index);
    if (!held) {
      held = { c, index, count: 0, grown: 0, at: START, round: 0, settled: 0 };
      this.#held.set(index, held);
    }
    if (held.count === 0) Object.assign(held, { at: START, round: r, settled: r });
    // A row number that is used again.
    else Object.assign(held, { round: Math.min(held.round, r), settled: Math.min(held.settled, r) });
    for (const key of keys)
      held.count += this.#sqlite.run(`INSERT OR IGNORE INTO ${freshTable(index)} (k, r) VALUES (?, ?)`, key, r).changes;
    held.grown += keys.length;
    this.#lastAt = Date.now();
    if (held.count <= this.#most || held.grown < STEP / 2) return;
    held.grown = 0;
    this.#move(held);
  }

  remove(index: Index, keys: readonly Buffer[], r: number): void {
    const held = this.#held.get(index);
    if (!held || held.count === 0) return;
    for (const key of keys)
      held.count -= this.#sqlite.run(`DELETE FROM ${freshTable(index)} WHERE k = ? AND r = ?`, key, r).changes;
  }

  /** Whether keys are left of which no more come in. */
  isIdle(now = Date.now()): boolean {
    return this.#marks.size > 0 && now - this.#lastAt > IDLE_MS;
  }

  /** Moves some keys on; false when there are none. */
  step(): boolean {
    for (const held of this.#held.values()) {
      if (held.count > 0 && !held.index.dropped) {
        this.#move(held);
        return true;
      }
      this.#held.delete(held.index);
    }
    for (const id of this.#marks.keys()) this.#unmark(id);
    return false;
  }

  /** Changes were rolled back: what is held is counted anew, and rounds begin from their start. */
  undo(collections: readonly Collection[]): void {
    this.#held.clear();
    this.#marks = freshRows(this.#sqlite);
    for (const c of collections) {
      if (!this.#marks.has(c.id)) continue;
      for (const index of c.indexes) {
        const count = this.#sqlite.prepare(`SELECT count(*) AS n FROM ${freshTable(index)}`).get()!.n as number;
        if (count > 0) this.#held.set(index, { c, index, count, grown: 0, at: START, round: 0, settled: 0 });
      }
    }
  }

  #move(held: Held): void {
    const { index, at } = held;
    const [to, from] = [`main.${indexTable(index)}`, freshTable(index)];
    const after = "(k, r) > (?, ?)";
    const end = this.#sqlite
      .prepare(`SELECT k, r FROM ${from} WHERE ${after} ORDER BY k, r LIMIT 1 OFFSET ${STEP - 1}`)
      .get(at.k, at.r) as { k: Uint8Array; r: number } | undefined;
    const where = end ? `${after} AND (k, r) <= (?, ?)` : after;
    const values = end ? [at.k, at.r, end.k, end.r] : [at.k, at.r];
    this.#sqlite.run(`INSERT OR IGNORE INTO ${to} SELECT k, r FROM ${from} WHERE ${where} ORDER BY k, r`, ...values);
    held.count -= this.#sqlite.run(`DELETE FROM ${from} WHERE ${where}`, ...values).changes;
    held.at = end ?? START;
    if (!end) this.#endRound(held);
  }

  #endRound(held: Held): void {
    const { c } = held;
    held.settled = Math.max(held.settled, held.round);
    held.round =
      1 + Number((this.#sqlite.prepare(`SELECT max(r) AS r FROM ${tableOf(c)}`).get() as { r: number | null }).r);
    const mates = [...this.#held.values()].filter((one) => one.c === c && one.count > 0);
    const settled = Math.min(...mates.map((one) => one.settled));
    if (mates.length === 0) this.#unmark(c.id);
    else if (settled > (this.#marks.get(c.id) ?? 0)) this.#mark(c.id, settled);
  }

  #mark(id: number, r: number): void {
    this.#sqlite.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", `${MARK}${id}`, String(r));
    this.#marks.set(id, r);
  }

  #unmark(id: number): void {
    this.#sqlite.run("DELETE FROM meta WHERE name = ?", `${MARK}${id}`);
    this.#marks.delete(id);
  }
}

/** By collection: the first row whose keys may be missing from the file. */
export function freshRows(sqlite: Sqlite): Map<number, number> {
  const marks = sqlite.prepare(`SELECT name, value FROM meta WHERE name GLOB '${MARK}*'`).all();
  return new Map(marks.map(({ name, value }) => [Number(String(name).slice(MARK.length)), Number(value)]));
}
