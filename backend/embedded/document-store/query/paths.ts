import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";

export type Path = readonly string[];

const cache = new Map<string, Path>();
/** Splits a dotted path; the few that a program uses are kept. */
export function splitPath(path: string): Path {
  let parts = cache.get(path);
  if (!parts) {
    parts = path.split(".");
    if (cache.size < 10_000) cache.set(path, parts);
  }
  return parts;
}

const INDEX = /^(0|[1-9]\d{0,9})$/;
export const isIndex = (part: string): boolean => INDEX.test(part);

/** The value at a path; array elements are reached by number only. */
export function getPath(value: Maybe, path: Path, from = 0): Maybe {
  let v = value;
  for (let i = from; i < path.length; i++) {
    if (isDoc(v)) v = v.get(path[i]!);
    else if (isArray(v) && isIndex(path[i]!)) v = v[Number(path[i])];
    else return undefined;
    if (v === undefined) return undefined;
  }
  return v;
}

/** Remembers which array element matched, for the positional operator `$`. */
export interface Position {
  index: number;
}

/** A test of one reached value; `undefined` means that the field is missing. */
export type Test = (v: Maybe, position?: Position) => boolean;

/**
 * Whether any value reached by the path passes. Arrays on the way are gone through; with `traverse` also one at
 * the end, whose elements are tried before itself — unless the path named it by its place in another array.
 */
export function anyAtPath(
  value: Maybe,
  path: Path,
  at: number,
  test: Test,
  position?: Position,
  traverse = false,
): boolean {
  if (at === path.length) return traverse && isArray(value) ? anyElement(value, test, position) : test(value, position);
  const part = path[at]!;
  if (isDoc(value)) return anyAtPath(value.get(part), path, at + 1, test, position, traverse);
  if (!isArray(value)) return test(undefined, position);
  for (let i = 0; i < value.length; i++) {
    const element = value[i];
    if (isDoc(element) && anyAtPath(element, path, at, test, position, traverse)) {
      if (position) position.index = i;
      return true;
    }
  }
  if (!isIndex(part) || Number(part) >= value.length) return false;
  const named = value[Number(part)];
  if (at + 1 === path.length) return test(named, position);
  return (isDoc(named) || isArray(named)) && anyAtPath(named, path, at + 1, test, position, traverse);
}

function anyElement(list: Value[], test: Test, position?: Position): boolean {
  for (let i = 0; i < list.length; i++) {
    if (test(list[i], position)) {
      if (position) position.index = i;
      return true;
    }
  }
  return test(list, position);
}

/** Sets a path in a document, making documents on the way (used where no array can be meant). */
export function setPath(doc: Doc, path: Path, value: Value): void {
  let d = doc;
  for (let i = 0; i < path.length - 1; i++) {
    let next = d.get(path[i]!);
    if (!isDoc(next)) {
      next = new Map();
      d.set(path[i]!, next);
    }
    d = next;
  }
  d.set(path[path.length - 1]!, value);
}

/** A deep copy; scalars are shared, as nothing changes them. */
export function cloneValue<T extends Value>(v: T): T;
export function cloneValue(v: Value): Value {
  if (isDoc(v)) {
    const out: Doc = new Map();
    for (const [k, inner] of v) out.set(k, cloneValue(inner));
    return out;
  }
  return isArray(v) ? v.map((x) => cloneValue(x)) : v;
}
