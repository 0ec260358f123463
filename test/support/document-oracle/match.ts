import { Binary, BSONRegExp, BSONSymbol, Double, MaxKey, MinKey } from "mongodb";
import { compare } from "./compare.ts";
import { exact, integral, isNaNValue, truncated } from "./numbers.ts";
import { type Found, type Leaf, lookUp } from "./paths.ts";
import { type Doc, isDoc, isNum, Refused, TYPE_NAMES, typeNumber, typeOrder, type Value } from "./values.ts";

const BAD_VALUE = 2;

/** Whether a filter matches; `offset` is the place in an array that `$` in an update stands for. */
export interface Match {
  matched: boolean;
  offset?: number | undefined;
}

const NO: Match = { matched: false };
const yes = (offset?: number): Match => ({ matched: true, offset });
const bare = (matched: boolean): Match => ({ matched });

export const matches = (filter: Doc, document: Doc): boolean => match(filter, document).matched;

export function match(filter: Doc, document: Doc): Match {
  return all([...filter], ([key, condition]) => {
    if (key === "$and") return all(clauses(condition), (f) => match(f, document));
    if (key === "$or") return clauses(condition).reduce<Match>((m, f) => (m.matched ? m : match(f, document)), NO);
    if (key === "$nor") return bare(!clauses(condition).some((f) => match(f, document).matched));
    if (key === "$comment") return yes();
    if (key.startsWith("$")) throw new Refused(`unknown top level operator: ${key}`, BAD_VALUE);
    const path = key.split(".");
    return testField((leaf) => lookUp(document, path, leaf), condition);
  });
}

/** Every part must match; the last one that names an offset decides it. */
function all<T>(parts: T[], test: (part: T) => Match): Match {
  let offset: number | undefined;
  let matched = true;
  for (const part of parts) {
    // All parts are looked at, so that a malformed one is refused whatever the document holds.
    const m = test(part);
    matched &&= m.matched;
    offset = m.offset ?? offset;
  }
  return matched ? yes(offset) : NO;
}

function clauses(v: Value): Doc[] {
  if (!Array.isArray(v) || v.length === 0 || !v.every(isDoc))
    throw new Refused("$and/$or/$nor must be a nonempty array of documents", BAD_VALUE);
  return v;
}

type Get = (leaf: Leaf) => Found[];

export const isOperators = (v: Value): v is Doc => isDoc(v) && [...v.keys()][0]?.startsWith("$") === true;

/** One condition on one field: a value, a regular expression, or operators. */
export function testField(get: Get, condition: Value): Match {
  if (!isOperators(condition)) return testOperator("$eq", get, condition, doNotNeed, true);
  return all([...condition], ([op, operand]) => testOperator(op, get, operand, condition));
}

const doNotNeed: Doc = new Map();

function some(found: Found[], test: (v: Value | undefined) => boolean): Match {
  const hit = found.find((f) => test(f.value));
  return hit ? yes(hit.offset) : NO;
}

const not = (m: Match): Match => bare(!m.matched);

function testOperator(op: string, get: Get, operand: Value, siblings: Doc, implicit = false): Match {
  switch (op) {
    case "$eq":
      if (implicit && operand instanceof BSONRegExp) return some(get("elements"), regexTest(operand));
      return some(get("elements"), comparison(op, operand));
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      if (operand instanceof BSONRegExp) throw new Refused(`can't have a regex as arg to ${op}`, BAD_VALUE);
      return some(get("elements"), comparison(op, operand));
    case "$ne":
      if (operand instanceof BSONRegExp) throw new Refused("can't have a regex as arg to $ne", BAD_VALUE);
      return not(some(get("elements"), comparison("$eq", operand)));
    case "$in":
      return some(get("elements"), inList(operand));
    case "$nin":
      return not(some(get("elements"), inList(operand)));
    case "$exists": {
      const there = some(get("elements"), (v) => v !== undefined);
      return truthy(operand) ? there : not(there);
    }
    case "$type":
      return some(get("elements"), typeTest(operand));
    case "$size": {
      const size = isNum(operand) ? integral(operand) : undefined;
      if (size === undefined || size < 0n) throw new Refused("$size must be a whole number >= 0", BAD_VALUE);
      return some(get("whole"), (v) => Array.isArray(v) && BigInt(v.length) === size);
    }
    case "$all":
      return allOf(get, operand);
    case "$elemMatch":
      return elemMatch(get, operand);
    case "$mod":
      return some(get("elements"), modTest(operand));
    case "$regex":
      return some(get("elements"), regexTest(regexOf(operand, siblings.get("$options"))));
    case "$options":
      if (!siblings.has("$regex")) throw new Refused("$options needs a $regex", BAD_VALUE);
      return yes();
    case "$not": {
      if (operand instanceof BSONRegExp) return not(some(get("elements"), regexTest(operand)));
      if (!isOperators(operand)) throw new Refused("$not needs a regex or a document of operators", BAD_VALUE);
      return not(testField(get, operand));
    }
    case "$bitsAllSet":
    case "$bitsAllClear":
    case "$bitsAnySet":
    case "$bitsAnyClear":
      return some(get("elements"), bitsTest(op, operand));
    default:
      throw new Refused(`unknown operator: ${op}`, BAD_VALUE);
  }
}

