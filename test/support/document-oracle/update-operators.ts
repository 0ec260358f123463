import { BSONRegExp, Int32, Long } from "mongodb";
import { compare, equal } from "./compare.ts";
import { matches } from "./match.ts";
import { arithmetic, integral, toBigInt } from "./numbers.ts";
import { child, type Operation, pathOf } from "./update-paths.ts";
import { clone, type Doc, int, isDoc, isLong, isNum, type Num, Refused, type Value } from "./values.ts";

const BAD_VALUE = 2;
const FAILED_TO_PARSE = 9;
const TYPE_MISMATCH = 14;

const nothing = (): undefined => undefined;
const isInteger = (v: Value): v is Int32 | Long => v instanceof Int32 || isLong(v);

/** One modifier with its operand, checked as far as it can be without a document. */
export function operation(op: string, path: string, operand: Value): Operation {
  switch (op) {
    case "$set":
    case "$setOnInsert":
      return { change: () => clone(operand), create: () => clone(operand) };
    case "$unset":
      return { change: nothing, create: nothing, lenient: true };
    case "$inc":
    case "$mul":
      return numeric(op, operand);
    case "$min":
      return { change: (v) => (compare(operand, v) < 0 ? clone(operand) : v), create: () => clone(operand) };
    case "$max":
      return { change: (v) => (compare(operand, v) > 0 ? clone(operand) : v), create: () => clone(operand) };
    case "$rename":
      checkRename(path, operand);
      return { change: (v) => v, create: nothing };
    case "$push":
      return push(operand);
    case "$addToSet":
      return addToSet(operand);
    case "$pull":
      return onArray((array) => array.filter(not(pullTest(operand))), { create: nothing });
    case "$pullAll": {
      if (!Array.isArray(operand)) throw new Refused("$pullAll requires an array", BAD_VALUE);
      return onArray((array) => array.filter((v) => !operand.some((x) => equal(x, v))), { create: nothing });
    }
    case "$pop": {
      const n = isNum(operand) ? integral(operand) : undefined;
      if (n !== 1n && n !== -1n) throw new Refused("$pop expects 1 or -1", FAILED_TO_PARSE);
      return onArray((array) => (n === 1n ? array.slice(0, -1) : array.slice(1)), {
        create: nothing,
        code: TYPE_MISMATCH,
      });
    }
    case "$bit":
      return bit(operand);
    default:
      throw new Refused(`unknown modifier: ${op}`, FAILED_TO_PARSE);
  }
}

const not =
  <T>(test: (v: T) => boolean) =>
  (v: T): boolean =>
    !test(v);

function onArray(
  change: (array: Value[]) => Value[],
  { create, code = BAD_VALUE }: { create: () => Value | undefined; code?: number },
): Operation {
  return {
    create,
    change(v) {
      if (!Array.isArray(v)) throw new Refused("the field must be an array", code);
      return change(v);
    },
  };
}

function numeric(op: string, operand: Value): Operation {
  if (!isNum(operand)) throw new Refused("cannot increment with a non-numeric argument", TYPE_MISMATCH);
  const kind = op === "$inc" ? "add" : "multiply";
  return {
    change(v) {
      if (!isNum(v)) throw new Refused("cannot apply to a non-numeric value", TYPE_MISMATCH);
      return arithmetic(kind, v, operand, "refuse");
    },
    create: () => (op === "$inc" ? operand : arithmetic("multiply", operand, int(0), "refuse")),
  };
}

function checkRename(path: string, operand: Value): void {
  if (typeof operand !== "string") throw new Refused("the 'to' field for $rename must be a string", BAD_VALUE);
  const from = pathOf(path);
  const to = pathOf(operand);
  if ([...from, ...to].some((p) => p.startsWith("$"))) throw new Refused("$rename may not be dynamic", BAD_VALUE);
  const common = from.findIndex((p, i) => p !== to[i]);
  if (common < 0 || common >= to.length) throw new Refused("source and target must differ", BAD_VALUE);
}

/** A $push's or $each's own whole number. */
function whole(v: Value): number {
  const n = isNum(v) ? integral(v) : undefined;
  if (n === undefined) throw new Refused("must be an integer", BAD_VALUE);
  return Number(n);
}

const direction = (v: Value): 1 | -1 => {
  const n = isNum(v) ? integral(v) : undefined;
  if (n !== 1n && n !== -1n) throw new Refused("the $sort element value must be either 1 or -1", BAD_VALUE);
  return n === 1n ? 1 : -1;
};

