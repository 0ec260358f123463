import { Decimal128, Double, Int32, type Long } from "mongodb";
import { average, greatest, least, merge, nullish, type Result, total } from "./accumulators.ts";
import { compare, equal } from "./compare.ts";
import { truthy } from "./match.ts";
import {
  arithmetic,
  divideDecimals,
  integral,
  remainderOfDecimals,
  roundedDecimal,
  toBigInt,
  toDecimal,
  toDouble,
} from "./numbers.ts";
import { readPath } from "./paths.ts";
import { slice as sliceOf } from "./projection.ts";
import {
  type Doc,
  double,
  int,
  isDoc,
  isLong,
  isNum,
  long,
  type Num,
  Refused,
  typeName,
  type Value,
} from "./values.ts";

export type Variables = Record<string, Result>;

/** The value of an aggregation expression for a document. */
export function evaluate(e: Value, root: Doc, variables: Variables = {}): Result {
  if (typeof e === "string" && e.startsWith("$$")) {
    const [name, ...path] = e.slice(2).split(".");
    if (name === "REMOVE") return undefined;
    return readPath(name === "ROOT" || name === "CURRENT" ? root : variables[name!], path);
  }
  if (typeof e === "string" && e.startsWith("$")) return readPath(root, e.slice(1).split("."));
  if (Array.isArray(e)) return e.map((x) => evaluate(x, root, variables) ?? null);
  if (!isDoc(e)) return e;
  const [first] = e.keys();
  if (!first?.startsWith("$")) {
    const out: Doc = new Map();
    for (const [k, x] of e) {
      const v = evaluate(x, root, variables);
      if (v !== undefined) out.set(k, v);
    }
    return out;
  }
  return operate(first, e.get(first)!, root, variables);
}

/** Operators that look at their arguments' values only. */
const PLAIN: Record<string, (args: Result[]) => Result> = {
  $add: (args) => (args.some(nullish) ? anyChecked(args, addable) : narrowed(args.reduce<Result>(add, int(0)), args)),
  $multiply: (args) =>
    args.some(nullish)
      ? anyChecked(args, number)
      : narrowed(
          args.map(number).reduce<Num>((a, b) => arithmetic("multiply", a, b, "double"), int(1)),
          args,
        ),
  $subtract: ([a, b]) => subtract(a, b),
  $divide: ([a, b]) => divide(a, b),
  $mod: ([a, b]) => mod(a, b),
  $abs: ([a]) => (nullish(a) ? null : abs(number(a))),
  $floor: ([a]) => (nullish(a) ? null : rounded(number(a), Math.floor)),
  $ceil: ([a]) => (nullish(a) ? null : rounded(number(a), Math.ceil)),
  $cmp: ([a, b]) => int(Math.sign(compare(a, b))),
  $eq: ([a, b]) => equal(a, b),
  $ne: ([a, b]) => !equal(a, b),
  $gt: ([a, b]) => compare(a, b) > 0,
  $gte: ([a, b]) => compare(a, b) >= 0,
  $lt: ([a, b]) => compare(a, b) < 0,
  $lte: ([a, b]) => compare(a, b) <= 0,
  $not: ([a]) => !truthy(a),
  $concat: (args) => {
    if (args.some(nullish)) return anyChecked(args, text);
    return args.map(text).join("");
  },
  $strLenCP: ([a]) => {
    if (typeof a !== "string") throw new Refused("$strLenCP requires a string", 34471);
    return int([...a].length);
  },
  $in: ([a, list]) => {
    if (!Array.isArray(list)) throw new Refused("$in requires an array", 40081);
    return list.some((x) => equal(x, a));
  },
  $size: ([list]) => {
    if (!Array.isArray(list)) throw new Refused("$size must be an array", 17124);
    return int(list.length);
  },
  $isArray: ([a]) => Array.isArray(a),
  $arrayElemAt: ([list, at]) => elementAt(list, at),
  $first: ([list]) => (nullish(list) ? null : array(list, 28689)[0]),
  $last: ([list]) => (nullish(list) ? null : array(list, 28689).at(-1)),
  $slice: ([list, ...rest]) => {
    if (nullish(list) || rest.some(nullish)) return null;
    return sliceOf(array(list, 28724), rest.length === 1 ? whole(rest[0], 28725) : rest.map((x) => whole(x, 28725)));
  },
  $concatArrays: (lists) => {
    if (lists.some(nullish)) return anyChecked(lists, (l) => array(l, 28664));
    return lists.flatMap((l) => array(l, 28664));
  },
  $reverseArray: ([list]) => (nullish(list) ? null : [...array(list, 34435)].reverse()),
  $type: ([a]) => (a === undefined ? "missing" : typeName(a)),
  $isNumber: ([a]) => isNum(a),
  $sum: (args) => total(spread(args)),
  $min: (args) => least(spread(args)),
  $max: (args) => greatest(spread(args)),
  $avg: (args) => average(spread(args)),
  $mergeObjects: (args) => merge(args),
};

