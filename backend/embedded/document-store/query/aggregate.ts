import { Int32 } from "bson";
import { encodeDoc } from "../bson/codec.ts";
import { type Doc, isDoc, isNumber, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { StoreError } from "../errors.ts";
import { type Effort, type Query, run } from "../executor.ts";
import { PAUSE, type Stream } from "../pause.ts";
import type { Hint } from "../planner.ts";
import type { Storage } from "../storage.ts";
import { pipelineFields } from "./dependencies.ts";
import type { Vars } from "./expressions.ts";
import { compileMatch } from "./matcher.ts";
import { parseSort } from "./sorting.ts";
import { sortStage } from "./stage-basic.ts";
import { arranged, nameOf, operandOf, wantedFrom } from "./stage-order.ts";
import { SOURCES, type Source } from "./stage-sources.ts";
import { eachDocument, type Stage, stageCount, through } from "./stage-support.ts";
import { checkPlace, compileStage, stageName } from "./stages.ts";

export interface AggregateContext {
  storage: Storage;
  db: string;
  vars: Vars;
  hint?: Hint | undefined;
  effort?: Effort | undefined;
  /** The collection that the pipeline reads; undefined when it reads none. */
  name?: string | undefined;
  /** Where this server listens, as statistics tell it. */
  host?: string | undefined;
  /** The stage that the pipeline is part of. */
  inside?: "$facet" | "$lookup" | "$unionWith" | undefined;
  /** It runs anew for each document of a pipeline around it, and may depend on that. */
  correlated?: boolean | undefined;
}

const MAX_STAGES = 1000;

/** A compiled pipeline, ready to run over a collection. */
export interface Pipeline {
  /** The part that the collection answers itself: what the first stages come to as a query. */
  head: Query;
  /** Over a collection; `also` is one more filter in front. */
  run(c: Collection | undefined, also?: Doc): Stream<Doc>;
  /** Over documents that are given. */
  over(input: Stream<Doc>): Stream<Doc>;
  /** Its first stage gives documents of its own, from no collection. */
  collectionless: boolean;
}

interface Compiled {
  raw: Value;
  stage: Stage;
}

/** Takes the leading $match, $sort, $skip and $limit together as a query that can use an index. */
function headOf(pipeline: Value[], context: AggregateContext): { head: Query; taken: number } {
  let at = 0;
  const filters: Doc[] = [];
  while (nameOf(pipeline[at]) === "$match") filters.push(operandOf(pipeline[at++]) as Doc);
  const head: Query = { filter: allOf(filters), vars: context.vars, hint: context.hint, effort: context.effort };
  if (nameOf(pipeline[at]) === "$sort") head.sort = parseSort(operandOf(pipeline[at++]));
  if (nameOf(pipeline[at]) === "$skip") head.skip = stageCount("$skip", operandOf(pipeline[at++]));
  if (nameOf(pipeline[at]) === "$limit") head.limit = stageCount("$limit", operandOf(pipeline[at++]));
  else if (!head.skip) head.limit = wantedFrom(pipeline, at);
  head.needs = pipelineFields(pipeline.slice(at));
  return { head, taken: at };
}

const allOf = (filters: Doc[]): Doc =>
  filters.length === 0 ? new Map() : filters.length === 1 ? filters[0]! : new Map([["$and", filters]]);

/** The stages from a place on; of a $sort that a $limit follows only the best are kept. */
function stagesFrom(stages: readonly Compiled[], from: number, context: AggregateContext): Stage[] {
  const raws = stages.map((s) => s.raw);
  return stages.slice(from).map(({ raw, stage }, i) => {
    const keep = nameOf(raw) === "$sort" ? wantedFrom(raws, from + i + 1) : 0;
    return keep > 0 ? sortStage(operandOf(raw), context, keep) : stage;
  });
}

/** A source as it is compiled; undefined when the pipeline begins with another stage. */
function sourceOf(pipeline: Value[], context: AggregateContext): Source | undefined {
  const name = nameOf(pipeline[0]);
  const make = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
  if (make && context.inside === "$facet") checkPlace(name, 0, pipeline.length, context.inside);
  return make?.(operandOf(pipeline[0]), context);
}

export function compilePipeline(pipeline: Value[], context: AggregateContext): Pipeline {
  if (pipeline.length > MAX_STAGES)
    throw new StoreError("Location7749501", `Pipeline length must be no longer than ${MAX_STAGES} stages`);
  const names = pipeline.map(stageName);
  const source = sourceOf(pipeline, context);
  // All stages are compiled first: a mistake in any of them is told even when there is no input.
  const written = pipeline.slice(source ? 1 : 0).map((raw) => ({
    raw,
    stage: Object.hasOwn(SOURCES, nameOf(raw)) ? misplaced : compileStage(nameOf(raw), operandOf(raw), context),
  }));
  names.forEach((name, i) => {
    checkPlace(name, i, names.length, context.inside);
  });
  const stages = arranged(written);
  const all = stagesFrom(stages, 0, context);
  if (source) return fromSource(source, all, context);
  const raws = stages.map((s) => s.raw);
  const { head, taken } = headOf(raws, context);
  const rest = stagesFrom(stages, taken, context);
  return {
    head,
    collectionless: false,
    over: (input) => through(input, all),
    run: (c, also) => {
      const filter = also && also.size > 0 ? allOf(head.filter.size > 0 ? [also, head.filter] : [also]) : head.filter;
      return through(documents(run(context.storage, c, { ...head, filter })), rest);
    },
  };
}

/** Stands for a source that is not the first: it is refused before anything runs. */
const misplaced: Stage = (input) => input;

function fromSource(source: Source, stages: Stage[], { vars }: AggregateContext): Pipeline {
  return {
    head: { filter: new Map() },
    collectionless: source.collectionless,
    over: (input) => through(input, stages),
    run: (_, also) => {
      const match = also && also.size > 0 ? compileMatch(also, vars) : undefined;
      const first = match ? [eachDocument((d) => (match(d) ? d : undefined))] : [];
      return through(source.read(), [...first, ...stages]);
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
