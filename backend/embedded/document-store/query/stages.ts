import { wholeNumber } from "../bson/numbers.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, int32, isArray, isDoc, isNumber, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { gather, PAUSE, type Stream } from "../pause.ts";
import type { AggregateContext } from "./aggregate.ts";
import { groupStage } from "./group.ts";
import { lookupStage, unionStage } from "./lookup.ts";
import { compileMatch } from "./matcher.ts";
import { perDocument } from "./pipeline-update.ts";
import { MEMORY_LIMIT, parseSort, sorted } from "./sorting.ts";
import { unwindStage } from "./unwind.ts";

/** What a stage does with the stream of documents. It passes every PAUSE on. */
export type Stage = (input: Stream<Doc>) => Stream<Doc>;

/** The argument of $limit, $skip and $sample. */
export function stageCount(stage: string, v: Value, least: number): number {
  const n = isNumber(v) ? wholeNumber(v) : undefined;
  if (n === undefined || n < 0)
    throw new StoreError("Location5107201", `invalid argument to ${stage} stage: Expected a non-negative number`);
  if (n < least) throw new StoreError("Location15958", "the limit must be positive");
  return n;
}

/** A stage that gives at most one document for each. */
export const eachDocument = (f: (d: Doc) => Doc | undefined): Stage =>
  function* (input) {
    for (const d of input) {
      const out = d === PAUSE ? PAUSE : f(d);
      if (out !== undefined) yield out;
    }
  };

function limit(n: number): Stage {
  return function* (input) {
    let left = n;
    for (const d of input) {
      yield d;
      if (d !== PAUSE && --left <= 0) return;
    }
  };
}

function skip(n: number): Stage {
  return function* (input) {
    let left = n;
    for (const d of input) if (d === PAUSE || left-- <= 0) yield d;
  };
}

function countStage(spec: Value): Stage {
  if (typeof spec !== "string") throw new StoreError("Location40156", "the count field must be a non-empty string");
  if (spec === "") throw new StoreError("Location40157", "the count field must be a non-empty string");
  if (spec.startsWith("$")) throw new StoreError("Location40158", "the count field cannot be a $-prefixed path");
  if (spec.includes(".")) throw new StoreError("Location40160", "the count field cannot contain '.'");
  return function* (input) {
    let n = 0;
    for (const d of input) {
      if (d === PAUSE) yield PAUSE;
      else n++;
    }
    if (n > 0) yield new Map([[spec, int32(n)]]);
  };
}

export function sortStage(spec: Value, context: AggregateContext, keep = 0): Stage {
  const fields = parseSort(spec);
  if (fields.length === 0) throw new StoreError("Location15976", "$sort stage must have at least one sort key");
  return (input) => sorted(input, { fields, docOf: (d) => d, hold: memoryOf, keep, slice: context.storage.slice });
}

function sampleStage(spec: Value): Stage {
  if (!isDoc(spec)) throw new StoreError("Location28745", "the $sample stage specification must be an object");
  const unknown = [...spec.keys()].find((k) => k !== "size");
  if (unknown !== undefined) throw new StoreError("Location28748", `unrecognized option to $sample: ${unknown}`);
  if (!spec.has("size")) throw new StoreError("Location28749", "$sample stage must specify a size");
  const n = stageCount("$sample", spec.get("size")!, 0);
  return function* (input) {
    // A reservoir: each document of the input has the same chance, and only the sample is held.
    const held: Doc[] = [];
    let seen = 0;
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      seen++;
      const at = held.length < n ? held.length : Math.floor(Math.random() * seen);
      if (at < n) held[at] = d;
    }
    yield* held;
  };
}

function facetStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec) || spec.size === 0)
    throw new StoreError("Location40169", "the $facet specification must be a non-empty object");
  const branches = [...spec].map(([name, stages]) => {
    if (!isArray(stages)) throw new StoreError("Location40170", `arguments to $facet must be arrays, ${name} is not`);
    return [name, stages.map((s) => compileStage(s, context))] as const;
  });
  return function* (input) {
    const all: Doc[] = [];
    let bytes = 0;
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      bytes += memoryOf(d);
      if (bytes > MEMORY_LIMIT)
        throw new StoreError("ExceededMemoryLimit", `$facet exceeded the memory limit of ${MEMORY_LIMIT} bytes`);
      all.push(d);
    }
    const out: Doc = new Map();
    for (const [name, stages] of branches) out.set(name, yield* gather(through(all, stages)));
    yield out;
  };
}

function sortByCount(spec: Value, context: AggregateContext): Stage {
  const count = new Map<string, Value>([
    ["_id", spec],
    ["count", new Map([["$sum", int32(1)]])],
  ]);
  const group = groupStage(count, context.vars, context.storage.slice);
  const order = sortStage(new Map([["count", int32(-1)]]), context);
  return (input) => order(group(input));
}

const STAGES: Record<string, (spec: Value, context: AggregateContext) => Stage> = {
  $match: (spec, { vars }) => {
    if (!isDoc(spec)) throw new StoreError("Location15959", "the match filter must be an expression in an object");
    const match = compileMatch(spec, vars);
    return eachDocument((d) => (match(d) ? d : undefined));
  },
  $sort: (spec, context) => sortStage(spec, context),
  $limit: (spec) => limit(stageCount("$limit", spec, 1)),
  $skip: (spec) => skip(stageCount("$skip", spec, 0)),
  $count: countStage,
  $group: (spec, { vars, storage }) => groupStage(spec, vars, storage.slice),
  $unwind: unwindStage,
  $lookup: lookupStage,
  $unionWith: unionStage,
  $facet: facetStage,
  $sortByCount: sortByCount,
  $sample: sampleStage,
};

export function compileStage(stage: Value, context: AggregateContext): Stage {
  if (!isDoc(stage)) throw new StoreError("TypeMismatch", "Each element of the 'pipeline' array must be an object");
  if (stage.size !== 1)
    throw new StoreError("Location40323", "A pipeline stage specification object must contain exactly one field.");
  const [name, spec] = [...stage][0]!;
  const each = perDocument(name, spec, context.vars);
  if (each) return eachDocument((d) => each(d, context.vars));
  const make = STAGES[name];
  if (!make) throw unknownStage(name);
  return make(spec, context);
}

function unknownStage(name: string): StoreError {
  if (name === "$changeStream")
    return new StoreError("Location40573", "The $changeStream stage is only supported on replica sets with an oplog");
  if (name === "") return badValue("a pipeline stage needs a name");
  return new StoreError("Location40324", `Unrecognized pipeline stage name: '${name}'`);
}

export const through = (input: Stream<Doc>, stages: Stage[]): Stream<Doc> => stages.reduce((i, s) => s(i), input);