function operate(op: string, argument: Value, root: Doc, variables: Variables): Result {
  const value = (e: Value): Result => evaluate(e, root, variables);
  const list = Array.isArray(argument) ? argument : [argument];
  switch (op) {
    case "$literal":
      return argument;
    case "$and":
      return list.every((e) => truthy(value(e)));
    case "$or":
      return list.some((e) => truthy(value(e)));
    case "$cond": {
      const [condition, yes, no] = isDoc(argument) ? ["if", "then", "else"].map((k) => argument.get(k)!) : list;
      return truthy(value(condition!)) ? value(yes!) : value(no!);
    }
    case "$ifNull": {
      // Nothing after the first value is looked at.
      for (const e of list.slice(0, -1)) {
        const v = value(e);
        if (!nullish(v)) return v;
      }
      return value(list.at(-1)!);
    }
    case "$switch": {
      const branches = (argument as Doc).get("branches") as Doc[];
      for (const b of branches) if (truthy(value(b.get("case")!))) return value(b.get("then")!);
      const otherwise = (argument as Doc).get("default");
      if (otherwise === undefined) throw new Refused("no branch matched", 40066);
      return value(otherwise);
    }
    case "$let": {
      const own = [...((argument as Doc).get("vars") as Doc)].map(([k, e]) => [k, value(e)]);
      return evaluate((argument as Doc).get("in")!, root, { ...variables, ...Object.fromEntries(own) });
    }
    case "$map":
    case "$filter": {
      const input = value((argument as Doc).get("input")!);
      if (nullish(input)) return null;
      const name = ((argument as Doc).get("as") as string | undefined) ?? "this";
      const inner = (argument as Doc).get(op === "$map" ? "in" : "cond")!;
      const each = (x: Value) => evaluate(inner, root, { ...variables, [name]: x });
      const elements = array(input, op === "$map" ? 16883 : 28651);
      return op === "$map" ? elements.map((x) => each(x) ?? null) : elements.filter((x) => truthy(each(x)));
    }
    default: {
      const plain = PLAIN[op];
      if (!plain) throw new Refused(`Unrecognized expression '${op}'`, 168);
      // A single argument may itself give the list that $sum and its like go over.
      return plain(list.map(value));
    }
  }
}

/** As accumulators inside expressions take them: one array stands for its elements. */
const spread = (args: Result[]): Result[] => (args.length === 1 && Array.isArray(args[0]) ? args[0] : args);

function number(v: Result): Num {
  if (!isNum(v)) throw new Refused("only numeric types are supported");
  return v;
}

function text(v: Result): string {
  if (typeof v !== "string") throw new Refused("only strings are supported", 16702);
  return v;
}

function array(v: Result, code: number): Value[] {
  if (!Array.isArray(v)) throw new Refused("an array is needed", code);
  return v;
}

function whole(v: Result, code: number): Num {
  const n = isNum(v) ? integral(v) : undefined;
  if (n === undefined || BigInt.asIntN(32, n) !== n) throw new Refused("a 32-bit integer is needed", code);
  return v as Num;
}

const addable = (v: Result): void => {
  if (!(v instanceof Date)) number(v);
};

