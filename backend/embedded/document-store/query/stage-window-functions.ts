import { Decimal128 } from "bson";
import { arithmetic, divide, toDouble } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, type Num, typeName, type Value } from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { PAUSE, type Slice, type Steps } from "../pause.ts";
import { type Accumulator, compileAccumulator } from "./accumulators.ts";
import { constantOf, integral, located, same, specText, truncatedLong } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import type { SortField } from "./sorting.ts";
import { each } from "./stage-support.ts";
import { type Bounds, parseBounds, WHOLE, type Window, windowsOf } from "./stage-window-bounds.ts";
import { derivative, integralOver } from "./stage-window-rates.ts";

/** What a window function knows of a partition: its documents in order, and what they are sorted by. */
export interface Partition {
  docs: readonly Doc[];
  /** The value of the one field that it is sorted by. */
  sortKeys: readonly Maybe[];
  slice: Slice;
}

/** The value for each document of a partition. */
export type WindowFunction = (p: Partition) => Steps<Maybe[]>;

export interface Parsing {
  sortBy: SortField[] | undefined;
  vars: Vars;
}

const ONLY_RANK = new Set(["$rank", "$denseRank", "$documentNumber"]);
const FILLS = new Set(["$locf", "$linearFill"]);
const OWN = new Set([
  ...ONLY_RANK,
  ...FILLS,
  "$shift",
  "$expMovingAvg",
  "$derivative",
  "$integral",
  "$covariancePop",
  "$covarianceSamp",
]);
const ACCUMULATED = new Set(
  "$sum $avg $min $max $count $push $addToSet $stdDevPop $stdDevSamp $first $last $firstN $lastN $minN $maxN $top $topN $bottom $bottomN $percentile $median".split(
    " ",
  ),
);
const isFunction = (name: string): boolean => OWN.has(name) || ACCUMULATED.has(name);

/** Reads `{$function: argument, window: …}`. */
export function compileWindowFunction(spec: Value, parsing: Parsing): WindowFunction {
  if (!isDoc(spec)) throw failedToParse(`The field must be an object, found ${typeName(spec)}`);
  const op = [...spec.keys()].find((k) => k.startsWith("$"));
  if (op === undefined) {
    const first = spec.keys().next().value;
    throw failedToParse(`Expected a $-prefixed window function${first === undefined ? "" : `, ${first}`}`);
  }
  if (!isFunction(op)) throw failedToParse(`Unrecognized window function, ${op}`);
  if (ONLY_RANK.has(op) && spec.size !== 1)
    throw located(5371601, "Rank style window functions take no other arguments");
  for (const k of spec.keys()) {
    if (k === op || k === "window") continue;
    throw failedToParse(
      isFunction(k)
        ? "Cannot specify two functions in window function spec"
        : `Window function found an unknown argument: ${k}`,
    );
  }
  const argument = spec.get(op)!;
  const window = spec.get("window");
  if (window !== undefined && FILLS.has(op)) throw failedToParse(`'window' field is not allowed in ${op}`);
  if (window !== undefined && op === "$shift") throw failedToParse("$shift does not accept a 'window' field");
  if (window !== undefined && op === "$expMovingAvg")
    throw failedToParse("$expMovingAvg must have exactly one argument that is an object");
  const bounds = window === undefined ? undefined : parseBounds(window, parsing.sortBy);
  return makerOf(op)(op, argument, { ...parsing, bounds });
}

type Make = (op: string, argument: Value, o: Parsing & { bounds: Bounds | undefined }) => WindowFunction;

function makerOf(op: string): Make {
  if (ONLY_RANK.has(op)) return ranking;
  if (ACCUMULATED.has(op)) return accumulating;
  return OTHERS[op]!;
}

/** A result that the accumulator will not change any more. */
const settled = (v: Maybe): Maybe => (isArray(v) ? [...v] : isDoc(v) ? new Map(v) : v);

/** The accumulators of $group, over windows. */
const accumulating: Make = (op, argument, { vars, bounds = WHOLE }) => {
  const { value, make } = compileAccumulator(op, argument, vars);
  return over(bounds, vars, value, () => make(null, vars));
};

