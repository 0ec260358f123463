import { Int32, Timestamp } from "bson";
import { compareValues } from "../bson/compare.ts";
import { arithmetic } from "../bson/numbers.ts";
import { type Doc, int32, isDoc, isNumber, type Maybe, type Num, typeName, type Value } from "../bson/types.ts";
import { badValue, typeMismatch } from "../errors.ts";
import { cloneValue } from "./paths.ts";
import { element, show } from "./show.ts";
import { addToSetChange, popChange, pullAllChange, pullChange, pushChange } from "./update-arrays.ts";
import type { Place } from "./update-paths.ts";

/** Computes the new value of a place from the old one (undefined: missing). */
export type Change = (old: Maybe, place: Place) => Value;

const KINDS: Record<string, string> = { Int32: "NumberInt", bigint: "NumberLong", number: "NumberDouble" };

function arithmeticChange(op: "$inc" | "$mul", operand: Value, path: string): Change {
  if (!isNumber(operand))
    throw typeMismatch(
      `Cannot ${op === "$inc" ? "increment" : "multiply"} with non-numeric argument: {${element(path, operand)}}`,
    );
  return (old, place) => {
    // A missing field counts as 0 of the operand's type.
    if (old === undefined) return op === "$inc" ? operand : arithmetic("multiply", operand, int32(0))!;
    if (!isNumber(old))
      throw typeMismatch(
        `Cannot apply ${op} to a value of non-numeric type. {${place.id}} has the field '${place.name}' of non-numeric type ${typeName(old)}`,
      );
    const result = arithmetic(op === "$inc" ? "add" : "multiply", old, operand);
    if (result !== undefined) return result;
    const kind = KINDS[old instanceof Int32 ? "Int32" : typeof old] ?? "NumberDecimal";
    throw badValue(
      `Failed to apply ${op} operations to current value ((${kind})${show(old)}) for document {${place.id}}`,
    );
  };
}

const extremeChange =
  (operand: Value, direction: 1 | -1): Change =>
  (old) =>
    old === undefined || compareValues(operand, old) * direction > 0 ? cloneValue(operand) : old;

const isInteger = (v: Maybe): v is Int32 | bigint => v instanceof Int32 || typeof v === "bigint";
const BITWISE: Record<string, (x: bigint, y: bigint) => bigint> = {
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};

function bitChange(operand: Value): Change {
  const format = "{$bit: {field: {and/or/xor: #}}";
  if (!isDoc(operand))
    throw badValue(
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: ${format}`,
    );
  if (operand.size === 0) throw badValue(`You must pass in at least one bitwise operation. The format is: ${format}`);
  const steps = [...operand].map(([op, v]) => {
    const run = BITWISE[op];
    if (!run)
      throw badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${op}' which is an unknown operator: {${element(op, v)}}`,
      );
    if (!isInteger(v))
      throw badValue(
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(v)}' is not supported here: {${element(op, v)}}`,
      );
    return { run, v };
  });
  return (old, place) => {
    if (old !== undefined && !isInteger(old))
      throw badValue(
        `Cannot apply $bit to a value of non-integral type.${place.id} has the field ${place.name} of non-integer type ${typeName(old)}`,
      );
    let n: Num = old ?? int32(0);
    for (const { run, v } of steps) {
      const r = run(BigInt(String(n)), BigInt(String(v)));
      n = n instanceof Int32 && v instanceof Int32 ? int32(Number(BigInt.asIntN(32, r))) : BigInt.asIntN(64, r);
    }
    return n;
  };
}

let lastSecond = 0;
let increment = 0;
/** A timestamp after all that were given before it. */
export function nextTimestamp(): Timestamp {
  const second = Math.max(lastSecond, Math.floor(Date.now() / 1000));
  increment = second === lastSecond ? increment + 1 : 1;
  lastSecond = second;
  return new Timestamp({ t: second, i: increment });
}

function currentDateChange(operand: Value): Change {
  if (typeof operand === "boolean") return () => new Date();
  if (!isDoc(operand))
    throw badValue(
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  for (const k of operand.keys()) if (k !== "$type") throw badValue(`Unrecognized $currentDate option: ${k}`);
  const type = operand.get("$type");
  if (type === "date") return () => new Date();
  if (type === "timestamp") return nextTimestamp;
  throw badValue(
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

const setChange = (v: Value): Change => {
  return () => cloneValue(v);
};

/** The operators that turn one place's value into another. $unset and $rename are not of these. */
const CHANGES: Record<string, (operand: Value, path: string) => Change> = {
  $set: setChange,
  $setOnInsert: setChange,
  $inc: (v, path) => arithmeticChange("$inc", v, path),
  $mul: (v, path) => arithmeticChange("$mul", v, path),
  $min: (v) => extremeChange(v, -1),
  $max: (v) => extremeChange(v, 1),
  $push: pushChange,
  $addToSet: addToSetChange,
  $pull: pullChange,
  $pullAll: pullAllChange,
  $pop: popChange,
  $bit: bitChange,
  $currentDate: currentDateChange,
};

/** Operators that never make a field that is missing. */
const CULLING = new Set(["$pull", "$pullAll", "$pop"]);

/** What to do at one place. */
export interface Modifier {
  op: string;
  /** For the operators that compute a value. */
  change?: Change;
  /** They leave a missing field alone. */
  culls?: boolean;
  /** Of $rename: the place that the value comes from. */
  from?: readonly string[];
}

export const isModifier = (op: string): boolean => op === "$unset" || op === "$rename" || Object.hasOwn(CHANGES, op);

export function modifierOf(op: string, path: string, operand: Value): Modifier {
  if (op === "$unset") return { op };
  return { op, change: CHANGES[op]!(operand, path), culls: CULLING.has(op) };
}

/** Timestamps of zero in a document's own fields mean now; a document without any is given back as it is. */
export function stampZeros(doc: Doc): Doc {
  let out = doc;
  for (const [k, v] of doc) {
    if (k === "_id" || !(v instanceof Timestamp) || !v.isZero()) continue;
    if (out === doc) out = new Map(doc);
    out.set(k, nextTimestamp());
  }
  return out;
}
