import { encodeDoc } from "../bson/codec.ts";
import { wholeNumber } from "../bson/numbers.ts";
import { type Doc, int32, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { badValue, failedToParse, StoreError } from "../errors.ts";
import { run } from "../executor.ts";
import type { Storage } from "../storage.ts";
import type { Vars } from "./expressions.ts";
import { compileExpression } from "./expressions.ts";
import { groupStage } from "./group.ts";
import { compileMatch } from "./matcher.ts";
import { cloneValue, getPath, setPath, splitPath } from "./paths.ts";
import { perDocument } from "./pipeline-update.ts";
import { parseSort, sortDocs } from "./sorting.ts";

export interface AggregateContext {
  storage: Storage;
  db: string;
  vars: Vars;
}

type Stage = (input: Iterable<Doc>) => Iterable<Doc>;

function count(stage: string, v: Value, least: number): number {
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined || n < least)
    throw badValue(`invalid argument to ${stage} stage: expected a whole number >= ${least}`);
  return n;
}

function* take(input: Iterable<Doc>, n: number): Iterable<Doc> {
  let left = n;
  for (const d of input) {
    yield d;
    if (--left <= 0) return;
  }
}

function* drop(input: Iterable<Doc>, n: number): Iterable<Doc> {
  let left = n;
  for (const d of input) if (left-- <= 0) yield d;
}

function unwind(spec: Value): Stage {
  const options: Doc = isDoc(spec) ? spec : new Map([["path", spec]]);
  const path = options.get("path");
  if (typeof path !== "string" || !path.startsWith("$"))
    throw badValue("path option to $unwind stage should be prefixed with a '$'");
  const parts = splitPath(path.slice(1));
  const indexName = options.get("includeArrayIndex");
  const keepEmpty = options.get("preserveNullAndEmptyArrays") === true;
  const make = (d: Doc, v: Maybe, i: number | null): Doc => {
    const out = v === undefined ? new Map(d) : (copyAlong(d, parts) as Doc);
    if (v !== undefined) setPath(out, parts, v);
    if (typeof indexName === "string") setPath(out, splitPath(indexName), i === null ? null : BigInt(i));
    return out;
  };
  return function* (input) {
    for (const d of input) {
      const v = getPath(d, parts);
      if (!isArray(v)) {
        if (v !== undefined && v !== null) yield make(d, v, null);
        else if (keepEmpty) yield make(d, undefined, null);
      } else if (v.length > 0) for (let i = 0; i < v.length; i++) yield make(d, v[i], i);
      else if (keepEmpty) {
        const out = cloneValue(d);
        const holder = getPath(out, parts.slice(0, -1));
        if (isDoc(holder)) holder.delete(parts.at(-1)!);
        yield make(out, undefined, null);
      }
    }
  };
}

const nested = (names: string[], v: Value): Value => names.reduceRight((inner, name) => new Map([[name, inner]]), v);

/** Copies the documents along a path, so that setting it leaves the input as it is. */
function copyAlong(d: Doc, parts: readonly string[]): Doc {
  const out = new Map(d);
  const next = out.get(parts[0]!);
  if (parts.length > 1 && isDoc(next)) out.set(parts[0]!, copyAlong(next, parts.slice(1)));
  return out;
}

function lookup(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec)) throw failedToParse("the $lookup specification must be an object");
  const from = spec.get("from");
  const as = spec.get("as");
  if (typeof from !== "string" || typeof as !== "string") throw failedToParse("$lookup needs 'from' and 'as'");
  const local = spec.get("localField");
  const foreign = spec.get("foreignField");
  const pipeline = spec.get("pipeline");
  if ((typeof local !== "string" || typeof foreign !== "string") && !isArray(pipeline))
    throw failedToParse("$lookup needs localField and foreignField, or a pipeline");
  const let_ = spec.get("let");
  const bound = isDoc(let_) ? [...let_].map(([k, e]) => [k, compileExpression(e)] as const) : [];
  return function* (input) {
    for (const d of input) {
      const vars: Vars = { ...context.vars };
      for (const [k, e] of bound) vars[k] = e(d, { ROOT: d, ...context.vars });
      const first: Value[] = [];
      if (typeof local === "string" && typeof foreign === "string") {
        const v = compileExpression(`$${local}`)(d, {}) ?? null;
        first.push(nested(["$match", foreign, isArray(v) ? "$in" : "$eq"], v));
      }
      const hits = aggregate({ ...context, vars }, context.storage.catalog.get(context.db, from), [
        ...first,
        ...(isArray(pipeline) ? pipeline : []),
      ]);
      const out = copyAlong(d, splitPath(as));
      setPath(out, splitPath(as), [...hits]);
      yield out;
    }
  };
}

