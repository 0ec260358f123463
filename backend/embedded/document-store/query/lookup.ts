import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { run } from "../executor.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { checkNewVariable, located } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import type { Path } from "./paths.ts";
import { type AggregateContext, documents, type Pipeline } from "./pipeline.ts";
import { element } from "./show.ts";
import { MEMORY_LIMIT } from "./sorting.ts";
import { declared, fieldPathOf, type Stage, valuesAt, withPath } from "./stage-support.ts";

const TEXTS = ["from", "as", "localField", "foreignField"];

/** The filter for documents that have one of some values at a path. A regex is a value here, not a pattern. */
export const anyOf = (path: string, values: readonly Value[]): Doc => {
  const equal = (v: Value): Doc => new Map([[path, new Map([["$eq", v]])]]);
  if (values.length === 1) return equal(values[0]!);
  if (values.some((v) => typeName(v) === "regex")) return new Map([["$or", values.map(equal)]]);
  return new Map([[path, new Map([["$in", [...values]]])]]);
};

/** A document without a value joins as one that has null. */
function joinFilter(d: Doc, local: Path, foreign: string): Doc {
  const values = valuesAt(d, local);
  return anyOf(foreign, values.length > 0 ? values : [null]);
}

/** The elements of a pipeline inside a stage. */
function stagesOf(v: Value): Value[] {
  if (!isArray(v)) throw typeMismatch("'pipeline' option must be specified as an array");
  return v;
}

const startsWithDocuments = (pipeline: readonly Value[]): boolean =>
  isDoc(pipeline[0]) && pipeline[0].has("$documents");

interface Lookup {
  from: string | undefined;
  as: Path;
  local: Path | undefined;
  foreign: string;
  pipeline: Value[] | undefined;
  bound: Doc;
}

function parseLookup(spec: Value): Lookup {
  if (!isDoc(spec))
    throw failedToParse(`the $lookup stage specification must be an object, but found ${typeName(spec)}`);
  const from = spec.get("from");
  const inner = spec.get("pipeline");
  if (from === undefined && inner === undefined) throw failedToParse("must specify 'pipeline' when 'from' is empty");
  if (from !== undefined && typeof from !== "string")
    throw failedToParse(
      isDoc(from)
        ? `$lookup with syntax {from: {db:<>, coll:<>},..} is not supported for db: ${from.get("db") ?? ""} and coll: ${from.get("coll") ?? ""}`
        : `$lookup 'from' field must be a string, but found ${typeName(from)}`,
    );
  const pipeline = inner === undefined ? undefined : stagesOf(inner);
  if (from === undefined && !startsWithDocuments(pipeline!))
    throw failedToParse(
      "$lookup stage without explicit collection must have a pipeline with $documents as first stage",
    );
  if (from === "" || from?.startsWith("."))
    throw new StoreError("InvalidNamespace", `invalid $lookup namespace: ${from}`);
  for (const [k, v] of spec) {
    if (k === "pipeline") continue;
    if (k === "let") {
      if (!isDoc(v))
        throw failedToParse(`$lookup argument '${element(k, v)}' must be an object, is type ${typeName(v)}`);
    } else if (typeof v !== "string")
      throw failedToParse(`$lookup argument '${k}' must be a string, found ${element(k, v)}: ${typeName(v)}`);
    else if (!TEXTS.includes(k)) throw failedToParse(`unknown argument to $lookup: ${k}`);
  }
  const text = (name: string): string => String(spec.get(name) ?? "");
  const [as, local, foreign] = [text("as"), text("localField"), text("foreignField")];
  if (as === "") throw failedToParse("must specify 'as' field for a $lookup");
  if (!pipeline && (local === "" || foreign === ""))
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  if ((local === "") !== (foreign === ""))
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (!pipeline && spec.has("let")) throw failedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
  if (foreign !== "") fieldPathOf(foreign);
  return {
    from,
    as: fieldPathOf(as),
    local: local === "" ? undefined : fieldPathOf(local),
    foreign,
    pipeline,
    bound: (spec.get("let") as Doc | undefined) ?? new Map(),
  };
}

