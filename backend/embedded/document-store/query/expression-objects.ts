import { encodeDoc } from "../bson/codec.ts";
import { type Doc, int32, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import {
  type Compile,
  constant,
  constantOf,
  fold,
  located,
  nullish,
  type Operator,
  unary,
} from "./expression-support.ts";
import type { Expression } from "./expressions.ts";

export const objectOperators: Record<string, Operator> = {
  $objectToArray: unary((v) => {
    if (nullish(v)) return null;
    if (!isDoc(v)) throw located(40390, `$objectToArray requires a document input, found: ${typeName(v)}`);
    return Array.from(
      v,
      ([k, x]) =>
        new Map<string, Value>([
          ["k", k],
          ["v", x],
        ]),
    );
  }),
  $bsonSize: unary((v) => {
    if (nullish(v)) return null;
    if (!isDoc(v)) throw located(31393, `$bsonSize requires a document input, found: ${typeName(v)}`);
    return int32(encodeDoc(v).length);
  }),
};

/** Refuses "$a" where a name is meant, and tells how to write it. */
function refusePath(name: Maybe, code: number): void {
  if (typeof name === "string" && name.startsWith("$"))
    throw located(
      code,
      `'${name}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${name}'}?`,
    );
}

const getField: Compile = (operand, scope) => {
  const short = !isDoc(operand) || operand.keys().next().value?.startsWith("$") === true;
  const args: Doc = short ? new Map([["field", operand]]) : (operand as Doc);
  for (const k of args.keys())
    if (k !== "field" && k !== "input") throw located(3041701, `$getField found an unknown argument: ${k}`);
  const field = args.get("field");
  if (field === undefined) throw located(3041702, "$getField requires 'field' to be specified");
  const from = short ? "$$CURRENT" : args.get("input");
  if (from === undefined) throw located(3041703, "$getField requires 'input' to be specified");
  refusePath(field, 5654600);
  const name = scope.compile(field);
  const input = scope.compile(from);
  const known = constantOf(name);
  if (known) checkName(known.value, 5654602);
  return fold([name, input], (doc, vars) => {
    const key = checkName(name(doc, vars), 3041704);
    const v = input(doc, vars);
    return nullish(v) && v !== undefined ? null : isDoc(v) ? v.get(key) : undefined;
  });
};

function checkName(v: Maybe, code: number): string {
  if (typeof v !== "string")
    throw located(code, `$getField requires 'field' to evaluate to type String, but got ${typeName(v)}`);
  return v;
}

/** $setField and, without a value, $unsetField: the name must be known beforehand. */
const setField =
  (op: string): Compile =>
  (operand, scope) => {
    const unset = op === "$unsetField";
    if (!isDoc(operand)) throw located(4161100, `${op} only supports an object as its argument`);
    for (const k of operand.keys())
      if (k !== "field" && k !== "input" && (unset || k !== "value"))
        throw located(4161101, `${op} found an unknown argument: ${k}`);
    const part = (k: string, code: number): Expression => {
      const v = operand.get(k);
      if (v === undefined) throw located(code, `${op} requires '${k}' to be specified`);
      return scope.compile(v);
    };
    refusePath(operand.get("field"), 4161108);
    const field = part("field", 4161102);
    const value = unset ? constant(undefined) : part("value", 4161103);
    const input = part("input", 4161109);
    const name = fieldName(op, field);
    return fold([value, input], (doc, vars) => {
      const v = input(doc, vars);
      if (nullish(v)) return null;
      if (!isDoc(v)) throw located(4161105, "$setField requires 'input' to evaluate to type Object");
      const x = value(doc, vars);
      const out = new Map(v);
      if (x === undefined) out.delete(name);
      else out.set(name, x);
      return out;
    });
  };

function fieldName(op: string, field: Expression): string {
  const known = constantOf(field);
  if (!known)
    throw located(4161106, `${op} requires 'field' to evaluate to a constant, but got a non-constant argument`);
  if (typeof known.value !== "string")
    throw located(4161107, `${op} requires 'field' to evaluate to type String, but got ${typeName(known.value)}`);
  return known.value;
}

export const fieldExpressions: Record<string, Compile> = {
  $getField: getField,
  $setField: setField("$setField"),
  $unsetField: setField("$unsetField"),
};
