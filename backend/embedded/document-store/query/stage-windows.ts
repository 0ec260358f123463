import { compareValues } from "../bson/compare.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { failedToParse, typeMismatch } from "../errors.ts";
import { PAUSE, type Steps, type Stream } from "../pause.ts";
import { compileAddFields } from "./add-fields.ts";
import { located } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import type { AggregateContext } from "./pipeline.ts";
import { MEMORY_LIMIT, parseSort, type SortField, sorted } from "./sorting.ts";
import { declared, nested, type Stage } from "./stage-support.ts";
import { compileWindowFunction, type WindowFunction } from "./stage-window-functions.ts";

interface Item {
  doc: Doc;
  key: Value;
}

interface Output {
  compute: WindowFunction;
  put(d: Doc, v: Value | undefined): Doc;
}

function outputsOf(spec: Doc, sortBy: SortField[] | undefined, vars: Vars): Output[] {
  const paths = [...spec.keys()];
  const clash = paths.some((p, i) => paths.some((q, k) => i !== k && q.startsWith(`${p}.`)));
  if (clash) throw located(6307900, "$setWindowFields 'output' specification contains two conflicting paths");
  return [...spec].map(([path, v]) => {
    const set = compileAddFields(new Map([[path, "$$windowed"]]), "$setWindowFields", { windowed: null });
    return {
      compute: compileWindowFunction(v, { sortBy, vars }),
      put: (d, value) => set(d, { windowed: value }),
    };
  });
}

/** $setWindowFields: fields that are computed from each document's neighbours in a partition and an order. */
export function windowStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec))
    throw failedToParse(`the $setWindowFields stage specification must be an object, found ${typeName(spec)}`);
  declared("$setWindowFields", spec, { partitionBy: "any", sortBy: "object", output: "object!" });
  const { vars } = context;
  const { slice } = context.storage;
  const by = spec.get("partitionBy");
  const partition: Expression | undefined = by === undefined ? undefined : compileExpression(by, vars);
  const sortBy = spec.has("sortBy") ? parseSort(spec.get("sortBy")) : undefined;
  const outputs = outputsOf(spec.get("output") as Doc, sortBy, vars);

  function* keyed(input: Stream<Doc>): Generator<Item | typeof PAUSE> {
    for (const doc of input) {
      if (doc === PAUSE) {
        yield PAUSE;
        continue;
      }
      const key = partition?.(doc, vars) ?? null;
      if (isArray(key)) throw typeMismatch("An expression used to partition cannot evaluate to value of type array");
      yield { doc, key };
    }
  }

  function inOrder(input: Stream<Doc>): Stream<Item> {
    const items = keyed(input);
    if (!partition && !sortBy) return items;
    const fields = [...(partition ? parseSort(new Map([["\0", 1]])) : []), ...(sortBy ?? [])];
    return sorted(items, {
      fields,
      docOf: ({ doc, key }) => (partition ? new Map([["\0", key], ...doc]) : doc),
      hold: ({ doc, key }) => memoryOf(doc) + memoryOf(key),
      keep: 0,
      slice,
    });
  }

  function* finished(docs: Doc[]): Generator<Doc | typeof PAUSE> {
    const only = sortBy?.length === 1 ? sortBy[0]! : undefined;
    const sortKeys = only ? docs.map((d) => nested(d, only.parts)) : [];
    const columns: (Value | undefined)[][] = [];
    for (const o of outputs) columns.push(yield* o.compute({ docs, sortKeys, slice }) as Steps<Value[]>);
    for (let i = 0; i < docs.length; i++) {
      let d = docs[i]!;
      outputs.forEach((o, k) => {
        d = o.put(d, columns[k]![i]);
      });
      yield d;
      if (slice.over) yield PAUSE;
    }
  }

  return function* (input) {
    let docs: Doc[] = [];
    let bytes = 0;
    let current: Value = null;
    for (const item of inOrder(input)) {
      if (item === PAUSE) {
        yield PAUSE;
        continue;
      }
      if (docs.length > 0 && compareValues(item.key, current) !== 0) {
        yield* finished(docs);
        docs = [];
        bytes = 0;
      }
      current = item.key;
      docs.push(item.doc);
      bytes += memoryOf(item.doc);
      if (bytes > MEMORY_LIMIT)
        throw located(
          5414201,
          `Exceeded memory limit in DocumentSourceSetWindowFields, used ${bytes} bytes but max allowed is ${MEMORY_LIMIT}`,
        );
    }
    yield* finished(docs);
  };
}
