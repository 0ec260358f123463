import { compare, equal } from "./compare.ts";
import { matches } from "./match.ts";
import { exact } from "./numbers.ts";
import { type Doc, isDoc, isNum, Refused, type Value } from "./values.ts";

/** An empty array's key: BSON's undefined, which sorts like a missing value, before null. */
export type Key = (Value | undefined)[];

export interface IndexModel {
  name: string;
  key: [path: string, direction: 1 | -1][];
  unique?: boolean;
  sparse?: boolean;
  partialFilterExpression?: Doc;
}

/** Follows a path until its end or the first array on it. */
function walk(v: Value | undefined, path: string[]): { value: Value | undefined; rest: string[] } {
  if (path.length === 0 || Array.isArray(v)) return { value: v, rest: path };
  return isDoc(v) ? walk(v.get(path[0]!), path.slice(1)) : { value: undefined, rest: [] };
}

/**
 * All the keys that a document has in an index on these paths: one a combination of array elements. Paths may share
 * an array, but not go through two. A missing field's key is null; `missing` says that all of a key's fields were.
 */
export function keysOf(document: Doc, paths: string[][]): { key: Key; missing: boolean }[] {
  return expand(
    document,
    paths.map((path, i) => ({ i, path })),
    paths.map(() => ABSENT),
  ).map((parts) => ({
    key: parts.map((p) => (p === ABSENT ? null : (p as Value | undefined))),
    missing: parts.every((p) => p === ABSENT),
  }));
}

const ABSENT = Symbol("absent");
type Part = Value | undefined | typeof ABSENT;

function expand(root: Value, open: { i: number; path: string[] }[], fixed: Part[]): Part[][] {
  const stops = open.map(({ i, path }) => ({ i, ...walk(root, path) }));
  const parts = [...fixed];
  for (const s of stops) if (!Array.isArray(s.value) && s.value !== undefined) parts[s.i] = s.value;
  const arrays = stops.filter((s) => Array.isArray(s.value));
  if (arrays.length === 0) return [parts];
  const array = arrays[0]!.value as Value[];
  if (arrays.some((s) => s.value !== array)) throw new Refused("cannot index parallel arrays", 171);
  const further = arrays.filter((s) => s.rest.length > 0).map((s) => ({ i: s.i, path: s.rest }));
  return (array.length > 0 ? array : [undefined]).flatMap((element) => {
    const mine = [...parts];
    for (const s of arrays) if (s.rest.length === 0) mine[s.i] = element;
    return expand(isDoc(element) ? element : new Map(), further, mine);
  });
}

export type SortSpec = [path: string, direction: 1 | -1][];

export function compareKeys(a: Key, b: Key, spec: SortSpec): number {
  for (const [i, [, direction]] of spec.entries()) {
    const c = compare(a[i], b[i]) * direction;
    if (c !== 0) return c;
  }
  return 0;
}

/** The least of a document's keys in the direction of the sort. */
export function sortKey(document: Doc, spec: SortSpec): Key {
  const keys = keysOf(
    document,
    spec.map(([path]) => path.split(".")),
  ).map((k) => k.key);
  return keys.reduce((best, k) => (compareKeys(k, best, spec) < 0 ? k : best));
}

/** Every document gets its key, so that one without a place in the order is refused even when it is alone. */
export const sorted = (docs: Doc[], spec: SortSpec): Doc[] =>
  docs
    .map((d) => ({ d, key: sortKey(d, spec) }))
    .sort((a, b) => compareKeys(a.key, b.key, spec))
    .map(({ d }) => d);

/** The different values of a field, arrays taken apart. */
export function distinct(docs: Doc[], path: string): Value[] {
  const out: Value[] = [];
  const visit = (v: Value | undefined, rest: string[]): void => {
    if (rest.length === 0) {
      for (const x of Array.isArray(v) ? v : [v])
        if (x !== undefined && !out.some((known) => equal(known, x))) out.push(x);
    } else if (isDoc(v)) visit(v.get(rest[0]!), rest.slice(1));
    else if (Array.isArray(v)) {
      for (const x of v) if (isDoc(x)) visit(x, rest);
      if (/^\d+$/.test(rest[0]!)) visit(v[Number(rest[0])], rest.slice(1));
    }
  };
  for (const d of docs) visit(d, path.split("."));
  return out;
}

/** The keys that a document has in an index; none when the index leaves it out. */
export function indexKeys(document: Doc, index: IndexModel): Key[] {
  if (index.partialFilterExpression && !matches(index.partialFilterExpression, document)) return [];
  const keys = keysOf(
    document,
    index.key.map(([path]) => path.split(".")),
  );
  return keys.filter((k) => !(index.sparse && k.missing)).map((k) => k.key);
}

/** Every key at which a document would meet another one in a unique index. */
export const conflicts = (document: Doc, others: Doc[], indexes: IndexModel[]): { index: IndexModel; key: Key }[] =>
  indexes
    .filter((index) => index.unique)
    .flatMap((index) => {
      const theirs = others.flatMap((o) => indexKeys(o, index));
      return indexKeys(document, index)
        .filter((k) => theirs.some((t) => k.every((x, i) => equal(x, t[i]))))
        .map((key) => ({ index, key }));
    });

/** A whole number out of a typed one, for limits and sizes. */
export function count(v: Value): number {
  const x = isNum(v) ? exact(v) : "nan";
  if (typeof x === "string") throw new Refused("a number is needed", 2);
  return Number(x.n / x.d);
}
