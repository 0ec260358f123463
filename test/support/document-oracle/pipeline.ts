import { average, greatest, least, merge, type Result, total } from "./accumulators.ts";
import { equal } from "./compare.ts";
import { evaluate } from "./expressions.ts";
import { count, type SortSpec, sorted } from "./keys.ts";
import { matches, truthy } from "./match.ts";
import { exclude, includeValue, type Tree, treeOf } from "./projection.ts";
import { clone, type Doc, doc, int, isDoc, isNum, long, Refused, type Value } from "./values.ts";

export type Collections = Record<string, Doc[]>;

/** What a pipeline gives; order is defined only after a sort. */
export function aggregate(input: Doc[], pipeline: Doc[], others: Collections = {}): Doc[] {
  return pipeline.reduce((docs, stage) => {
    const [name, spec] = [...stage][0]!;
    return run(name, spec, docs.map(clone), others);
  }, input);
}

function run(name: string, spec: Value, docs: Doc[], others: Collections): Doc[] {
  switch (name) {
    case "$match":
      return docs.filter((d) => matches(spec as Doc, d));
    case "$sort":
      return sorted(docs, [...(spec as Doc)].map(([p, v]) => [p, count(v) as 1 | -1]) as SortSpec);
    case "$limit":
      return docs.slice(0, count(spec));
    case "$skip":
      return docs.slice(count(spec));
    case "$count":
      return docs.length === 0 ? [] : [doc({ [spec as string]: int(docs.length) })];
    case "$addFields":
      return docs.map((d) => addFields(d, spec as Doc));
    case "$unset":
      return docs.map((d) => exclude(d, treeOf([(spec as string).split(".")], false)) as Doc);
    case "$project":
      return docs.map((d) => projectStage(d, spec as Doc));
    case "$unwind":
      return docs.flatMap((d) => unwind(d, spec));
    case "$group":
      return group(docs, spec as Doc);
    case "$lookup":
      return docs.map((d) => join(d, spec as Doc, others));
    case "$replaceRoot":
      return docs.map((d) => {
        const v = evaluate((spec as Doc).get("newRoot")!, d);
        if (!isDoc(v)) throw new Refused("'newRoot' must evaluate to an object", 40228);
        return v;
      });
    case "$sortByCount":
      return run(
        "$sort",
        doc({ count: int(-1) }),
        group(docs, doc({ _id: spec, count: doc({ $sum: int(1) }) })),
        others,
      );
    default:
      throw new Refused(`Unrecognized pipeline stage name: ${name}`, 40324);
  }
}

/** Sets values at paths, in every document of an array on the way; what isn't a document becomes one. */
function addFields(d: Doc, spec: Doc): Doc {
  const out = clone(d);
  // All are computed from the document as it came in.
  for (const [path, e] of spec) setPath(out, path.split("."), () => evaluate(e, d));
  return out;
}

/** The value is computed once for each place: not at all below an array of no elements. */
function setPath(at: Doc, [part, ...rest]: readonly string[], compute: () => Result): void {
  if (rest.length === 0) {
    const v = compute();
    if (v === undefined) at.delete(part!);
    else at.set(part!, v);
    return;
  }
  at.set(part!, setBelow(at.get(part!), rest, compute));
}

function setBelow(there: Value | undefined, path: string[], compute: () => Result): Value {
  if (Array.isArray(there)) return there.map((x) => setBelow(x, path, compute));
  const inner: Doc = isDoc(there) ? there : new Map();
  setPath(inner, path, compute);
  return inner;
}

function projectStage(d: Doc, spec: Doc): Doc {
  const isFlag = (v: Value) => typeof v === "boolean" || isNum(v);
  const id = spec.get("_id");
  const fields = [...spec].filter(([k]) => k !== "_id");
  const excluding =
    fields.length > 0 ? fields.every(([, v]) => isFlag(v) && !truthy(v)) : id !== undefined && !truthy(id);
  if (excluding) {
    const gone = fields.map(([k]) => k.split("."));
    return exclude(d, treeOf(id !== undefined && !truthy(id) ? [...gone, ["_id"]] : gone, false)) as Doc;
  }
  const tree: Tree = treeOf(
    fields.filter(([, v]) => isFlag(v)).map(([k]) => k.split(".")),
    true,
  );
  if (id === undefined || (isFlag(id) && truthy(id))) tree.set("_id", true);
  // A computed field's parents are kept without their other fields.
  for (const [path] of spec) if (!isFlag(spec.get(path)!)) keepParents(tree, path.split(".").slice(0, -1));
  const out = includeValue(d, tree) as Doc;
  for (const [path, e] of spec) if (!isFlag(e)) setPath(out, path.split("."), () => evaluate(e, d));
  return out;
}

