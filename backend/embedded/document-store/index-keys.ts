import { type Doc, isArray, isDoc, type Maybe, type Value } from "./bson/types.ts";
import type { Index } from "./catalog.ts";
import { StoreError } from "./errors.ts";
import { EMPTY_ARRAY, encodeKey, type KeyPart } from "./keys.ts";
import { getPath, isIndex, type Path } from "./query/paths.ts";

interface Pending {
  field: number;
  value: Maybe;
  at: number;
}

export interface IndexKeys {
  keys: Buffer[];
  /** The values behind each key, for messages. */
  parts: KeyPart[][];
  multikey: boolean;
}

const NONE: IndexKeys = { keys: [], parts: [], multikey: false };

/** The keys under which an index holds a document: none when sparse or partial leaves it out, many with arrays. */
export function indexKeys(index: Index, doc: Doc): IndexKeys {
  if (index.partial && !index.partial.match(doc)) return NONE;
  const descending = index.fields.map((f) => f.descending);
  const simple = index.fields.map((f) => scalarAt(doc, f.parts));
  if (!simple.includes(ARRAY)) {
    if (index.sparse && !index.fields.some((f) => getPath(doc, f.parts) !== undefined)) return NONE;
    const parts = simple as KeyPart[];
    return { keys: [encodeKey(parts, descending)], parts: [parts], multikey: false };
  }
  const byKey = new Map<string, { key: Buffer; parts: KeyPart[] }>();
  for (const found of branches(
    doc,
    index.fields.map((f) => f.parts),
  )) {
    // A sparse index leaves out each element that has none of the fields.
    if (index.sparse && found.every((v) => v === MISSING)) continue;
    const parts = found.map((v) => (v === MISSING ? null : v));
    const key = encodeKey(parts, descending);
    byKey.set(key.toString("latin1"), { key, parts });
  }
  const all = [...byKey.values()];
  return { keys: all.map((x) => x.key), parts: all.map((x) => x.parts), multikey: true };
}

export const ARRAY = Symbol("array");

/** The value at a path without arrays (missing is null), or ARRAY when an array is met. */
export function scalarAt(doc: Doc, path: Path): Value | typeof ARRAY {
  let v: Maybe = doc;
  for (const part of path) {
    if (isArray(v)) return ARRAY;
    v = isDoc(v) ? v.get(part) : undefined;
  }
  return isArray(v) ? ARRAY : (v ?? null);
}

const MISSING = Symbol("missing");
type Branch = (KeyPart | typeof MISSING)[];

/** The values under some paths as an index holds them: a set for each element of the array among them. */
export const keyParts = (doc: Doc, paths: Path[]): KeyPart[][] =>
  branches(doc, paths).map((found) => found.map((v) => (v === MISSING ? null : v)));

function branches(doc: Doc, paths: Path[]): Branch[] {
  const found: Branch[] = [];
  expand(
    paths,
    new Array<KeyPart | typeof MISSING>(paths.length).fill(MISSING),
    paths.map((_, field) => ({ field, value: doc, at: 0 })),
    found,
  );
  return found;
}

/** Fills the fields of keys; the one array among the paths gives a key for each of its elements. */
function expand(paths: Path[], fixed: Branch, pending: Pending[], out: Branch[]): void {
  const key = [...fixed];
  const inArray: (Pending & { value: Value[] })[] = [];
  for (const p of pending) {
    const path = paths[p.field]!;
    let { value, at } = p;
    while (at < path.length && !isStop(value, path[at]!)) {
      value = isDoc(value) ? value.get(path[at]!) : isArray(value) ? getPath(value, [path[at]!]) : undefined;
      at++;
    }
    if (isArray(value)) inArray.push({ field: p.field, value, at });
    else key[p.field] = value === undefined ? MISSING : value;
  }
  const first = inArray[0];
  if (!first) {
    out.push(key);
    return;
  }
  const other = inArray.find((p) => p.value !== first.value);
  if (other)
    throw new StoreError(
      "CannotIndexParallelArrays",
      `cannot index parallel arrays [${paths[other.field]!.join(".")}] [${paths[first.field]!.join(".")}]`,
    );
  if (first.value.length === 0) {
    for (const p of inArray) key[p.field] = p.at === paths[p.field]!.length ? EMPTY_ARRAY : MISSING;
    out.push(key);
    return;
  }
  for (const element of first.value) {
    const next: Pending[] = [];
    for (const p of inArray) {
      if (p.at === paths[p.field]!.length) key[p.field] = element;
      else if (isDoc(element)) next.push({ field: p.field, value: element, at: p.at });
      else key[p.field] = MISSING;
    }
    if (next.length === 0) out.push([...key]);
    else expand(paths, key, next, out);
  }
}

/** An array stops the walk unless the path says which element is meant. */
const isStop = (v: Maybe, part: string): boolean => isArray(v) && !(isIndex(part) && Number(part) < v.length);
