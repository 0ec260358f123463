import { isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { accumulatorExpressions } from "./expression-accumulators.ts";
import { conversions } from "./expression-convert.ts";
import { dateUnitExpressions } from "./expression-date-units.ts";
import { dateExpressions } from "./expression-dates.ts";
import { listExpressions } from "./expression-lists.ts";
import { fieldExpressions } from "./expression-objects.ts";
import { regexExpressions } from "./expression-regex.ts";
import { textExpressions } from "./expression-strings.ts";
import {
  type Compile,
  checkNewVariable,
  constant,
  constantOf,
  fold,
  located,
  nullish,
  type Scope,
  truth,
} from "./expression-support.ts";
import type { Expression } from "./expressions.ts";

const list = (operand: Value, scope: Scope): Expression[] =>
  (isArray(operand) ? operand : [operand]).map(scope.compile);

const and: Compile = (operand, scope) => {
  const parts = list(operand, scope);
  return fold(parts, (doc, vars) => {
    for (const p of parts) if (!truth(p(doc, vars))) return false;
    return true;
  });
};

const or: Compile = (operand, scope) => {
  const parts = list(operand, scope);
  return fold(parts, (doc, vars) => {
    for (const p of parts) if (truth(p(doc, vars))) return true;
    return false;
  });
};

const COND = ["if", "then", "else"];
const cond: Compile = (operand, scope) => {
  if (!isDoc(operand)) {
    const n = isArray(operand) ? operand.length : 1;
    if (n !== 3) throw located(16020, `Expression $cond takes exactly 3 arguments. ${n} were passed in.`);
  }
  const args = isDoc(operand) ? operand : new Map((operand as Value[]).map((v, i) => [COND[i]!, v]));
  for (const name of args.keys())
    if (!COND.includes(name)) throw located(17083, `Unrecognized parameter to $cond: ${name}`);
  COND.forEach((name, i) => {
    if (!args.has(name)) throw located(17080 + i, `Missing '${name}' parameter to $cond`);
  });
  const [test, yes, no] = COND.map((name) => scope.compile(args.get(name)!)) as [Expression, Expression, Expression];
  const known = constantOf(test);
  if (known) return truth(known.value) ? yes : no;
  return (doc, vars) => (truth(test(doc, vars)) ? yes(doc, vars) : no(doc, vars));
};

const ifNull: Compile = (operand, scope) => {
  const parts = list(operand, scope);
  if (parts.length < 2) throw located(1257300, `$ifNull needs at least two arguments, had: ${parts.length}`);
  const last = parts.pop()!;
  return fold([...parts, last], (doc, vars) => {
    for (const p of parts) {
      const v = p(doc, vars);
      if (!nullish(v)) return v;
    }
    return last(doc, vars);
  });
};

function branch(b: Value, scope: Scope): [Expression, Expression] {
  if (!isDoc(b)) throw located(40062, `$switch expected each branch to be an object, found: ${typeName(b)}`);
  for (const name of b.keys())
    if (name !== "case" && name !== "then")
      throw located(40063, `$switch found an unknown argument to a branch: ${name}`);
  if (!b.has("case")) throw located(40064, "$switch requires each branch have a 'case' expression");
  if (!b.has("then")) throw located(40065, "$switch requires each branch have a 'then' expression.");
  return [scope.compile(b.get("case")!), scope.compile(b.get("then")!)];
}

const switch_: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(40060, `$switch requires an object as an argument, found: ${typeName(operand)}`);
  let branches: [Expression, Expression][] = [];
  let otherwise: Expression | undefined;
  for (const [name, v] of operand) {
    if (name === "branches") {
      if (!isArray(v)) throw located(40061, `$switch expected an array for 'branches', found: ${typeName(v)}`);
      branches = v.map((b) => branch(b, scope));
    } else if (name === "default") otherwise = scope.compile(v);
    else throw located(40067, `$switch found an unknown argument: ${name}`);
  }
  if (branches.length === 0) throw located(40068, "$switch requires at least one branch.");
  // Branches whose case is known need no test: the false ones go, the first true one is the default.
  const live: [Expression, Expression][] = [];
  for (const b of branches) {
    const known = constantOf(b[0]);
    if (!known) live.push(b);
    else if (truth(known.value)) {
      otherwise = b[1];
      break;
    }
  }
  if (live.length === 0) {
    if (otherwise) return otherwise;
    throw located(
      40069,
      "One cannot execute a switch statement where all the cases evaluate to false without a default.",
    );
  }
  return (doc, vars) => {
    for (const [test, then] of live) if (truth(test(doc, vars))) return then(doc, vars);
    if (otherwise) return otherwise(doc, vars);
    throw located(40066, "$switch could not find a matching branch for an input, and no default was specified.");
  };
};

const let_: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(16874, "$let only supports an object as its argument");
  for (const name of operand.keys())
    if (name !== "vars" && name !== "in") throw located(16875, `Unrecognized parameter to $let: ${name}`);
  const vars = operand.get("vars");
  if (vars === undefined) throw located(16876, "Missing 'vars' parameter to $let");
  if (!operand.has("in")) throw located(16877, "Missing 'in' parameter to $let");
  if (!isDoc(vars)) throw located(10065, `invalid parameter: expected an object (vars)`);
  const values = [...vars.values()].map(scope.compile);
  const [inner, ...slots] = scope.bind(...[...vars.keys()].map(checkNewVariable));
  const body = inner.compile(operand.get("in")!);
  // All are computed before any is set, as one may be named like a variable that another uses.
  return (doc, outer) => {
    const computed = values.map((e) => e(doc, outer));
    for (let i = 0; i < slots.length; i++) slots[i]!.value = computed[i];
    return body(doc, outer);
  };
};

export const controls: Record<string, Compile> = {
  $literal: (v) => constant(v),
  $const: (v) => constant(v),
  $and: and,
  $or: or,
  $cond: cond,
  $ifNull: ifNull,
  $switch: switch_,
  $let: let_,
  $rand: (operand) => {
    if (!isDoc(operand)) throw located(10065, "invalid parameter: expected an object ($rand)");
    if (operand.size > 0) throw located(3040501, "$rand does not currently accept arguments");
    return (): Maybe => Math.random();
  },
  ...listExpressions,
  ...fieldExpressions,
  ...textExpressions,
  ...regexExpressions,
  ...dateExpressions,
  ...dateUnitExpressions,
  ...conversions,
  ...accumulatorExpressions,
};