function push(operand: Value): Operation {
  if (!isDoc(operand) || !operand.has("$each"))
    return onArray((a) => [...a, clone(operand)], { create: () => [clone(operand)] });
  for (const k of operand.keys())
    if (!["$each", "$slice", "$sort", "$position"].includes(k)) throw new Refused("unrecognized clause", BAD_VALUE);
  const each = operand.get("$each")!;
  if (!Array.isArray(each)) throw new Refused("$each must be an array", BAD_VALUE);
  const position = operand.has("$position") ? whole(operand.get("$position")!) : Number.POSITIVE_INFINITY;
  const slice = operand.has("$slice") ? whole(operand.get("$slice")!) : undefined;
  const order = operand.has("$sort") ? pushOrder(operand.get("$sort")!) : undefined;
  const change = (array: Value[]): Value[] => {
    const at = position < 0 ? Math.max(0, array.length + position) : Math.min(position, array.length);
    const out = [...array.slice(0, at), ...each.map(clone), ...array.slice(at)];
    if (order) out.sort(order);
    if (slice === undefined) return out;
    return slice >= 0 ? out.slice(0, slice) : out.slice(Math.max(0, out.length + slice));
  };
  return onArray(change, { create: () => change([]) });
}

/** By the whole element, or by fields of it; whatever isn't a document has none of them. */
function pushOrder(spec: Value): (a: Value, b: Value) => number {
  if (!isDoc(spec)) {
    const d = direction(spec);
    return (a, b) => compare(a, b) * d;
  }
  if (spec.size === 0) throw new Refused("the $sort pattern is empty", BAD_VALUE);
  const fields = [...spec].map(([path, v]) => ({ path: path.split("."), d: direction(v) }));
  if (fields.some((f) => f.path.includes(""))) throw new Refused("the $sort field cannot be empty", BAD_VALUE);
  // Unlike a query's sort this takes arrays as they are.
  const key = (v: Value, path: string[]): Value =>
    path.reduce<Value | undefined>((at, part) => child(at, part), isDoc(v) ? v : undefined) ?? null;
  return (a, b) => {
    for (const { path, d } of fields) {
      const c = compare(key(a, path), key(b, path)) * d;
      if (c !== 0) return c;
    }
    return 0;
  };
}

function addToSet(operand: Value): Operation {
  let items = [operand];
  if (isDoc(operand) && [...operand.keys()][0] === "$each") {
    const each = operand.get("$each")!;
    if (!Array.isArray(each)) throw new Refused("$each must be an array", TYPE_MISMATCH);
    if (operand.size > 1) throw new Refused("unexpected fields after $each", BAD_VALUE);
    items = each;
  }
  const change = (array: Value[]): Value[] => {
    const out = [...array];
    for (const x of items) if (!out.some((y) => equal(x, y))) out.push(clone(x));
    return out;
  };
  return onArray(change, { create: () => change([]) });
}

/** A condition on whole elements when it is made of operators or a regex, a filter for documents, or a value. */
function pullTest(operand: Value): (v: Value) => boolean {
  const operators = isDoc(operand) && [...operand.keys()][0]?.startsWith("$") === true;
  const logical = isDoc(operand) && ["$and", "$or", "$nor"].includes([...operand.keys()][0] ?? "");
  if (operand instanceof BSONRegExp || (operators && !logical)) {
    const filter: Doc = new Map([["v", operand]]);
    matches(filter, new Map());
    return (v) => matches(filter, new Map([["v", v]]));
  }
  if (isDoc(operand)) {
    matches(operand, new Map());
    return (v) => isDoc(v) && matches(operand, v);
  }
  return (v) => equal(v, operand);
}

function bit(operand: Value): Operation {
  if (!isDoc(operand) || operand.size === 0) throw new Refused("$bit needs at least one operation", BAD_VALUE);
  for (const [k, v] of operand)
    if (!["and", "or", "xor"].includes(k) || !isInteger(v)) throw new Refused("malformed $bit", BAD_VALUE);
  const change = (v: Value): Num => {
    if (!isInteger(v)) throw new Refused("cannot apply $bit to a non-integral type", BAD_VALUE);
    return [...operand].reduce<Int32 | Long>((acc, [k, x]) => bitwise(k, acc, x as Int32 | Long), v);
  };
  return { change, create: () => change(int(0)) };
}

function bitwise(kind: string, a: Int32 | Long, b: Int32 | Long): Int32 | Long {
  const [x, y] = [toBigInt(a), toBigInt(b)];
  const n = kind === "and" ? x & y : kind === "or" ? x | y : x ^ y;
  return isLong(a) || isLong(b) ? Long.fromBigInt(n) : new Int32(Number(n));
}
