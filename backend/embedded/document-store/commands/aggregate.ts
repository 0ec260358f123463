import { encodeDoc } from "../bson/codec.ts";
import { type Doc, int32, isArray, isDoc, type Value } from "../bson/types.ts";
import { failedToParse, StoreError, typeMismatch } from "../errors.ts";
import type { PAUSE, Steps } from "../pause.ts";
import { asCount, compilePipeline, encoded } from "../query/aggregate.ts";
import { checkNewVariable } from "../query/expression-support.ts";
import { compileExpression, type Vars } from "../query/expressions.ts";
import type { AggregateContext, Pipeline } from "../query/pipeline.ts";
import { isOne, writeOf } from "../query/stage-writes.ts";
import type { Reply } from "../wire.ts";
import { mergeInto } from "./aggregate-merge.ts";
import { outTo } from "./aggregate-out.ts";
import { bool, type Command, type Context, document, hintOf, natural, sessionOf } from "./context.ts";
import { countFound } from "./counting.ts";
import { explainCommand } from "./explain.ts";

const pipelineOf = (body: Doc): Value[] => {
  const pipeline = body.get("pipeline");
  if (pipeline === undefined)
    throw new StoreError("IDLFailedToParse", "BSON field 'aggregate.pipeline' is missing but a required field");
  if (!isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
  return pipeline;
};

/** The command's variables: constants, computed once. */
function varsOf(body: Doc): Vars {
  const vars: Vars = { NOW: new Date() };
  for (const [name, e] of document(body.get("let"), "let"))
    vars[checkNewVariable(name)] = compileExpression(e, vars)(undefined, vars);
  return vars;
}

function* counted(context: Context, inner: AggregateContext, pipeline: Value[]): Generator<Uint8Array | typeof PAUSE> {
  const { filter, answer } = asCount(pipeline)!;
  const { storage, db, name, vars, hint } = inner;
  const n = yield* countFound(context.storage, storage.catalog.get(db, name!), { filter, vars, hint });
  if (n > 0) yield encodeDoc(answer(int32(n)));
}

/** The collection that is read; undefined for `aggregate: 1`. */
function targetOf(body: Doc): string | undefined {
  const target = body.get("aggregate");
  if (typeof target !== "string" && !isOne(target))
    throw failedToParse("Invalid command format: the 'aggregate' field must specify a collection name or 1");
  if (typeof target !== "string") return undefined;
  if (target === "") throw new StoreError("InvalidNamespace", `Invalid namespace specified '${body.get("$db")}.'`);
  return target;
}

function checkTarget(name: string | undefined, pipeline: Value[], compiled: Pipeline): void {
  const first = isDoc(pipeline[0]) ? pipeline[0].keys().next().value : undefined;
  if (name === undefined && !compiled.collectionless)
    throw new StoreError(
      "InvalidNamespace",
      first === undefined
        ? "{aggregate: 1} is not valid for an empty pipeline."
        : `{aggregate: 1} is not valid for '${first}'; a collection is required.`,
    );
  if (name !== undefined && compiled.collectionless)
    throw new StoreError("InvalidNamespace", `'${first}' can only be run with {aggregate: 1}`);
}

function checkReadConcern(body: Doc, stage: string): void {
  const concern = body.get("readConcern");
  if (isDoc(concern) && concern.get("level") === "linearizable")
    throw new StoreError("InvalidOptions", `${stage} cannot be used with a 'linearizable' read concern level`);
}

/** The sessions of this command and of those under way beside it. */
function sessionsInUse({ body, server }: Context): Value[] {
  const found = new Map<string, Value>();
  for (const b of [body, ...[...server.operations.values()].map((o) => o.body)]) {
    const session = sessionOf(b);
    if (session !== undefined) found.set(session, (b.get("lsid") as Doc).get("id")!);
  }
  return [...found.values()];
}

export const aggregate: Command = {
  writes: (body) => writeOf(body.get("pipeline")) !== undefined && !bool(body.get("explain")),
  fields: ["pipeline", "cursor", "hint", "let", "collation", "allowDiskUse", "bypassDocumentValidation", "explain"],
  *run(context): Steps<Reply> {
    const { body, storage, db, cursors } = context;
    const name = targetOf(body);
    if (bool(body.get("explain"))) return yield* explainCommand(context, body, "queryPlanner");
    const pipeline = pipelineOf(body);
    if (!body.has("cursor"))
      throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
    const cursor = document(body.get("cursor"), "cursor");
    const unknown = [...cursor.keys()].find((k) => k !== "batchSize");
    if (unknown !== undefined)
      throw new StoreError("IDLUnknownField", `BSON field 'cursor.${unknown}' is an unknown field.`);
    const options = { batchSize: natural(cursor.get("batchSize"), "cursor.batchSize"), session: sessionOf(body) };
    const c = name === undefined ? undefined : storage.catalog.get(db, name);
    const inner: AggregateContext = {
      storage,
      db,
      name,
      vars: varsOf(body),
      hint: hintOf(c, body.get("hint")),
      host: `127.0.0.1:${context.server.port}`,
      user: context.connection.user,
      sessions: () => sessionsInUse(context),
      compile: compilePipeline,
    };
    // Compiled in any case, so that mistakes are told.
    const compiled = compilePipeline(pipeline, inner);
    checkTarget(name, pipeline, compiled);
    const ns = `${db}.${name ?? "$cmd.aggregate"}`;
    const write = writeOf(pipeline);
    if (write) {
      const [stage, spec] = write;
      checkReadConcern(body, stage);
      const failed = yield* (stage === "$out" ? outTo : mergeInto)(inner, spec, compiled, pipeline);
      return failed ?? (yield* cursors.start(ns, [][Symbol.iterator]()));
    }
    const docs = name !== undefined && asCount(pipeline) ? counted(context, inner, pipeline) : encoded(compiled.run(c));
    return yield* cursors.start(ns, docs, options);
  },
};
