import { Int32 } from "bson";
import { encodeDoc } from "../bson/codec.ts";
import { type Doc, isDoc, isNumber, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { type Query, run } from "../executor.ts";
import { PAUSE, type Stream } from "../pause.ts";
import { pipelineFields } from "./dependencies.ts";
import { compileMatch } from "./matcher.ts";
import { type AggregateContext, documents, type Pipeline } from "./pipeline.ts";
import { parseSort } from "./sorting.ts";
import { sortStage } from "./stage-basic.ts";
import { equalitiesOf } from "./stage-equalities.ts";
import { arranged, nameOf, operandOf, wantedFrom } from "./stage-order.ts";
import { SOURCES, type Source } from "./stage-sources.ts";
import { eachDocument, type Stage, stageCount, through } from "./stage-support.ts";
import { checkPlace, compileStage, stageName } from "./stages.ts";

const MAX_STAGES = 1000;

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

export function compilePipeline(pipeline: Value[], given: Omit<AggregateContext, "compile">): Pipeline {
  const context: AggregateContext = { ...given, compile: compilePipeline };
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
  const equalities = equalitiesOf(head.filter, context.vars);
  return {
    head,
    collectionless: false,
    over: (input) => through(input, all),
    run: (c, also) => {
      const filter = allOf([also ?? new Map(), ...equalities(), head.filter].filter((f) => f.size > 0));
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
  if (!(id === null || isNumber(id)) || !countsOne(sum)) return undefined;
  return {
    filter,
    answer: (n) =>
      new Map<string, Value>([
        ["_id", id],
        [name, n],
      ]),
  };
}

/** {$sum: 1} or {$count: {}}. */
function countsOne(v: Value): boolean {
  if (!isDoc(v) || v.size !== 1) return false;
  const one = v.get("$sum");
  return v.has("$count") || (one instanceof Int32 && one.value === 1);
}
