import { type Doc, isDoc, typeName, type Value } from "../bson/types.ts";
import { type CodeName, StoreError, typeMismatch } from "../errors.ts";
import { compileAddFields } from "./add-fields.ts";
import { compileExpression, type Vars } from "./expressions.ts";
import { compileProjection, type Project } from "./projection.ts";
import { show } from "./show.ts";

const located = (code: number, message: string): StoreError => new StoreError(`Location${code}` as CodeName, message);

export const unsetProjection = (spec: Value): Project | undefined => {
  const names = Array.isArray(spec) ? spec : [spec];
  if (!Array.isArray(spec) && typeof spec !== "string")
    throw located(31002, "$unset specification must be a string or an array");
  if (names.length === 0)
    throw located(31119, "$unset specification must be a string or an array with at least one field");
  if (names.some((n) => typeof n !== "string"))
    throw located(31120, "$unset specification must be a string or an array containing only string values");
  // Two paths where one leads into the other are refused as in any projection, also a path said twice.
  const fields: Doc = new Map();
  for (const n of names as string[]) {
    if (fields.has(n)) throw located(31250, `Invalid $unset :: caused by :: Path collision at ${n}`);
    fields.set(n, false);
  }
  return compileProjection(fields, false, { stage: "$unset" });
};

export function replaceRoot(spec: Value, stage: string, vars?: Vars): Project {
  let source: Value | undefined = spec;
  if (stage === "$replaceRoot") {
    if (!isDoc(spec))
      throw located(40229, `expected an object as specification for $replaceRoot stage, got ${typeName(spec)}`);
    for (const k of spec.keys())
      if (k !== "newRoot")
        throw located(40230, `unrecognized option to $replaceRoot stage: ${k}, only valid option is 'newRoot'.`);
    source = spec.get("newRoot");
  }
  if (source === undefined) throw located(40231, "no newRoot specified for the $replaceRoot stage");
  const e = compileExpression(source, vars);
  const what = stage === "$replaceRoot" ? "'newRoot' expression " : "'replacement document' ";
  return (doc, given) => {
    const next = e(doc, given ?? {});
    if (isDoc(next)) return next;
    throw located(
      40228,
      `${what} must evaluate to an object, but resulting value was: ${show(next)}. Type of resulting value: '${typeName(next)}'. Input document: ${show(doc)}`,
    );
  };
}

/** The stages that turn each document into one document; undefined for other stages. */
export function perDocument(stage: string, spec: Value, vars?: Vars): Project | undefined {
  switch (stage) {
    case "$addFields":
    case "$set":
      return compileAddFields(spec, stage, vars);
    case "$unset":
      return unsetProjection(spec);
    case "$project": {
      if (!isDoc(spec)) throw located(15969, "$project specification must be an object");
      if (spec.size === 0)
        throw located(51272, "Invalid $project :: caused by :: projection specification must have at least one field");
      return compileProjection(spec, false, { vars }) ?? ((d) => d);
    }
    case "$replaceRoot":
    case "$replaceWith":
      return replaceRoot(spec, stage, vars);
    default:
      return undefined;
  }
}

/** Stages that MongoDB has and that are not for updates. */
const ELSEWHERE =
  /^\$(match|group|limit|skip|sort|unwind|lookup|facet|count|sortByCount|sample|out|merge|unionWith|graphLookup|bucket|bucketAuto|densify|fill|setWindowFields|geoNear|collStats|indexStats|redact|search|documents|changeStream|currentOp|planCacheStats|listSessions|listLocalSessions)$/;

function step(stage: Value, vars: Vars): Project {
  if (!isDoc(stage)) throw typeMismatch("Each element of the 'pipeline' array must be an object");
  const [name, spec] = [...stage][0] ?? ["", null];
  if (stage.size !== 1) throw located(40323, "A pipeline stage specification object must contain exactly one field.");
  const project = perDocument(name, spec, vars);
  if (project) return project;
  if (ELSEWHERE.test(name))
    throw new StoreError("InvalidOptions", `${name} is not allowed to be used within an update`);
  throw located(40324, `Unrecognized pipeline stage name: '${name}'`);
}

/** Compiles a pipeline-style update. */
export function compilePipeline(stages: Value[], vars: Vars): (doc: Doc) => Doc {
  const steps = stages.map((s) => step(s, vars));
  return (doc) => steps.reduce((d, run) => run(d, vars), doc);
}
