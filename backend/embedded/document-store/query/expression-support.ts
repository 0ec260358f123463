import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Int32, ObjectId, Timestamp } from "bson";
import { compareValues } from "../bson/compare.ts";
import { exact, toDouble } from "../bson/numbers.ts";
import {
  isArray,
  isDoc,
  isNumber,
  type Maybe,
  type Num,
  typeName,
  UNDEFINED,
  type Undefined,
  type Value,
} from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import type { Expression } from "./expressions.ts";

/** An operator of one or two arguments, or of a list of them. */
export type Operator =
  | { arity: 1; run: (a: Maybe) => Maybe }
  | { arity: 2; run: (a: Maybe, b: Maybe) => Maybe }
  | ListOperator;
export interface ListOperator {
  arity: "list";
  min: number;
  max: number;
  run: (args: Maybe[]) => Maybe;
  tooFew?: (n: number) => Fault;
}

export const unary = (run: (a: Maybe) => Maybe): Operator => ({ arity: 1, run });
export const binary = (run: (a: Maybe, b: Maybe) => Maybe): Operator => ({ arity: 2, run });
export const nary = (min: number, max: number, run: (args: Maybe[]) => Maybe): ListOperator => ({
  arity: "list",
  min,
  max,
  run,
});
export const variadic = (run: (args: Maybe[]) => Maybe): ListOperator => nary(0, Number.POSITIVE_INFINITY, run);

/** What an operator that reads its own operand needs: the variables in reach, and the way to compile below them. */
export interface Scope {
  compile(e: Value): Expression;
  /** A scope in which each name has a slot that the operator fills before it runs the body. */
  bind(...names: string[]): [Scope, ...Slot[]];
}
export interface Slot {
  value: Maybe;
}
export type Compile = (operand: Value, scope: Scope) => Expression;

const constants = new WeakMap<Expression, { value: Maybe }>();
/** An expression that is always the same value. */
export function constant(value: Maybe): Expression {
  const e: Expression = () => value;
  constants.set(e, { value });
  return e;
}
export const constantOf = (e: Expression | undefined): { value: Maybe } | undefined => e && constants.get(e);

/** An expression of constants is computed once, so its mistakes are told even when there are no documents. */
export const fold = (parts: Iterable<Expression>, e: Expression): Expression => {
  for (const p of parts) if (!constants.has(p)) return e;
  return constant(e(undefined, {}));
};

export type Arguments = Record<string, Expression | undefined>;
/** An error's code and words, and its name when it has one. */
export type Fault = readonly [code: number, message: string, name?: string];
export interface Names {
  /** Each argument that must be there, and what is said when it isn't. */
  required: Record<string, Fault>;
  optional?: readonly string[];
  notObject: (found: Value) => Fault;
  unknown: (name: string) => Fault;
}

/** An operator whose operand is an object of named arguments. */
export const named =
  (names: Names, build: (args: Arguments) => Expression): Compile =>
  (operand, scope) => {
    if (!isDoc(operand)) throw located(...names.notObject(operand));
    const args: Arguments = {};
    for (const [k, v] of operand) {
      if (!Object.hasOwn(names.required, k) && !names.optional?.includes(k)) throw located(...names.unknown(k));
      args[k] = scope.compile(v);
    }
    for (const [k, fault] of Object.entries(names.required)) if (!args[k]) throw located(...fault);
    return fold(Object.values(args) as Expression[], build(args));
  };

/** An error whose code has no name of its own, as most of aggregation's have not. */
export const located = (code: number, message: string, codeName = `Location${code}`): StoreError =>
  Object.assign(new StoreError("BadValue", message), { code, codeName });

export const nullish = (v: Maybe): v is null | undefined | Undefined =>
  v === undefined || v === null || v === UNDEFINED;

export function checkVariable(name: string, start: RegExp): void {
  if (name === "") throw located(16866, "empty variable names are not allowed");
  if (!start.test(name[0]!))
    throw located(16867, `'${name}' starts with an invalid character for a user variable name`);
  const bad = /[^a-zA-Z0-9_\u0080-\uffff]/.exec(name.slice(1));
  if (bad) throw located(16868, `'${name}' contains an invalid character for a variable name: '${bad[0]}'`);
}

/** Whether an operator may define a variable of this name. */
export function checkNewVariable(name: string): string {
  if (name !== "CURRENT") checkVariable(name, /[a-z\u0080-\uffff]/);
  return name;
}

/** Whether a condition holds: everything but false, null, missing and zero does. */
export function truth(v: Maybe): boolean {
  if (typeof v === "boolean") return v;
  if (nullish(v) || v === 0 || v === 0n) return false;
  if (v instanceof Int32) return v.value !== 0;
  if (v instanceof Decimal128) {
    const e = exact(v);
    return typeof e === "number" || e.coef !== 0n;
  }
  return true;
}