/** Runs an accumulator over each window; what starts at the first document is added to as it goes. */
function over(bounds: Bounds, vars: Vars, value: Expression, make: () => Accumulator): WindowFunction {
  return function* ({ docs, sortKeys, slice }) {
    const values = yield* each(docs, slice, (d) => value(d, vars));
    const windowAt = windowsOf(bounds, sortKeys, docs.length);
    const out: Maybe[] = [];
    let state = make();
    let last: Window;
    for (let i = 0; i < docs.length; i++) {
      const window = windowAt(i);
      const grows = window && last && window[0] === last[0] && window[1] >= last[1];
      if (grows && window[1] === last![1]) {
        out.push(out.at(-1));
        continue;
      }
      if (!grows) state = make();
      if (window)
        for (let k = grows ? last![1] + 1 : window[0]; k <= window[1]; k++) {
          state.add(values[k]);
          if (slice.over) yield PAUSE;
        }
      out.push(settled(state.result()));
      last = window;
      if (slice.over) yield PAUSE;
    }
    return out;
  };
}

const oneSort = (op: string, sortBy: SortField[] | undefined, code: number): void => {
  if (sortBy?.length !== 1)
    throw located(code, `${op} must be specified with a top level sortBy expression with exactly one element`);
};

const ranking: Make = (op, argument, { sortBy }) => {
  if (!isDoc(argument) || argument.size > 0) throw located(5371603, `${op} must be specified with '{}' as the value`);
  oneSort(op, sortBy, 5371602);
  return ({ docs, sortKeys, slice }) => {
    let rank = 0;
    return each(docs, slice, (_, i) => {
      const tied = i > 0 && op !== "$documentNumber" && same(sortKeys[i], sortKeys[i - 1]);
      if (!tied) rank = op === "$rank" ? i + 1 : rank + 1;
      return BigInt(rank);
    });
  };
};

const shift: Make = (op, argument, { sortBy, vars }) => {
  if (!isDoc(argument)) throw failedToParse("Argument to $shift must be an object");
  for (const k of argument.keys())
    if (k !== "output" && k !== "by" && k !== "default") throw failedToParse(`Unknown argument in ${op}`);
  const rest = argument.get("default");
  const known = rest === undefined ? { value: null } : constantOf(compileExpression(rest, vars));
  if (!known) throw failedToParse("'$shift:default' expression must yield a constant value.");
  const by = argument.has("by") ? integral(argument.get("by")) : undefined;
  if (argument.has("by") && by === undefined)
    throw failedToParse(`'$shift:by' field must be an integer, but found  by: ${specText(argument.get("by")!)}`);
  if (!argument.has("output")) throw failedToParse("$shift requires an 'output' expression.");
  if (by === undefined) throw failedToParse("$shift requires 'by' as an integer value.");
  if (!sortBy) throw failedToParse("'$shift' requires a sortBy");
  const output = compileExpression(argument.get("output")!, vars);
  return ({ docs, slice }) => each(docs, slice, (_, i) => (docs[i + by] ? output(docs[i + by], vars) : known.value));
};

const MOVING =
  "$expMovingAvg sub object must have exactly two fields: An 'input' field, and either an 'N' field or an 'alpha' field";

function alphaOf(argument: Doc): Decimal128 {
  const n = argument.get("N");
  const alpha = argument.get("alpha");
  if (n !== undefined) {
    if (!isNumber(n)) throw failedToParse(`'N' field must be an integer, but found type ${typeName(n)}`);
    if (!Number.isInteger(toDouble(n)))
      throw failedToParse(
        `'N' field must be an integer, but found  N: ${specText(n)}. To use a non-integer, use the 'alpha' argument instead`,
      );
    const whole = truncatedLong(n);
    if (whole <= 0n) throw failedToParse(`'N' must be greater than zero. Got ${whole}`);
    return divide(Decimal128.fromString("2"), Decimal128.fromString(String(whole + 1n))) as Decimal128;
  }
  if (alpha === undefined) throw failedToParse(`Got unrecognized field in $expMovingAvg${MOVING}`);
  if (!isNumber(alpha)) throw failedToParse("'alpha' must be a number");
  if (!(toDouble(alpha) > 0 && toDouble(alpha) < 1))
    throw failedToParse(`'alpha' must be between 0 and 1 (exclusive), found alpha: ${specText(alpha)}`);
  return arithmetic("add", Decimal128.fromString("0"), alpha) as Decimal128;
}

