import { type Collection, tableOf } from "./catalog.ts";
import type { Sqlite } from "./sqlite.ts";

/** Numbers of documents: counted once, then kept up with every write. */
export class DocumentCounts {
  readonly #sqlite: Sqlite;
  /** What the command under way added, to be taken back if it fails. */
  readonly #added = new Map<Collection, number>();

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  of(c: Collection): number {
    c.count ??= Number((this.#sqlite.prepare(`SELECT count(*) AS n FROM ${tableOf(c)}`).get() as { n: number }).n);
    return c.count;
  }

  add(c: Collection, n: number): void {
    if (c.count === undefined) return;
    c.count += n;
    this.#added.set(c, (this.#added.get(c) ?? 0) + n);
  }

  mark(): void {
    this.#added.clear();
  }

  undo(): void {
    for (const [c, n] of this.#added) if (c.count !== undefined) c.count -= n;
    this.#added.clear();
  }

  forget(collections: readonly Collection[]): void {
    this.#added.clear();
    for (const c of collections) c.count = undefined;
  }
}
