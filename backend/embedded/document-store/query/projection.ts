import { toDouble, wholeNumber } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import { elementMatch } from "./matcher.ts";
import { splitPath } from "./paths.ts";

export type Project = (doc: Doc, vars?: Vars) => Doc;

/** What a projection says of a field: keep, drop, compute, or look inside. */
type Node = { kind: "keep" } | { kind: "drop" } | { kind: "compute"; value: Apply } | Inner;
interface Inner {
  kind: "inner";
  fields: Map<string, Node>;
}
type Apply = (current: Maybe, doc: Doc, vars: Vars) => Maybe;

const inner = (): Inner => ({ kind: "inner", fields: new Map() });

function place(root: Inner, path: string, node: Node): void {
  const parts = splitPath(path);
  if (parts.some((p) => p === "")) throw badValue(`FieldPath '${path}' must not have empty parts`);
  let at = root;
  for (const part of parts.slice(0, -1)) {
    let next = at.fields.get(part);
    if (!next) {
      next = inner();
      at.fields.set(part, next);
    }
    if (next.kind !== "inner") throw collision(path);
    at = next;
  }
  if (at.fields.has(parts.at(-1)!)) throw collision(path);
  at.fields.set(parts.at(-1)!, node);
}

const collision = (path: string): StoreError =>
  new StoreError("BadValue", `Invalid $project :: caused by :: Path collision at ${path}`);

interface Spec {
  root: Inner;
  /** true = fields are listed to keep, false = listed to drop, undefined = neither was said. */
  include?: boolean;
  id?: boolean;
}

function flag(v: Value): boolean | undefined {
  if (typeof v === "boolean") return v;
  return isNumber(v) ? toDouble(v) !== 0 : undefined;
}

function read(spec: Spec, prefix: string, projection: Doc, find: boolean): void {
  for (const [name, value] of projection) {
    const path = prefix + name;
    const f = flag(value);
    if (path === "_id" && f !== undefined) {
      spec.id = f;
      continue;
    }
    if (f !== undefined) {
      if (spec.include !== undefined && spec.include !== f)
        throw badValue(
          f
            ? `Cannot do inclusion on field ${path} in exclusion projection`
            : `Cannot do exclusion on field ${path} in inclusion projection`,
        );
      spec.include = f;
      place(spec.root, path, { kind: f ? "keep" : "drop" });
    } else if (isDoc(value) && value.size > 0 && ![...value.keys()][0]!.startsWith("$"))
      read(spec, `${path}.`, value, find);
    else place(spec.root, path, { kind: "compute", value: computed(value, find, spec) });
  }
}

function computed(value: Value, find: boolean, spec: Spec): Apply {
  if (find && isDoc(value) && value.has("$slice")) {
    const args = value.get("$slice")!;
    const [a, b] = (isArray(args) ? args : [args]).map((n) => (isNumber(n) ? wholeNumber(n) : undefined));
    if (a === undefined || (isArray(args) && b === undefined)) throw badValue("$slice needs whole numbers");
    return (v) => {
      if (!isArray(v)) return v;
      if (b === undefined) return a >= 0 ? v.slice(0, a) : v.slice(a);
      const from = a < 0 ? Math.max(0, v.length + a) : a;
      return v.slice(from, from + b);
    };
  }
  if (find && isDoc(value) && value.has("$elemMatch")) {
    const condition = value.get("$elemMatch")!;
    if (!isDoc(condition)) throw badValue("elemMatch: Invalid argument, object required");
    const match = elementMatch(condition);
    spec.include ??= true;
    return (v) => {
      const hit = isArray(v) ? v.find(match) : undefined;
      return hit === undefined ? undefined : [hit];
    };
  }
  const e: Expression = compileExpression(value);
  spec.include ??= true;
  return (_, doc, vars) => e(doc, vars);
}

function keepFields(node: Inner, doc: Doc, root: Doc, vars: Vars): Doc {
  const out: Doc = new Map();
  for (const [k, v] of doc) {
    const n = node.fields.get(k);
    if (!n || n.kind === "drop") continue;
    if (n.kind === "keep") out.set(k, v);
    else if (n.kind === "inner") {
      const x = keepInside(n, v, root, vars);
      if (x !== undefined) out.set(k, x);
    }
  }
  return addComputed(node, doc, out, root, vars);
}

