import { encodeDoc } from "../bson/codec.ts";
import { type Doc, int32, isArray, type Value } from "../bson/types.ts";
import { failedToParse, StoreError, typeMismatch } from "../errors.ts";
import type { PAUSE, Steps } from "../pause.ts";
import { asCount, compilePipeline, encoded } from "../query/aggregate.ts";
import type { Reply } from "../wire.ts";
import { bool, type Command, type Context, document, hintOf, letVars, natural, sessionOf } from "./context.ts";
import { countFound } from "./counting.ts";
import { explainCommand } from "./explain.ts";

const pipelineOf = (body: Doc): Value[] => {
  const pipeline = body.get("pipeline");
  if (!isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
  return pipeline;
};

function* counted(context: Context, name: string, pipeline: Value[]): Generator<Uint8Array | typeof PAUSE> {
  const { filter, answer } = asCount(pipeline)!;
  const c = context.storage.catalog.get(context.db, name);
  const vars = letVars(context.body.get("let"));
  const n = yield* countFound(context.storage, c, { filter, vars, hint: hintOf(c, context.body.get("hint")) });
  if (n > 0) yield encodeDoc(answer(int32(n)));
}

export const aggregate: Command = {
  writes: false,
  fields: ["pipeline", "cursor", "hint", "let", "collation", "allowDiskUse", "bypassDocumentValidation", "explain"],
  run(context): Steps<Reply> {
    const { body, storage, db, cursors } = context;
    const target = body.get("aggregate");
    if (bool(body.get("explain"))) return explainCommand(context, body, "queryPlanner");
    if (typeof target !== "string")
      throw new StoreError("CommandNotSupported", "aggregations over a whole database are not supported");
    const pipeline = pipelineOf(body);
    if (!body.has("cursor"))
      throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
    const cursor = document(body.get("cursor"), "cursor");
    const c = storage.catalog.get(db, target);
    const options = { batchSize: natural(cursor.get("batchSize"), "batchSize"), session: sessionOf(body) };
    const inner = { storage, db, vars: letVars(body.get("let")), hint: hintOf(c, body.get("hint")) };
    // Compiled in any case, so that mistakes are told.
    const compiled = compilePipeline(pipeline, inner);
    const docs = asCount(pipeline) ? counted(context, target, pipeline) : encoded(compiled.run(c));
    return cursors.start(`${db}.${target}`, docs, options);
  },
};
