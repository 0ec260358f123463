import type { Act } from "./relay-store.ts";

export interface Grouping {
  /** The acts from the front that go into one transaction together. */
  choose(queued: readonly Act[]): Act[];
  /** These failed as a whole: from now on they travel in groups of half the size, which corners the one at fault. */
  split(actIds: readonly string[]): void;
  forget(actIds: readonly string[]): void;
}

/** Kept in memory only: after a restart a poisoned batch is cornered again. */
export function createGrouping(maxActs: number, maxGas: number): Grouping {
  const limits = new Map<string, number>();
  return {
    choose(queued) {
      const chosen: Act[] = [];
      let gas = 0;
      let limit = maxActs;
      for (const act of queued) {
        limit = Math.min(limit, limits.get(act.id) ?? maxActs);
        gas += act.gasLimit;
        if (chosen.length > 0 && (chosen.length >= limit || gas > maxGas)) break;
        chosen.push(act);
      }
      return chosen;
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
