import { createHash } from "node:crypto";

/** Repeatable chance: the same seed and labels give the same numbers on every machine. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** Whole number, both ends included. */
  int(from: number, to: number): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks by weight; weights needn't sum to one. */
  weighted<T>(items: readonly (readonly [T, number])[]): T;
  /** Normal distribution around 0 with deviation 1. */
  normal(): number;
  /** A count with this mean (Poisson). */
  count(mean: number): number;
}

/** sfc32 seeded from SHA-256 of the labels, so that streams with different labels share nothing. */
export function randomOf(...labels: readonly (string | number)[]): Random {
  const seed = createHash("sha256").update(labels.join("/")).digest();
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i++) next();
  const between = (from: number, to: number): number => from + next() * (to - from);
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    weighted(items) {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return items.at(-1)![0];
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    count(mean) {
      const limit = Math.exp(-mean);
      let n = 0;
      for (let product = next(); product > limit; product *= next()) n++;
      return n;
    },
  };
}
