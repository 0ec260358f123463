import { BSONRegExp } from "bson";
import { type Doc, isArray, isDoc, type Value } from "../bson/types.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { run } from "../executor.ts";
import { gather, PAUSE, type Steps, type Stream } from "../pause.ts";
import { type AggregateContext, compilePipeline, documents } from "./aggregate.ts";
import { compileExpression, type Vars } from "./expressions.ts";
import { setPath, splitPath } from "./paths.ts";
import { keysAtPath } from "./sorting.ts";
import { copyAlong } from "./unwind.ts";

const FIELDS = ["from", "as", "localField", "foreignField", "pipeline", "let"];

/** The filter that finds what joins with a local document: equality with its value, or with any of its elements. */
function joinFilter(d: Doc, local: readonly string[], foreign: string): Doc {
  const values = keysAtPath(d, local).map((k): Value => (typeof k === "symbol" ? null : k));
  const exact = values.map((v): Value => (v instanceof BSONRegExp ? new Map<string, Value>([["$eq", v]]) : v));
  if (exact.length === 1) return new Map([[foreign, new Map([["$eq", values[0]!]])]]);
  // A regex inside $in would match by pattern, so each value gets a condition of its own then.
  if (values.some((v) => v instanceof BSONRegExp))
    return new Map([["$or", values.map((v): Value => new Map([[foreign, new Map([["$eq", v]])]]))]]);
  return new Map([[foreign, new Map([["$in", values]])]]);
}

/** $lookup: for each document, what another collection has for it. */
export function lookupStage(spec: Value, context: AggregateContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!isDoc(spec)) throw failedToParse("the $lookup specification must be an Object");
  const unknown = [...spec.keys()].find((k) => !FIELDS.includes(k));
  if (unknown !== undefined) throw failedToParse(`unknown argument to $lookup: ${unknown}`);
  const text = (name: string): string | undefined => {
    const v = spec.get(name);
    if (v === undefined) return undefined;
    if (typeof v !== "string")
      throw failedToParse(`$lookup argument '${name}' must be a string, is type ${isDoc(v) ? "object" : typeof v}`);
    return v;
  };
  const [from, as, local, foreign] = [text("from"), text("as"), text("localField"), text("foreignField")];
  const pipeline = spec.get("pipeline");
  if (as === undefined) throw failedToParse("must specify 'as' field for a $lookup");
  if (from === undefined) throw failedToParse("must specify 'from' field for a $lookup");
  if ((local === undefined) !== (foreign === undefined))
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (pipeline !== undefined && !isArray(pipeline))
    throw failedToParse("'pipeline' option must be specified as an array");
  if (local === undefined && pipeline === undefined)
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  const let_ = spec.get("let");
  if (let_ !== undefined && (!isDoc(let_) || pipeline === undefined))
    throw failedToParse("$lookup argument 'let' must be an object, and needs a 'pipeline'");
  const bound = isDoc(let_) ? [...let_].map(([k, e]) => [k, compileExpression(e)] as const) : [];
  // The inner pipeline is compiled once; its variables are set anew for each document before it runs.
  const vars: Vars = { ...context.vars };
  for (const [k] of bound) vars[k] = null;
  const inner = { ...context, vars };
  const stages = pipeline && compilePipeline(pipeline, inner);
  const localParts = local === undefined ? undefined : splitPath(local);
  const asParts = splitPath(as);

  function* hitsOf(d: Doc): Steps<Doc[]> {
    for (const [k, e] of bound) vars[k] = e(d, context.vars);
    const c = context.storage.catalog.get(context.db, from!);
    const filter: Doc = localParts ? joinFilter(d, localParts, foreign!) : new Map();
    if (stages) return yield* gather(stages.run(c, filter));
    return yield* gather(documents(run(context.storage, c, { filter })));
  }

  return function* (input) {
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      const hits = yield* hitsOf(d);
      const out = copyAlong(d, asParts);
      setPath(out, asParts, hits);
      yield out;
    }
  };
}

/** $unionWith: the documents of another collection after the input's. */
export function unionStage(spec: Value, context: AggregateContext): (input: Stream<Doc>) => Stream<Doc> {
  const coll = isDoc(spec) ? spec.get("coll") : spec;
  const pipeline = isDoc(spec) ? (spec.get("pipeline") ?? []) : [];
  if (typeof coll !== "string" || !isArray(pipeline))
    throw failedToParse(
      "the $unionWith stage specification must be an object or string, with a 'coll' and a 'pipeline'",
    );
  const unknown = isDoc(spec) ? [...spec.keys()].find((k) => k !== "coll" && k !== "pipeline") : undefined;
  if (unknown !== undefined)
    throw new StoreError("IDLUnknownField", `BSON field '$unionWith.${unknown}' is an unknown field.`);
  const stages = compilePipeline(pipeline, context);
  return function* (input) {
    yield* input;
    yield* stages.run(context.storage.catalog.get(context.db, coll), new Map());
  };
}
