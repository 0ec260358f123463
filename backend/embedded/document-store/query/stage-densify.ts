import { compareValues } from "../bson/compare.ts";
import { arithmetic } from "../bson/numbers.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, type Num, typeName, type Value } from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { keyText } from "../keys.ts";
import { PAUSE, type Stream } from "../pause.ts";
import { integral64, located } from "./expression-support.ts";
import type { Path } from "./paths.ts";
import type { AggregateContext } from "./pipeline.ts";
import { parseSort, sorted } from "./sorting.ts";
import { declared, fieldPathOf, nested, type Stage, withPath } from "./stage-support.ts";
import { addDate, UNITS } from "./stage-window-bounds.ts";

const MOST = 500_000;

interface Range {
  step: Num;
  unit: string | undefined;
  bounds: "full" | "partition" | readonly [Value, Value];
}

function boundsOf(v: Value, step: Value, unit: Maybe): Range["bounds"] {
  if (v === "full" || v === "partition") return v;
  if (typeof v === "string") throw located(5946802, "Bounds string must either be 'full' or 'partition'");
  if (!isArray(v))
    throw located(
      5733404,
      "The bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates",
    );
  if (v.length !== 2) throw located(5733403, "A bounding array in a range statement must have exactly two elements");
  const [low, high] = v as [Value, Value];
  if (compareValues(low, high) > 0)
    throw located(5733402, "A bounding array must be an ascending array of either two dates or two numbers");
  const mixed = "A bounding array must contain either both dates or both numeric types";
  if (isNumber(low)) {
    if (unit !== undefined) throw located(5733409, "Numeric bounds may not have unit parameter");
    if (!isNumber(high)) throw located(5733406, mixed);
    if (typeName(low) !== typeName(high) || typeName(low) !== typeName(step))
      throw located(5876900, "Upper bound, lower bound, and step must all have the same type");
  } else if (low instanceof Date) {
    if (!(high instanceof Date)) throw located(5733405, mixed);
    if (unit === undefined) throw located(5733410, "A bounding array of dates must specify a unit");
  } else throw located(5946800, "Explicit bounds must be numeric or dates");
  return [low, high];
}

function rangeOf(spec: Doc): Range {
  declared("$densify.range", spec, { step: "any!", bounds: "any!", unit: "string" });
  const step = spec.get("step")!;
  const unit = spec.get("unit");
  if (!isNumber(step) || !(compareValues(step, 0) > 0))
    throw located(5733401, "The step parameter in a range statement must be a strictly positive numeric value");
  if (unit !== undefined && integral64(step) === undefined)
    throw located(
      6586400,
      "The step parameter in a range statement must be a whole number when densifying a date range",
    );
  if (unit !== undefined && !UNITS.includes(String(unit))) throw failedToParse(`unknown time unit value: ${unit}`);
  return { step, unit: unit as string | undefined, bounds: boundsOf(spec.get("bounds")!, step, unit) };
}

/** How far the documents of a partition have come. */
interface Progress {
  next: Value;
  /** The partition's own fields, for those that are made. */
  fields: Doc;
}

/** $densify: documents for the values that are left out between others. */
export function densifyStage(spec: Value, { storage }: AggregateContext): Stage {
  if (!isDoc(spec)) throw failedToParse(`The $densify stage specification must be an object, found ${typeName(spec)}`);
  declared("$densify", spec, { field: "string!", partitionByFields: "strings", range: "object!" });
  const { step, unit, bounds } = rangeOf(spec.get("range") as Doc);
  const names = (spec.get("partitionByFields") ?? []) as string[];
  const partitions = names.map(fieldPathOf);
  const field = String(spec.get("field"));
  const path = fieldPathOf(field);
  if (bounds === "partition" && names.length === 0)
    throw located(
      5733408,
      "One cannot specify the bounds as 'partition' without specifying a non-empty array of partitionByFields. You may have meant to specify 'full' bounds.",
    );
  const dated = unit === undefined ? undefined : addDate(unit);
  const after = (v: Value): Value => (dated ? dated(v, step) : (arithmetic("add", v as Num, step) ?? v));
  const end = typeof bounds === "string" ? undefined : bounds[1];
  const order = [...(bounds === "full" ? [] : names), field];
  const fields = parseSort(new Map(order.map((n) => [n, 1])));

  return function* (input) {
    const { slice } = storage;
    const table = new Map<string, Progress>();
    let least: Value | undefined;
    let most: Value | undefined;
    let made = 0;

    /** The documents for the values from where a partition stands up to `to` (not included, unless `and`). */
    function* fill(p: Progress, to: Value | undefined, and = false): Generator<Doc | typeof PAUSE> {
      for (;;) {
        if (end !== undefined && compareValues(p.next, end) >= 0) return;
        if (to !== undefined && compareValues(p.next, to) > (and ? 0 : -1)) return;
        if (++made > MOST)
          throw located(
            5897900,
            `Generated ${made} documents in $densify, which is over the limit of ${MOST}. Increase the 'internalQueryMaxAllowedDensifyDocs' parameter to allow more generated documents`,
          );
        yield make(p.fields, path, p.next);
        p.next = after(p.next);
        if (slice.over) yield PAUSE;
      }
    }

    const inOrder: Stream<Doc> = sorted(input, { fields, docOf: (d) => d, hold: memoryOf, keep: 0, slice });
    for (const d of inOrder) {
      const v = d === PAUSE ? undefined : nested(d, path);
      if (d === PAUSE || v === undefined || v === null) {
        yield d;
        continue;
      }
      checkValue(v, unit);
      least ??= v;
      most = v;
      const own = partitionOf(d, partitions);
      const key = keyText(own);
      let p = table.get(key);
      if (!p) {
        p = { next: bounds === "full" ? least : bounds === "partition" ? v : bounds[0], fields: own };
        table.set(key, p);
      }
      yield* fill(p, v);
      if (compareValues(p.next, v) === 0) p.next = after(p.next);
      yield d;
    }
    if (end !== undefined && table.size === 0 && names.length === 0)
      table.set("", { next: (bounds as readonly [Value, Value])[0], fields: new Map() });
    if (bounds === "partition" || (bounds === "full" && names.length === 0)) return;
    for (const p of table.values()) yield* fill(p, bounds === "full" ? most : undefined, true);
  };
}

function checkValue(v: Value, unit: string | undefined): void {
  if (!isNumber(v) && !(v instanceof Date)) throw located(5733201, "Densify field type must be numeric or a date");
  if (unit !== undefined && isNumber(v))
    throw located(6053600, "Encountered numeric densify value in collection when step has a date unit.");
  if (unit === undefined && v instanceof Date)
    throw located(6053600, "Encountered date densify value in collection when step does not have a date unit.");
}

function partitionOf(d: Doc, partitions: readonly Path[]): Doc {
  let out: Doc = new Map();
  for (const p of partitions) {
    const v = nested(d, p);
    if (v !== undefined) out = withPath(out, p, v);
  }
  return out;
}

function make(fields: Doc, path: Path, v: Value): Doc {
  let at: Maybe = fields;
  for (let i = 0; i < path.length && isDoc(at); i++) {
    at = at.get(path[i]!);
    if (isArray(at)) throw located(5733307, "$densify cannot generate fields nested inside arrays");
    if (at !== undefined && !isDoc(at) && i < path.length - 1)
      throw located(5733308, "$densify cannot overwrite non-object values with objects");
  }
  return withPath(fields, path, v);
}
