import { Int32 } from "bson";
import { encodeDoc } from "../bson/codec.ts";
import { type Doc, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { StoreError } from "../errors.ts";
import { type Effort, type Query, run } from "../executor.ts";
import { PAUSE, type Stream } from "../pause.ts";
import type { Hint } from "../planner.ts";
import type { Storage } from "../storage.ts";
import { pipelineFields } from "./dependencies.ts";
import type { Vars } from "./expressions.ts";
import { parseSort } from "./sorting.ts";
import { compileStage, stageCount, through } from "./stages.ts";

export interface AggregateContext {
  storage: Storage;
  db: string;
  vars: Vars;
  hint?: Hint | undefined;
  effort?: Effort | undefined;
}

const MAX_STAGES = 1000;

const nameOf = (stage: Maybe): string => (isDoc(stage) && stage.size === 1 ? [...stage.keys()][0]! : "");
const operandOf = (stage: Maybe): Value => [...(stage as Doc).values()][0]!;

/** A compiled pipeline, ready to run over a collection. */
export interface Pipeline {
  /** The part that the collection answers itself: what the first stages come to as a query. */
  head: Query;
  run(c: Collection | undefined, also?: Doc): Stream<Doc>;
}

/** Takes the leading $match, $sort, $skip and $limit together as a query that can use an index. */
function headOf(pipeline: Value[], context: AggregateContext): { head: Query; taken: number } {
  let at = 0;
  const filters: Doc[] = [];
  while (nameOf(pipeline[at]) === "$match") filters.push(operandOf(pipeline[at++]) as Doc);
  const head: Query = { filter: allOf(filters), vars: context.vars, hint: context.hint, effort: context.effort };
  if (nameOf(pipeline[at]) === "$sort") head.sort = parseSort(operandOf(pipeline[at++]));
  if (nameOf(pipeline[at]) === "$skip") head.skip = stageCount("$skip", operandOf(pipeline[at++]), 0);
  if (nameOf(pipeline[at]) === "$limit") head.limit = stageCount("$limit", operandOf(pipeline[at++]), 1);
  head.needs = pipelineFields(pipeline.slice(at));
  return { head, taken: at };
}

const allOf = (filters: Doc[]): Doc =>
  filters.length === 0 ? new Map() : filters.length === 1 ? filters[0]! : new Map([["$and", filters]]);

export function compilePipeline(pipeline: Value[], context: AggregateContext): Pipeline {
  if (pipeline.length > MAX_STAGES)
    throw new StoreError("Location7749501", `Pipeline length must be no longer than ${MAX_STAGES} stages`);
  // All stages are compiled first: a mistake in any of them is told even when there is no input.
  const stages = pipeline.map((s) => compileStage(s, context));
  const { head, taken } = headOf(pipeline, context);
  const rest = stages.slice(taken);
  return {
    head,
    run: (c, also) => {
      const filter = also && also.size > 0 ? allOf(head.filter.size > 0 ? [also, head.filter] : [also]) : head.filter;
      return through(documents(run(context.storage, c, { ...head, filter })), rest);
    },
  };
}

export function* documents(found: Stream<{ doc: Doc }>): Generator<Doc | typeof PAUSE> {
  for (const f of found) yield f === PAUSE ? PAUSE : f.doc;
}

export function* encoded(docs: Stream<Doc>): Generator<Uint8Array | typeof PAUSE> {
  for (const d of docs) yield d === PAUSE ? PAUSE : encodeDoc(d);
}

/** A pipeline that is no more than a count of what a filter matches, as countDocuments sends it. */
export interface CountOnly {
  filter: Doc;
  answer: (n: Value) => Doc;
}

export function asCount(pipeline: Value[]): CountOnly | undefined {
  const filters: Doc[] = [];
  for (const stage of pipeline.slice(0, -1)) {
    if (nameOf(stage) !== "$match") return undefined;
    filters.push(operandOf(stage) as Doc);
  }
  const last = pipeline.at(-1);
  const spec = nameOf(last) === "" ? null : operandOf(last);
  const filter = allOf(filters);
  if (nameOf(last) === "$count") return { filter, answer: (n) => new Map([[spec as string, n]]) };
  if (nameOf(last) !== "$group" || !isDoc(spec) || spec.size !== 2) return undefined;
  const [id, [name, sum]] = [spec.get("_id"), [...spec][1]!];
  const one = isDoc(sum) && sum.size === 1 ? sum.get("$sum") : undefined;
  if (!(id === null || isNumber(id)) || !(one instanceof Int32) || one.value !== 1) return undefined;
  return {
    filter,
    answer: (n) =>
      new Map<string, Value>([
        ["_id", id],
        [name, n],
      ]),
  };
}
