import { equal } from "./compare.ts";
import { attempt } from "./harness.ts";
import { conflicts, type IndexModel, indexKeys, type Key } from "./keys.ts";
import { matches } from "./match.ts";
import { update } from "./update.ts";
import { type Doc, Refused, show } from "./values.ts";

/** Done, or why not; `keys` are all the unique keys that stood in the way. */
export type WriteOutcome =
  | "done"
  | { code: number | undefined; keys: { index: IndexModel; key: Key }[]; toString(): string };

const DUPLICATE_KEY = 11000;

/** A collection: its documents in order of insertion, and its indexes. */
export class Model {
  documents: Doc[] = [];
  readonly indexes: IndexModel[];
  constructor(indexes: IndexModel[]) {
    this.indexes = indexes;
  }

  toString(): string {
    return this.indexes
      .map(
        ({ name, key, unique, sparse, partialFilterExpression: p }) =>
          `${name}${unique ? " unique" : ""}${sparse ? " sparse" : ""} ${JSON.stringify(key)} ${p ? show(p) : ""}`,
      )
      .join("; ");
  }

  insert(d: Doc): WriteOutcome {
    return this.#put(d, this.documents, () => this.documents.push(d));
  }

  update(filter: Doc, change: Doc, arrayFilters: Doc[]): WriteOutcome {
    const at = this.documents.findIndex((d) => equal(d.get("_id"), filter.get("_id")));
    const result = attempt(() => update(this.documents[at] ?? new Map(), change, { filter, arrayFilters }));
    if ("refused" in result) return refusal(undefined, result.refused.message);
    if (at < 0) return "done";
    const others = this.documents.filter((_, i) => i !== at);
    return this.#put(result.value, others, () => {
      this.documents[at] = result.value;
    });
  }

  remove(filter: Doc): void {
    this.documents = this.documents.filter((d) => !matches(filter, d));
  }

  /** Refuses an index that its documents don't allow. */
  build(index: IndexModel): void {
    for (const [i, d] of this.documents.entries())
      if (conflicts(d, this.documents.slice(0, i), [index]).length > 0)
        throw new Refused("duplicate key", DUPLICATE_KEY);
    for (const d of this.documents) indexKeys(d, index);
    this.indexes.push(index);
  }

  #put(d: Doc, others: Doc[], store: () => void): WriteOutcome {
    const checked = attempt(() => {
      for (const index of this.indexes) indexKeys(d, index);
      return conflicts(d, others, this.indexes);
    });
    if ("refused" in checked) return refusal(checked.refused.code, checked.refused.message);
    if (checked.value.length > 0) {
      const keys = checked.value;
      return { ...refusal(DUPLICATE_KEY, "duplicate key"), keys };
    }
    store();
    return "done";
  }
}

const refusal = (code: number | undefined, message: string): Exclude<WriteOutcome, string> => ({
  code,
  keys: [],
  toString: () => `refused (${code}): ${message}`,
});
