import { compareValues } from "../bson/compare.ts";
import { divide } from "../bson/numbers.ts";
import { type Doc, int32, isDoc, isNumber, type Maybe, type Num, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { keyText } from "../keys.ts";
import { widened } from "./expression-operators.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";

/** One group's running state for one output field. */
interface Accumulator {
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

const ACCUMULATORS: Record<string, () => Accumulator> = {
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

interface Field {
  name: string;
  make: () => Accumulator;
  value: Expression;
}

function field(name: string, spec: Value): Field {
  if (name.includes(".")) throw badValue(`The field name '${name}' cannot contain '.'`);
  if (!isDoc(spec) || spec.size !== 1) throw badValue(`The field '${name}' must specify one accumulator`);
  const [op, operand] = [...spec][0]!;
  const make = ACCUMULATORS[op];
  if (!make) throw new StoreError("InvalidOptions", `unknown group operator '${op}'`);
  return { name, make, value: op === "$count" ? () => int32(1) : compileExpression(operand) };
}

/** $group: reads all input, keeps one state per group, gives the groups in order of first appearance. */
export function groupStage(spec: Value, outer: Vars): (input: Iterable<Doc>) => Iterable<Doc> {
  if (!isDoc(spec)) throw badValue("a group's fields must be specified in an object");
  const id = spec.get("_id");
  if (id === undefined) throw badValue("a group specification must include an _id");
  const idOf = compileExpression(id);
  const fields = [...spec].filter(([k]) => k !== "_id").map(([k, v]) => field(k, v));
  return function* (input) {
    const groups = new Map<string, { id: Value; states: Accumulator[] }>();
    for (const d of input) {
      const vars = { ROOT: d, ...outer };
      const key = idOf(d, vars) ?? null;
      const text = keyText(key);
      let group = groups.get(text);
      if (!group) {
        group = { id: key, states: fields.map((f) => f.make()) };
        groups.set(text, group);
      }
      for (let i = 0; i < fields.length; i++) group.states[i]!.add(fields[i]!.value(d, vars));
    }
    for (const g of groups.values()) {
      const out: Doc = new Map([["_id", g.id]]);
      fields.forEach((f, i) => {
        const v = g.states[i]!.result();
        if (v !== undefined) out.set(f.name, v);
      });
      yield out;
    }
  };
}
