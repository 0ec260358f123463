import { Decimal128 } from "bson";
import { toDouble } from "../bson/numbers.ts";
import type { Num, Value } from "../bson/types.ts";
import { located } from "./expression-support.ts";

/** Rounds the bounds of buckets to preferred numbers. */
export interface Rounder {
  up(v: Value): Value;
  down(v: Value): Value;
}

const words = (s: string): number[] => s.split(" ").map(Number);

/** The E series of three digits are the rounded powers of a root of ten, but for one entry of the finest. */
const powers = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => (n === 192 && i === 185 ? 920 : Math.round(100 * 10 ** (i / n))));

const R40 = words(
  "100 106 112 118 125 132 140 150 160 170 180 190 200 212 224 236 250 265 280 300 315 335 355 375 400 425 450 475 500 530 560 600 630 670 710 750 800 850 900 950",
);
const R80_BETWEEN = words(
  "103 109 115 122 128 136 145 155 165 175 185 195 206 218 230 243 258 272 290 307 325 345 365 387 412 437 462 487 515 545 575 615 650 690 730 775 825 875 925 975",
);

const SERIES: Record<string, number[]> = {
  R5: words("10 16 25 40 63"),
  R10: words("100 125 160 200 250 315 400 500 630 800"),
  R20: R40.filter((_, i) => i % 2 === 0),
  R40,
  R80: R40.flatMap((n, i) => [n, R80_BETWEEN[i]!]),
  "1-2-5": words("10 20 50"),
  E6: words("10 15 22 33 47 68"),
  E12: words("10 12 15 18 22 27 33 39 47 56 68 82"),
  E24: words("10 11 12 13 15 16 18 20 22 24 27 30 33 36 39 43 47 51 56 62 68 75 82 91"),
  E48: powers(48),
  E96: powers(96),
  E192: powers(192),
};

/** The results keep the type decimal; others become doubles. */
const keeping = (v: Value, n: number): Value => (v instanceof Decimal128 ? Decimal128.fromString(String(n)) : n);

function preferred(series: number[]): Rounder {
  const [first, last] = [series[0]!, series.at(-1)!];
  return {
    up(v) {
      const n = toDouble(v as Num);
      if (n === 0) return v;
      if (!Number.isFinite(n)) return keeping(v, n);
      let by = 1;
      while (n >= last * by) by *= 10;
      while (n < first * by) {
        const before = first * by;
        by /= 10;
        if (n >= last * by) return keeping(v, before);
      }
      return keeping(v, series.find((s) => n < s * by)! * by);
    },
    down(v) {
      const n = toDouble(v as Num);
      if (n === 0) return v;
      if (!Number.isFinite(n)) return keeping(v, n);
      let by = 1;
      while (n <= first * by) by /= 10;
      while (n > last * by) {
        const before = last * by;
        by *= 10;
        if (n <= first * by) return keeping(v, before);
      }
      return keeping(v, series.findLast((s) => s * by < n)! * by);
    },
  };
}

const powersOfTwo: Rounder = {
  up(v) {
    const n = toDouble(v as Num);
    return n === 0 ? v : keeping(v, 2 ** (Math.floor(Math.log2(n)) + 1));
  },
  down(v) {
    const n = toDouble(v as Num);
    return n === 0 ? v : keeping(v, 2 ** (Math.ceil(Math.log2(n)) - 1));
  },
};

export function rounderOf(name: string): Rounder {
  if (name === "POWERSOF2") return powersOfTwo;
  const series = Object.hasOwn(SERIES, name) ? SERIES[name] : undefined;
  if (!series) throw located(40257, `Unknown rounding granularity '${name}'`);
  return preferred(series);
}
