import { compareValues, rank } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, int32, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { PAUSE, type Stream } from "../pause.ts";
import { constantOf, integral, located, shown, specText } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import { groupDocument, groupFields, groupStage } from "./group.ts";
import type { AggregateContext } from "./pipeline.ts";
import { show } from "./show.ts";
import { parseSort, sorted } from "./sorting.ts";
import { sortStage } from "./stage-basic.ts";
import { type Rounder, rounderOf } from "./stage-granularity.ts";
import type { Stage } from "./stage-support.ts";

const COUNT: [string, Value][] = [["count", new Map([["$sum", int32(1)]])]];

const isExpression = (v: Value): boolean =>
  typeof v === "string" ? v.startsWith("$") : isDoc(v) && v.keys().next().value?.startsWith("$") === true;

function boundariesOf(v: Value, vars: Vars): Value[] {
  if (!isArray(v))
    throw located(40200, `The $bucket 'boundaries' field must be an array, but found type: ${typeName(v)}.`);
  const list = v.map((e) => {
    const known = constantOf(compileExpression(e, vars));
    if (!known)
      throw located(
        40191,
        `The $bucket 'boundaries' field must be an array of constant values, but found value: ${show(e)}.`,
      );
    return known.value ?? null;
  });
  if (list.length < 2)
    throw located(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${list.length} value(s).`,
    );
  for (let i = 1; i < list.length; i++) {
    const [a, b] = [list[i - 1]!, list[i]!];
    if (rank(a) !== rank(b))
      throw located(
        40193,
        `All values in the the 'boundaries' option to $bucket must have the same type. Found conflicting types ${typeName(a)} and ${typeName(b)}.`,
      );
    if (compareValues(a, b) >= 0)
      throw located(
        40194,
        `The 'boundaries' option to $bucket must be sorted, but elements ${i - 1} and ${i} are not in ascending order (${shown(a)} is not less than ${shown(b)}).`,
      );
  }
  return list;
}

const OPTIONS = ["groupBy", "boundaries", "default", "output"];

/** $bucket: $group by the boundary below each value, and $sort. */
export function bucketStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec))
    throw located(40201, `Argument to $bucket stage must be an object, but found type: ${typeName(spec)}.`);
  const by = spec.get("groupBy");
  if (by !== undefined && !isExpression(by))
    throw located(
      40202,
      `The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression, but found: ${show(by)}.`,
    );
  const list = spec.has("boundaries") ? boundariesOf(spec.get("boundaries")!, context.vars) : undefined;
  const other = spec.get("default");
  const fallback = other === undefined ? undefined : constantOf(compileExpression(other, context.vars));
  if (other !== undefined && !fallback)
    throw located(40195, `The $bucket 'default' field must be a constant expression, but found: ${show(other)}.`);
  const output = spec.get("output");
  if (output !== undefined && !isDoc(output))
    throw located(40196, `The $bucket 'output' field must be an object, but found type: ${typeName(output)}.`);
  const unknown = [...spec.keys()].find((k) => !OPTIONS.includes(k));
  if (unknown !== undefined) throw located(40197, `Unrecognized option to $bucket: ${unknown}.`);
  if (by === undefined || !list) throw located(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  const [low, high] = [list[0]!, list.at(-1)!];
  const rest = fallback?.value ?? null;
  if (fallback && rank(rest) === rank(low) && compareValues(rest, low) >= 0 && compareValues(rest, high) < 0)
    throw located(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  const group = groupStage(
    new Map<string, Value>([["_id", branches(by, list, fallback && rest)], ...(isDoc(output) ? output : COUNT)]),
    context,
  );
  const sort = sortStage(new Map([["_id", int32(1)]]), context);
  return (input) => sort(group(input));
}

function branches(by: Value, list: Value[], rest: Value | undefined): Doc {
  const literal = (v: Value): Doc => new Map([["$literal", v]]);
  const cases = list.slice(1).map((upper, i): Value => {
    const lower = list[i]!;
    const inside: Value[] = [new Map([["$gte", [by, literal(lower)]]]), new Map([["$lt", [by, literal(upper)]]])];
    return new Map<string, Value>([
      ["case", new Map([["$and", inside]])],
      ["then", literal(lower)],
    ]);
  });
  const body = new Map<string, Value>([["branches", cases]]);
  if (rest !== undefined) body.set("default", literal(rest));
  return new Map([["$switch", body]]);
}

interface BucketAuto {
  by: Expression;
  buckets: number;
  output: ReturnType<typeof groupFields>;
  rounder: Rounder | undefined;
}

function parseAuto(spec: Value, vars: Vars): BucketAuto {
  if (!isDoc(spec))
    throw located(40240, `The argument to $bucketAuto must be an object, but found type: ${typeName(spec)}`);
  let by: Expression | undefined;
  let buckets: number | undefined;
  let output = groupFields(COUNT, vars);
  let rounder: Rounder | undefined;
  for (const [k, v] of spec) {
    if (k === "groupBy") {
      if (!isExpression(v) || v === "$")
        throw located(
          40239,
          `The $bucketAuto 'groupBy' field must be defined as a $-prefixed path or an expression object, but found: ${show(v)}`,
        );
      by = compileExpression(v, vars);
    } else if (k === "buckets") {
      if (!isNumber(v))
        throw located(40241, `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeName(v)}`);
      buckets = integral(v);
      if (buckets === undefined)
        throw located(
          40242,
          `The $bucketAuto 'buckets' field must be representable as a 32-bit integer, but found ${specText(toDouble(v))}`,
        );
    } else if (k === "output") {
      if (!isDoc(v))
        throw located(40244, `The $bucketAuto 'output' field must be an object, but found type: ${typeName(v)}`);
      if (v.size > 0) output = groupFields(v, vars);
    } else if (k === "granularity") {
      if (typeof v !== "string")
        throw located(40261, `The $bucketAuto 'granularity' field must be a string, but found type: ${typeName(v)}`);
      rounder = rounderOf(v);
    } else throw located(40245, `Unrecognized option to $bucketAuto: ${k}`);
  }
  if (!by || buckets === undefined)
    throw located(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  if (buckets <= 0)
    throw located(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${buckets}`);
  return { by, buckets, output, rounder };
}

