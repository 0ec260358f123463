import { compareValues, RANK, rank } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { ARRAY, keyParts, scalarAt } from "../index-keys.ts";
import { EMPTY_ARRAY, type KeyPart } from "../keys.ts";
import { PAUSE, type Slice, type Steps, type Stream } from "../pause.ts";
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

const rankOf = (k: KeyPart): number => (k === EMPTY_ARRAY ? RANK.undefined : rank(k));

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a === EMPTY_ARRAY || b === EMPTY_ARRAY) return rankOf(a) - rankOf(b);
  return compareValues(a, b);
}

/** Compares the keys of two documents. */
export function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[], fields: readonly SortField[]): number {
  for (let i = 0; i < fields.length; i++) {
    const c = compareParts(a[i]!, b[i]!);
    if (c !== 0) return fields[i]!.descending ? -c : c;
  }
  return 0;
}

/**
 * The values that stand for a document when sorting. Of those that an index would hold for it (one set for each
 * element of an array) the one that comes first counts.
 */
export function sortKeys(doc: Doc, fields: readonly SortField[]): KeyPart[] {
  const simple = fields.map((f) => scalarAt(doc, f.parts));
  if (!simple.includes(ARRAY)) return simple as KeyPart[];
  try {
    const all = keyParts(
      doc,
      fields.map((f) => f.parts),
    );
    return all.reduce((best, k) => (compareKeys(k, best, fields) < 0 ? k : best));
  } catch (e) {
    if (e instanceof StoreError && e.codeName === "CannotIndexParallelArrays")
      throw badValue("cannot sort with keys that are parallel arrays");
    throw e;
  }
}

/** More than this held in memory by one sort or group is refused, as one command must not exhaust the process. */
export const MEMORY_LIMIT = 100 * 1024 * 1024;
/** Items that are sorted at one go; longer lists are merged from such runs, with rests. */
const RUN = 4096;

interface Keyed<T> {
  item: T;
  keys: KeyPart[];
  bytes: number;
}

export interface SortInput<T> {
  fields: SortField[];
  /** The document to take the keys from; called once an item. */
  docOf: (item: T) => Doc;
  /** Puts an item by until the end of the input; says how many bytes it takes. */
  hold: (item: T) => number;
  /** Only so many of the first are wanted; 0: all. */
  keep: number;
  slice: Slice;
}

/** Sorts stably; with `keep` only the best so far are held, so a short page of a long list needs little memory. */
export function* sorted<T>(input: Stream<T>, o: SortInput<T>): Generator<T | typeof PAUSE> {
  const compare = (a: Keyed<T>, b: Keyed<T>): number => compareKeys(a.keys, b.keys, o.fields);
  let all: Keyed<T>[] = [];
  let bytes = 0;
  for (const item of input) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    const doc = o.docOf(item);
    const keys = sortKeys(doc, o.fields);
    const size = keys.reduce((n: number, k) => n + (k === EMPTY_ARRAY ? 0 : memoryOf(k)), 100 + o.hold(item));
    bytes += size;
    all.push({ item, keys, bytes: size });
    const many = all.length >= Math.max(1000, o.keep * 2) || bytes > MEMORY_LIMIT / 2;
    if (o.keep > 0 && all.length > o.keep && many) {
      all = all.sort(compare).slice(0, o.keep);
      bytes = all.reduce((n, k) => n + k.bytes, 0);
    }
    if (bytes > MEMORY_LIMIT)
      throw new StoreError(
        "QueryExceededMemoryLimitNoDiskUseAllowed",
        `Sort exceeded memory limit of ${MEMORY_LIMIT} bytes, but did not opt in to external sorting.`,
      );
  }
  for (const k of yield* mergeSort(all, compare, o.slice)) yield k.item;
}

function* mergeSort<T>(all: T[], compare: (a: T, b: T) => number, slice: Slice): Steps<T[]> {
  let runs: T[][] = [];
  for (let i = 0; i < all.length; i += RUN) {
    runs.push(all.slice(i, i + RUN).sort(compare));
    if (slice.over) yield PAUSE;
  }
  while (runs.length > 1) {
    const next: T[][] = [];
    for (let i = 0; i < runs.length; i += 2)
      next.push(i + 1 < runs.length ? yield* merge(runs[i]!, runs[i + 1]!, compare, slice) : runs[i]!);
    runs = next;
  }
  return runs[0] ?? [];
}

function* merge<T>(a: T[], b: T[], compare: (a: T, b: T) => number, slice: Slice): Steps<T[]> {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    out.push(compare(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
    if (out.length % RUN === 0 && slice.over) yield PAUSE;
  }
  while (i < a.length) out.push(a[i++]!);
  while (j < b.length) out.push(b[j++]!);
  return out;
}
