import type { Act, RelayStore } from "./relay-store.ts";

/** So many transactions' acts in one reading. */
const AHEAD = 2;

/** The front of the queue, kept in mind so that it is read once and not at every look. */
export interface RelayQueue {
  look(): Promise<readonly Act[]>;
  /** The first `count` were saved in a transaction. */
  taken(count: number): void;
  /** Something was queued. */
  wake(): void;
  /** Something went back into the queue, or another may have taken from it: all is read anew. */
  forget(): void;
}

/** Every `lookEveryMs` it is read even when nobody said that there is something. */
export function createRelayQueue(store: RelayStore, maxActs: number, lookEveryMs: number): RelayQueue {
  const limit = AHEAD * maxActs;
  let acts: Act[] = [];
  let mayHaveMore = true;
  let readAt = 0;
  return {
    async look() {
      const due = mayHaveMore || Date.now() - readAt >= lookEveryMs;
      if (acts.length < maxActs && due) {
        mayHaveMore = false;
        acts = await store.takeQueued(limit);
        if (acts.length === limit) mayHaveMore = true;
        readAt = Date.now();
      }
      return acts;
    },
    taken(count) {
      acts = acts.slice(count);
    },
    wake() {
      mayHaveMore = true;
    },
    forget() {
      acts = [];
      mayHaveMore = true;
    },
  };
}
