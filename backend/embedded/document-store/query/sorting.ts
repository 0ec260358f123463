import { compareMaybe, compareValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { EMPTY_ARRAY, type KeyPart } from "../keys.ts";
import { isIndex, type Path, splitPath } from "./paths.ts";

export interface SortField {
  path: string;
  parts: Path;
  descending: boolean;
}

export function parseSort(sort: Maybe): SortField[] {
  if (sort === undefined || sort === null) return [];
  if (!isDoc(sort)) throw badValue("Expected a sort specification document");
  return [...sort].map(([path, dir]) => {
    const n = isNumber(dir) ? toDouble(dir) : 0;
    if (n !== 1 && n !== -1)
      throw badValue(isDoc(dir) ? "sorting by $meta is not supported" : `Illegal key in $sort specification: ${path}`);
    if (path === "" || path.startsWith("$")) throw badValue(`Illegal field name in $sort specification: ${path}`);
    return { path, parts: splitPath(path), descending: n < 0 };
  });
}

/** The values that an index (or a sort) sees at a path: the elements of arrays, not the arrays. */
export function keysAtPath(value: Maybe, path: Path, at = 0): KeyPart[] {
  if (at === path.length) {
    if (!isArray(value)) return [value === undefined ? null : value];
    return value.length === 0 ? [EMPTY_ARRAY] : value;
  }
  if (isDoc(value)) return keysAtPath(value.get(path[at]!), path, at + 1);
  if (!isArray(value)) return [null];
  const part = path[at]!;
  if (isIndex(part) && Number(part) < value.length) return keysAtPath(value[Number(part)], path, at + 1);
  const out = value.flatMap((element) => (isDoc(element) ? keysAtPath(element, path, at) : [null]));
  return out.length === 0 ? [null] : out;
}

/** The value that stands for a document when sorting: of an array, its least (or greatest) element. */
export function sortKey(doc: Doc, field: SortField): Maybe {
  if (field.parts.length === 1) {
    const v = doc.get(field.path);
    if (!isArray(v)) return v;
  }
  let best: Maybe;
  let first = true;
  for (const part of keysAtPath(doc, field.parts)) {
    const v = part === EMPTY_ARRAY ? undefined : part;
    // An empty array sorts below null; both are rare enough to compare through null here.
    if (first || (field.descending ? compareMaybe(v, best) > 0 : compareMaybe(v, best) < 0)) best = v;
    first = false;
  }
  return best;
}

/** Sorts stably by the fields, computing each key once. */
export function sortDocs<T>(items: T[], fields: SortField[], docOf: (item: T) => Doc): T[] {
  const keyed = items.map((item) => ({ item, keys: fields.map((f) => sortKey(docOf(item), f) ?? null) as Value[] }));
  keyed.sort((a, b) => {
    for (let i = 0; i < fields.length; i++) {
      const c = compareValues(a.keys[i]!, b.keys[i]!);
      if (c !== 0) return fields[i]!.descending ? -c : c;
    }
    return 0;
  });
  return keyed.map((k) => k.item);
}
