import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import type { Expression, Vars } from "./expressions.ts";

/** What a projection says of a field: keep, drop, compute, cut, or look inside. */
export type Node =
  | { kind: "keep" }
  | { kind: "drop" }
  | { kind: "compute"; value: Expression }
  | { kind: "slice"; slice: (list: Value[]) => Value[] }
  | { kind: "elemMatch"; match: (v: Value) => boolean }
  | InnerNode;

export interface InnerNode {
  kind: "inner";
  fields: Map<string, Node>;
}

export const keep: Node = { kind: "keep" };
export const drop: Node = { kind: "drop" };
export const innerNode = (): InnerNode => ({ kind: "inner", fields: new Map() });

const NO_VARS: Vars = {};

/** What the steps of one projection share. */
interface Context {
  include: boolean;
  root: Doc;
  vars: Vars;
  /** The inner nodes that have something computed below them. */
  computing: ReadonlySet<InnerNode>;
}

export function runProjection(root: InnerNode, include: boolean): (doc: Doc, vars?: Vars) => Doc {
  const computing = new Set<InnerNode>();
  findComputing(root, computing);
  return (doc, vars) => project(root, doc, { include, root: doc, vars: vars ?? NO_VARS, computing });
}

function findComputing(node: InnerNode, out: Set<InnerNode>): boolean {
  let found = false;
  for (const n of node.fields.values()) {
    const here = n.kind === "compute" || n.kind === "elemMatch" || (n.kind === "inner" && findComputing(n, out));
    found ||= here;
  }
  if (found) out.add(node);
  return found;
}

function project(node: InnerNode, doc: Doc, c: Context): Doc {
  const out: Doc = new Map();
  for (const [k, v] of doc) {
    const n = node.fields.get(k);
    const x = n ? projectField(n, v, c) : c.include ? undefined : v;
    if (x !== undefined) out.set(k, x);
  }
  if (c.computing.has(node)) compute(node, doc, out, c);
  return out;
}

function projectField(n: Node, v: Value, c: Context): Maybe {
  switch (n.kind) {
    case "keep":
      return v;
    case "inner":
      return projectInside(n, v, c);
    case "slice":
      return isArray(v) ? n.slice(v) : v;
    // Computed fields come after all that are kept; $elemMatch too, but among kept fields in its place.
    case "elemMatch":
      return c.include ? undefined : found(n.match, v);
    default:
      return undefined;
  }
}

function projectInside(node: InnerNode, v: Value, c: Context): Maybe {
  if (isDoc(v)) return project(node, v, c);
  if (!isArray(v)) return c.include ? undefined : v;
  if (!c.include) return v.map((x) => projectInside(node, x, c)!);
  return v.map((x) => projectInside(node, x, c)).filter((x) => x !== undefined);
}

function compute(node: InnerNode, source: Doc, out: Doc, c: Context): void {
  for (const [k, n] of node.fields) {
    let v: Maybe;
    if (n.kind === "compute") v = n.value(c.root, c.vars);
    else if (n.kind === "elemMatch") v = found(n.match, source.get(k));
    else if (n.kind === "inner" && c.computing.has(n) && !out.has(k)) {
      const made: Doc = new Map();
      compute(n, new Map(), made, c);
      v = made;
    } else continue;
    if (v === undefined) out.delete(k);
    else out.set(k, v);
  }
}

function found(match: (v: Value) => boolean, v: Maybe): Maybe {
  const hit = isArray(v) ? v.find(match) : undefined;
  return hit === undefined ? undefined : [hit];
}

/** Leaves of the first array on the path only the element that the filter matched. */
export function onlyElement(doc: Doc, path: readonly string[], index: number): Doc {
  const [part, ...rest] = path;
  const v = doc.get(part!);
  const problem = "Executor error during find command :: caused by ::";
  if (isArray(v)) {
    if (index < 0)
      throw new StoreError(
        "Location51246",
        `${problem} positional operator '.$' couldn't find a matching element in the array`,
      );
    const element = v[index];
    if (element === undefined)
      throw new StoreError("Location51247", `${problem} positional operator '.$' element mismatch`);
    return new Map([...doc, [part!, [element]]]);
  }
  if (!isDoc(v) || rest.length === 0) return doc;
  return new Map([...doc, [part!, onlyElement(v, rest, index)]]);
}
