import { memoryOf } from "../bson/size.ts";
import { int32, isDoc, isNumber, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { PAUSE } from "../pause.ts";
import { located, truncatedLong } from "./expression-support.ts";
import { groupStage } from "./group.ts";
import { compileMatch } from "./matcher.ts";
import type { AggregateContext } from "./pipeline.ts";
import { element } from "./show.ts";
import { parseSort, sorted } from "./sorting.ts";
import { eachDocument, fieldPathOf, type Stage, stageCount } from "./stage-support.ts";

export function matchStage(spec: Value, { vars }: AggregateContext): Stage {
  if (!isDoc(spec)) throw new StoreError("Location15959", "the match filter must be an expression in an object");
  const match = compileMatch(spec, vars);
  return eachDocument((d) => (match(d) ? d : undefined));
}

export function limitStage(spec: Value): Stage {
  const n = stageCount("$limit", spec);
  return function* (input) {
    let left = n;
    for (const d of input) {
      yield d;
      if (d !== PAUSE && --left <= 0) return;
    }
  };
}

export function skipStage(spec: Value): Stage {
  const n = stageCount("$skip", spec);
  return function* (input) {
    let left = n;
    for (const d of input) if (d === PAUSE || left-- <= 0) yield d;
  };
}

export function countStage(spec: Value): Stage {
  if (typeof spec !== "string") throw new StoreError("Location40156", "the count field must be a non-empty string");
  if (spec === "") throw new StoreError("Location40157", "the count field must be a non-empty string");
  if (spec.startsWith("$")) throw new StoreError("Location40158", "the count field cannot be a $-prefixed path");
  if (spec.includes("\0")) throw located(40159, "the count field cannot contain a null byte");
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

/** $sort; with `keep` only so many of the first are wanted. */
export function sortStage(spec: Value, context: AggregateContext, keep = 0): Stage {
  checkSort(spec);
  const fields = parseSort(spec);
  return (input) => sorted(input, { fields, docOf: (d) => d, hold: memoryOf, keep, slice: context.storage.slice });
}

function checkSort(spec: Value): void {
  if (!isDoc(spec)) throw located(15973, "the $sort key specification must be an object");
  if (spec.size === 0) throw new StoreError("Location15976", "$sort stage must have at least one sort key");
  for (const [path, direction] of spec) {
    if (isDoc(direction)) {
      if (direction.keys().next().value !== "$meta")
        throw located(17312, "$meta is the only expression supported by $sort right now");
      throw new StoreError("CommandNotSupported", "sorting by $meta is not supported");
    }
    if (!isNumber(direction)) throw located(15974, `Illegal key in $sort specification: ${element(path, direction)}`);
    const n = truncatedLong(direction);
    if (n !== 1n && n !== -1n)
      throw located(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)");
    fieldPathOf(path);
  }
}

export function sampleStage(spec: Value, { storage }: AggregateContext): Stage {
  if (!isDoc(spec)) throw new StoreError("Location28745", "the $sample stage specification must be an object");
  for (const [k, v] of spec) {
    if (k !== "size") throw new StoreError("Location28748", `unrecognized option to $sample: ${k}`);
    if (!isNumber(v)) throw located(28746, "size argument to $sample must be a number");
    if (truncatedLong(v) <= 0n) throw located(28747, "size argument to $sample must be a positive integer");
  }
  const size = spec.get("size");
  if (!isNumber(size)) throw new StoreError("Location28749", "$sample stage must specify a size");
  const n = Number(truncatedLong(size));
  // Ranked by a random number each, so that the result is in random order too.
  return (input) => {
    const fields = parseSort(new Map([["r", 1]]));
    const drawn = sorted(numbered(input), {
      fields,
      docOf: (x) => new Map([["r", x.rank]]),
      hold: (x) => memoryOf(x.doc),
      keep: n,
      slice: storage.slice,
    });
    return (function* () {
      let left = n;
      for (const x of drawn) {
        yield x === PAUSE ? PAUSE : x.doc;
        if (x !== PAUSE && --left <= 0) return;
      }
    })();
  };
}

function* numbered(input: Parameters<Stage>[0]) {
  for (const doc of input) yield doc === PAUSE ? PAUSE : { doc, rank: Math.random() };
}

export function sortByCountStage(spec: Value, context: AggregateContext): Stage {
  const message = "the sortByCount field must be defined as a $-prefixed path or an expression inside an object";
  if (isDoc(spec)) {
    if (!spec.keys().next().value?.startsWith("$")) throw located(40147, message);
  } else if (typeof spec !== "string")
    throw located(40149, "the sortByCount field must be specified as a string or as an object");
  else if (!spec.startsWith("$")) throw located(40148, message);
  const one = new Map<string, Value>([["$sum", int32(1)]]);
  const count = new Map<string, Value>([
    ["_id", spec],
    ["count", one],
  ]);
  const group = groupStage(count, context);
  const order = sortStage(new Map([["count", int32(-1)]]), context);
  return (input) => order(group(input));
}
