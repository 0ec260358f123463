import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import { PAUSE, type Slice, type Steps, type Stream } from "../pause.ts";
import { located } from "./expression-support.ts";
import { naturalOrProblem } from "./integers.ts";
import { isIndex, type Path, splitPath } from "./paths.ts";
import { MEMORY_LIMIT } from "./sorting.ts";

/** What a stage does with the stream of documents. It passes every PAUSE on. */
export type Stage = (input: Stream<Doc>) => Stream<Doc>;

export const through = (input: Stream<Doc>, stages: Stage[]): Stream<Doc> => stages.reduce((i, s) => s(i), input);

/** A stage that gives at most one document for each. */
export const eachDocument = (f: (d: Doc) => Doc | undefined): Stage =>
  function* (input) {
    for (const d of input) {
      const out = d === PAUSE ? PAUSE : f(d);
      if (out !== undefined) yield out;
    }
  };

const BETWEEN_RESTS = 64;

/** What is held already, given with rests. */
export function* paced<T>(items: Iterable<T>, slice: Slice): Generator<T | typeof PAUSE> {
  let given = 0;
  for (const x of items) {
    if (++given % BETWEEN_RESTS === 0 && slice.over) yield PAUSE;
    yield x;
  }
}

/** What a function makes of each item, with rests. */
export function* each<T, R>(items: readonly T[], slice: Slice, f: (item: T, i: number) => R): Steps<R[]> {
  const out: R[] = [];
  for (let i = 0; i < items.length; i++) {
    if (i % BETWEEN_RESTS === 0 && slice.over) yield PAUSE;
    out.push(f(items[i]!, i));
  }
  return out;
}

/** All documents of a stream, as far as memory may hold them. */
export function* hold(input: Stream<Doc>, tooMuch: () => StoreError): Steps<Doc[]> {
  const all: Doc[] = [];
  let bytes = 0;
  for (const d of input) {
    if (d === PAUSE) {
      yield PAUSE;
      continue;
    }
    bytes += memoryOf(d);
    if (bytes > MEMORY_LIMIT) throw tooMuch();
    all.push(d);
  }
  return all;
}

const LIMITS: Record<string, number> = { $limit: 5107201, $skip: 5107200 };

/** The argument of $limit and $skip. */
export function stageCount(stage: "$limit" | "$skip", v: Value): number {
  const n = naturalOrProblem(stage, v);
  if (typeof n === "string") throw located(LIMITS[stage]!, `invalid argument to ${stage} stage: ${n}`);
  if (stage === "$limit" && n === 0n) throw new StoreError("Location15958", "the limit must be positive");
  return Number(n);
}

/** The value at a path through documents only, as fields are read and set by stages. */
export function nested(d: Maybe, path: Path): Maybe {
  let v = d;
  for (const part of path) v = isDoc(v) ? v.get(part) : undefined;
  return v;
}

/** A copy of a document with a value at a path, through documents only; undefined takes the field away. */
export function withPath(d: Doc, path: Path, v: Maybe, at = 0): Doc {
  const out = new Map(d);
  const part = path[at]!;
  if (at < path.length - 1) {
    const next = out.get(part);
    if (v === undefined && !isDoc(next)) return out;
    out.set(part, withPath(isDoc(next) ? next : new Map(), path, v, at + 1));
  } else if (v === undefined) out.delete(part);
  else out.set(part, v);
  return out;
}

/** Each value that a join finds at a path: the elements of arrays, also of those on the way. */
export function valuesAt(v: Maybe, path: Path, at = 0): Value[] {
  if (at === path.length) return v === undefined ? [] : isArray(v) ? v : [v];
  if (isDoc(v)) return valuesAt(v.get(path[at]!), path, at + 1);
  if (!isArray(v)) return [];
  const part = path[at]!;
  const named = isIndex(part) ? valuesAt(v[Number(part)], path, at + 1) : [];
  return [...named, ...v.flatMap((x) => (isDoc(x) ? valuesAt(x, path, at) : []))];
}

/** The parts of a field's name in an argument. */
export function fieldPathOf(path: string): Path {
  if (path === "") throw located(40352, "FieldPath cannot be constructed with empty string");
  if (path.endsWith(".")) throw located(40353, "FieldPath must not end with a '.'.");
  const parts = splitPath(path);
  parts.forEach(checkFieldName);
  return parts;
}

export function checkFieldName(name: string): void {
  if (name === "") throw located(15998, "FieldPath field names may not be empty strings.");
  if (name.startsWith("$"))
    throw located(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
  if (name.includes("\0")) throw located(16411, "FieldPath field names may not contain '\\0'.");
  if (name.includes("."))
    throw located(16412, "FieldPath field names may not contain '.'. Consider using $getField or $setField.");
}

const fits = (v: Value, type: string): boolean =>
  type === "any" || typeName(v) === type || (type === "strings" && isArray(v) && v.every((x) => typeof x === "string"));

/**
 * The arguments of a stage that MongoDB reads by their declared types ("any": all are fine; "strings": an array of
 * them); those with a `!` must be there.
 */
export function declared(stage: string, spec: Doc, types: Record<string, string>): void {
  for (const [k, v] of spec) {
    const type = Object.hasOwn(types, k) ? types[k]!.replace("!", "") : undefined;
    const name = `BSON field '${stage}.${k}'`;
    if (type === undefined) throw new StoreError("IDLUnknownField", `${name} is an unknown field.`);
    if (fits(v, type)) continue;
    const bad = type === "strings" && isArray(v) ? v.findIndex((x) => typeof x !== "string") : -1;
    if (bad >= 0)
      throw typeMismatch(
        `BSON field '${stage}.${k}.${bad}' is the wrong type '${typeName((v as Value[])[bad])}', expected type 'string'`,
      );
    throw typeMismatch(
      `${name} is the wrong type '${typeName(v)}', expected type '${type === "strings" ? "array" : type}'`,
    );
  }
  for (const [k, type] of Object.entries(types))
    if (type.endsWith("!") && !spec.has(k))
      throw new StoreError("IDLFailedToParse", `BSON field '${stage}.${k}' is missing but a required field`);
}