/** As MongoDB takes a value for a yes or no. */
export const truthy = (v: Value | undefined): boolean => {
  if (v === undefined || v === null || v === false) return false;
  if (!isNum(v)) return true;
  const x = exact(v);
  return typeof x === "string" || x.n !== 0n;
};

/** Values of different types don't compare; null takes in what is missing, MinKey and MaxKey take in everything. */
export function comparison(op: string, operand: Value): (v: Value | undefined) => boolean {
  return (v) => {
    if (typeOrder(v) !== typeOrder(operand)) {
      if (v === undefined && operand === null) return op === "$eq" || op === "$gte" || op === "$lte";
      if (operand instanceof MaxKey) return op === "$lt" || op === "$lte";
      if (operand instanceof MinKey) return op === "$gt" || op === "$gte";
      return false;
    }
    if (op !== "$eq" && (isNaNValue(v) || isNaNValue(operand)))
      return (op === "$gte" || op === "$lte") && isNaNValue(v) && isNaNValue(operand);
    const c = compare(v, operand);
    if (op === "$eq") return c === 0;
    if (op === "$gt") return c > 0;
    if (op === "$gte") return c >= 0;
    return op === "$lt" ? c < 0 : c <= 0;
  };
}

function inList(operand: Value): (v: Value | undefined) => boolean {
  if (!Array.isArray(operand)) throw new Refused("$in needs an array", BAD_VALUE);
  if (operand.some(isOperators)) throw new Refused("cannot nest $ under $in", BAD_VALUE);
  const tests = operand.map((x) => (x instanceof BSONRegExp ? regexTest(x) : comparison("$eq", x)));
  return (v) => tests.some((test) => test(v));
}

function typeTest(operand: Value): (v: Value | undefined) => boolean {
  const wanted = Array.isArray(operand) ? operand : [operand];
  if (wanted.length === 0) throw new Refused("$type must match at least one type", 9);
  const numbers = wanted.flatMap((w) => {
    if (w === "number") return [1, 16, 18, 19];
    const row = TYPE_NAMES.find((t) => (isNum(w) ? integral(w) === BigInt(t.number) : t.name === w));
    if (!row) throw new Refused("unknown type", isNum(w) ? 2 : 2);
    return [row.number];
  });
  return (v) => v !== undefined && numbers.includes(typeNumber(v));
}

/** $all: [x, y] is an $and of equalities, or of $elemMatch when it is written so. */
function allOf(get: Get, operand: Value): Match {
  if (!Array.isArray(operand)) throw new Refused("$all needs an array", BAD_VALUE);
  if (operand.length === 0) return NO;
  const isElemMatch = (v: Value) => isDoc(v) && [...v.keys()][0] === "$elemMatch";
  if (operand.some(isElemMatch) && !operand.every(isElemMatch)) throw new Refused("$all can't mix", BAD_VALUE);
  if (!operand.every(isElemMatch) && operand.some(isOperators)) throw new Refused("no $ expressions in $all", 2);
  return all(operand, (x) =>
    isElemMatch(x) ? elemMatch(get, (x as Doc).get("$elemMatch")!) : testOperator("$eq", get, x, doNotNeed, true),
  );
}