/** Variables of an inner pipeline: those around it, as they are when it runs, and its own. */
class Binding {
  readonly vars: Vars;
  readonly #outer: Vars;
  readonly #own: (readonly [string, Expression])[];

  constructor(own: Doc, outer: Vars) {
    this.#outer = outer;
    this.#own = [...own].map(([k, e]) => [checkNewVariable(k), compileExpression(e, outer)] as const);
    this.vars = { ...outer };
    for (const [k] of this.#own) this.vars[k] = null;
  }

  set(d: Doc): void {
    const values = this.#own.map(([, e]) => e(d, this.#outer));
    Object.assign(this.vars, this.#outer);
    this.#own.forEach(([k], i) => {
      this.vars[k] = values[i];
    });
  }
}

/** $lookup: for each document, what another collection has for it. */
export function lookupStage(spec: Value, context: AggregateContext): Stage {
  const { from, as, local, foreign, pipeline, bound } = parseLookup(spec);
  const binding = new Binding(bound, context.vars);
  const { storage, db } = context;
  const inner: Pipeline | undefined =
    pipeline &&
    context.compile(pipeline, {
      ...context,
      vars: binding.vars,
      name: from,
      inside: "$lookup",
      hint: undefined,
      correlated: context.correlated || bound.size > 0 || local !== undefined,
    });
  // What doesn't depend on the document is looked up once, as far as memory may hold it.
  const constant = inner && bound.size === 0 && !local && !context.correlated && !isRandom(pipeline!);
  return function* (input) {
    let kept: Doc[] | undefined;
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      let hits = kept;
      if (!hits) {
        binding.set(d);
        const c = from === undefined ? undefined : storage.catalog.get(db, from);
        const filter: Doc = local ? joinFilter(d, local, foreign) : new Map();
        hits = yield* joined(inner ? inner.run(c, filter) : documents(run(storage, c, { filter })), from);
        if (constant) kept = hits;
      }
      if (storage.slice.over) yield PAUSE;
      yield withPath(d, as, hits);
    }
  };
}

function* joined(found: Iterable<Doc | typeof PAUSE>, from = ""): Steps<Doc[]> {
  const out: Doc[] = [];
  let bytes = 0;
  for (const d of found) {
    if (d === PAUSE) {
      yield PAUSE;
      continue;
    }
    bytes += memoryOf(d);
    if (bytes > MEMORY_LIMIT)
      throw located(
        4568,
        `Total size of documents in ${from} matching pipeline's $lookup stage exceeds ${MEMORY_LIMIT} bytes`,
      );
    out.push(d);
  }
  return out;
}

const isRandom = (v: Value): boolean => {
  if (isArray(v)) return v.some(isRandom);
  return isDoc(v) && [...v].some(([k, x]) => k === "$rand" || k === "$sample" || k === "$sampleRate" || isRandom(x));
};

/** $unionWith: the documents of another collection after the input's. */
export function unionStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec) && typeof spec !== "string")
    throw failedToParse(`the $unionWith stage specification must be an object or string, but found ${typeName(spec)}`);
  if (isDoc(spec)) declared("$unionWith", spec, { coll: "string", pipeline: "array" });
  const coll = isDoc(spec) ? spec.get("coll") : spec;
  const pipeline = isDoc(spec) ? stagesOf(spec.get("pipeline") ?? []) : [];
  if (coll === undefined && !startsWithDocuments(pipeline))
    throw failedToParse(
      "$unionWith stage without explicit collection must have a pipeline with $documents as first stage",
    );
  const name = coll === undefined ? undefined : String(coll);
  if (name === "") throw new StoreError("InvalidNamespace", `Invalid namespace specified '${context.db}.'`);
  const stages = context.compile(pipeline, { ...context, name, inside: "$unionWith", hint: undefined });
  return function* (input) {
    yield* input;
    yield* stages.run(name === undefined ? undefined : context.storage.catalog.get(context.db, name));
  };
}