function keepInside(node: Inner, v: Value, root: Doc, vars: Vars): Maybe {
  if (isDoc(v)) return keepFields(node, v, root, vars);
  if (isArray(v)) {
    const out = v.map((x) => (isDoc(x) || isArray(x) ? keepInside(node, x, root, vars) : undefined));
    return out.filter((x) => x !== undefined);
  }
  return undefined;
}

const hasComputed = (n: Node): boolean =>
  n.kind === "compute" || (n.kind === "inner" && [...n.fields.values()].some(hasComputed));

function addComputed(node: Inner, source: Doc, out: Doc, root: Doc, vars: Vars): Doc {
  for (const [k, n] of node.fields) {
    if (n.kind === "compute") {
      const v = n.value(source.get(k), root, vars);
      if (v === undefined) out.delete(k);
      else out.set(k, v);
    } else if (n.kind === "inner" && hasComputed(n) && !out.has(k)) {
      out.set(k, addComputed(n, new Map(), new Map(), root, vars));
    }
  }
  return out;
}

function dropFields(node: Inner, doc: Doc, root: Doc, vars: Vars): Doc {
  const out: Doc = new Map();
  for (const [k, v] of doc) {
    const n = node.fields.get(k);
    if (!n) out.set(k, v);
    else if (n.kind === "inner") out.set(k, dropInside(n, v, root, vars));
    else if (n.kind === "compute") {
      const x = n.value(v, root, vars);
      if (x !== undefined) out.set(k, x);
    }
  }
  return out;
}

function dropInside(node: Inner, v: Value, root: Doc, vars: Vars): Value {
  if (isDoc(v)) return dropFields(node, v, root, vars);
  return isArray(v) ? v.map((x) => dropInside(node, x, root, vars)) : v;
}

/** Compiles a projection; `find` allows $slice and $elemMatch in find's sense. Undefined: everything is kept. */
export function compileProjection(projection: Maybe, find: boolean): Project | undefined {
  if (projection === undefined || projection === null) return undefined;
  if (!isDoc(projection)) throw badValue("a projection must be a document");
  if ([...projection.keys()].some((k) => k.endsWith(".$")))
    throw new StoreError("CommandNotSupported", "the positional projection '.$' is not supported");
  const spec: Spec = { root: inner() };
  read(spec, "", projection, find);
  const { root } = spec;
  if (root.fields.size === 0 && spec.id === undefined) return undefined;
  // {_id: 1} alone keeps only the id; {_id: 0} alone drops only the id.
  const include = spec.include ?? (root.fields.size === 0 && spec.id === true);
  if (include ? spec.id !== false : spec.id === false) root.fields.set("_id", { kind: include ? "keep" : "drop" });
  return (doc, vars) => {
    const all = { ROOT: doc, ...vars };
    return include ? keepFields(root, doc, doc, all) : dropFields(root, doc, doc, all);
  };
}

/** $addFields / $set: computed fields over the document, going into arrays of documents. */
export function compileAddFields(spec: Value): Project {
  if (!isDoc(spec)) throw badValue("$addFields specification must be an object");
  const fields = [...spec].map(([path, v]) => ({ parts: splitPath(path), e: compileExpression(v) }));
  const put = (target: Maybe, parts: readonly string[], at: number, v: Maybe): Value => {
    if (isArray(target)) return target.map((x) => put(x, parts, at, v));
    const out: Doc = isDoc(target) ? new Map(target) : new Map();
    const part = parts[at]!;
    if (at < parts.length - 1) out.set(part, put(out.get(part), parts, at + 1, v));
    else if (v === undefined) out.delete(part);
    else out.set(part, v);
    return out;
  };
  return (doc, vars) => {
    const all = { ROOT: doc, ...vars };
    let out = doc;
    for (const f of fields) out = put(out, f.parts, 0, f.e(doc, all)) as Doc;
    return out;
  };
}
