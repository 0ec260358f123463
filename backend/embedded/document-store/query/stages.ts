import { isDoc, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { located } from "./expression-support.ts";
import { groupStage } from "./group.ts";
import { lookupStage, unionStage } from "./lookup.ts";
import type { AggregateContext } from "./pipeline.ts";
import { perDocument } from "./pipeline-update.ts";
import {
  countStage,
  limitStage,
  matchStage,
  sampleStage,
  skipStage,
  sortByCountStage,
  sortStage,
} from "./stage-basic.ts";
import { bucketAutoStage, bucketStage } from "./stage-bucket.ts";
import { densifyStage } from "./stage-densify.ts";
import { facetStage } from "./stage-facet.ts";
import { fillStage } from "./stage-fill.ts";
import { graphLookupStage } from "./stage-graph-lookup.ts";
import { redactStage } from "./stage-redact.ts";
import { SOURCES } from "./stage-sources.ts";
import { eachDocument, type Stage } from "./stage-support.ts";
import { windowStage } from "./stage-windows.ts";
import { parseMerge, parseOut } from "./stage-writes.ts";
import { unwindStage } from "./unwind.ts";

/** What $out and $merge do is done by the command; as a stage they only hand on what is to be written. */
const handOn: Stage = (input) => input;

const STAGES: Record<string, (spec: Value, context: AggregateContext) => Stage> = {
  $bucket: bucketStage,
  $bucketAuto: bucketAutoStage,
  $count: countStage,
  $densify: densifyStage,
  $facet: facetStage,
  $fill: fillStage,
  $graphLookup: graphLookupStage,
  $group: groupStage,
  $limit: limitStage,
  $lookup: lookupStage,
  $match: matchStage,
  $merge: (spec, { db, vars }) => {
    parseMerge(spec, db, vars);
    return handOn;
  },
  $out: (spec, { db }) => {
    parseOut(spec, db);
    return handOn;
  },
  $redact: redactStage,
  $sample: sampleStage,
  $setWindowFields: windowStage,
  $skip: skipStage,
  $sort: (spec, context) => sortStage(spec, context),
  $sortByCount: sortByCountStage,
  $unionWith: unionStage,
  $unwind: unwindStage,
};

/** Stages that have no place in the pipeline inside another stage. */
const NOT_INSIDE: Record<string, { code: number; where: string; stages: Set<string> }> = {
  $facet: {
    code: 40600,
    where: "a $facet stage",
    stages: new Set(["$facet", "$out", "$merge", ...Object.keys(SOURCES)]),
  },
  $lookup: { code: 51047, where: "a $lookup's sub-pipeline", stages: new Set(["$out", "$merge", "$changeStream"]) },
  $unionWith: {
    code: 31441,
    where: "a $unionWith's sub-pipeline",
    stages: new Set(["$out", "$merge", "$changeStream"]),
  },
};

export function stageName(stage: Value): string {
  if (!isDoc(stage)) throw new StoreError("TypeMismatch", "Each element of the 'pipeline' array must be an object");
  if (stage.size !== 1)
    throw new StoreError("Location40323", "A pipeline stage specification object must contain exactly one field.");
  return stage.keys().next().value!;
}

/** Refuses a stage where it stands: `at` is its place among `of`. */
export function checkPlace(name: string, at: number, of: number, inside: AggregateContext["inside"]): void {
  if (inside) {
    const { code, where, stages } = NOT_INSIDE[inside]!;
    const verb = inside === "$facet" ? "is not allowed to be used within" : "is not allowed within";
    if (stages.has(name)) throw located(code, `${name} ${verb} ${where}`);
  }
  if (at > 0 && Object.hasOwn(SOURCES, name))
    throw located(40602, `${name} is only valid as the first stage in a pipeline.`);
  if (at < of - 1 && (name === "$out" || name === "$merge"))
    throw located(40601, `${name} can only be the final stage in the pipeline`);
}

/** Compiles a stage other than a source. */
export function compileStage(name: string, spec: Value, context: AggregateContext): Stage {
  const { vars } = context;
  const each = perDocument(name, spec, vars);
  if (each) return eachDocument((d) => each(d, vars));
  const make = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  if (make) return make(spec, context);
  if (name === "") throw badValue("a pipeline stage needs a name");
  throw new StoreError("Location40324", `Unrecognized pipeline stage name: '${name}'`);
}
