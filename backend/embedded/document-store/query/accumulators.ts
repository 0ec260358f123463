import { toDouble } from "../bson/numbers.ts";
import { int32, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { typeMismatch } from "../errors.ts";
import { keyText } from "../keys.ts";
import {
  type Accumulator,
  Best,
  COUNTED,
  countedArguments,
  countOf,
  quantile,
  SHARED,
} from "./expression-accumulators.ts";
import { byKeys, keysOf } from "./expression-order.ts";
import { constant, located, type Scope, specText } from "./expression-support.ts";
import { type Expression, scopeFor, type Vars } from "./expressions.ts";
import { parseSort } from "./sorting.ts";

export type { Accumulator } from "./expression-accumulators.ts";

/** An accumulator that is ready to run: what it takes from each document, and a new state for a group. */
export interface CompiledAccumulator {
  value: Expression;
  /** It keeps all the values that it is given, so its memory grows with the input. */
  grows: boolean;
  /** `id` is the group's _id: the counts of $topN and its like may be computed from it. */
  make(id: Maybe, vars: Vars): Accumulator;
}

class First implements Accumulator {
  #seen = false;
  #value: Maybe;
  add(v: Maybe): void {
    if (this.#seen) return;
    this.#seen = true;
    this.#value = v;
  }
  result(): Maybe {
    return this.#value ?? null;
  }
}

class Last implements Accumulator {
  #value: Maybe;
  add(v: Maybe): void {
    this.#value = v;
  }
  result(): Maybe {
    return this.#value ?? null;
  }
}

class Push implements Accumulator {
  readonly #list: Value[] = [];
  add(v: Maybe): void {
    if (v !== undefined) this.#list.push(v);
  }
  result(): Maybe {
    return this.#list;
  }
}

class AddToSet implements Accumulator {
  readonly #seen = new Map<string, Value>();
  add(v: Maybe): void {
    if (v === undefined) return;
    const key = keyText(v);
    if (!this.#seen.has(key)) this.#seen.set(key, v);
  }
  result(): Maybe {
    return [...this.#seen.values()];
  }
}

const SIMPLE: Record<string, () => Accumulator> = {
  ...SHARED,
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: () => new AddToSet(),
};

const GROWING = new Set(["$push", "$addToSet", "$mergeObjects"]);

/** $top, $bottom and their N forms: each document gives its output and its sort keys. */
function ranked(op: string, operand: Value, scope: Scope): CompiledAccumulator {
  const single = op === "$top" || op === "$bottom";
  const top = op.startsWith("$top");
  if (!isDoc(operand)) throw located(5788001, `specification must be an object; found ${op}: ${specText(operand)}`);
  for (const k of operand.keys())
    if (k !== "output" && k !== "sortBy" && (single || k !== "n"))
      throw located(5788002, `Unknown argument to ${op} '${k}'`);
  if (!single && !operand.has("n")) throw located(5788003, "Missing value for 'n'");
  if (!operand.has("output")) throw located(5788004, "Missing value for 'output'");
  const by = operand.get("sortBy");
  if (by === undefined) throw located(5788005, "Missing value for 'sortBy'");
  if (!isDoc(by)) throw located(10065, "invalid parameter: expected an object (sortBy)");
  const fields = parseSort(by);
  const n = single ? constant(int32(1)) : scope.compile(operand.get("n")!);
  const output = scope.compile(operand.get("output")!);
  // A document's value is its keys and, behind them, its output.
  const order = byKeys(fields);
  return {
    value: (doc, vars) => [...keysOf(doc, fields), output(doc, vars) ?? null] as Value[],
    grows: false,
    make: (id, vars) => {
      const best = new Best<Value[]>(countFor(n, id, vars), top ? order : (a, b) => order(b, a));
      return {
        add: (v) => best.add(v as Value[]),
        result: () => {
          const found = best.list.map((x) => x[fields.length]!);
          if (single) return found[0] ?? null;
          return top ? found : found.reverse();
        },
      };
    },
  };
}

/** A count may be computed from the group's _id, when that is a document. */
const countFor = (n: Expression, id: Maybe, vars: Vars): number => countOf(n(isDoc(id) ? id : new Map(), vars));

/** Compiles one output field of $group; `outer` are the variables in reach, when they are known. */
export function compileAccumulator(op: string, operand: Value, outer?: Vars): CompiledAccumulator {
  const scope = scopeFor(outer);
  const simple = Object.hasOwn(SIMPLE, op) ? SIMPLE[op] : undefined;
  if (simple) {
    if (isArray(operand)) throw located(40237, `The ${op} accumulator is a unary operator`);
    return { value: scope.compile(operand), grows: GROWING.has(op), make: simple };
  }
  switch (op) {
    case "$count":
      if (!isDoc(operand) || operand.size > 0) throw typeMismatch("$count takes no arguments, i.e. $count:{}");
      return { value: constant(int32(1)), grows: false, make: SIMPLE.$sum! };
    case "$firstN":
    case "$lastN":
    case "$minN":
    case "$maxN": {
      const { n, input } = countedArguments(op, operand, scope);
      return { value: input, grows: false, make: (id, vars) => COUNTED[op]!(countFor(n, id, vars)) };
    }
    case "$top":
    case "$topN":
    case "$bottom":
    case "$bottomN":
      return ranked(op, operand, scope);
    case "$percentile":
    case "$median": {
      const { input, finish } = quantile(op, operand, scope);
      return { value: input, grows: true, make: () => gathering(finish) };
    }
    default:
      throw located(15952, `unknown group operator '${op}'`);
  }
}

function gathering(finish: (numbers: number[]) => Value): Accumulator {
  const numbers: number[] = [];
  return {
    add: (v) => {
      if (isNumber(v)) numbers.push(toDouble(v));
    },
    result: () => finish(numbers),
  };
}

/** One output field of $group as it is written: `{name: {$op: operand}}`. */
export function compileGroupField(name: string, spec: Value, outer?: Vars): CompiledAccumulator & { op: string } {
  if (!isDoc(spec)) throw located(40234, `The field '${name}' must be an accumulator object`);
  if (name.includes(".")) throw located(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith("$")) throw located(40236, `The field name '${name}' cannot be an operator name`);
  const [only] = spec;
  if (spec.size !== 1 || !only) throw located(40238, `The field '${name}' must specify one accumulator`);
  return { op: only[0], ...compileAccumulator(only[0], only[1], outer) };
}
