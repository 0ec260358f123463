import { toDouble } from "../bson/numbers.ts";
import { int32, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { keyText } from "../keys.ts";
import {
  binary,
  doubleText,
  integral,
  located,
  nary,
  nullish,
  type Operator,
  same,
  shown,
  unary,
  variadic,
} from "./expression-support.ts";

/** Distinct values in the order of their first appearance. */
export function distinct(values: Value[]): Value[] {
  const seen = new Map<string, Value>();
  for (const v of values) {
    const key = keyText(v);
    if (!seen.has(key)) seen.set(key, v);
  }
  return [...seen.values()];
}

function elementAt(name: string, v: Value[], i: Maybe): Maybe {
  if (!isNumber(i)) throw located(28690, `${name}'s second argument must be a numeric value, but is ${typeName(i)}`);
  const index = integral(i);
  if (index === undefined)
    throw located(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${doubleText(toDouble(i))}`,
    );
  return v.at(index);
}

const end = (name: string, i: 0 | -1): Operator =>
  unary((v) => {
    if (nullish(v)) return null;
    if (!isArray(v)) throw located(28689, `${name}'s argument must be an array, but is ${typeName(v)}`);
    return v.at(i);
  });

function slice(args: Maybe[]): Maybe {
  const [v, a, b] = args;
  if (nullish(v) || nullish(a)) return null;
  if (!isArray(v)) throw located(28724, `First argument to $slice must be an array, but is of type: ${typeName(v)}`);
  if (!isNumber(a))
    throw located(28725, `Second argument to $slice must be a numeric value, but is of type: ${typeName(a)}`);
  const first = integral(a);
  if (first === undefined)
    throw located(
      28726,
      `Second argument to $slice can't be represented as a 32-bit integer: ${doubleText(toDouble(a))}`,
    );
  if (args.length === 2) return first >= 0 ? v.slice(0, first) : v.slice(first);
  if (nullish(b)) return null;
  if (!isNumber(b)) throw located(28727, `Third argument to $slice must be numeric, but is of type: ${typeName(b)}`);
  const count = integral(b);
  if (count === undefined)
    throw located(
      28728,
      `Third argument to $slice can't be represented as a 32-bit integer: ${doubleText(toDouble(b))}`,
    );
  if (count <= 0) throw located(28729, `Third argument to $slice must be positive: ${count}`);
  const start = first < 0 ? Math.max(0, v.length + first) : first;
  return v.slice(start, start + count);
}

const MAX_RANGE = 100 * 1024 * 1024;

function range(args: Maybe[]): Maybe {
  const whole = (v: Maybe, article: string, what: string, code: number): number => {
    if (!isNumber(v))
      throw located(
        code,
        `$range requires a numeric ${what} value, found value of type:${what === "step" ? "" : " "}${typeName(v)}`,
      );
    const n = integral(v);
    if (n === undefined)
      throw located(
        code + 1,
        `$range requires ${article} ${what} value that can be represented as a 32-bit integer, found value: ${shown(v)}`,
      );
    return n;
  };
  const from = whole(args[0], "a", "starting", 34443);
  const to = whole(args[1], "an", "ending", 34445);
  const step = args.length > 2 ? whole(args[2], "a", "step", 34447) : 1;
  if (step === 0) throw located(34449, "$range requires a non-zero step value");
  const needed = 24 + Math.max(0, 1 + Math.trunc((to - from) / step)) * 16;
  if (needed >= MAX_RANGE)
    throw new StoreError(
      "ExceededMemoryLimit",
      `$range would use too much memory (${needed} bytes) and cannot spill to disk. Memory limit: ${MAX_RANGE} bytes`,
    );
  const out: Value[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(int32(i));
  return out;
}

function indexOfArray(args: Maybe[]): Maybe {
  const [v, wanted] = args;
  if (nullish(v)) return null;
  if (!isArray(v)) throw located(40090, `$indexOfArray requires an array as a first argument, found: ${typeName(v)}`);
  const bound = (x: Maybe, what: string): number => {
    const n = integral(x);
    if (n === undefined)
      throw located(
        40096,
        `$indexOfArrayrequires an integral ${what}, found a value of type: ${typeName(x)}, with value: ${shown(x)}`,
      );
    if (n < 0) throw located(40097, `$indexOfArray requires a nonnegative ${what}, found: ${shown(x)}`);
    return n;
  };
  const start = args.length > 2 ? bound(args[2], "starting index") : 0;
  const stop = args.length > 3 ? Math.min(v.length, bound(args[3], "ending index")) : v.length;
  for (let i = start; i < stop; i++) if (same(v[i], wanted)) return int32(i);
  return int32(-1);
}

function concatArrays(args: Maybe[]): Maybe {
  const out: Value[] = [];
  for (const v of args) {
    if (nullish(v)) return null;
    if (!isArray(v)) throw located(28664, `$concatArrays only supports arrays, not ${typeName(v)}`);
    for (const x of v) out.push(x);
  }
  return out;
}

/** $arrayToObject takes pairs [key, value] or documents {k, v}: the first one says which. */
function arrayToObject(v: Maybe): Maybe {
  if (nullish(v)) return null;
  if (!isArray(v)) throw located(40386, `$arrayToObject requires an array input, found: ${typeName(v)}`);
  const pairs = isArray(v[0]);
  if (v.length > 0 && !pairs && !isDoc(v[0]))
    throw located(40398, `Unrecognised input type format for $arrayToObject: ${typeName(v[0])}`);
  return new Map(v.map(pairs ? pair : keyAndValue));
}

const CONSISTENT = "$arrayToObject requires a consistent input format. Elements mustall be arrays or all be objects.";

function pair(v: Value): [string, Value] {
  if (!isArray(v)) throw located(40396, `${CONSISTENT} Array was detected, now found: ${typeName(v)}`);
  if (v.length !== 2)
    throw located(40397, `$arrayToObject requires an array of size 2 arrays,found array of size: ${v.length}`);
  const [k, x] = v as [Value, Value];
  if (typeof k !== "string")
    throw located(
      40395,
      `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${typeName(k)}`,
    );
  if (k.includes("\0")) throw located(4940400, "Key field cannot contain an embedded null byte");
  return [k, x];
}

function keyAndValue(v: Value): [string, Value] {
  if (!isDoc(v)) throw located(40391, `${CONSISTENT} Object was detected, now found: ${typeName(v)}`);
  if (v.size !== 2)
    throw located(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${v.size}`,
    );
  const k = v.get("k");
  const x = v.get("v");
  if (k === undefined || x === undefined)
    throw located(
      40393,
      `$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: ${shown(v)}`,
    );
  if (typeof k !== "string")
    throw located(
      40394,
      `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${typeName(k)}`,
    );
  if (k.includes("\0")) throw located(4940401, "Key field cannot contain an embedded null byte");
  return [k, x];
}

export const arrayOperators: Record<string, Operator> = {
  $isArray: unary((v) => isArray(v)),
  $size: unary((v) => {
    if (!isArray(v)) throw located(17124, `The argument to $size must be an array, but was of type: ${typeName(v)}`);
    return int32(v.length);
  }),
  $first: end("$first", 0),
  $last: end("$last", -1),
  $reverseArray: unary((v) => {
    if (nullish(v)) return null;
    if (!isArray(v))
      throw located(34435, `The argument to $reverseArray must be an array, but was of type: ${typeName(v)}`);
    return v.toReversed();
  }),
  $arrayElemAt: binary((v, i) => {
    if (nullish(v) || nullish(i)) return null;
    if (!isArray(v)) throw located(28689, `$arrayElemAt's first argument must be an array, but is ${typeName(v)}`);
    return elementAt("$arrayElemAt", v, i);
  }),
  $in: binary((v, all) => {
    if (!isArray(all)) throw located(40081, `$in requires an array as a second argument, found: ${typeName(all)}`);
    for (const x of all) if (same(x, v)) return true;
    return false;
  }),
  $indexOfArray: nary(2, 4, indexOfArray),
  $concatArrays: variadic(concatArrays),
  $slice: nary(2, 3, slice),
  $range: nary(2, 3, range),
  $arrayToObject: unary(arrayToObject),
};
