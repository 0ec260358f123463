import { count } from "./keys.ts";
import { elementTest, truthy } from "./match.ts";
import { clone, type Doc, isDoc, isNum, Refused, type Value } from "./values.ts";

export type Tree = Map<string, Tree | Value>;
interface Special {
  path: string[];
  kind: "$slice" | "$elemMatch";
  operand: Value;
}

const isFlag = (v: Value): boolean => typeof v === "boolean" || isNum(v);

/** A find's projection: all inclusion or all exclusion (but _id), with $slice and $elemMatch. */
export function project(original: Doc, spec: Doc): Doc {
  const document = clone(original);
  const { mode, paths, specials, id } = parse(spec);
  let out: Doc;
  if (mode === "include") {
    out = include(
      document,
      treeOf([...paths, ...specials.filter((s) => s.kind === "$slice").map((s) => s.path)], true),
      id,
    );
  } else {
    out = exclude(document, treeOf(id ? paths : [...paths, ["_id"]], false)) as Doc;
  }
  for (const s of specials) {
    if (s.kind === "$slice") sliceAt(out, s.path, s.operand);
    else {
      const value = document.get(s.path[0]!);
      const test = elementTest(s.operand as Doc);
      test(null);
      const element = Array.isArray(value) ? value.find(test) : undefined;
      // The one element that matches stands alone in an array; without one the field is left out.
      if (element === undefined) out.delete(s.path[0]!);
      else out.set(s.path[0]!, [element]);
    }
  }
  return out;
}

interface Parsed {
  mode: "include" | "exclude";
  paths: string[][];
  specials: Special[];
  id: boolean;
}

function parse(spec: Doc): Parsed {
  const paths: string[][] = [];
  const specials: Special[] = [];
  const taken: string[][] = [];
  let mode: Parsed["mode"] | undefined;
  let id: boolean | undefined;
  const take = (path: string[]): void => {
    for (const other of taken) {
      const at = other.findIndex((part, i) => part !== path[i]);
      if (at < 0 && other.length < path.length) throw new Refused("path collision, a parent is there", 31249);
      if (at < 0 || at >= path.length) throw new Refused("path collision", 31250);
    }
    taken.push(path);
  };
  const field = (path: string[], v: Value): void => {
    if (isDoc(v)) {
      const op = [...v.keys()][0];
      if (op === undefined) throw new Refused("an empty object is not a valid value", 51270);
      if (op === "$slice" || op === "$elemMatch") {
        if (op === "$elemMatch" && path.length > 1) throw new Refused("cannot use $elemMatch on a nested field", 31275);
        take(path);
        specials.push({ path, kind: op, operand: v.get(op)! });
      } else for (const [k, x] of v) field([...path, ...k.split(".")], x);
      return;
    }
    if (!isFlag(v)) throw new Error("the oracle projects flags, $slice and $elemMatch only");
    take(path);
    const on = truthy(v);
    if (path.join(".") === "_id") {
      id = on;
      return;
    }
    if (mode === (on ? "exclude" : "include")) throw new Refused("inclusion and exclusion mixed", on ? 31253 : 31254);
    mode = on ? "include" : "exclude";
    paths.push(path);
  };
  for (const [k, v] of spec) field(k.split("."), v);
  return { mode: mode ?? modeOfSpecials(specials, id), paths, specials, id: id ?? true };
}

/** Without plain flags: $slice keeps everything unless the _id is asked for, $elemMatch keeps nothing else. */
function modeOfSpecials(specials: Special[], id: boolean | undefined): Parsed["mode"] {
  if (specials.some((s) => s.kind === "$slice")) return id === true ? "include" : "exclude";
  if (specials.length > 0) return "include";
  return id === true ? "include" : "exclude";
}

export function treeOf(paths: string[][], leaf: boolean): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let at = root;
    for (const part of path.slice(0, -1)) {
      const next = at.get(part);
      if (next instanceof Map) at = next as Tree;
      else {
        const made: Tree = new Map();
        at.set(part, made);
        at = made;
      }
    }
    at.set(path.at(-1)!, leaf);
  }
  return root;
}

/** Keeps what the tree names, in the document's order; what has no fields where fields are asked for is dropped. */
function include(d: Doc, tree: Tree, id: boolean): Doc {
  const withId = new Map(tree);
  if (id && !withId.has("_id")) withId.set("_id", true);
  return includeValue(d, withId) as Doc;
}

export function includeValue(v: Value, tree: Tree): Value | undefined {
  if (Array.isArray(v))
    return v.flatMap((x) => {
      const y = includeValue(x, tree);
      return y === undefined ? [] : [y];
    });
  if (!isDoc(v)) return undefined;
  const out: Doc = new Map();
  for (const [k, x] of v) {
    const node = tree.get(k);
    if (node === undefined) continue;
    const kept = node instanceof Map ? includeValue(x, node as Tree) : x;
    if (kept !== undefined) out.set(k, kept);
  }
  return out;
}

export function exclude(v: Value, tree: Tree): Value {
  if (Array.isArray(v)) return v.map((x) => exclude(x, tree));
  if (!isDoc(v)) return v;
  const out: Doc = new Map();
  for (const [k, x] of v) {
    const node = tree.get(k);
    if (node === undefined) out.set(k, x);
    else if (node instanceof Map) out.set(k, exclude(x, node as Tree));
  }
  return out;
}

function sliceAt(v: Value | undefined, path: string[], operand: Value): void {
  if (Array.isArray(v)) {
    for (const x of v) sliceAt(x, path, operand);
    return;
  }
  if (!isDoc(v)) return;
  const child = v.get(path[0]!);
  if (path.length > 1) sliceAt(child, path.slice(1), operand);
  else if (Array.isArray(child)) v.set(path[0]!, slice(child, operand));
}

/** n: the first n, or the last -n. [skip, n]: n from a place that, when negative, counts from the end. */
export function slice(array: Value[], operand: Value): Value[] {
  if (!Array.isArray(operand)) {
    const n = count(operand);
    return n >= 0 ? array.slice(0, n) : array.slice(Math.max(0, array.length + n));
  }
  const [skip, limit] = operand.map(count) as [number, number];
  if (limit <= 0) throw new Refused("$slice limit must be positive", 28724);
  const from = skip >= 0 ? skip : Math.max(0, array.length + skip);
  return array.slice(from, from + limit);
}