function keepParents(tree: Tree, path: string[]): void {
  let at = tree;
  for (const part of path) {
    const next = at.get(part);
    const node: Tree = next instanceof Map ? (next as Tree) : new Map();
    at.set(part, node);
    at = node;
  }
}

function unwind(d: Doc, spec: Value): Doc[] {
  const path = ((isDoc(spec) ? spec.get("path") : spec) as string).slice(1).split(".");
  const keep = isDoc(spec) && truthy(spec.get("preserveNullAndEmptyArrays"));
  const index = isDoc(spec) ? (spec.get("includeArrayIndex") as string | undefined) : undefined;
  const value = path.reduce<Value | undefined>((v, part) => (isDoc(v) ? v.get(part) : undefined), d);
  const one = (v: Value | undefined, at: Value): Doc => {
    const out = clone(d);
    // Nothing is made on the way to a value that isn't there.
    if (v !== undefined || value !== undefined) setPath(out, path, () => v);
    if (index !== undefined) out.set(index, at);
    return out;
  };
  if (Array.isArray(value) && value.length > 0) return value.map((v, i) => one(clone(v), long(BigInt(i))));
  if (value === undefined || value === null || Array.isArray(value))
    return keep ? [one(Array.isArray(value) ? undefined : value, null)] : [];
  return [one(value, null)];
}

/** Groups stand in the order of their first documents; that order is not promised. */
function group(docs: Doc[], spec: Doc): Doc[] {
  const groups: { id: Value; docs: Doc[] }[] = [];
  for (const d of docs) {
    const id = evaluate(spec.get("_id")!, d) ?? null;
    const known = groups.find((g) => equal(g.id, id));
    if (known) known.docs.push(d);
    else groups.push({ id, docs: [d] });
  }
  return groups.map((g) => {
    const out: Doc = new Map([["_id", g.id]]);
    for (const [name, accumulator] of spec) {
      if (name === "_id") continue;
      const [op, e] = [...(accumulator as Doc)][0]!;
      out.set(
        name,
        accumulate(
          op,
          g.docs.map((d) => evaluate(e, d)),
        ),
      );
    }
    return out;
  });
}

function accumulate(op: string, values: Result[]): Value {
  const there = values.filter((v): v is Value => v !== undefined);
  switch (op) {
    case "$sum":
      return total(values);
    case "$avg":
      return average(values);
    case "$min":
      return least(values) ?? null;
    case "$max":
      return greatest(values) ?? null;
    case "$first":
      return values[0] ?? null;
    case "$last":
      return values.at(-1) ?? null;
    case "$push":
      return there;
    case "$addToSet":
      return different(there);
    case "$count":
      return int(values.length);
    case "$mergeObjects":
      return merge(values);
    default:
      throw new Refused(`unknown group operator '${op}'`, 15952);
  }
}

/** The first of each lot of equal values. */
function different(values: Value[]): Value[] {
  const out: Value[] = [];
  for (const v of values) if (!out.some((x) => equal(x, v))) out.push(v);
  return out;
}

/** Equality of fields: an array stands for its elements, and what is missing is null. */
function join(d: Doc, spec: Doc, others: Collections): Doc {
  const local = d.get(spec.get("localField") as string) ?? null;
  const wanted = Array.isArray(local) ? local : [local];
  const foreign = spec.get("foreignField") as string;
  const docs = others[spec.get("from") as string] ?? [];
  const out = clone(d);
  out.set(
    spec.get("as") as string,
    docs.filter((o) => wanted.some((v) => matches(doc({ [foreign]: doc({ $eq: v }) }), o))),
  );
  return out;
}