/** Null is the answer as soon as it comes up; what stands before it must be of the right types. */
function anyChecked(args: Result[], check: (v: Result) => unknown): null {
  for (const a of args) {
    if (nullish(a)) return null;
    check(a);
  }
  return null;
}

/** Ints stay an int as long as the end result fits, whatever lay between. */
const narrowed = (v: Result, args: Result[]): Result =>
  isLong(v) && args.every((a) => a instanceof Int32) && BigInt.asIntN(32, v.toBigInt()) === v.toBigInt()
    ? int(Number(v))
    : v;

const millis = (d: Date): Long => long(BigInt(d.getTime()));
/** MongoDB's dates go further than JavaScript's; here both ends are the same, so no driver's date is out of reach. */
const dateOf = (n: Num): Date => {
  const date = new Date(Math.round(toDouble(n)));
  if (Number.isNaN(date.getTime())) throw new Refused("date overflow", 15);
  return date;
};

function add(a: Result, b: Result): Value {
  if (a instanceof Date && b instanceof Date) throw new Refused("only one date allowed in an $add expression", 16612);
  if (a instanceof Date) return dateOf(arithmetic("add", millis(a), number(b), "double"));
  if (b instanceof Date) return dateOf(arithmetic("add", number(a), millis(b), "double"));
  return arithmetic("add", number(a), number(b), "double");
}

function subtract(a: Result, b: Result): Value {
  if (nullish(a) || nullish(b)) return null;
  if (a instanceof Date && b instanceof Date) return long(BigInt(a.getTime() - b.getTime()));
  if (a instanceof Date) return dateOf(arithmetic("subtract", millis(a), number(b), "double"));
  if (b instanceof Date) throw new Refused("can't subtract a date from a number");
  return arithmetic("subtract", number(a), number(b), "double");
}

function divide(a: Result, b: Result): Value {
  if (nullish(a) || nullish(b)) return null;
  const [x, y] = [number(a), number(b)];
  if (equal(y, int(0))) throw new Refused("can't $divide by zero", 2);
  if (x instanceof Decimal128 || y instanceof Decimal128) return divideDecimals(toDecimal(x), toDecimal(y));
  return double(toDouble(x) / toDouble(y));
}

function mod(a: Result, b: Result): Value {
  if (nullish(a) || nullish(b)) return null;
  const [x, y] = [number(a), number(b)];
  if (equal(y, int(0))) throw new Refused("can't $mod by zero");
  if (x instanceof Decimal128 || y instanceof Decimal128) return remainderOfDecimals(toDecimal(x), toDecimal(y));
  const divisor = integral(y);
  // A whole double on the right counts as an int.
  const small = divisor !== undefined && BigInt.asIntN(32, divisor) === divisor;
  if (x instanceof Double || (y instanceof Double && !small)) return double(toDouble(x) % toDouble(y));
  if (y instanceof Double) return mod(x, int(y.value));
  const n = toBigInt(x) % toBigInt(y);
  return isLong(x) || isLong(y) ? long(n) : int(Number(n));
}

function abs(v: Num): Num {
  if (v instanceof Double) return double(Math.abs(v.value));
  if (v instanceof Decimal128) return Decimal128.fromString(v.toString().replace(/^-/, ""));
  const n = toBigInt(v);
  if (n >= 0n) return v;
  if (BigInt.asIntN(64, -n) !== -n) throw new Refused("can't take $abs of long long min", 28680);
  return v instanceof Int32 && -n <= 2147483647n ? int(Number(-n)) : long(-n);
}

function rounded(v: Num, how: (x: number) => number): Num {
  if (v instanceof Double) return double(how(v.value));
  if (v instanceof Decimal128) return roundedDecimal(v, how === Math.floor ? "down" : "up");
  return v;
}

function elementAt(list: Result, at: Result): Result {
  if (nullish(list) || nullish(at)) return null;
  const elements = array(list, 28689);
  const n = isNum(at) ? integral(at) : undefined;
  if (n === undefined || BigInt.asIntN(32, n) !== n) throw new Refused("$arrayElemAt's second argument", 28691);
  return elements.at(Number(n));
}
