import { toDouble } from "../bson/numbers.ts";
import { isArray, isNumber, type Num, typeName, type Value } from "../bson/types.ts";
import { type CodeName, StoreError } from "../errors.ts";

const MAX = 2 ** 31 - 1;
/** A number as an int32, cut and limited. */
const int = (n: Num): number => {
  const x = Math.trunc(toDouble(n));
  return Number.isNaN(x) ? 0 : Math.max(-MAX - 1, Math.min(MAX, x));
};

const problem = (code: number, message: string): StoreError => new StoreError(`Location${code}` as CodeName, message);

/** Reads $slice as find has it: a count, or [skip, count]. What it can't read may be an expression. */
export function findSlice(operand: Value): ((list: Value[]) => Value[]) | StoreError {
  if (isNumber(operand)) {
    const n = int(operand);
    return (list) => (n >= 0 ? list.slice(0, n) : list.slice(n));
  }
  if (!isArray(operand)) return problem(31273, "$slice only supports numbers and [skip, limit] arrays");
  if (operand.length !== 2) return problem(31272, "$slice array argument should be of form [skip, limit]");
  const [skip, limit] = operand as [Value, Value];
  if (!isNumber(skip)) return problem(31257, `$slice expects the skip argument to be a number, got ${typeName(skip)}`);
  if (!isNumber(limit))
    return problem(31258, `$slice expects the limit argument to be a number, got ${typeName(limit)}`);
  const [from, count] = [int(skip), int(limit)];
  if (count <= 0) return problem(31259, `$slice limit must be positive, got ${count}`);
  return (list) => {
    const start = from < 0 ? Math.max(0, list.length + from) : from;
    return list.slice(start, start + count);
  };
}
