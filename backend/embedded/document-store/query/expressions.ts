import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { arrayOperators } from "./expression-arrays.ts";
import { operators } from "./expression-operators.ts";
import { splitPath } from "./paths.ts";
import { truthy } from "./predicates.ts";

/** Variables in reach of an expression, without their `$$`. */
export type Vars = Record<string, Maybe>;
export type Expression = (doc: Maybe, vars: Vars) => Maybe;
/** An operator that gets its arguments already computed. */
export type Operator = { min: number; max: number; run: (args: Maybe[]) => Maybe };

export const REMOVE: Maybe = undefined;

/** The value at a path in an expression: through arrays it becomes the array of what the elements have. */
function follow(value: Maybe, path: readonly string[], at: number): Maybe {
  let v = value;
  for (let i = at; i < path.length; i++) {
    if (isDoc(v)) v = v.get(path[i]!);
    else if (isArray(v)) {
      const out: Value[] = [];
      for (const element of v) {
        const x = isDoc(element) || isArray(element) ? follow(element, path, i) : undefined;
        if (x !== undefined) out.push(x);
      }
      return out;
    } else return undefined;
  }
  return v;
}

function variable(text: string): Expression {
  const [name, ...path] = splitPath(text);
  if (name === "CURRENT") return (doc) => follow(doc, path, 0);
  if (name === "REMOVE") return () => undefined;
  if (name === "NOW") {
    const now = new Date();
    return () => now;
  }
  return (_, vars) => {
    if (!(name! in vars)) throw badValue(`Use of undefined variable: ${name}`);
    return follow(vars[name!], path, 0);
  };
}

export function compileExpression(e: Value): Expression {
  if (typeof e === "string" && e.startsWith("$")) {
    if (e.startsWith("$$")) return variable(e.slice(2));
    const path = splitPath(e.slice(1));
    if (path.includes("")) throw badValue(`'${e}' is not a valid field path`);
    if (path.length === 1) return (doc) => (isDoc(doc) ? doc.get(path[0]!) : undefined);
    return (doc) => follow(doc, path, 0);
  }
  if (isArray(e)) {
    const parts = e.map(compileExpression);
    return (doc, vars) => parts.map((p) => p(doc, vars) ?? null);
  }
  if (!isDoc(e)) return () => e;
  const first = e.keys().next();
  if (!first.done && first.value.startsWith("$")) {
    if (e.size !== 1) throw badValue("an expression object must have exactly one operator field");
    return compileOperator(first.value, e.get(first.value)!);
  }
  const fields = [...e].map(([k, v]) => [k, compileExpression(v)] as const);
  return (doc, vars) => {
    const out: Doc = new Map();
    for (const [k, f] of fields) {
      const v = f(doc, vars);
      if (v !== undefined) out.set(k, v);
    }
    return out;
  };
}

function compileOperator(name: string, operand: Value): Expression {
  const special = SPECIAL[name];
  if (special) return special(operand);
  const op = operators[name] ?? arrayOperators[name];
  if (!op) throw new StoreError("InvalidOptions", `Unrecognized expression '${name}'`);
  const parts = (isArray(operand) ? operand : [operand]).map(compileExpression);
  if (parts.length < op.min || parts.length > op.max)
    throw new StoreError(
      "Location16020",
      `Expression ${name} takes ${op.min} to ${op.max} arguments. ${parts.length} were passed in.`,
    );
  const { run } = op;
  return (doc, vars) => run(parts.map((p) => p(doc, vars)));
}

/** The named arguments of an operator such as $cond; all names must be known. */
function named(op: string, operand: Value, required: string[], optional: string[] = []): Map<string, Expression> {
  if (!isDoc(operand)) throw badValue(`${op} needs an object as its argument`);
  const unknown = [...operand.keys()].find((k) => !required.includes(k) && !optional.includes(k));
  if (unknown !== undefined) throw badValue(`Unrecognized parameter to ${op}: ${unknown}`);
  const missing = required.find((k) => !operand.has(k));
  if (missing !== undefined) throw badValue(`Missing '${missing}' parameter to ${op}`);
  return new Map([...operand].map(([k, v]) => [k, compileExpression(v)]));
}

function textArgument(operand: Value, name: string, fallback: string): string {
  const v = isDoc(operand) ? operand.get(name) : undefined;
  if (v === undefined) return fallback;
  if (typeof v !== "string") throw badValue(`'${name}' must be a string`);
  return v;
}

