import { equal } from "./compare.ts";
import { match } from "./match.ts";
import { type Doc, isDoc, Refused, type Value } from "./values.ts";

/** What is done at the end of a path. */
export interface Operation {
  /** The value that takes the place of the one there; undefined removes it. */
  change(there: Value): Value | undefined;
  /** The value for a path that isn't there; undefined makes none. */
  create(): Value | undefined;
  /** $unset alone passes over a path that can't exist. */
  lenient?: boolean;
}

const PATH_NOT_VIABLE = 28;

export function pathOf(path: string): string[] {
  if (path === "") throw new Refused("an empty update path is not valid", 56);
  const parts = path.split(".");
  if (parts.some((p) => p === "")) throw new Refused("an update path with an empty field name", 56);
  if (parts[0] === "$" || isArrayPart(parts[0]!)) throw new Refused("a positional part can't come first", 2);
  if (parts.filter((p) => p === "$").length > 1) throw new Refused("too many positional parts", 2);
  return parts;
}

const isArrayPart = (part: string): boolean => part.startsWith("$[") && part.endsWith("]");
const isPlace = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

/** Updates run in the order of their paths: names as strings, places as numbers. */
export function comparePaths(a: string[], b: string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i];
    const y = b[i];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    return isPlace(x) && isPlace(y) ? Number(x) - Number(y) : Buffer.compare(Buffer.from(x), Buffer.from(y));
  }
  return 0;
}

/** What stands under a name or, in an array, at a place. */
export const child = (v: Value | undefined, part: string): Value | undefined =>
  isDoc(v) ? v.get(part) : Array.isArray(v) && isPlace(part) ? v[Number(part)] : undefined;

/** The paths that `$`, `$[]` and `$[name]` stand for in a document. */
export function expandPath(
  document: Doc,
  path: string[],
  filters: Map<string, Doc>,
  offset: number | undefined,
): string[][] {
  let open: { path: string[]; value: Value | undefined }[] = [{ path: [], value: document }];
  for (const part of path) {
    open = open.flatMap((at) => {
      if (!isArrayPart(part)) {
        if (part === "$" && offset === undefined) throw new Refused("the positional operator found no match", 2);
        const name = part === "$" ? String(offset) : part;
        return [{ path: [...at.path, name], value: child(at.value, name) }];
      }
      if (at.value === undefined) throw new Refused("the path must exist to apply array updates", 2);
      if (!Array.isArray(at.value)) throw new Refused("cannot apply array updates to a non-array", 2);
      const id = part.slice(2, -1);
      const filter = filters.get(id);
      return at.value.flatMap((element, i) =>
        id === "" || match(filter!, new Map([[id, element]])).matched
          ? [{ path: [...at.path, String(i)], value: element }]
          : [],
      );
    });
  }
  return open.map((o) => o.path);
}

export function applyAt(root: Doc, path: string[], op: Operation): void {
  const [part, ...rest] = path as [string, ...string[]];
  const there = child(root, part);
  if (rest.length > 0 && (isDoc(there) || Array.isArray(there))) {
    applyInside(there, rest, op);
    return;
  }
  finish(root, part, rest, there, op);
}

function applyInside(at: Doc | Value[], path: string[], op: Operation): void {
  const [part, ...rest] = path as [string, ...string[]];
  const there = child(at, part);
  if (rest.length > 0 && (isDoc(there) || Array.isArray(there))) applyInside(there, rest, op);
  else finish(at, part, rest, there, op);
}

function finish(at: Doc | Value[], part: string, rest: string[], there: Value | undefined, op: Operation): void {
  const blocked = (Array.isArray(at) && !isPlace(part)) || (there !== undefined && rest.length > 0);
  if (blocked) {
    if (op.lenient) return;
    throw new Refused("cannot create a field there", PATH_NOT_VIABLE);
  }
  if (there !== undefined) {
    put(at, part, op.change(there));
    return;
  }
  const made = op.create();
  if (made === undefined) return;
  // What is created below a missing field are documents, even for numbers.
  put(
    at,
    part,
    rest.reduceRight<Value>((inner, name) => new Map([[name, inner]]), made),
  );
}

function put(at: Doc | Value[], part: string, v: Value | undefined): void {
  if (isDoc(at)) {
    if (v === undefined) at.delete(part);
    else at.set(part, v);
    return;
  }
  const place = Number(part);
  while (at.length < place) at.push(null);
  // An element is never taken out of its array: its place is null.
  at[place] = v === undefined ? null : v;
}

export const setAt = (root: Doc, path: string[], value: Value): void =>
  applyAt(root, path, { change: () => value, create: () => value });

/** The value moves, unless it isn't there; neither end may lie in an array. */
export function rename(root: Doc, from: string[], to: string[]): void {
  let value: Value = root;
  let inArray = false;
  for (const part of from) {
    if (!isDoc(value) && !(Array.isArray(value) && isPlace(part)))
      throw new Refused("the path of the source is blocked", PATH_NOT_VIABLE);
    inArray ||= Array.isArray(value);
    const next = child(value, part);
    if (next === undefined) return;
    value = next;
  }
  if (inArray) throw new Refused("the source field cannot be an array element", 2);
  let parent: Value | undefined = root;
  for (const part of to.slice(0, -1)) {
    parent = child(parent, part);
    if (Array.isArray(parent)) throw new Refused("the destination cannot be an array element", 2);
  }
  const moved = value;
  // A target that is already equal stays as it is, with its own type of number.
  applyAt(root, to, { change: (there) => (equal(there, moved) ? there : moved), create: () => moved });
  removeAt(root, from);
}

function removeAt(root: Doc, path: string[]): void {
  const parent = path.slice(0, -1).reduce<Value | undefined>((at, part) => child(at, part), root);
  if (isDoc(parent)) parent.delete(path.at(-1)!);
}