/** The order of values in expressions: missing is below everything but MinKey. */
export function compareWithMissing(a: Maybe, b: Maybe): number {
  if (a !== undefined && b !== undefined) return compareValues(a, b);
  if (a === b) return 0;
  if (a === undefined) return typeName(b) === "minKey" ? 1 : -1;
  return typeName(a) === "minKey" ? -1 : 1;
}
export const same = (a: Maybe, b: Maybe): boolean => compareWithMissing(a, b) === 0;

/** A double as MongoDB prints it: 16 digits, with an exponent below 1e-4 and from 1e16. */
export function doubleText(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  if (n === 0) return Object.is(n, -0) ? "-0" : "0";
  const [digits, exponent] = n.toExponential(15).split("e") as [string, string];
  const e = Number(exponent);
  const short = Number(`${digits}e${exponent}`);
  if (e >= -4 && e < 16) return e < 0 ? short.toFixed(15 - e).replace(/\.?0+$/, "") : String(short);
  return `${digits.replace(/\.?0+$/, "")}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
}

export const numberText = (n: Num): string => (typeof n === "number" ? doubleText(n) : String(n));

/** A value as it appears in messages. */
export function shown(v: Maybe): string {
  if (v === undefined) return "MISSING";
  if (typeof v === "string") return `"${v}"`;
  if (isNumber(v)) return numberText(v);
  if (isArray(v)) return `[${v.map(shown).join(", ")}]`;
  if (isDoc(v)) return `{${[...v].map(([k, x]) => `${k}: ${shown(x)}`).join(", ")}}`;
  if (v instanceof Date) return v.toISOString();
  if (v instanceof ObjectId) return v.toHexString();
  if (v instanceof BSONRegExp) return `/${v.pattern}/${v.options}`;
  if (v instanceof Timestamp) return `Timestamp(${v.getHighBitsUnsigned()}, ${v.getLowBitsUnsigned()})`;
  if (v instanceof Binary)
    return `BinData(${v.sub_type}, "${Buffer.from(v.buffer.subarray(0, v.position)).toString("hex").toUpperCase()}")`;
  return v === null || typeof v === "boolean" ? String(v) : typeName(v);
}

/** A document of the client's own writing as it appears in messages. */
export const specText = (v: Value): string =>
  isDoc(v)
    ? v.size === 0
      ? "{}"
      : `{ ${[...v].map(([k, x]) => `${k}: ${specText(x)}`).join(", ")} }`
    : isArray(v)
      ? `[ ${v.map(specText).join(", ")} ]`
      : shown(v);

/** The text that string operators take a value for. */
export function coerceToString(v: Maybe): string {
  if (typeof v === "string") return v;
  if (nullish(v)) return "";
  if (isNumber(v)) return numberText(v);
  if (v instanceof Date) return v.toISOString();
  if (v instanceof BSONSymbol) return v.value;
  if (v instanceof Code) return String(v.code);
  if (v instanceof Timestamp) return shown(v);
  throw located(16007, `can't convert from BSON type ${typeName(v)} to String`);
}

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;
export const fitsLong = (n: bigint): boolean => n >= MIN_LONG && n <= MAX_LONG;

/** The int64 that a number is exactly, if it is one. */
export function integral64(v: Maybe): bigint | undefined {
  if (typeof v === "bigint") return v;
  if (v instanceof Int32) return BigInt(v.value);
  if (!isNumber(v)) return undefined;
  const e = exact(v);
  if (typeof e === "number") return undefined;
  if (e.exp >= 0) {
    const n = e.exp > 20 && e.coef !== 0n ? MAX_LONG + 1n : e.coef * 10n ** BigInt(e.coef === 0n ? 0 : e.exp);
    return fitsLong(n) ? n : undefined;
  }
  const unit = 10n ** BigInt(-e.exp);
  return e.coef % unit === 0n && fitsLong(e.coef / unit) ? e.coef / unit : undefined;
}

/** The int32 that a number is exactly, if it is one. */
export function integral(v: Maybe): number | undefined {
  if (v instanceof Int32) return v.value;
  if (!isNumber(v)) return undefined;
  const n = toDouble(v);
  return n === (n | 0) ? n | 0 : undefined;
}

/** The int64 nearest to a number on zero's side; beyond the range, its end. */
export function truncatedLong(v: Num): bigint {
  if (typeof v === "bigint") return v;
  const e = exact(v);
  if (typeof e === "number") return Number.isNaN(e) ? 0n : e > 0 ? MAX_LONG : MIN_LONG;
  if (e.exp > 20) return e.coef === 0n ? 0n : e.coef > 0n ? MAX_LONG : MIN_LONG;
  const n = e.exp >= 0 ? e.coef * 10n ** BigInt(e.exp) : e.coef / 10n ** BigInt(-e.exp);
  return n > MAX_LONG ? MAX_LONG : n < MIN_LONG ? MIN_LONG : n;
}
