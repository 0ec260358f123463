import { BSONRegExp } from "bson";
import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { compileExpression, type Vars } from "./expressions.ts";
import { anyAtPath, orElements, type Position, splitPath, type Test } from "./paths.ts";
import {
  bitsTest,
  equalsTest,
  inTest,
  modTest,
  orderTest,
  regexTest,
  sizeTest,
  truthy,
  typeTest,
} from "./predicates.ts";

export type Match = (doc: Doc, position?: Position) => boolean;

const always: Match = () => true;

export const isOperatorDoc = (v: Maybe): v is Doc => {
  if (!isDoc(v)) return false;
  const first = v.keys().next();
  return !first.done && first.value.startsWith("$") && first.value !== "$ref" && first.value !== "$id";
};

/** Compiles a filter to a function. `vars` are what $expr may use ($$name), as in $lookup. */
export function compileMatch(filter: Doc, vars?: Vars): Match {
  const parts: Match[] = [];
  for (const [key, operand] of filter) {
    if (key.startsWith("$")) {
      const part = logical(key, operand, vars);
      if (part) parts.push(part);
    } else parts.push(field(key, operand, vars));
  }
  return allOf(parts);
}

function allOf(parts: Match[]): Match {
  if (parts.length === 0) return always;
  if (parts.length === 1) return parts[0]!;
  return (d, p) => {
    for (const part of parts) if (!part(d, p)) return false;
    return true;
  };
}

function logical(key: string, operand: Value, vars?: Vars): Match | undefined {
  if (key === "$comment") return undefined;
  if (key === "$expr") {
    const e = compileExpression(operand);
    return (d) => truthy(e(d, { ROOT: d, ...vars }));
  }
  if (key !== "$and" && key !== "$or" && key !== "$nor") throw badValue(`unknown top level operator: ${key}`);
  if (!isArray(operand) || operand.length === 0) throw badValue(`${key} must be a nonempty array`);
  const branches = operand.map((b) => {
    if (!isDoc(b)) throw badValue(`${key} entries need to be full objects`);
    return compileMatch(b, vars);
  });
  if (key === "$and") return allOf(branches);
  if (key === "$or") return (d, p) => branches.some((b) => b(d, p));
  return (d) => !branches.some((b) => b(d));
}

function field(path: string, operand: Value, vars?: Vars): Match {
  const parts = splitPath(path);
  const tests = fieldTests(operand, vars);
  if (tests.length === 1) {
    const t = tests[0]!;
    return (d, p) => t(d, parts, p);
  }
  return (d, p) => tests.every((t) => t(d, parts, p));
}

/** A test of a whole document at a path, so that each operator chooses how it treats arrays. */
type PathTest = (root: Maybe, path: readonly string[], position?: Position) => boolean;

const at =
  (test: Test): PathTest =>
  (root, path, position) =>
    anyAtPath(root, path, 0, test, position);

function fieldTests(operand: Value, vars?: Vars): PathTest[] {
  if (operand instanceof BSONRegExp) return [at(orElements(regexTest(operand.pattern, operand.options)))];
  if (!isOperatorDoc(operand)) return [at(orElements(equalsTest(operand)))];
  const out: PathTest[] = [];
  for (const [op, value] of operand) {
    if (op === "$options" && operand.has("$regex")) continue;
    out.push(operator(op, value, operand, vars));
  }
  return out;
}

function negate(tests: PathTest[]): PathTest {
  return (root, path) => !tests.every((t) => t(root, path));
}

function operator(op: string, value: Value, all: Doc, vars?: Vars): PathTest {
  switch (op) {
    case "$eq":
      return at(orElements(equalsTest(value)));
    case "$ne":
      if (value instanceof BSONRegExp) throw badValue("Can't have regex as arg to $ne.");
      return negate([at(orElements(equalsTest(value)))]);
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return at(orElements(orderTest(op, value)));
    case "$in":
      return at(orElements(inTest(value)));
    case "$nin":
      if (!isArray(value)) throw badValue("$nin needs an array");
      return negate([at(orElements(inTest(value)))]);
    case "$exists":
      return truthy(value) ? at((v) => v !== undefined) : negate([at((v) => v !== undefined)]);
    case "$type":
      return at(orElements(typeTest(value)));
    case "$regex":
      return at(orElements(regexOperator(value, all.get("$options"))));
    case "$not":
      if (value instanceof BSONRegExp) return negate(fieldTests(value, vars));
      if (!isOperatorDoc(value)) throw badValue("$not needs a regex or a document");
      return negate(fieldTests(value, vars));
    case "$mod":
      return at(orElements(modTest(value)));
    case "$size":
      return at(sizeTest(value));
    case "$all":
      return allOperator(value, vars);
    case "$elemMatch":
      return at(elemMatchTest(value, vars));
    case "$bitsAllSet":
    case "$bitsAllClear":
    case "$bitsAnySet":
    case "$bitsAnyClear":
      return at(orElements(bitsTest(op, value)));
    default:
      throw badValue(`unknown operator: ${op}`);
  }
}

function regexOperator(value: Value, options: Maybe): Test {
  const flags = typeof options === "string" ? options : value instanceof BSONRegExp ? value.options : "";
  if (value instanceof BSONRegExp) return regexTest(value.pattern, flags);
  if (typeof value !== "string") throw badValue("$regex has to be a string");
  return regexTest(value, flags);
}

function allOperator(value: Value, vars?: Vars): PathTest {
  if (!isArray(value)) throw badValue("$all needs an array");
  const tests = value.flatMap((v) => {
    if (isDoc(v) && v.has("$elemMatch")) return [at(elemMatchTest(v.get("$elemMatch")!, vars))];
    if (v instanceof BSONRegExp) return [at(orElements(regexTest(v.pattern, v.options)))];
    return [at(orElements(equalsTest(v)))];
  });
  return (root, path, position) => tests.length > 0 && tests.every((t) => t(root, path, position));
}

export function elemMatchTest(value: Value, vars?: Vars): Test {
  if (!isDoc(value)) throw badValue("$elemMatch needs an Object");
  const element = elementMatch(value, vars);
  return (v, position) => {
    if (!isArray(v)) return false;
    const i = v.findIndex(element);
    if (i >= 0 && position) position.index = i;
    return i >= 0;
  };
}

const LOGICAL = new Set(["$and", "$or", "$nor", "$expr"]);

/** A condition on one array element: on its value ({$gt: 1}) or, when it is a document, on its fields. */
export function elementMatch(condition: Doc, vars?: Vars): (v: Value) => boolean {
  const first = condition.keys().next();
  if (isOperatorDoc(condition) && !LOGICAL.has(first.value!)) {
    const tests = fieldTests(condition, vars);
    return (v) => tests.every((t) => t(v, []));
  }
  const match = compileMatch(condition, vars);
  // An array element counts as a document keyed "0", "1", … here.
  return (v) => (isDoc(v) ? match(v) : isArray(v) ? match(new Map(v.map((x, i) => [String(i), x] as const))) : false);
}