interface Keyed {
  key: Value;
  doc: Doc;
}

function keyOf(v: Maybe, rounder: Rounder | undefined): Value {
  if (!rounder) return v ?? null;
  if (!isNumber(v))
    throw located(
      40258,
      `$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a value with type: ${typeName(v)}`,
    );
  const n = toDouble(v);
  if (Number.isNaN(n))
    throw located(40259, "$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a NaN");
  if (n < 0)
    throw located(
      40260,
      "$bucketAuto can specify a 'granularity' with non-negative numbers only, but found a negative number",
    );
  return v;
}

/** $bucketAuto: buckets of about the same number of documents each. */
export function bucketAutoStage(spec: Value, { vars, storage }: AggregateContext): Stage {
  const { by, buckets, output, rounder } = parseAuto(spec, vars);
  const fields = parseSort(new Map([["k", 1]]));
  function* keyed(input: Stream<Doc>): Generator<Keyed | typeof PAUSE> {
    for (const doc of input) yield doc === PAUSE ? PAUSE : { doc, key: keyOf(by(doc, vars), rounder) };
  }
  return function* (input) {
    const all: Keyed[] = [];
    const inOrder = sorted(keyed(input), {
      fields,
      // Inside a document, so that an array is compared as a whole.
      docOf: (x) => new Map([["k", new Map([["v", x.key]])]]),
      hold: (x) => memoryOf(x.doc) + memoryOf(x.key),
      keep: 0,
      slice: storage.slice,
    });
    for (const x of inOrder) {
      if (x === PAUSE) yield PAUSE;
      else all.push(x);
    }
    const size = Math.max(1, Math.round(all.length / buckets));
    let previous: Value | undefined;
    for (let i = 0, n = 1; i < all.length && n <= buckets; n++) {
      const first = all[i]!.key;
      let end = n === buckets ? all.length : Math.min(all.length, i + size);
      const min = rounder ? (previous ?? rounder.down(first)) : first;
      let max = all[end - 1]!.key;
      const bound = rounder?.up(max);
      while (end < all.length) {
        const { key } = all[end]!;
        if (compareValues(key, max) !== 0 && !(bound !== undefined && compareValues(bound, key) > 0)) break;
        max = key;
        end++;
      }
      const next = all[end]?.key;
      if (bound !== undefined) max = isNumber(bound) && toDouble(bound) === 0 && next ? rounder!.down(next) : bound;
      else if (next !== undefined) max = next;
      const states = output.map((f) => f.make(null, vars));
      for (; i < end; i++) {
        for (let f = 0; f < output.length; f++) states[f]!.add(output[f]!.value(all[i]!.doc, vars));
        if (storage.slice.over) yield PAUSE;
      }
      previous = max;
      const id = new Map<string, Value>([
        ["min", min],
        ["max", max],
      ]);
      yield groupDocument(id, output, states);
    }
  };
}