function elemMatch(get: Get, operand: Value): Match {
  if (!isDoc(operand)) throw new Refused("$elemMatch needs an Object", BAD_VALUE);
  const test = elementTest(operand);
  // A malformed condition is refused even when there is no element to try it on.
  test(null);
  for (const f of get("whole")) {
    if (!Array.isArray(f.value)) continue;
    const i = f.value.findIndex(test);
    if (i >= 0) return yes(f.offset ?? i);
  }
  return NO;
}

/** Whether one array element satisfies the inside of an $elemMatch. */
export function elementTest(operand: Doc): (element: Value) => boolean {
  const first = [...operand.keys()][0];
  const onValue = first?.startsWith("$") && !["$and", "$or", "$nor"].includes(first);
  if (onValue) return (element) => testField(() => [{ value: element, offset: undefined }], operand).matched;
  return (element) => {
    if (isDoc(element)) return matches(operand, element);
    // An array is looked at as a document whose fields are named "0", "1" and so on.
    if (Array.isArray(element)) return matches(operand, new Map(element.map((v, i) => [String(i), v])));
    matches(operand, new Map());
    return false;
  };
}

function modTest(operand: Value): (v: Value | undefined) => boolean {
  if (!Array.isArray(operand) || operand.length !== 2) throw new Refused("malformed mod", BAD_VALUE);
  const [divisor, remainder] = operand.map((x) => (isNum(x) ? truncated(x) : undefined));
  if (divisor === undefined || remainder === undefined) throw new Refused("malformed mod", BAD_VALUE);
  if (divisor === 0n) throw new Refused("divisor cannot be 0", BAD_VALUE);
  return (v) => {
    const n = isNum(v) ? truncated(v) : undefined;
    return n !== undefined && n % divisor === remainder;
  };
}

function regexOf(pattern: Value, options: Value | undefined): BSONRegExp {
  if (options !== undefined && typeof options !== "string") throw new Refused("$options has to be a string", 2);
  if (pattern instanceof BSONRegExp) {
    if (options !== undefined && pattern.options !== "") throw new Refused("options set in both", 51075);
    return options === undefined ? pattern : new BSONRegExp(pattern.pattern, options);
  }
  if (typeof pattern !== "string") throw new Refused("$regex has to be a string", BAD_VALUE);
  return new BSONRegExp(pattern, options ?? "");
}

/** Patterns here stay within what JavaScript and PCRE agree on. */
function regexTest(r: BSONRegExp): (v: Value | undefined) => boolean {
  const js = new RegExp(r.pattern, r.options);
  return (v) => {
    if (v instanceof BSONRegExp) return v.pattern === r.pattern && v.options === r.options;
    return (typeof v === "string" && js.test(v)) || (v instanceof BSONSymbol && js.test(v.value));
  };
}

const bitOf = (n: bigint, bit: number): boolean => ((n >> BigInt(Math.min(bit, 63))) & 1n) === 1n;
const binaryBit = (b: Binary, bit: number): boolean => ((b.value()[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function bitPositions(operand: Value): number[] {
  if (operand instanceof Binary) return upTo(operand.value().length * 8).filter((i) => binaryBit(operand, i));
  if (Array.isArray(operand))
    return operand.map((x) => {
      const n = isNum(x) ? integral(x) : undefined;
      if (n === undefined || n < 0n || n > 0x7fffffffn) throw new Refused("bit positions must be >= 0", BAD_VALUE);
      return Number(n);
    });
  const mask = isNum(operand) ? integral(operand) : undefined;
  if (mask === undefined) throw new Refused("a bit mask must be a whole number", isNum(operand) ? 9 : 2);
  if (mask < 0n) throw new Refused("a bit mask must be >= 0", 9);
  return upTo(64).filter((i) => bitOf(mask, i));
}

function bitsTest(op: string, operand: Value): (v: Value | undefined) => boolean {
  const positions = bitPositions(operand);
  return (v) => {
    let bit: (i: number) => boolean;
    if (v instanceof Binary) bit = (i) => binaryBit(v, i);
    else {
      // Only doubles must be whole: a decimal is cut off first.
      const n = !isNum(v) ? undefined : v instanceof Double ? integral(v) : truncated(v);
      if (n === undefined) return false;
      bit = (i) => bitOf(n, i);
    }
    if (op === "$bitsAllSet") return positions.every(bit);
    if (op === "$bitsAnySet") return positions.some(bit);
    return op === "$bitsAllClear" ? !positions.some(bit) : !positions.every(bit);
  };
}
