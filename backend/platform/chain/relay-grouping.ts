import type { Act } from "./relay-store.ts";

export interface Bounds {
  acts: number;
  gas: number;
  /** Of the acts' call data: nodes refuse transactions beyond 128 kB. */
  bytes: number;
}

export interface Grouping {
  /** The acts from the front that go into one transaction together. `full`: no more would fit. */
  choose(queued: readonly Act[], bounds: Bounds): { acts: Act[]; full: boolean };
  /** These failed as a whole: from now on they travel in groups of half the size, which corners the one at fault. */
  split(actIds: readonly string[]): void;
  forget(actIds: readonly string[]): void;
}

/** Words of the ABI around an act's data: target, gas limit, id, offsets, length and padding. */
const BYTES_AROUND = 256;

/** Kept in memory only: after a restart a poisoned batch is cornered again. */
export function createGrouping(): Grouping {
  const limits = new Map<string, number>();
  return {
    choose(queued, bounds) {
      const acts: Act[] = [];
      let gas = 0;
      let bytes = 0;
      let limit = bounds.acts;
      for (const act of queued) {
        limit = Math.min(limit, limits.get(act.id) ?? bounds.acts);
        gas += act.gasLimit;
        bytes += act.data.length / 2 + BYTES_AROUND;
        const fits = acts.length < limit && gas <= bounds.gas && bytes <= bounds.bytes;
        if (acts.length > 0 && !fits) return { acts, full: true };
        acts.push(act);
      }
      return { acts, full: acts.length >= limit };
    },
    split(actIds) {
      const half = Math.max(1, Math.floor(actIds.length / 2));
      for (const id of actIds) limits.set(id, half);
    },
    forget(actIds) {
      for (const id of actIds) limits.delete(id);
    },
  };
}
