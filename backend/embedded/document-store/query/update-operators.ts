import { Int32 } from "bson";
import { compareValues, equalValues } from "../bson/compare.ts";
import { arithmetic, toDouble, wholeNumber } from "../bson/numbers.ts";
import {
  type Doc,
  int32,
  isArray,
  isDoc,
  isNumber,
  type Maybe,
  type Num,
  typeName,
  type Value,
} from "../bson/types.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { elementMatch, isOperatorDoc } from "./matcher.ts";
import { cloneValue, splitPath } from "./paths.ts";
import { parseSort, sortDocs } from "./sorting.ts";

/** Computes the new value of a place from the old one; undefined leaves it (or keeps it missing). */
export type Change = (old: Maybe, path: string) => Maybe;

function arithmeticChange(op: "$inc" | "$mul", operand: Value): Change {
  if (!isNumber(operand))
    throw typeMismatch(`Cannot ${op === "$inc" ? "increment" : "multiply"} with non-numeric argument`);
  return (old, path) => {
    // A missing field counts as 0 of the operand's type.
    if (old === undefined) return op === "$inc" ? operand : arithmetic("multiply", operand, int32(0))!;
    if (!isNumber(old))
      throw typeMismatch(`Cannot apply ${op} to a value of non-numeric type. '${path}' is of type ${typeName(old)}`);
    const result = arithmetic(op === "$inc" ? "add" : "multiply", old, operand);
    if (result === undefined) throw badValue(`Failed to apply ${op} operations to current value: integer overflow`);
    return result;
  };
}

const extremeChange =
  (operand: Value, direction: 1 | -1): Change =>
  (old) =>
    old === undefined || compareValues(operand, old) * direction > 0 ? cloneValue(operand) : old;

/** The values of a $push or $addToSet operand, and its modifiers. */
function eachOf(op: string, operand: Value, modifiers: string[]): { values: Value[]; options: Doc } {
  if (!isDoc(operand) || !operand.has("$each")) return { values: [operand], options: new Map() };
  const values = operand.get("$each")!;
  if (!isArray(values))
    throw badValue(`The argument to $each in ${op} must be an array but it was of type ${typeName(values)}`);
  for (const k of operand.keys())
    if (k !== "$each" && !modifiers.includes(k)) throw badValue(`Unrecognized clause in ${op}: ${k}`);
  return { values, options: operand };
}

function arrayOf(op: string, old: Maybe, path: string): Value[] {
  if (old === undefined) return [];
  if (!isArray(old)) throw badValue(`The field '${path}' must be an array but is of type ${typeName(old)} (${op})`);
  return old;
}

function whole(name: string, v: Maybe): number | undefined {
  if (v === undefined) return undefined;
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined) throw badValue(`The value for ${name} must be an integer value`);
  return n;
}

function sortArray(list: Value[], sort: Value): Value[] {
  if (isDoc(sort)) {
    const fields = parseSort(sort);
    return sortDocs(list, fields, (v) => (isDoc(v) ? v : new Map()));
  }
  const n = isNumber(sort) ? toDouble(sort) : 0;
  if (n !== 1 && n !== -1) throw badValue("The $sort element value must be either 1 or -1");
  return [...list].sort((a, b) => compareValues(a, b) * n);
}

function pushChange(operand: Value): Change {
  const { values, options } = eachOf("$push", operand, ["$slice", "$sort", "$position"]);
  const position = whole("$position", options.get("$position"));
  const slice = whole("$slice", options.get("$slice"));
  const sort = options.get("$sort");
  return (old, path) => {
    let list = [...arrayOf("$push", old, path)];
    list.splice(position ?? list.length, 0, ...values.map((v) => cloneValue(v)));
    if (sort !== undefined) list = sortArray(list, sort);
    if (slice !== undefined) list = slice >= 0 ? list.slice(0, slice) : list.slice(slice);
    return list;
  };
}

function addToSetChange(operand: Value): Change {
  const { values } = eachOf("$addToSet", operand, []);
  return (old, path) => {
    const list = [...arrayOf("$addToSet", old, path)];
    for (const v of values) if (!list.some((x) => equalValues(x, v))) list.push(cloneValue(v));
    return list;
  };
}

function pullChange(operand: Value): Change {
  const drop: (v: Value) => boolean =
    isDoc(operand) || isOperatorDoc(operand) ? elementMatch(operand) : elementMatch(new Map([["$eq", operand]]));
  return (old, path) => (old === undefined ? undefined : arrayOf("$pull", old, path).filter((v) => !drop(v)));
}