function each(
  op: string,
  operand: Value,
  body: string,
  run: (list: Value[], f: (v: Value) => Maybe) => Maybe,
): Expression {
  const args = named(op, operand, ["input", body], ["as", "limit"]);
  const as = textArgument(operand, "as", "this");
  return (doc, vars) => {
    const list = args.get("input")!(doc, vars);
    if (list === undefined || list === null) return null;
    if (!isArray(list)) throw badValue(`input to ${op} must be an array`);
    return run(list, (v) => args.get(body)!(doc, { ...vars, [as]: v }));
  };
}

const SPECIAL: Record<string, (operand: Value) => Expression> = {
  $literal: (v) => () => v,
  $and: (v) => {
    const parts = (isArray(v) ? v : [v]).map(compileExpression);
    return (doc, vars) => parts.every((p) => truthy(p(doc, vars)));
  },
  $or: (v) => {
    const parts = (isArray(v) ? v : [v]).map(compileExpression);
    return (doc, vars) => parts.some((p) => truthy(p(doc, vars)));
  },
  $cond: (v) => {
    const names = ["if", "then", "else"];
    if (isArray(v) && v.length !== 3) throw badValue("Expression $cond takes exactly 3 arguments");
    const args = named("$cond", isArray(v) ? new Map(v.map((x, i) => [names[i]!, x])) : v, names);
    return (doc, vars) => args.get(truthy(args.get("if")!(doc, vars)) ? "then" : "else")!(doc, vars);
  },
  $ifNull: (v) => {
    if (!isArray(v) || v.length < 2) throw badValue("$ifNull needs at least two arguments");
    const parts = v.map(compileExpression);
    return (doc, vars) => {
      for (const p of parts.slice(0, -1)) {
        const x = p(doc, vars);
        if (x !== undefined && x !== null) return x;
      }
      return parts.at(-1)!(doc, vars);
    };
  },
  $switch: (v) => {
    const branches = isDoc(v) ? v.get("branches") : undefined;
    if (!isArray(branches)) throw badValue("$switch requires 'branches' to be an array");
    const cases = branches.map((b) => named("$switch", b, ["case", "then"]));
    const fallback = (v as Doc).get("default");
    const otherwise = fallback === undefined ? undefined : compileExpression(fallback);
    return (doc, vars) => {
      const hit = cases.find((c) => truthy(c.get("case")!(doc, vars)));
      if (hit) return hit.get("then")!(doc, vars);
      if (!otherwise)
        throw badValue("$switch could not find a matching branch for an input, and no default was specified.");
      return otherwise(doc, vars);
    };
  },
  $let: (v) => {
    const args = isDoc(v) ? v.get("vars") : undefined;
    if (!isDoc(args) || !(v as Doc).has("in")) throw badValue("$let needs 'vars' and 'in'");
    const bound = [...args].map(([k, e]) => [k, compileExpression(e)] as const);
    const body = compileExpression((v as Doc).get("in")!);
    return (doc, vars) => body(doc, { ...vars, ...Object.fromEntries(bound.map(([k, e]) => [k, e(doc, vars)])) });
  },
  $map: (v) => each("$map", v, "in", (list, f) => list.map((x) => f(x) ?? null)),
  $filter: (v) => each("$filter", v, "cond", (list, f) => list.filter((x) => truthy(f(x)))),
  $reduce: (v) => {
    const args = named("$reduce", v, ["input", "initialValue", "in"]);
    return (doc, vars) => {
      const list = args.get("input")!(doc, vars);
      if (list === undefined || list === null) return null;
      if (!isArray(list)) throw badValue("$reduce requires that 'input' be an array");
      let value = args.get("initialValue")!(doc, vars);
      for (const x of list) value = args.get("in")!(doc, { ...vars, value, this: x });
      return value;
    };
  },
  ...Object.fromEntries(
    (
      [
        ["$dateToString", ["date"], ["format", "timezone", "onNull"]],
        ["$dateTrunc", ["date", "unit"], ["timezone"]],
        ["$regexMatch", ["input", "regex"], ["options"]],
        ["$trim", ["input"], ["chars"]],
        ["$convert", ["input", "to"], ["onError", "onNull"]],
        ["$getField", ["field"], ["input"]],
      ] as const
    ).map(([name, required, optional]) => [name, namedOperator(name, [...required], [...optional])]),
  ),
};

/** Operators with named arguments whose work is in `operators`, given a document of computed arguments. */
function namedOperator(name: string, required: string[], optional: string[]): (v: Value) => Expression {
  return (v) => {
    const args = named(name, v, required, optional);
    const { run } = operators[name]!;
    return (doc, vars) => {
      const computed: Doc = new Map();
      for (const [k, e] of args) {
        const x = e(doc, vars);
        if (x !== undefined) computed.set(k, x);
      }
      if (name === "$getField" && !args.has("input") && isDoc(doc)) computed.set("input", doc);
      return run([computed]);
    };
  };
}
