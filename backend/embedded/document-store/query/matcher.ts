import { BSONRegExp } from "bson";
import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { type Condition, every, leaf, not, whole } from "./conditions.ts";
import { compileExpression, type Vars } from "./expressions.ts";
import { compileJsonSchema } from "./json-schema.ts";
import { type Position, splitPath, type Test } from "./paths.ts";
import { equalsTest, inTest, orderTest, regexOperator, regexTest, sizeTest, truthy, typeTest } from "./predicates.ts";
import { bitsTest, modTest } from "./predicates-numeric.ts";

export type Match = (doc: Doc, position?: Position) => boolean;

/** Where a condition stands: some operators are for the whole document or for queries only. */
interface Place {
  vars: Vars | undefined;
  /** Inside $elemMatch: it sees an element, not the document. */
  nested: boolean;
  /** In $pull and arrayFilters. */
  plain: boolean;
}

const always: Match = () => true;
const NO_VARS: Vars = {};

/** {$gt: 1} and the like, but not a DBRef. */
export const isOperatorDoc = (v: Maybe): v is Doc => {
  if (!isDoc(v)) return false;
  const first = v.keys().next();
  return !first.done && first.value.startsWith("$") && !(v.has("$ref") && v.has("$id"));
};

/** Compiles a filter to a function. `vars` are what $expr may use ($$name), as in $lookup. */
export function compileMatch(filter: Doc, vars?: Vars): Match {
  return compile(filter, { vars, nested: false, plain: false });
}

/** Compiles a filter of $pull or arrayFilters, where $expr, $jsonSchema and $text have no place. */
export const compilePlainMatch = (filter: Doc): Match =>
  compile(filter, { vars: undefined, nested: false, plain: true });

