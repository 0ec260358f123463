import { type Doc, isArray, isDoc, type Value } from "../bson/types.ts";
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
const BY_NAME = new Set(["$getField", "$setField", "$unsetField", "$meta", "$top", "$topN", "$bottom", "$bottomN"]);

function addExpression(e: Value, out: Set<string>): boolean {
  if (typeof e === "string") {
    if (!e.startsWith("$")) return true;
    if (e.startsWith("$$")) return !/^\$\$(ROOT|CURRENT)\b/.test(e);
    out.add(root(e.slice(1)));
    return true;
  }
  if (isArray(e)) return e.every((x) => addExpression(x, out));
  if (!isDoc(e)) return true;
  for (const [k, v] of e) if (BY_NAME.has(k) || !addExpression(v, out)) return false;
  return true;
}

/** What a pipeline looks at of its input; only a stage that makes wholly new documents sets a bound. */
export function pipelineFields(stages: readonly Value[]): Fields {
  const out = new Set<string>();
  for (const stage of stages) {
    const [name, spec] = isDoc(stage) && stage.size === 1 ? [...stage][0]! : ["", null];
    switch (name) {
      case "$match":
        if (!isDoc(spec) || !addFilter(spec, out)) return undefined;
        break;
      case "$sort":
        if (!isDoc(spec)) return undefined;
        for (const path of spec.keys()) out.add(root(path));
        break;
      case "$limit":
      case "$skip":
        break;
      case "$unwind": {
        const path = isDoc(spec) ? spec.get("path") : spec;
        if (typeof path !== "string" || !addExpression(path, out)) return undefined;
        break;
      }
      case "$group":
        return addExpression(spec, out) ? out : undefined;
      case "$count":
        return out;
      default:
        return undefined;
    }
  }
  return undefined;
}
