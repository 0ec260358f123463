import { Binary, Int32 } from "bson";
import { isArray, isNumber, type Num, type Value } from "../bson/types.ts";
import { badValue, failedToParse } from "../errors.ts";
import { isWhole, naturalOrProblem, truncated } from "./integers.ts";
import type { Test } from "./paths.ts";
import { element } from "./show.ts";

function modArgument(v: Value, name: string): bigint {
  if (!isNumber(v)) throw badValue(`malformed mod, ${name} not a number`);
  const n = truncated(v);
  if (n !== undefined) return n;
  const finite = Number.isFinite(Number(v.toString()));
  throw badValue(
    `malformed mod, ${name} value is invalid :: caused by :: ${
      finite ? "Out of bounds coercing to integral value" : "Unable to coerce NaN/Inf to integral type"
    }`,
  );
}

export function modTest(operand: Value): Test {
  if (!isArray(operand)) throw badValue("malformed mod, needs to be an array");
  if (operand.length < 2) throw badValue("malformed mod, not enough elements");
  if (operand.length > 2) throw badValue("malformed mod, too many elements");
  const divisor = modArgument(operand[0]!, "divisor");
  const wanted = modArgument(operand[1]!, "remainder");
  if (divisor === 0n) throw badValue("divisor cannot be 0");
  const small = Number(divisor);
  const rest = Number(wanted);
  const exact = Number.isSafeInteger(small) && Number.isSafeInteger(rest);
  return (v) => {
    if (!isNumber(v)) return false;
    if (exact && v instanceof Int32) return v.value % small === rest;
    const n = truncated(v);
    return n !== undefined && n % divisor === wanted;
  };
}

/** The positions asked for, and the same as a mask over an int64 whose sign stands for all higher bits. */
interface Bits {
  positions: number[];
  mask: bigint;
}

const MAX_POSITION = 2 ** 31 - 1;

function position(v: Value, index: number): number {
  const shown = element(String(index), v);
  if (!isNumber(v) || !isWhole(v)) throw badValue(`bit positions must be an integer but got: ${shown}`);
  const n = Number(truncated(v));
  if (Math.abs(n) > MAX_POSITION)
    throw badValue(`bit positions cannot be represented as a 32-bit signed integer: ${shown}`);
  if (n < 0) throw badValue(`bit positions must be >= 0 but got: ${shown}`);
  return n;
}

function positionsIn(bytes: Uint8Array): number[] {
  const out: number[] = [];
  bytes.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) out.push(i * 8 + bit);
  });
  return out;
}

function bitsOf(op: string, operand: Value, path: string): Bits {
  let positions: number[];
  if (isArray(operand)) positions = operand.map(position);
  else if (operand instanceof Binary) positions = positionsIn(operand.value());
  else if (isNumber(operand)) {
    const mask = naturalOrProblem(op, operand);
    if (typeof mask === "string") throw failedToParse(mask);
    positions = [];
    for (let i = 0; i < 64; i++) if ((mask >> BigInt(i)) & 1n) positions.push(i);
  } else throw badValue(`${path} takes an Array, a number, or a BinData but received: ${element(op, operand)}`);
  return { positions, mask: positions.reduce((m, p) => m | (1n << BigInt(Math.min(p, 63))), 0n) };
}

/** The bits of a value that are asked for and set: as a number the mask's, as bytes the positions'. */
function answer(op: string, set: number, asked: number): boolean {
  if (op === "$bitsAllSet") return set === asked;
  if (op === "$bitsAllClear") return set === 0;
  return op === "$bitsAnySet" ? set > 0 : set < asked;
}

const count = (n: bigint): number => {
  let ones = 0;
  for (let rest = n; rest > 0n; rest &= rest - 1n) ones++;
  return ones;
};

export function bitsTest(op: string, operand: Value, path: string): Test {
  const { positions, mask } = bitsOf(op, operand, path);
  const asked = count(mask);
  return (v) => {
    if (v instanceof Binary) {
      const bytes = v.value();
      const set = positions.filter((p) => ((bytes[p >> 3] ?? 0) >> (p & 7)) & 1).length;
      return answer(op, set, positions.length);
    }
    if (!isNumber(v) || !integral(v)) return false;
    return answer(op, count(BigInt.asUintN(64, truncated(v)!) & mask), asked);
  };
}

const integral = (v: Num): boolean => truncated(v) !== undefined && (typeof v !== "number" || isWhole(v));
