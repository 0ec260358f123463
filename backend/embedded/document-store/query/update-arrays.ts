import { BSONRegExp } from "bson";
import { compareValues, equalValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue, failedToParse, typeMismatch } from "../errors.ts";
import { wholeOrProblem } from "./integers.ts";
import { compilePlainMatch } from "./matcher.ts";
import { cloneValue, getPath, splitPath } from "./paths.ts";
import { show } from "./show.ts";
import type { Change } from "./update-operators.ts";

type Order = (a: Value, b: Value) => number;

function direction(v: Value): number {
  const n = isNumber(v) ? toDouble(v) : 0;
  if (n !== 1 && n !== -1) throw badValue("The $sort element value must be either 1 or -1");
  return n;
}

function orderOf(sort: Value): Order {
  if (isNumber(sort)) {
    const d = direction(sort);
    return (a, b) => compareValues(a, b) * d;
  }
  if (!isDoc(sort))
    throw badValue("The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields");
  if (sort.size === 0) throw badValue("The $sort pattern is empty when it should be a set of fields.");
  const fields = [...sort].map(([path, d]) => {
    const n = direction(d);
    if (path === "") throw badValue("The $sort field cannot be empty");
    const parts = splitPath(path);
    if (parts.includes("")) throw badValue(`The $sort field is a dotted field but has an empty part: ${path}`);
    return { parts, n };
  });
  return (a, b) => {
    for (const { parts, n } of fields) {
      const c = compareValues(fieldOf(a, parts), fieldOf(b, parts)) * n;
      if (c !== 0) return c;
    }
    return 0;
  };
}

/** What an element has at a path, null when it is no document or has nothing there. */
const fieldOf = (v: Value, path: readonly string[]): Value => (isDoc(v) ? (getPath(v, path) ?? null) : null);

function clause(options: Doc, name: string, words: string): number | undefined {
  const v = options.get(name);
  if (v === undefined) return undefined;
  const n = wholeOrProblem(name, v);
  if (typeof n === "string") throw badValue(`The value for ${name} must be an integer value ${words}: ${typeName(v)}`);
  return Number(n);
}

const PUSH_CLAUSES = new Set(["$each", "$slice", "$sort", "$position"]);

export function pushChange(operand: Value): Change {
  const options: Doc = isDoc(operand) && operand.has("$each") ? operand : new Map();
  for (const k of options.keys()) if (!PUSH_CLAUSES.has(k)) throw badValue(`Unrecognized clause in $push: ${k}`);
  const values = options.get("$each") ?? [operand];
  if (!isArray(values))
    throw badValue(`The argument to $each in $push must be an array but it was of type: ${typeName(values)}`);
  const slice = clause(options, "$slice", "but was given type");
  const sort = options.get("$sort");
  const order = sort === undefined ? undefined : orderOf(sort);
  const position = clause(options, "$position", ", not of type");
  return (old, place) => {
    if (old !== undefined && !isArray(old))
      throw badValue(
        `The field '${place.path}' must be an array but is of type ${typeName(old)} in document {${place.id}}`,
      );
    const list = [...(old ?? [])];
    list.splice(position ?? list.length, 0, ...values.map((v) => cloneValue(v)));
    if (order) list.sort(order);
    if (slice === undefined) return list;
    return slice >= 0 ? list.slice(0, slice) : list.slice(slice);
  };
}

export function addToSetChange(operand: Value): Change {
  const isEach = isDoc(operand) && operand.keys().next().value === "$each";
  const values = isEach ? operand.get("$each")! : [operand];
  if (!isArray(values))
    throw typeMismatch(`The argument to $each in $addToSet must be an array but it was of type ${typeName(values)}`);
  if (isEach && operand.size > 1) throw badValue(`Found unexpected fields after $each in $addToSet: ${show(operand)}`);
  return (old, place) => {
    if (old !== undefined && !isArray(old))
      throw badValue(
        `Cannot apply $addToSet to non-array field. Field named '${place.name}' has non-array type ${typeName(old)}`,
      );
    const list = [...(old ?? [])];
    for (const v of values) if (!list.some((x) => equalValues(x, v))) list.push(cloneValue(v));
    return list;
  };
}

/** Operators that only take away from an array; what is missing stays so. */
const culling =
  (drop: (v: Value) => boolean): Change =>
  (old: Maybe) => {
    if (!isArray(old)) throw badValue("Cannot apply $pull to a non-array value");
    return old.filter((v) => !drop(v));
  };

/** $pull takes a condition on documents' fields, an operator or pattern on values, or else an exact value. */
export function pullChange(operand: Value): Change {
  const first = isDoc(operand) ? operand.keys().next().value : undefined;
  const onValue = operand instanceof BSONRegExp || (first !== undefined && ON_VALUES.test(first));
  if (onValue) {
    const match = compilePlainMatch(new Map([["", operand]]));
    return culling((v) => match(new Map([["", v]])));
  }
  if (!isDoc(operand)) return culling((v) => equalValues(v, operand));
  const match = compilePlainMatch(operand);
  return culling((v) => isDoc(v) && match(v));
}

/** Operators that a condition on a value starts with; anything else is a condition on a document. */
const ON_VALUES =
  /^\$(eq|ne|gte?|lte?|n?in|exists|type|mod|regex|options|size|all|elemMatch|bits(All|Any)(Set|Clear)|near|nearSphere|geoNear|geoWithin|within|geoIntersects)$/;

export function pullAllChange(operand: Value): Change {
  if (!isArray(operand)) throw badValue(`$pullAll requires an array argument but was given a ${typeName(operand)}`);
  return culling((v) => operand.some((x) => equalValues(x, v)));
}

export function popChange(operand: Value, path: string): Change {
  const n = wholeOrProblem(path, operand);
  if (typeof n === "string") throw failedToParse(n);
  if (n !== 1n && n !== -1n) throw failedToParse(`$pop expects 1 or -1, found: ${n}`);
  return (old, place) => {
    if (!isArray(old))
      throw typeMismatch(`Path '${place.path}' contains an element of non-array type '${typeName(old)}'`);
    return n === 1n ? old.slice(0, -1) : old.slice(1);
  };
}
