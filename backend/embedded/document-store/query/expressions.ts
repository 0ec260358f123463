import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { controls } from "./expression-control.ts";
import { operators } from "./expression-operators.ts";
import {
  type Compile,
  checkVariable,
  constant,
  fold,
  located,
  type Operator,
  type Scope,
  type Slot,
  specText,
} from "./expression-support.ts";
import { splitPath } from "./paths.ts";

/** Values of the variables that were set outside of an expression, without their `$$`. */
export type Vars = Record<string, Maybe>;
/** Computes a value from the document ($$ROOT). */
export type Expression = (doc: Maybe, vars: Vars) => Maybe;

/**
 * Compiles an expression. With `outer`, the variables that will be there when it runs, an undefined variable
 * is refused now; without it, when it is used.
 */
export const compileExpression = (e: Value, outer?: Vars): Expression => scopeFor(outer).compile(e);

export const scopeFor = (outer?: Vars): Scope => scopeOf(outer, new Map());

interface Inner extends Scope {
  outer: Vars | undefined;
  slots: ReadonlyMap<string, Slot>;
}

function scopeOf(outer: Vars | undefined, slots: ReadonlyMap<string, Slot>): Inner {
  const scope: Inner = {
    outer,
    slots,
    compile: (e) => compile(e, scope),
    bind: (...names) => {
      const own: Slot[] = names.map(() => ({ value: undefined }));
      return [scopeOf(outer, new Map([...slots, ...names.map((name, i) => [name, own[i]!] as const)])), ...own];
    },
  };
  return scope;
}

function compile(e: Value, scope: Inner): Expression {
  if (typeof e === "string" && e.startsWith("$")) return compilePath(e, scope);
  if (isArray(e)) {
    const parts = e.map(scope.compile);
    return fold(parts, (doc, vars) => parts.map((p) => p(doc, vars) ?? null));
  }
  if (!isDoc(e)) return constant(e);
  const first = e.keys().next();
  if (!first.done && first.value.startsWith("$")) {
    if (e.size !== 1)
      throw located(15983, `An object representing an expression must have exactly one field: ${specText(e)}`);
    return compileOperator(first.value, e.get(first.value)!, scope);
  }
  const fields = [...e].map(([k, v]) => [checkFieldName(k), scope.compile(v)] as const);
  return fold(
    fields.map(([, f]) => f),
    (doc, vars) => {
      const out: Doc = new Map();
      for (const [k, f] of fields) {
        const v = f(doc, vars);
        if (v !== undefined) out.set(k, v);
      }
      return out;
    },
  );
}

function checkFieldName(name: string): string {
  if (name === "") throw located(15998, "FieldPath field names may not be empty strings.");
  if (name.startsWith("$"))
    throw located(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
  if (name.includes("\0")) throw located(16411, "FieldPath field names may not contain '\\0'.");
  if (name.includes("."))
    throw located(16412, "FieldPath field names may not contain '.'. Consider using $getField or $setField.");
  return name;
}

/** The value at a path: through an array it becomes the array of what its documents have there. */
function follow(value: Maybe, path: readonly string[], at: number): Maybe {
  let v = value;
  for (let i = at; i < path.length; i++) {
    if (isDoc(v)) v = v.get(path[i]!);
    else if (isArray(v)) {
      const out: Value[] = [];
      for (const element of v) {
        const x = isDoc(element) ? follow(element, path, i) : undefined;
        if (x !== undefined) out.push(x);
      }
      return out;
    } else return undefined;
  }
  return v;
}

function compilePath(text: string, scope: Inner): Expression {
  if (text === "$") throw located(16872, "'$' by itself is not a valid FieldPath");
  if (text.endsWith(".")) throw located(40353, "FieldPath must not end with a '.'.");
  const [head, ...path] = splitPath(text.startsWith("$$") ? text.slice(2) : `CURRENT.${text.slice(1)}`);
  checkVariable(head!, /[a-zA-Z\u0080-\uffff]/);
  path.forEach(checkFieldName);
  const base = variable(head!, scope);
  if (path.length === 0) return base;
  if (base !== root) return (doc, vars) => follow(base(doc, vars), path, 0);
  const [only] = path;
  if (path.length === 1) return (doc) => (isDoc(doc) ? doc.get(only!) : undefined);
  return (doc) => follow(doc, path, 0);
}

const root: Expression = (doc) => doc;

function variable(name: string, scope: Inner): Expression {
  const slot = scope.slots.get(name);
  if (slot) return () => slot.value;
  switch (name) {
    case "ROOT":
    case "CURRENT":
      return root;
    case "REMOVE":
      return constant(undefined);
    case "NOW": {
      const now = new Date();
      return (_, vars) => vars.NOW ?? now;
    }
    case "USER_ROLES":
      return (_, vars) => vars.USER_ROLES ?? [];
    case "CLUSTER_TIME":
      throw located(51144, "Builtin variable '$$CLUSTER_TIME' is not available");
    default:
  }
  if (scope.outer && !Object.hasOwn(scope.outer, name)) throw undefinedVariable(name);
  return (_, vars) => {
    const v = vars[name];
    if (v === undefined && !Object.hasOwn(vars, name)) throw undefinedVariable(name);
    return v;
  };
}

const undefinedVariable = (name: string): StoreError => located(17276, `Use of undefined variable: ${name}`);

function compileOperator(name: string, operand: Value, scope: Inner): Expression {
  const special: Compile | undefined = Object.hasOwn(controls, name) ? controls[name] : undefined;
  if (special) return special(operand, scope);
  const op = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!op) throw new StoreError("InvalidPipelineOperator", `Unrecognized expression '${name}'`);
  const parts = (isArray(operand) ? operand : [operand]).map(scope.compile);
  checkCount(name, op, parts.length);
  return fold(parts, apply(op, parts));
}

function checkCount(name: string, op: Operator, n: number): void {
  const [min, max] = op.arity === "list" ? [op.min, op.max] : [op.arity, op.arity];
  if (n >= min && n <= max) return;
  if (op.arity === "list" && op.tooFew) throw located(...op.tooFew(n));
  if (min === max) throw located(16020, `Expression ${name} takes exactly ${min} arguments. ${n} were passed in.`);
  throw located(
    28667,
    `Expression ${name} takes at least ${min} arguments, and at most ${max}, but ${n} were passed in.`,
  );
}

/** Calls for one and two arguments make no list of them: they run once a document. */
function apply(op: Operator, parts: Expression[]): Expression {
  const [a, b] = parts as [Expression, Expression];
  if (op.arity === 1) {
    const { run } = op;
    return (doc, vars) => run(a(doc, vars));
  }
  if (op.arity === 2) {
    const { run } = op;
    return (doc, vars) => run(a(doc, vars), b(doc, vars));
  }
  const { run } = op;
  return (doc, vars) => {
    const args = new Array<Maybe>(parts.length);
    for (let i = 0; i < parts.length; i++) args[i] = parts[i]!(doc, vars);
    return run(args);
  };
}
