import { compareValues } from "../bson/compare.ts";
import { divide } from "../bson/numbers.ts";
import { type Doc, int32, isDoc, isNumber, type Maybe, type Num, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { keyText } from "../keys.ts";
import { widened } from "./expression-operators.ts";

/** One group's running state for one output field. */
export interface Accumulator {
  add(v: Maybe): void;
  result(): Maybe;
}

function sum(): Accumulator {
  let total: Num = int32(0);
  return {
    add: (v) => {
      if (isNumber(v)) total = widened("add", total, v);
    },
    result: () => total,
  };
}

function average(): Accumulator {
  let total: Num = int32(0);
  let n = 0;
  return {
    add: (v) => {
      if (!isNumber(v)) return;
      total = widened("add", total, v);
      n++;
    },
    result: () => (n === 0 ? null : divide(total, int32(n))),
  };
}

function extreme(direction: 1 | -1): Accumulator {
  let best: Value | undefined;
  return {
    add: (v) => {
      if (v !== undefined && v !== null && (best === undefined || compareValues(v, best) * direction > 0)) best = v;
    },
    result: () => best ?? null,
  };
}

function first(): Accumulator {
  let seen = false;
  let value: Maybe;
  return {
    add: (v) => {
      if (!seen) value = v;
      seen = true;
    },
    result: () => value ?? null,
  };
}

function last(): Accumulator {
  let value: Maybe;
  return {
    add: (v) => {
      value = v;
    },
    result: () => value ?? null,
  };
}

function push(): Accumulator {
  const list: Value[] = [];
  return { add: (v) => void (v !== undefined && list.push(v)), result: () => list };
}

function addToSet(): Accumulator {
  const seen = new Map<string, Value>();
  return {
    add: (v) => {
      if (v !== undefined) seen.set(keyText(v), v);
    },
    result: () => [...seen.values()],
  };
}

function deviation(sample: boolean): Accumulator {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (v) => {
      if (!isNumber(v)) return;
      // Welford's way: one pass, without the loss of digits that summing squares has.
      const x = Number(String(v));
      n++;
      const delta = x - mean;
      mean += delta / n;
      squares += delta * (x - mean);
    },
    result: () => (n < (sample ? 2 : 1) ? null : Math.sqrt(squares / (sample ? n - 1 : n))),
  };
}

function merge(): Accumulator {
  const out: Doc = new Map();
  return {
    add: (v) => {
      if (v === undefined || v === null) return;
      if (!isDoc(v)) throw badValue("$mergeObjects requires object inputs");
      for (const [k, x] of v) out.set(k, x);
    },
    result: () => out,
  };
}

export const ACCUMULATORS: Record<string, () => Accumulator> = {
  $sum: sum,
  $count: sum,
  $avg: average,
  $min: () => extreme(-1),
  $max: () => extreme(1),
  $first: first,
  $last: last,
  $push: push,
  $addToSet: addToSet,
  $mergeObjects: merge,
  $stdDevPop: () => deviation(false),
  $stdDevSamp: () => deviation(true),
};
