import { type Doc, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { filterFields } from "./dependencies.ts";
import { splitPath } from "./paths.ts";
import { stageCount } from "./stage-support.ts";

/*
 * Where a stage may stand as well as where it was written: a $match further forward, a $limit seen through stages
 * that give one document for each.
 */

export const nameOf = (stage: Maybe): string => (isDoc(stage) && stage.size === 1 ? stage.keys().next().value! : "");
export const operandOf = (stage: Maybe): Value => (stage as Doc).values().next().value!;

const root = (path: string): string => splitPath(path)[0]!;
const isTrue = (v: Value): boolean => v === true || (isNumber(v) && Number(String(v)) !== 0);
const isFlag = (v: Value): boolean => typeof v === "boolean" || isNumber(v);

/** Whether a stage leaves some top-level fields of each document as they are. */
function leaves(stage: Value, fields: ReadonlySet<string>): boolean {
  const spec = operandOf(stage);
  const avoids = (paths: Iterable<string>): boolean => {
    for (const p of paths) if (fields.has(root(p))) return false;
    return true;
  };
  switch (nameOf(stage)) {
    case "$sort":
      return true;
    case "$addFields":
    case "$set":
      return isDoc(spec) && avoids(spec.keys());
    case "$unset":
      return avoids((isArray(spec) ? spec : [spec]) as string[]);
    case "$project":
      return isDoc(spec) && projects(spec, fields, avoids);
    default:
      return false;
  }
}

function projects(spec: Doc, fields: ReadonlySet<string>, avoids: (paths: Iterable<string>) => boolean): boolean {
  const others = [...spec].filter(([k]) => k !== "_id");
  const excludes = others.length > 0 ? others.every(([, v]) => isFlag(v) && !isTrue(v)) : !isTrue(spec.get("_id")!);
  if (excludes) return avoids(spec.keys());
  const id = spec.get("_id") ?? true;
  for (const f of fields) {
    const v = f === "_id" ? id : spec.get(f);
    if (v === undefined || !isFlag(v) || !isTrue(v)) return false;
  }
  return true;
}

/** Moves each $match in front of the stages that change nothing for it. */
export function arranged<T extends { raw: Value }>(stages: readonly T[]): T[] {
  const out: T[] = [];
  for (const s of stages) {
    let at = out.length;
    if (nameOf(s.raw) === "$match") {
      const fields = filterFields(operandOf(s.raw) as Doc);
      if (fields) while (at > 0 && leaves(out[at - 1]!.raw, fields)) at--;
    }
    out.splice(at, 0, s);
  }
  return out;
}

const ONE_FOR_EACH = new Set([
  "$addFields",
  "$set",
  "$unset",
  "$project",
  "$replaceRoot",
  "$replaceWith",
  "$lookup",
  "$graphLookup",
]);

/** How many documents the stages from `at` on take at the most; 0: all. */
export function wantedFrom(stages: readonly Value[], at: number): number {
  let skipped = 0;
  for (const stage of stages.slice(at)) {
    const name = nameOf(stage);
    if (name === "$skip") skipped += stageCount("$skip", operandOf(stage));
    else if (name === "$limit") return skipped + stageCount("$limit", operandOf(stage));
    else if (!ONE_FOR_EACH.has(name)) return 0;
  }
  return 0;
}
