import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, isNumber, typeName, type Value } from "../bson/types.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { run } from "../executor.ts";
import { keyText } from "../keys.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { integral64, located, truncatedLong } from "./expression-support.ts";
import { compileExpression, type Expression } from "./expressions.ts";
import { anyOf } from "./lookup.ts";
import { compileMatch } from "./matcher.ts";
import type { Path } from "./paths.ts";
import { type AggregateContext, documents } from "./pipeline.ts";
import { show } from "./show.ts";
import { MEMORY_LIMIT } from "./sorting.ts";
import { fieldPathOf, type Stage, valuesAt, withPath } from "./stage-support.ts";

interface GraphLookup {
  from: string;
  as: Path;
  start: Expression;
  connectFrom: Path;
  connectTo: string;
  maxDepth: bigint | undefined;
  depthField: Path | undefined;
  restrict: Doc;
}

const TEXTS = ["from", "as", "connectFromField", "connectToField", "depthField"];

function depthOf(v: Value): bigint {
  if (!isNumber(v)) throw located(40100, `maxDepth must be numeric, found type: ${typeName(v)}`);
  const n = truncatedLong(v);
  if (n < 0n) throw located(40101, `maxDepth requires a nonnegative argument, found: ${n}`);
  if (integral64(v) === undefined) throw located(40102, `maxDepth could not be represented as a long long: ${n}`);
  return n;
}

function restriction(v: Value, { vars }: AggregateContext): Doc {
  if (!isDoc(v)) throw located(40185, `restrictSearchWithMatch must be an object, found ${typeName(v)}`);
  try {
    compileMatch(v, vars);
  } catch (e) {
    if (e instanceof StoreError)
      e.message = `Failed to parse 'restrictSearchWithMatch' option to $graphLookup :: caused by :: ${e.message}`;
    throw e;
  }
  return v;
}

function parse(spec: Value, context: AggregateContext): GraphLookup {
  if (!isDoc(spec))
    throw failedToParse(`the $graphLookup stage specification must be an object, but found ${typeName(spec)}`);
  const from = spec.get("from");
  if (from === undefined)
    throw failedToParse(`missing 'from' option to $graphLookup stage specification: ${show(spec)}`);
  if (typeof from !== "string")
    throw failedToParse(`$graphLookup 'from' field must be a string, but found ${typeName(from)}`);
  if (from === "") throw new StoreError("InvalidNamespace", `invalid $graphLookup namespace: ${context.db}.`);
  let start: Expression | undefined;
  let maxDepth: bigint | undefined;
  let restrict: Doc = new Map();
  for (const [k, v] of spec) {
    if (k === "startWith") start = compileExpression(v, context.vars);
    else if (k === "maxDepth") maxDepth = depthOf(v);
    else if (k === "restrictSearchWithMatch") restrict = restriction(v, context);
    else if (!TEXTS.includes(k)) throw located(40104, `Unknown argument to $graphLookup: ${k}`);
    else if (typeof v !== "string") throw located(40103, `expected string as argument for ${k}, found: ${typeName(v)}`);
  }
  const text = (name: string): string => String(spec.get(name) ?? "");
  if (!start || ["as", "connectFromField", "connectToField"].some((k) => text(k) === ""))
    throw located(
      40105,
      "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
    );
  const connectTo = text("connectToField");
  fieldPathOf(connectTo);
  return {
    from,
    start,
    maxDepth,
    restrict,
    connectTo,
    as: fieldPathOf(text("as")),
    connectFrom: fieldPathOf(text("connectFromField")),
    depthField: spec.has("depthField") ? fieldPathOf(text("depthField")) : undefined,
  };
}

/** $graphLookup: what is reached from each document by following a field, breadth first. */
export function graphLookupStage(spec: Value, context: AggregateContext): Stage {
  const g = parse(spec, context);
  const { storage, db, vars } = context;

  function* search(d: Doc): Steps<Value[]> {
    const visited = new Map<string, Doc>();
    const asked = new Set<string>();
    let bytes = 0;
    const grow = (n: number): void => {
      bytes += n;
      if (bytes > MEMORY_LIMIT) throw located(40099, "$graphLookup reached maximum memory consumption");
    };
    /** Those not yet searched for. */
    const fresh = (values: readonly Value[]): Value[] =>
      values.filter((v) => {
        const key = keyText(v);
        if (asked.has(key)) return false;
        asked.add(key);
        grow(key.length + memoryOf(v));
        return true;
      });
    const first = g.start(d, vars);
    let frontier = fresh(first === undefined ? [] : isArray(first) ? first : [first]);
    for (let depth = 0n; frontier.length > 0 && (g.maxDepth === undefined || depth <= g.maxDepth); depth++) {
      const reach = anyOf(g.connectTo, frontier);
      const filter: Doc = g.restrict.size > 0 ? new Map([["$and", [reach, g.restrict]]]) : reach;
      frontier = [];
      for (const found of documents(run(storage, storage.catalog.get(db, g.from), { filter, vars }))) {
        if (found === PAUSE) {
          yield PAUSE;
          continue;
        }
        const id = found.get("_id");
        if (id === undefined)
          throw located(
            40271,
            `Documents in the '${db}.${g.from}' namespace must contain an _id for de-duplication in $graphLookup`,
          );
        const key = keyText(id);
        if (visited.has(key)) continue;
        visited.set(key, g.depthField ? withPath(found, g.depthField, depth) : found);
        grow(key.length + memoryOf(found));
        frontier.push(...fresh(valuesAt(found, g.connectFrom)));
      }
    }
    return [...visited.values()];
  }

  return function* (input) {
    for (const d of input) {
      if (d === PAUSE) yield PAUSE;
      else yield withPath(d, g.as, yield* search(d));
      if (storage.slice.over) yield PAUSE;
    }
  };
}