function compile(filter: Doc, place: Place): Match {
  const parts: Match[] = [];
  for (const [key, operand] of filter) {
    const part = key.startsWith("$") ? topLevel(key, operand, place) : field(key, operand, place);
    if (part) parts.push(part);
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

/** Operators that stand in place of a field's name. */
const PATHLESS = new Set([
  "$and",
  "$or",
  "$nor",
  "$expr",
  "$jsonSchema",
  "$comment",
  "$text",
  "$where",
  "$alwaysTrue",
  "$alwaysFalse",
  "$ref",
  "$id",
  "$db",
]);

function topLevel(key: string, operand: Value, place: Place): Match | undefined {
  switch (key) {
    case "$comment":
      return undefined;
    case "$and":
    case "$or":
    case "$nor":
      return logical(key, operand, place);
    case "$expr":
      return expression(operand, place);
    case "$jsonSchema": {
      if (place.plain) throw notAllowed(key);
      if (!isDoc(operand)) throw typeMismatch("$jsonSchema must be an object");
      return compileJsonSchema(operand);
    }
    // Parts of a DBRef may be asked for by name.
    case "$ref":
    case "$id":
    case "$db":
      return field(key, operand, place);
    case "$alwaysTrue":
    case "$alwaysFalse":
      return () => key === "$alwaysTrue";
    case "$where":
      if (place.plain || place.nested) throw badValue("$where is not allowed in this context");
      throw new StoreError("Location6108304", "no globalScriptEngine in $where parsing");
    case "$text":
      if (place.nested) throw badValue("$text can only be applied to the top-level document");
      if (place.plain) throw badValue("$text is not allowed in this context");
      throw new StoreError("IndexNotFound", "text index required for $text query");
    default:
      throw badValue(
        `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

const notAllowed = (key: string): StoreError =>
  new StoreError("QueryFeatureNotAllowed", `${key} is not allowed in this context`);

function expression(operand: Value, place: Place): Match {
  if (place.nested) throw badValue("$expr can only be applied to the top-level document");
  if (place.plain) throw notAllowed("$expr");
  const { vars } = place;
  const e = compileExpression(operand, vars);
  return (d) => truthy(e(d, vars ?? NO_VARS));
}

function logical(key: "$and" | "$or" | "$nor", operand: Value, place: Place): Match {
  if (!isArray(operand)) throw badValue(`${key} must be an array`);
  if (operand.length === 0) throw badValue("$and/$or/$nor must be a nonempty array");
  const branches = operand.map((b) => {
    if (!isDoc(b)) throw badValue("$or/$and/$nor entries need to be full objects");
    return compile(b, place);
  });
  if (key === "$and") return allOf(branches);
  if (branches.length === 1 && key === "$or") return branches[0]!;
  // Which branch matched is not told, so `$` has no place after it — unless it is an $in in other words.
  if (key === "$or") return asMembership(operand as Doc[], place) ?? ((d) => branches.some((b) => b(d)));
  return (d) => !branches.some((b) => b(d));
}

/** {$or: [{a: 1}, {a: 2}]} is {a: {$in: [1, 2]}}. */
function asMembership(branches: Doc[], place: Place): Match | undefined {
  const path = branches[0]!.keys().next().value;
  const values: Value[] = [];
  for (const b of branches) {
    const v = path === undefined || b.size !== 1 ? undefined : b.get(path);
    const x = isOperatorDoc(v) && v.size === 1 && !(v.get("$eq") instanceof BSONRegExp) ? v.get("$eq") : v;
    if (x === undefined || isOperatorDoc(x) || path!.startsWith("$")) return undefined;
    values.push(x);
  }
  return field(path!, new Map([["$in", values]]), place);
}

function field(path: string, operand: Value, place: Place): Match {
  const parts = splitPath(path);
  const conditions = conditionsOn(path, operand, place);
  if (conditions.length === 1) {
    const { at } = conditions[0]!;
    return (d, p) => at(d, parts, p);
  }
  return (d, p) => conditions.every((c) => c.at(d, parts, p));
}

function conditionsOn(path: string, operand: Value, place: Place): Condition[] {
  if (operand instanceof BSONRegExp) return [leaf(regexTest(operand.pattern, operand.options))];
  if (!isOperatorDoc(operand)) return [leaf(equalsTest(operand))];
  const out: Condition[] = [];
  for (const [op, value] of operand) {
    if (op === "$options") {
      if (!operand.has("$regex")) throw badValue("$options needs a $regex");
    } else out.push(operator(path, op, value, operand, place));
  }
  return out;
}

function operator(path: string, op: string, value: Value, all: Doc, place: Place): Condition {
  switch (op) {
    case "$eq":
      return leaf(equalsTest(value));
    case "$ne":
      if (value instanceof BSONRegExp) throw badValue("Can't have regex as arg to $ne.");
      return not([leaf(equalsTest(value))]);
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return leaf(orderTest(op, value, path));
    case "$in":
      return leaf(inTest(members(op, value)));
    case "$nin":
      return not([leaf(inTest(members(op, value)))]);
    case "$exists": {
      const exists = leaf((v) => v !== undefined);
      return truthy(value) ? exists : not([exists]);
    }
    case "$type":
      return leaf(typeTest(value, path));
    case "$regex":
      return leaf(regexOperator(value, all.get("$options")));
    case "$not":
      return not(negated(path, value, place));
    case "$mod":
      return leaf(modTest(value));
    case "$size":
      return whole(sizeTest(value));
    case "$all":
      return allOperator(value, place);
    case "$elemMatch":
      return whole(elemMatchTest(value, place));
    case "$bitsAllSet":
    case "$bitsAllClear":
    case "$bitsAnySet":
    case "$bitsAnyClear":
      return leaf(bitsTest(op, value, path));
    default:
      throw refused(op, place);
  }
}

function refused(op: string, place: Place): StoreError {
  if (op === "$where") return badValue("$where cannot be applied to a field");
  const near = op === "$near" || op === "$nearSphere" || op === "$geoNear";
  if (near && place.plain) return badValue("$geoNear, $near, and $nearSphere are not allowed in this context");
  if (near)
    return new StoreError(
      "NoQueryExecutionPlans",
      "error processing query: planner returned error :: caused by :: unable to find index for $geoNear query",
    );
  if (op === "$geoWithin" || op === "$within" || op === "$geoIntersects")
    return new StoreError("CommandNotSupported", `${op} is not supported: this server has no geospatial queries`);
  return badValue(`unknown operator: ${op}`);
}

function members(op: string, value: Value): Value[] {
  if (!isArray(value)) throw badValue(`${op} needs an array`);
  if (value.some(isOperatorDoc)) throw badValue("cannot nest $ under $in");
  return value;
}

function negated(path: string, value: Value, place: Place): Condition[] {
  if (value instanceof BSONRegExp) return conditionsOn(path, value, place);
  if (!isDoc(value)) throw badValue("$not needs a regex or a document");
  if (value.size === 0) throw badValue("$not cannot be empty");
  return [...value].flatMap(([op, v]) => (op === "$options" ? [] : [operator(path, op, v, value, place)]));
}

const firstKey = (v: Maybe): string | undefined => (isDoc(v) ? v.keys().next().value : undefined);

function allOperator(value: Value, place: Place): Condition {
  if (!isArray(value)) throw badValue("$all needs an array");
  const matches = firstKey(value[0]) === "$elemMatch";
  const list = value.map((v) => {
    if (matches) {
      if (firstKey(v) !== "$elemMatch") throw badValue("$all/$elemMatch has to be consistent");
      return whole(elemMatchTest((v as Doc).get("$elemMatch")!, place));
    }
    if (v instanceof BSONRegExp) return leaf(regexTest(v.pattern, v.options));
    if (isOperatorDoc(v)) throw badValue("no $ expressions in $all");
    return leaf(equalsTest(v));
  });
  return list.length === 0 ? whole(() => false) : every(list);
}

function elemMatchTest(value: Value, place: Place): Test {
  if (!isDoc(value)) throw badValue("$elemMatch needs an Object");
  const element = onElement(value, place);
  return (v, position) => {
    if (!isArray(v)) return false;
    const i = v.findIndex(element);
    if (i >= 0 && position) position.index = i;
    return i >= 0;
  };
}

/** A condition on one array element: on its value ({$gt: 1}) or, when it is a document, on its fields. */
export const elementMatch = (condition: Doc): ((v: Value) => boolean) =>
  onElement(condition, { vars: undefined, nested: true, plain: false });

function onElement(condition: Doc, place: Place): (v: Value) => boolean {
  const first = firstKey(condition);
  const inside = { ...place, nested: true };
  if (first?.startsWith("$") && !PATHLESS.has(first)) {
    const list = conditionsOn("", condition, inside);
    return (v) => list.every((c) => c.single(v));
  }
  const match = compile(condition, inside);
  // An array element counts as a document keyed "0", "1", … here.
  return (v) => (isDoc(v) ? match(v) : isArray(v) && match(new Map(v.map((x, i) => [String(i), x]))));
}
