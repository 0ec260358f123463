import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { compileAddFields } from "./add-fields.ts";
import { located } from "./expression-support.ts";
import type { AggregateContext } from "./pipeline.ts";
import { declared, eachDocument, type Stage } from "./stage-support.ts";
import { windowStage } from "./stage-windows.ts";

const METHODS: Record<string, string> = { locf: "$locf", linear: "$linearFill" };

/** $fill: values for fields that have none, by $setWindowFields and $addFields. */
export function fillStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec)) throw failedToParse(`The $fill stage specification must be an object, found ${typeName(spec)}`);
  declared("$fill", spec, {
    partitionBy: "any",
    partitionByFields: "strings",
    sortBy: "object",
    output: "object!",
  });
  const output = spec.get("output") as Doc;
  if (output.size === 0)
    throw located(6050203, "The output field in '$fill' must contain an object with at least one element");
  const windowed: Doc = new Map();
  const computed: Doc = new Map();
  for (const [name, how] of output) {
    if (!isDoc(how)) throw located(6050200, "Each fill output specification must be an object with exactly one field");
    declared("$fill", how, { method: "string", value: "any" });
    if (how.has("method")) {
      if (how.has("value"))
        throw located(
          6050201,
          "Each fill output specification must have exactly one of 'method' or 'value' fields, not both",
        );
      const method = String(how.get("method"));
      if (!Object.hasOwn(METHODS, method)) throw located(6050202, "Method must be either locf or linear");
      windowed.set(name, new Map([[METHODS[method]!, `$${name}`]]));
    } else if (how.has("value")) computed.set(name, new Map([["$ifNull", [`$${name}`, how.get("value")!]]]));
    else throw located(6050200, "Each fill output specification must be an object with exactly one field");
  }
  return both(windowed, computed, spec, context);
}

function both(windowed: Doc, computed: Doc, spec: Doc, context: AggregateContext): Stage {
  const fields = spec.get("partitionByFields");
  if (fields !== undefined && spec.has("partitionBy"))
    throw located(6050204, "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'");
  const window: Doc = new Map([["output", windowed]]);
  if (spec.has("sortBy")) window.set("sortBy", spec.get("sortBy")!);
  if (spec.has("partitionBy")) window.set("partitionBy", spec.get("partitionBy")!);
  if (isArray(fields)) window.set("partitionBy", new Map(fields.map((f) => [String(f), `$${f}`])));
  const before = windowed.size > 0 ? windowStage(window, context) : undefined;
  const { vars } = context;
  const add = computed.size > 0 ? compileAddFields(computed, "$addFields", vars) : undefined;
  const after = add ? eachDocument((d) => add(d, vars)) : undefined;
  return (input) => {
    const filled = before ? before(input) : input;
    return after ? after(filled) : filled;
  };
}
