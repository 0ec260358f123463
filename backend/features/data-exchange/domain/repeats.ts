import { canonicalJson } from "../../../lib/canonical-json.ts";
import { sha256Bytes } from "../../../lib/fast-hash.ts";
import type { MappedRecord } from "./catalog.ts";

/**
 * first: not seen before in the file · duplicate: the same row again, to be dropped and counted ·
 * correction: the same key with other values; the later row wins.
 */
export type Repeat = "first" | "duplicate" | "correction";

export interface RepeatWatch {
  /** `canonical` is any text that differs where the record does. */
  see(record: Pick<MappedRecord, "key" | "fields">, canonical?: string): Repeat;
  has(key: string): boolean;
  readonly counts: Readonly<Record<Repeat, number>>;
}

const SLOT = 4;
const START = 1 << 12;
const MOST_FILLED = 0.6;

/**
 * The rows of one file by their keys: 64 bits of the key's hash and 64 of the row's, in one flat table, so that ten
 * million rows take a quarter of a gigabyte. Two keys with one hash make a false correction, which loses nothing.
 */
export function watchRepeats(): RepeatWatch {
  const counts: Record<Repeat, number> = { first: 0, duplicate: 0, correction: 0 };
  let slots = START;
  let table = new Uint32Array(slots * SLOT);
  let size = 0;

  /** Where this key is, or the free place for it. */
  function place(of: Uint32Array, count: number, low: number, high: number): number {
    let at = low & (count - 1);
    for (;;) {
      const index = at * SLOT;
      const [a, b] = [of[index]!, of[index + 1]!];
      if ((a === low && b === high) || (a === 0 && b === 0)) return index;
      at = (at + 1) & (count - 1);
    }
  }

  function grow(): void {
    const wider = new Uint32Array(slots * 2 * SLOT);
    for (let from = 0; from < table.length; from += SLOT) {
      const [low, high] = [table[from]!, table[from + 1]!];
      if (low === 0 && high === 0) continue;
      const to = place(wider, slots * 2, low, high);
      for (let i = 0; i < SLOT; i++) wider[to + i] = table[from + i]!;
    }
    slots *= 2;
    table = wider;
  }

  function wordsOf(text: string): [number, number] {
    const digest = sha256Bytes(text);
    // Never both zero: that marks a free place.
    return [digest.readUInt32LE(0), (digest.readUInt32LE(4) | 1) >>> 0];
  }

  return {
    counts,
    has(key) {
      const [low, high] = wordsOf(key);
      return table[place(table, slots, low, high) + 1] !== 0;
    },
    see({ key, fields }, canonical = canonicalJson(fields)) {
      const [low, high] = wordsOf(key);
      const [first, second] = wordsOf(canonical);
      const index = place(table, slots, low, high);
      const before = table[index + 1] !== 0;
      const repeat = !before
        ? "first"
        : table[index + 2] === first && table[index + 3] === second
          ? "duplicate"
          : "correction";
      table[index] = low;
      table[index + 1] = high;
      table[index + 2] = first;
      table[index + 3] = second;
      counts[repeat]++;
      if (!before && ++size > slots * MOST_FILLED) grow();
      return repeat;
    },
  };
}
