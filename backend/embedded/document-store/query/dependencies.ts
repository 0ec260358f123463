import { type Doc, isArray, isDoc, isNumber, type Value } from "../bson/types.ts";
import { isOperatorDoc } from "./matcher.ts";
import { splitPath } from "./paths.ts";

/*
 * Which top-level fields of a document something looks at, so that only these need decoding. Always on the safe
 * side: a field too many costs a little time; `undefined` means all of them.
 */
export type Fields = ReadonlySet<string> | undefined;

const root = (path: string): string => splitPath(path)[0]!;

export function union(a: Fields, b: Fields): Fields {
  return a && b ? new Set([...a, ...b]) : undefined;
}

/** What a filter looks at. */
export function filterFields(filter: Doc): Fields {
  const out = new Set<string>();
  return addFilter(filter, out) ? out : undefined;
}

function addFilter(filter: Doc, out: Set<string>): boolean {
  for (const [k, v] of filter) {
    if (!k.startsWith("$")) {
      out.add(root(k));
      // A nested $expr, $where or the like is not met under a field, but an expression may refer to anything.
      if (isOperatorDoc(v) && v.has("$expr")) return false;
    } else if (k === "$expr") {
      if (!addExpression(v, out)) return false;
    } else if (k === "$and" || k === "$or" || k === "$nor") {
      if (!isArray(v)) return false;
      for (const part of v) if (!isDoc(part) || !addFilter(part, out)) return false;
    } else if (k !== "$comment") return false;
  }
  return true;
}

/** Operators that name a field by other means than a path. */
const BY_NAME = new Set(["$getField", "$setField", "$unsetField", "$function", "$meta"]);
/** Operators whose `sortBy` names fields of the document. */
const RANKING = new Set(["$top", "$topN", "$bottom", "$bottomN"]);

function addExpression(e: Value, out: Set<string>): boolean {
  if (typeof e === "string") {
    if (!e.startsWith("$")) return true;
    if (e.startsWith("$$")) return !/^\$\$(ROOT|CURRENT)\b/.test(e);
    out.add(root(e.slice(1)));
    return true;
  }
  if (isArray(e)) return e.every((x) => addExpression(x, out));
  if (!isDoc(e)) return true;
  for (const [k, v] of e) {
    if (BY_NAME.has(k) || !addExpression(v, out)) return false;
    if (RANKING.has(k) && isDoc(v)) addKeys(v.get("sortBy") ?? null, out);
  }
  return true;
}

/** The fields that the names of a document's fields (a sort, a projection) lead to. */
function addKeys(spec: Value, out: Set<string>): boolean {
  if (!isDoc(spec)) return false;
  for (const path of spec.keys()) out.add(root(path));
  return true;
}

/** How a stage bears on what is needed of its input: nothing more than this, this and what follows, or all. */
type Need = "last" | "more" | "all";
const more = (known: boolean): Need => (known ? "more" : "all");
const last = (known: boolean): Need => (known ? "last" : "all");

/** Whether a $project lists what to keep, so that nothing else is needed. */
function keeps(spec: Doc): boolean {
  const listed = [...spec].filter(([k]) => k !== "_id");
  const excluding = (v: Value): boolean => v === false || (isNumber(v) && Number(String(v)) === 0);
  return listed.length > 0 && !listed.some(([, v]) => excluding(v));
}

const STAGES: Record<string, (spec: Value, out: Set<string>) => Need> = {
  $match: (spec, out) => more(isDoc(spec) && addFilter(spec, out)),
  $sort: (spec, out) => more(addKeys(spec, out)),
  $limit: () => "more",
  $skip: () => "more",
  $sample: () => "more",
  $unionWith: () => "more",
  $unwind: (spec, out) => {
    const index = isDoc(spec) ? spec.get("includeArrayIndex") : undefined;
    if (typeof index === "string") out.add(root(index));
    const path = isDoc(spec) ? spec.get("path") : spec;
    return more(typeof path === "string" && addExpression(path, out));
  },
  $addFields: (spec, out) => more(addKeys(spec, out) && addExpression(spec, out)),
  $set: (spec, out) => more(addKeys(spec, out) && addExpression(spec, out)),
  $unset: () => "more",
  $lookup: (spec, out) => {
    if (!isDoc(spec)) return "all";
    for (const k of ["localField", "as"]) out.add(root(String(spec.get(k) ?? "")));
    return more(addExpression(spec.get("let") ?? null, out));
  },
  $project: (spec, out) => {
    if (!isDoc(spec) || !keeps(spec)) return "all";
    out.add("_id");
    return last(addKeys(spec, out) && addExpression(spec, out));
  },
  $group: (spec, out) => last(addExpression(spec, out)),
  $bucket: (spec, out) => last(addExpression(spec, out)),
  $bucketAuto: (spec, out) => last(addExpression(spec, out)),
  $sortByCount: (spec, out) => last(addExpression(spec, out)),
  $replaceRoot: (spec, out) => last(addExpression(spec, out)),
  $replaceWith: (spec, out) => last(addExpression(spec, out)),
  $count: () => "last",
};

/** What a pipeline looks at of its input; only a stage that makes wholly new documents sets a bound. */
export function pipelineFields(stages: readonly Value[]): Fields {
  const out = new Set<string>();
  for (const stage of stages) {
    const [name, spec] = isDoc(stage) && stage.size === 1 ? [...stage][0]! : ["", null];
    if (name === "$facet") return facetFields(spec, out);
    const need = Object.hasOwn(STAGES, name) ? STAGES[name]!(spec, out) : "all";
    if (need !== "more") return need === "last" ? out : undefined;
  }
  return undefined;
}

function facetFields(spec: Value, out: Set<string>): Fields {
  let all: Fields = out;
  for (const branch of isDoc(spec) ? spec.values() : [])
    all = union(all, isArray(branch) ? pipelineFields(branch) : undefined);
  return all;
}