function facet(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec)) throw failedToParse("the $facet specification must be an object");
  const branches = [...spec].map(([name, stages]) => {
    if (!isArray(stages)) throw failedToParse("arguments to $facet must be arrays");
    return [name, stages.map((s) => compileStage(s, context))] as const;
  });
  return function* (input) {
    const all = [...input];
    yield new Map(branches.map(([name, stages]) => [name, [...through(all, stages)]]));
  };
}

function sortByCount(spec: Value, context: AggregateContext): Stage {
  const group = groupStage(
    new Map<string, Value>([
      ["_id", spec],
      ["count", new Map([["$sum", int32(1)]])],
    ]),
    context.vars,
  );
  return (input) => sortDocs([...group(input)], parseSort(new Map([["count", int32(-1)]])), (d) => d);
}

function compileStage(stage: Value, context: AggregateContext): Stage {
  if (!isDoc(stage) || stage.size !== 1)
    throw new StoreError("Location40323", "A pipeline stage specification object must contain exactly one field.");
  const [name, spec] = [...stage][0]!;
  const each = perDocument(name, spec);
  if (each)
    return function* (input) {
      for (const d of input) yield each(d, context.vars);
    };
  switch (name) {
    case "$match": {
      if (!isDoc(spec)) throw badValue("the match filter must be an expression in an object");
      const match = compileMatch(spec, context.vars);
      return function* (input) {
        for (const d of input) if (match(d)) yield d;
      };
    }
    case "$sort": {
      const fields = parseSort(spec);
      if (fields.length === 0) throw badValue("$sort stage must have at least one sort key");
      return (input) => sortDocs([...input], fields, (d) => d);
    }
    case "$limit": {
      const n = count("$limit", spec, 1);
      return (input) => take(input, n);
    }
    case "$skip": {
      const n = count("$skip", spec, 0);
      return (input) => drop(input, n);
    }
    case "$count": {
      if (typeof spec !== "string" || spec === "" || spec.startsWith("$") || spec.includes("."))
        throw badValue("the count field must be a non-empty string without $ and .");
      return function* (input) {
        let n = 0;
        for (const _ of input) n++;
        if (n > 0) yield new Map([[spec, int32(n)]]);
      };
    }
    case "$group":
      return groupStage(spec, context.vars);
    case "$unwind":
      return unwind(spec);
    case "$lookup":
      return lookup(spec, context);
    case "$facet":
      return facet(spec, context);
    case "$sortByCount":
      return sortByCount(spec, context);
    case "$sample": {
      const n = count("$sample", isDoc(spec) ? (spec.get("size") ?? null) : null, 1);
      return (input) => {
        const all = [...input];
        for (let i = all.length - 1; i > 0; i--) {
          const j = Math.floor(Math.random() * (i + 1));
          [all[i], all[j]] = [all[j]!, all[i]!];
        }
        return all.slice(0, n);
      };
    }
    default:
      throw new StoreError("Location40324", `Unrecognized pipeline stage name: '${name}'`);
  }
}

const through = (input: Iterable<Doc>, stages: Stage[]): Iterable<Doc> => stages.reduce((i, s) => s(i), input);

const nameOf = (stage: Maybe): string => (isDoc(stage) && stage.size === 1 ? [...stage.keys()][0]! : "");

/** Runs a pipeline; its leading $match, $sort, $skip and $limit become a query that can use an index. */
export function aggregate(context: AggregateContext, c: Collection | undefined, pipeline: Value[]): Iterable<Doc> {
  // All stages are compiled first: a mistake in any of them is told even when there is no input.
  const stages = pipeline.map((s) => compileStage(s, context));
  let at = 0;
  const operand = (): Value => [...(pipeline[at] as Doc).values()][0]!;
  const filters: Doc[] = [];
  while (nameOf(pipeline[at]) === "$match") {
    filters.push(operand() as Doc);
    at++;
  }
  const filter: Doc =
    filters.length === 1 ? filters[0]! : filters.length === 0 ? new Map() : new Map([["$and", filters]]);
  const sort = nameOf(pipeline[at]) === "$sort" ? parseSort(operand()) : [];
  if (sort.length > 0) at++;
  const skip = nameOf(pipeline[at]) === "$skip" ? count("$skip", operand(), 0) : 0;
  if (nameOf(pipeline[at]) === "$skip") at++;
  const limit = nameOf(pipeline[at]) === "$limit" ? count("$limit", operand(), 1) : 0;
  if (limit > 0) at++;
  const found = run(context.storage, c, { filter, sort, skip, limit, vars: context.vars });
  return through(docsOf(found), stages.slice(at));
}

function* docsOf(found: Iterable<{ doc: Doc }>): Iterable<Doc> {
  for (const f of found) yield f.doc;
}

export function* encoded(docs: Iterable<Doc>): Generator<Uint8Array> {
  for (const d of docs) yield encodeDoc(d);
}
