import { compareValues } from "../bson/compare.ts";
import { int32, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { PAUSE } from "../pause.ts";
import { located, specText } from "./expression-support.ts";
import { compileExpression, type Expression } from "./expressions.ts";
import { each } from "./stage-support.ts";
import { type Bounds, UNITS, WHOLE, windowsOf } from "./stage-window-bounds.ts";
import type { Parsing, WindowFunction } from "./stage-window-functions.ts";

/* $derivative and $integral: how fast a value changes over the field that documents are sorted by, and its sum. */

const MILLISECONDS: Record<string, bigint> = {
  week: 604_800_000n,
  day: 86_400_000n,
  hour: 3_600_000n,
  minute: 60_000n,
  second: 1000n,
  millisecond: 1n,
};

interface Rate {
  input: Expression;
  /** The milliseconds of the unit in which a result is given. */
  unit: bigint | undefined;
}

function parse(op: string, argument: Value, { sortBy, vars }: Parsing): Rate {
  if (!sortBy) throw failedToParse(`${op} requires a sortBy`);
  if (sortBy.length !== 1) throw failedToParse(`${op} requires a non-compound sortBy`);
  if (!isDoc(argument))
    throw failedToParse(`${op} expects an object, but got a ${typeName(argument)}: ${specText(argument)}`);
  for (const k of argument.keys())
    if (k !== "input" && k !== "unit") throw failedToParse(`${op} got unexpected argument: ${k}`);
  const unit = argument.get("unit");
  if (unit !== undefined && typeof unit !== "string")
    throw failedToParse(`unit' must be a string, but got ${typeName(unit)}`);
  if (unit !== undefined && !UNITS.includes(unit)) throw failedToParse(`unknown time unit value: ${unit}`);
  const milliseconds = unit === undefined ? undefined : MILLISECONDS[unit];
  if (unit !== undefined && milliseconds === undefined) throw located(5490710, "unit must be 'week' or smaller");
  const input = argument.get("input");
  if (input === undefined) throw failedToParse(`${op} requires an 'input' expression`);
  return { input: compileExpression(input, vars), unit: milliseconds };
}

/** An operator on two values, as expressions have it. */
function operator(name: string): (a: Maybe, b: Maybe) => Maybe {
  const e = compileExpression(new Map([[name, ["$a", "$b"]]]));
  return (a, b) => {
    const pair = new Map<string, Value>();
    if (a !== undefined) pair.set("a", a);
    if (b !== undefined) pair.set("b", b);
    return e(pair, {});
  };
}

const add = operator("$add");
const subtract = operator("$subtract");
const multiply = operator("$multiply");
const divide = operator("$divide");
const isZero = (v: Maybe): boolean => isNumber(v) && compareValues(v, 0) === 0;

export function derivative(argument: Value, o: Parsing & { bounds: Bounds | undefined }): WindowFunction {
  const { input, unit } = parse("$derivative", argument, o);
  const { bounds, vars } = o;
  if (!bounds) throw failedToParse("$derivative requires explicit window bounds");
  return function* ({ docs, sortKeys, slice }) {
    const windowAt = windowsOf(bounds, sortKeys, docs.length);
    const out: Maybe[] = [];
    for (let i = 0; i < docs.length; i++) {
      if (slice.over) yield PAUSE;
      const window = windowAt(i);
      if (!window) {
        out.push(null);
        continue;
      }
      const [left, right] = window;
      checkTimes([sortKeys[left], sortKeys[right]], unit);
      const run = subtract(sortKeys[right], sortKeys[left]);
      const rise = subtract(input(docs[right], vars), input(docs[left], vars));
      if (rise === undefined || rise === null) throw located(5624903, "$derivative input must not be null or missing");
      const slope = isZero(run) ? null : divide(rise, run);
      out.push(unit === undefined || slope === null ? slope : multiply(slope, unit));
    }
    return out;
  };
}

function checkTimes(times: Maybe[], unit: bigint | undefined): void {
  const dates = times.every((t) => t instanceof Date);
  if (unit !== undefined) {
    if (!dates) throw located(5624900, "$derivative with 'unit' expects the sortBy field to be a Date");
  } else if (times.some((t) => t instanceof Date))
    throw located(5624901, "$derivative where the sortBy is a Date requires an 'unit'");
  else if (!times.every(isNumber))
    throw located(5624902, "$derivative (with no 'unit') expects the sortBy field to be numeric");
}

/** The area under the lines between the documents of each window. */
export function integralOver(argument: Value, o: Parsing & { bounds: Bounds | undefined }): WindowFunction {
  const { input, unit } = parse("$integral", argument, o);
  const { bounds = WHOLE, vars } = o;
  return function* ({ docs, sortKeys, slice }) {
    for (const t of sortKeys) {
      if (unit !== undefined && !(t instanceof Date))
        throw located(5423901, "$integral with 'unit' expects the sortBy field to be a Date");
      if (unit === undefined && !isNumber(t))
        throw located(5423902, "$integral (with no 'unit') expects the sortBy field to be numeric");
    }
    const values = yield* each(docs, slice, (d) => input(d, vars));
    /** The area between a document and the one before. */
    const areas = yield* each(values, slice, (y, i): Maybe => {
      if (i === 0) return int32(0);
      const width = subtract(sortKeys[i], sortKeys[i - 1]);
      return divide(multiply(add(y, values[i - 1]), width), 2);
    });
    const windowAt = windowsOf(bounds, sortKeys, docs.length);
    const out: Maybe[] = [];
    for (let i = 0; i < docs.length; i++) {
      if (slice.over) yield PAUSE;
      const window = windowAt(i);
      let area: Maybe = window ? int32(0) : null;
      for (let k = window ? window[0] + 1 : 0; window && k <= window[1]; k++) {
        area = add(area, areas[k]);
        if (slice.over) yield PAUSE;
      }
      out.push(window && unit !== undefined ? divide(area, unit) : area);
    }
    return out;
  };
}