function pullAllChange(operand: Value): Change {
  if (!isArray(operand)) throw badValue("$pullAll requires an array argument");
  return (old, path) =>
    old === undefined
      ? undefined
      : arrayOf("$pullAll", old, path).filter((v) => !operand.some((x) => equalValues(x, v)));
}

function popChange(operand: Value): Change {
  const n = isNumber(operand) ? toDouble(operand) : 0;
  if (n !== 1 && n !== -1) throw failedToParse("$pop expects 1 or -1");
  return (old, path) =>
    old === undefined
      ? undefined
      : n === 1
        ? arrayOf("$pop", old, path).slice(0, -1)
        : arrayOf("$pop", old, path).slice(1);
}

function bitChange(operand: Value): Change {
  if (!isDoc(operand) || operand.size === 0) throw badValue("The $bit modifier needs a document such as {and: 5}");
  return (old, path) => {
    let n: Num = old === undefined ? int32(0) : (old as Num);
    for (const [op, v] of operand) {
      const whole32 = n instanceof Int32 && v instanceof Int32;
      if ((!(n instanceof Int32) && typeof n !== "bigint") || (!(v instanceof Int32) && typeof v !== "bigint"))
        throw badValue(`Cannot apply $bit to '${path}': both sides must be whole numbers`);
      const x = n instanceof Int32 ? BigInt(n.value) : n;
      const y = v instanceof Int32 ? BigInt(v.value) : v;
      if (op !== "and" && op !== "or" && op !== "xor")
        throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${op}'`);
      const r: bigint = op === "and" ? x & y : op === "or" ? x | y : x ^ y;
      n = whole32 ? int32(Number(BigInt.asIntN(32, r))) : r;
    }
    return n;
  };
}

function currentDateChange(operand: Value): Change {
  const type = isDoc(operand) ? operand.get("$type") : "date";
  if (type !== "date") throw new StoreError("CommandNotSupported", "$currentDate is supported with type 'date' only");
  return () => new Date();
}

/** Operators that look at one place only. $set and $setOnInsert are the same here: the caller knows when. */
const CHANGES: Record<string, (operand: Value) => Change> = {
  $set: (v) => () => cloneValue(v),
  $setOnInsert: (v) => () => cloneValue(v),
  $inc: (v) => arithmeticChange("$inc", v),
  $mul: (v) => arithmeticChange("$mul", v),
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

/** Operators that don't make the field when it is missing. */
const NEVER_CREATE = new Set(["$pull", "$pullAll", "$pop", "$unset"]);

export interface Modification {
  op: string;
  path: readonly string[];
  text: string;
  creates: boolean;
  change: Change | "unset" | { renameTo: string };
}

/** Reads an operator update into modifications in the order in which MongoDB applies them: by path. */
export function parseOperators(update: Doc): Modification[] {
  const out: Modification[] = [];
  for (const [op, fields] of update) {
    if (op !== "$unset" && op !== "$rename" && !CHANGES[op])
      throw failedToParse(`Unknown modifier: ${op}. Expected a valid update modifier or pipeline-style update`);
    if (!isDoc(fields))
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${op}: ...}`,
      );
    for (const [text, operand] of fields) out.push(modification(op, text, operand));
  }
  out.sort((a, b) => comparePaths(a.path, b.path));
  checkConflicts(out);
  return out;
}

function modification(op: string, text: string, operand: Value): Modification {
  const path = splitPath(text);
  if (path.some((p) => p === ""))
    throw badValue(`The update path '${text}' contains an empty field name, which is not allowed.`);
  if (op === "$rename") {
    if (typeof operand !== "string") throw badValue(`The 'to' field for $rename must be a string: ${text}`);
    return { op, path, text, creates: false, change: { renameTo: operand } };
  }
  return { op, path, text, creates: !NEVER_CREATE.has(op), change: op === "$unset" ? "unset" : CHANGES[op]!(operand) };
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    const numeric = Number(x) - Number(y);
    return Number.isNaN(numeric) || numeric === 0 ? (x < y ? -1 : 1) : numeric;
  }
  return a.length - b.length;
}

function checkConflicts(sorted: Modification[]): void {
  const targets = sorted.flatMap((m) =>
    typeof m.change === "object" ? [m.path, splitPath(m.change.renameTo)] : [m.path],
  );
  targets.sort(comparePaths);
  for (let i = 1; i < targets.length; i++) {
    const [a, b] = [targets[i - 1]!, targets[i]!];
    if (a.every((p, j) => p === b[j]))
      throw new StoreError(
        "ConflictingUpdateOperators",
        `Updating the path '${b.join(".")}' would create a conflict at '${a.join(".")}'`,
      );
  }
}
