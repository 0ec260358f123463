import { compareValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { Deviation, percentiles, Sum } from "./expression-sums.ts";
import {
  type Compile,
  constantOf,
  fold,
  located,
  nullish,
  type Scope,
  shown,
  specText,
  truncatedLong,
} from "./expression-support.ts";
import type { Expression } from "./expressions.ts";

/** One group's running state for one output field. */
export interface Accumulator {
  add(v: Maybe): void;
  result(): Maybe;
}

class Extreme implements Accumulator {
  #best: Value | undefined;
  readonly #direction: number;
  constructor(direction: 1 | -1) {
    this.#direction = direction;
  }
  add(v: Maybe): void {
    if (nullish(v)) return;
    if (this.#best === undefined || compareValues(v, this.#best) * this.#direction > 0) this.#best = v;
  }
  result(): Maybe {
    return this.#best ?? null;
  }
}

function merging(): Accumulator {
  const out: Doc = new Map();
  return {
    add(v) {
      if (nullish(v)) return;
      if (!isDoc(v))
        throw located(40400, `$mergeObjects requires object inputs, but input ${shown(v)} is of type ${typeName(v)}`);
      for (const [k, x] of v) out.set(k, x);
    },
    result: () => out,
  };
}

function summing(result: (s: Sum) => Maybe): Accumulator {
  const sum = new Sum();
  return { add: (v) => sum.add(v), result: () => result(sum) };
}

function deviating(sample: boolean): Accumulator {
  const deviation = new Deviation();
  return { add: (v) => deviation.add(v), result: () => deviation.result(sample) };
}

/** What $group and expressions share: accumulators of one value a document. */
export const SHARED: Record<string, () => Accumulator> = {
  $sum: () => summing((s) => s.total()),
  $avg: () => summing((s) => s.average()),
  $min: () => new Extreme(-1),
  $max: () => new Extreme(1),
  $mergeObjects: merging,
  $stdDevPop: () => deviating(false),
  $stdDevSamp: () => deviating(true),
};

/** As an expression: over its arguments, or over the elements of the one argument that is an array. */
const over =
  (make: () => Accumulator): Compile =>
  (operand, scope) => {
    const parts = (isArray(operand) ? operand : [operand]).map(scope.compile);
    const [only] = parts;
    return fold(parts, (doc, vars) => {
      const state = make();
      if (parts.length !== 1) for (const p of parts) state.add(p(doc, vars));
      else {
        const v = only!(doc, vars);
        if (isArray(v)) for (const x of v) state.add(x);
        else state.add(v);
      }
      return state.result();
    });
  };

/** The count that an operator such as $firstN keeps. */
export function countOf(v: Maybe): number {
  const whole = isNumber(v) ? truncatedLong(v) : undefined;
  if (!isNumber(v) || whole === undefined)
    throw located(5787902, `Value for 'n' must be of integral type, but found ${shown(v)}`);
  if (Number(whole) !== toDouble(v))
    throw located(5787903, `Value for 'n' must be of integral type, but found ${shown(v)}`);
  if (whole <= 0n) throw located(5787908, `'n' must be greater than 0, found ${whole}`);
  return Number(whole);
}

class FirstN implements Accumulator {
  readonly #list: Value[] = [];
  readonly #n: number;
  constructor(n: number) {
    this.#n = n;
  }
  add(v: Maybe): void {
    if (this.#list.length < this.#n) this.#list.push(v ?? null);
  }
  result(): Maybe {
    return this.#list;
  }
}

class LastN implements Accumulator {
  readonly #list: Value[] = [];
  readonly #n: number;
  constructor(n: number) {
    this.#n = n;
  }
  add(v: Maybe): void {
    this.#list.push(v ?? null);
    if (this.#list.length > this.#n) this.#list.shift();
  }
  result(): Maybe {
    return this.#list;
  }
}

/** Keeps the n that come first in an order; of equal ones, those seen first. */
export class Best<T> {
  readonly list: T[] = [];
  readonly #n: number;
  readonly #compare: (a: T, b: T) => number;
  constructor(n: number, compare: (a: T, b: T) => number) {
    this.#n = n;
    this.#compare = compare;
  }
  add(v: T): void {
    const { list } = this;
    if (list.length === this.#n) {
      if (this.#compare(list[list.length - 1]!, v) <= 0) return;
      list.pop();
    }
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(list[middle]!, v) <= 0) low = middle + 1;
      else high = middle;
    }
    list.splice(low, 0, v);
  }
}

function extremes(n: number, direction: 1 | -1): Accumulator {
  const best = new Best<Value>(n, (a, b) => compareValues(a, b) * -direction);
  return {
    add: (v) => {
      if (!nullish(v)) best.add(v);
    },
    result: () => best.list,
  };
}

export const COUNTED: Record<string, (n: number) => Accumulator> = {
  $firstN: (n) => new FirstN(n),
  $lastN: (n) => new LastN(n),
  $minN: (n) => extremes(n, -1),
  $maxN: (n) => extremes(n, 1),
};

export interface Counted {
  n: Expression;
  input: Expression;
}

export function countedArguments(op: string, operand: Value, scope: Scope): Counted {
  if (!isDoc(operand)) {
    const code = op === "$firstN" || op === "$lastN" ? 5787801 : 5787900;
    throw located(code, `specification must be an object; found ${op}: ${specText(operand)}`);
  }
  for (const k of operand.keys())
    if (k !== "n" && k !== "input") throw located(5787901, `Unknown argument for 'n' operator: ${k}`);
  if (!operand.has("n")) throw located(5787906, "Missing value for 'n'");
  if (!operand.has("input")) throw located(5787907, "Missing value for 'input'");
  return { n: scope.compile(operand.get("n")!), input: scope.compile(operand.get("input")!) };
}

const counted =
  (op: string): Compile =>
  (operand, scope) => {
    const { n, input } = countedArguments(op, operand, scope);
    return fold([n, input], (doc, vars) => {
      const state = COUNTED[op]!(countOf(n(doc, vars)));
      const list = input(doc, vars);
      if (!isArray(list)) throw located(5788200, "Input must be an array");
      for (const v of list) state.add(v);
      return state.result();
    });
  };

export interface Quantile {
  input: Expression;
  /** Turns the numbers that were seen into the result. */
  finish: (numbers: number[]) => Value;
}

/** $percentile and $median, whose results here are exact. */
export function quantile(op: string, operand: Value, scope: Scope): Quantile {
  const median = op === "$median";
  if (!isDoc(operand))
    throw located(median ? 7436100 : 7429703, `specification must be an object; found ${op}: ${specText(operand)}`);
  const names = median ? ["input", "method"] : ["input", "p", "method"];
  for (const k of operand.keys())
    if (!names.includes(k)) throw located(40415, `BSON field '${op}.${k}' is an unknown field.`);
  for (const k of names)
    if (!operand.has(k)) throw located(40414, `BSON field '${op}.${k}' is missing but a required field`);
  const method = operand.get("method");
  if (typeof method !== "string")
    throw located(
      14,
      `BSON field '${op}.method' is the wrong type '${typeName(method)}', expected type 'string'`,
      "TypeMismatch",
    );
  if (method !== "approximate") throw badValue("Currently only 'approximate' can be used as percentile 'method'.");
  const fractions = median ? [0.5] : fractionsOf(operand.get("p")!, scope);
  return {
    input: scope.compile(operand.get("input")!),
    finish: (numbers) => {
      const found = percentiles(numbers, fractions);
      if (median) return found ? found[0]! : null;
      return found ?? fractions.map(() => null);
    },
  };
}

function fractionsOf(p: Value, scope: Scope): number[] {
  const known = constantOf(scope.compile(p));
  if (!known)
    throw located(
      7750300,
      `The $percentile 'p' field must be an array of constant values, but found value: ${specText(p)}.`,
    );
  const list = known.value;
  const wrong = (code: number, v: Maybe): Error =>
    located(code, `The $percentile 'p' field must be an array of numbers from [0.0, 1.0], but found: ${shown(v)}`);
  if (!isArray(list) || list.length === 0) throw wrong(7750301, list);
  return list.map((v) => {
    if (!isNumber(v)) throw wrong(7750302, v);
    const n = toDouble(v);
    if (n < 0 || n > 1) throw wrong(7750303, n);
    return n;
  });
}

const quantileExpression =
  (op: string): Compile =>
  (operand, scope) => {
    const { input, finish } = quantile(op, operand, scope);
    return fold([input], (doc, vars) => {
      const v = input(doc, vars);
      return finish((isArray(v) ? v : [v]).filter(isNumber).map(toDouble));
    });
  };

export const accumulatorExpressions: Record<string, Compile> = {
  ...Object.fromEntries(Object.entries(SHARED).map(([op, make]) => [op, over(make)])),
  ...Object.fromEntries(Object.keys(COUNTED).map((op) => [op, counted(op)])),
  $percentile: quantileExpression("$percentile"),
  $median: quantileExpression("$median"),
};
