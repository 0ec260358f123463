import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { gather } from "../pause.ts";
import { located } from "./expression-support.ts";
import type { AggregateContext } from "./pipeline.ts";
import { element } from "./show.ts";
import { MEMORY_LIMIT } from "./sorting.ts";
import { checkFieldName, hold, paced, type Stage } from "./stage-support.ts";

/** $facet: several pipelines over the same input, each giving a list. */
export function facetStage(spec: Value, context: AggregateContext): Stage {
  if (!isDoc(spec) || spec.size === 0)
    throw new StoreError(
      "Location40169",
      `the $facet specification must be a non-empty object, but found: ${element("$facet", spec)}`,
    );
  const branches = [...spec].map(([name, stages]) => {
    checkFieldName(name);
    if (!isArray(stages))
      throw new StoreError("Location40170", `arguments to $facet must be arrays, ${name} is type ${typeName(stages)}`);
    stages.forEach((s, i) => {
      if (!isDoc(s) || s.size === 0)
        throw located(
          40171,
          `elements of arrays in $facet spec must be non-empty objects, ${name} argument contained an element of type ${typeName(s)}: ${element(String(i), s)}`,
        );
    });
    return [name, context.compile(stages, { ...context, inside: "$facet" })] as const;
  });
  const { slice } = context.storage;
  return function* (input) {
    const all = yield* hold(
      input,
      () => new StoreError("ExceededMemoryLimit", `$facet exceeded the memory limit of ${MEMORY_LIMIT} bytes`),
    );
    const out: Doc = new Map();
    for (const [name, branch] of branches) out.set(name, yield* gather(branch.over(paced(all, slice))));
    yield out;
  };
}