const expMovingAvg: Make = (_, argument, { sortBy, vars }) => {
  if (!isDoc(argument)) throw failedToParse("$expMovingAvg must have exactly one argument that is an object");
  if (argument.size !== 2 || !argument.has("input")) throw failedToParse(MOVING);
  if (!sortBy) throw failedToParse("$expMovingAvg requires an explicit 'sortBy'");
  const alpha = alphaOf(argument);
  const rest = arithmetic("subtract", Decimal128.fromString("1"), alpha) as Decimal128;
  const input = compileExpression(argument.get("input")!, vars);
  return ({ docs, slice }) => {
    let average: Num | undefined;
    let decimal = false;
    return each(docs, slice, (d) => {
      const v = input(d, vars);
      if (isNumber(v)) {
        decimal ||= v instanceof Decimal128;
        const next = arithmetic("add", Decimal128.fromString("0"), v)!;
        average =
          average === undefined
            ? next
            : arithmetic("add", arithmetic("multiply", next, alpha)!, arithmetic("multiply", average, rest)!)!;
      }
      if (average === undefined) return null;
      return decimal ? average : toDouble(average);
    });
  };
};

const locf: Make = (_, argument, { vars }) => {
  const input = compileExpression(argument, vars);
  return ({ docs, slice }) => {
    let held: Value = null;
    return each(docs, slice, (d) => {
      held = input(d, vars) ?? held;
      return held;
    });
  };
};

const linearFill: Make = (op, argument, { sortBy, vars }) => {
  oneSort(op, sortBy, 605001);
  const input = compileExpression(argument, vars);
  return function* ({ docs, sortKeys, slice }) {
    const numbers = yield* each(docs, slice, (d) => {
      const v = input(d, vars) ?? null;
      if (v !== null && !isNumber(v)) throw located(6050201, "Value to be filled must be numeric or nullish");
      return v;
    });
    const place = sortKeys.map(placeOf);
    for (let i = 1; i < place.length; i++)
      if (toDouble(place[i]!) === toDouble(place[i - 1]!))
        throw located(6050106, "There can be no repeated values in the sort field");
    let before = -1;
    let after = 0;
    return yield* each(docs, slice, (_, i) => {
      if (numbers[i] !== null) before = i;
      after = Math.max(after, i);
      while (after < numbers.length && numbers[after] === null) after++;
      const known = numbers[i] !== null || before < 0 || after === numbers.length;
      return known ? numbers[i]! : between(place, numbers, before, after, i);
    });
  };
};

function placeOf(v: Maybe): Num {
  if (v instanceof Date) return v.getTime();
  if (!isNumber(v))
    throw located(605002, `$linearFill requires the sortBy field to be numeric or a date, but found ${typeName(v)}`);
  return v;
}

/** On the straight line between two documents that have a value. */
function between(x: Num[], y: (Num | null)[], a: number, b: number, at: number): Num {
  const minus = (p: Num, q: Num): Num => arithmetic("subtract", p, q)!;
  const slope = divide(minus(y[b]!, y[a]!), minus(x[b]!, x[a]!));
  return arithmetic("add", y[a]!, arithmetic("multiply", slope, minus(x[at]!, x[a]!))!)!;
}

const covariance: Make = (op, argument, { vars, bounds = WHOLE }) =>
  over(bounds, vars, compileExpression(argument, vars), () => {
    let n = 0;
    let [x, y, sum] = [0, 0, 0];
    return {
      add(v) {
        if (!isArray(v) || v.length !== 2 || !v.every(isNumber)) return;
        const [p, q] = v.map((z) => toDouble(z as Num)) as [number, number];
        n++;
        const dx = p - x;
        x += dx / n;
        y += (q - y) / n;
        sum += dx * (q - y);
      },
      result: () => {
        const by = op === "$covariancePop" ? n : n - 1;
        return by > 0 ? sum / by : null;
      },
    };
  });

const OTHERS: Record<string, Make> = {
  $shift: shift,
  $expMovingAvg: expMovingAvg,
  $locf: locf,
  $linearFill: linearFill,
  $derivative: (_, argument, o) => derivative(argument, o),
  $integral: (_, argument, o) => integralOver(argument, o),
  $covariancePop: covariance,
  $covarianceSamp: covariance,
};
