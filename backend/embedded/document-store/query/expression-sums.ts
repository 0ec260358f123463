import { Decimal128, Int32 } from "bson";
import { arithmetic, decimalOf, exactDouble, toDouble } from "../bson/numbers.ts";
import { int32, isNumber, type Maybe, type Num } from "../bson/types.ts";
import { decimalDivide } from "./expression-decimal.ts";
import { fitsLong } from "./expression-support.ts";

const SAFE = 2 ** 52;

/**
 * A running sum in MongoDB's way: whole numbers exactly, doubles with the error of each addition kept apart
 * (so that the order of rows hardly matters), decimals by themselves. Its type is the widest that was added.
 */
export class Sum {
  count = 0;
  /** 0 = int, 1 = long, 2 = double, 3 = decimal. */
  #type = 0;
  #small = 0;
  #large = 0n;
  #high = 0;
  #low = 0;
  #decimal: Decimal128 | undefined;

  /** Adds a number; anything else is passed over. */
  add(v: Maybe): void {
    if (v instanceof Int32) this.#whole(v.value);
    else if (typeof v === "number") {
      if (this.#type < 2) this.#type = 2;
      this.#double(v);
    } else if (typeof v === "bigint") {
      if (this.#type < 1) this.#type = 1;
      this.#large += v;
    } else if (v instanceof Decimal128) {
      this.#type = 3;
      this.#decimal = this.#decimal ? (arithmetic("add", this.#decimal, v) as Decimal128) : v;
    } else return;
    this.count++;
  }

  #whole(n: number): void {
    this.#small += n;
    if (this.#small > SAFE || this.#small < -SAFE) {
      this.#large += BigInt(this.#small);
      this.#small = 0;
    }
  }

  #double(x: number): void {
    const sum = this.#high + x;
    if (Number.isFinite(sum)) {
      const part = sum - this.#high;
      this.#low += this.#high - (sum - part) + (x - part);
    }
    this.#high = sum;
  }

  /** All that isn't decimal, as two doubles whose sum it is. */
  #pair(): [number, number] {
    const whole = this.#large + BigInt(this.#small);
    if (whole === 0n) return [this.#high, this.#low];
    const high = Number(whole);
    const low = Number.isFinite(high) ? Number(whole - BigInt(high)) : 0;
    const sum = this.#high + high;
    if (!Number.isFinite(sum)) return [sum, 0];
    const part = sum - this.#high;
    return [sum, this.#low + (this.#high - (sum - part)) + (high - part) + low];
  }

  total(): Num {
    const whole = this.#large + BigInt(this.#small);
    if (this.#type < 2 && fitsLong(whole))
      return this.#type === 0 && BigInt.asIntN(32, whole) === whole ? int32(Number(whole)) : whole;
    const [high, low] = this.#pair();
    if (this.#type < 3) return Number.isFinite(high) ? high + low : high;
    if (!Number.isFinite(high)) return arithmetic("add", this.#decimal!, decimalOf(high))!;
    const rest = arithmetic("add", decimalOf(exactDouble(high)), decimalOf(exactDouble(low)))!;
    return high === 0 && low === 0 ? this.#decimal! : arithmetic("add", this.#decimal!, rest)!;
  }

  average(): Num | null {
    if (this.count === 0) return null;
    const total = this.total();
    return total instanceof Decimal128 ? decimalDivide(total, int32(this.count)) : toDouble(total) / this.count;
  }
}

/** The standard deviation in one pass (Welford), without the loss of digits that summing squares has. */
export class Deviation {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(v: Maybe): void {
    if (!isNumber(v)) return;
    const delta = toDouble(v) - this.#mean;
    this.#count++;
    if (delta === 0) return;
    this.#mean += delta / this.#count;
    this.#squares += delta * (toDouble(v) - this.#mean);
  }

  result(sample: boolean): number | null {
    const n = sample ? this.#count - 1 : this.#count;
    return n <= 0 ? null : Math.sqrt(this.#squares / n);
  }
}

/** The values at some fractions of the sorted numbers; undefined when there is no number. */
export function percentiles(numbers: number[], fractions: readonly number[]): number[] | undefined {
  const sorted = Float64Array.from(numbers.filter((n) => !Number.isNaN(n))).sort();
  const n = sorted.length;
  if (n === 0) return undefined;
  return fractions.map((p) => sorted[p >= 1 ? n - 1 : Math.max(0, Math.ceil(n * p) - 1)]!);
}
