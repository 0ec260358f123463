import { type Doc, isDoc, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { compileExpression } from "./expressions.ts";
import { compileAddFields, compileProjection, type Project } from "./projection.ts";

export const unsetProjection = (spec: Value): Project | undefined => {
  const names = Array.isArray(spec) ? spec : [spec];
  if (names.some((n) => typeof n !== "string"))
    throw badValue("$unset specification must be a string or an array of strings");
  return compileProjection(new Map(names.map((n) => [n as string, false])), false);
};

export function replaceRoot(spec: Value, stage: string): Project {
  const source = stage === "$replaceRoot" && isDoc(spec) ? spec.get("newRoot") : spec;
  if (source === undefined) throw badValue("no newRoot specified for the $replaceRoot stage");
  const e = compileExpression(source);
  return (doc, vars) => {
    const next = e(doc, { ROOT: doc, ...vars });
    if (!isDoc(next)) throw badValue("'newRoot' expression must evaluate to an object");
    return next;
  };
}

/** The stages that turn each document into one document; undefined for other stages. */
export function perDocument(stage: string, spec: Value): Project | undefined {
  switch (stage) {
    case "$addFields":
    case "$set":
      return compileAddFields(spec);
    case "$unset":
      return unsetProjection(spec);
    case "$project": {
      if (!isDoc(spec) || spec.size === 0) throw badValue("$project specification must have at least one field");
      return compileProjection(spec, false) ?? ((d) => d);
    }
    case "$replaceRoot":
    case "$replaceWith":
      return replaceRoot(spec, stage);
    default:
      return undefined;
  }
}

/** Compiles a pipeline-style update. */
export function compilePipeline(stages: Value[]): (doc: Doc) => Doc {
  const steps = stages.map((s) => {
    const [name, spec] = isDoc(s) && s.size === 1 ? [...s][0]! : [undefined, null];
    const step = name === undefined ? undefined : perDocument(name, spec);
    if (!step) throw new StoreError("InvalidOptions", `${name} is not allowed to be used within an update`);
    return step;
  });
  return (doc) => steps.reduce((d, step) => step(d), doc);
}
