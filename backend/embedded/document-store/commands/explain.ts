import { type Doc, doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { failedToParse, StoreError } from "../errors.ts";
import { type Effort, type Query, run } from "../executor.ts";
import { PAUSE, type Steps } from "../pause.ts";
import { type Access, plan } from "../planner.ts";
import { compilePipeline } from "../query/aggregate.ts";
import { type Command, type Context, document, hintOf, letVars } from "./context.ts";
import { queryOf } from "./search.ts";
import { SERVER_VERSION } from "./server-info.ts";

function describe(a: Access): Doc {
  if (a.kind === "table") return doc({ stage: "COLLSCAN", direction: a.reverse ? "backward" : "forward" });
  if (a.kind === "union") return doc({ stage: "OR", inputStages: a.parts.map(describe) });
  const { index } = a;
  const scan = doc({
    stage: "IXSCAN",
    keyPattern: index.spec.get("key") as Doc,
    indexName: index.name,
    isMultiKey: index.multikey,
    isUnique: index.unique,
    isSparse: index.sparse,
    isPartial: index.partial !== undefined,
    indexVersion: 2,
    direction: a.reverse ? "backward" : "forward",
    ranges: a.ranges.length,
  });
  return doc({ stage: "FETCH", inputStage: scan });
}

function winningPlan(context: Context, name: string, query: Query): Doc {
  const c = context.storage.catalog.get(context.db, name);
  if (!c) return doc({ stage: "EOF" });
  const sort = query.sort ?? [];
  const p = plan(context.storage, c, query.filter, sort, query.hint);
  let stage = describe(p.access);
  if (sort.length > 0 && !p.sorted)
    stage = doc({
      stage: "SORT",
      sortPattern: new Map(sort.map((s): [string, Value] => [s.path, s.descending ? -1 : 1])),
      inputStage: stage,
    });
  if (query.skip) stage = doc({ stage: "SKIP", skipAmount: query.skip, inputStage: stage });
  if (query.limit) stage = doc({ stage: "LIMIT", limitAmount: query.limit, inputStage: stage });
  return stage;
}

/** The query inside a command, and the pipeline that follows it. */
function inside(context: Context, inner: Doc): { name: string; query: Query; stages: Value[] } {
  const command = inner.keys().next().value ?? "";
  if (command === "aggregate") {
    const pipeline = inner.get("pipeline");
    const name = inner.get("aggregate");
    if (!isArray(pipeline) || typeof name !== "string") throw failedToParse("an aggregate needs a pipeline");
    const { storage, db } = context;
    const hint = hintOf(storage.catalog.get(db, name), inner.get("hint"));
    const { head } = compilePipeline(pipeline, { storage, db, vars: letVars(inner.get("let")), hint });
    return { name, query: head, stages: pipeline };
  }
  const statement = (list: string): Doc => {
    const of = inner.get(list);
    const first: Maybe = isArray(of) ? of[0] : undefined;
    if (!isDoc(first)) throw failedToParse(`BSON field '${list}' is missing but a required field`);
    return new Map<string, Value>([
      [command, inner.get(command)!],
      ["filter", first.get("q") ?? new Map()],
      ...(first.has("hint") ? [["hint", first.get("hint")!] as const] : []),
    ]);
  };
  switch (command) {
    case "find":
      return { ...queryOf(context, inner, "filter"), stages: [] };
    case "count":
    case "distinct":
    case "findAndModify":
    case "findandmodify":
      return { ...queryOf(context, inner, "query"), stages: [] };
    case "update":
      return { ...queryOf(context, statement("updates"), "filter"), stages: [] };
    case "delete":
      return { ...queryOf(context, statement("deletes"), "filter"), stages: [] };
    default:
      throw new StoreError("CommandNotSupported", `Explain failed due to unknown command: ${command}`);
  }
}

/** Says how a command would be done and, unless only the plan is wanted, what doing its search took. */
export function* explainCommand(context: Context, inner: Doc, verbosity: string): Steps<Doc> {
  const { storage, db } = context;
  const { name, query, stages } = inside(context, inner);
  const planner = doc({
    namespace: `${db}.${name}`,
    parsedQuery: query.filter,
    indexFilterSet: false,
    winningPlan: winningPlan(context, name, query),
    rejectedPlans: [],
  });
  const out = doc({ explainVersion: "1" });
  let stats: Doc | undefined;
  if (verbosity !== "queryPlanner") {
    const effort: Effort = { keys: 0, documents: 0 };
    const began = performance.now();
    let n = 0;
    for (const f of run(storage, storage.catalog.get(db, name), { ...query, effort })) {
      if (f === PAUSE) yield PAUSE;
      else n++;
    }
    stats = doc({
      executionSuccess: true,
      nReturned: n,
      executionTimeMillis: Math.round(performance.now() - began),
      totalKeysExamined: effort.keys,
      totalDocsExamined: effort.documents,
      executionStages: planner.get("winningPlan")!,
    });
    if (verbosity === "allPlansExecution") stats.set("allPlansExecution", []);
  }
  const own = doc({ queryPlanner: planner, executionStats: stats });
  if (stages.length > 0) out.set("stages", [doc({ $cursor: own }), ...stages]);
  for (const [k, v] of own) out.set(k, v);
  out.set("command", inner);
  out.set("serverInfo", doc({ host: "127.0.0.1", port: context.server.port, version: SERVER_VERSION.join(".") }));
  out.set("ok", 1);
  return out;
}

const VERBOSITIES = ["queryPlanner", "executionStats", "allPlansExecution"];

export const explain: Command = {
  writes: false,
  fields: ["verbosity"],
  run(context) {
    const verbosity = context.body.get("verbosity") ?? "allPlansExecution";
    if (typeof verbosity !== "string" || !VERBOSITIES.includes(verbosity))
      throw failedToParse("verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}");
    return explainCommand(context, document(context.body.get("explain"), "explain"), verbosity);
  },
};
