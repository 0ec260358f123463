import { encodeDoc } from "../bson/codec.ts";
import { type Doc, doc, isArray, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { type Found, run } from "../executor.ts";
import { EMPTY_ARRAY } from "../keys.ts";
import { type Access, plan } from "../planner.ts";
import { aggregate, encoded } from "../query/aggregate.ts";
import { distinct as distinctValues } from "../query/expression-arrays.ts";
import { splitPath } from "../query/paths.ts";
import { compileProjection, type Project } from "../query/projection.ts";
import { keysAtPath, parseSort } from "../query/sorting.ts";
import {
  bool,
  type Command,
  collectionName,
  collectionOf,
  document,
  hintOf,
  letVars,
  natural,
  text,
} from "./context.ts";

function* projected(
  found: Iterable<Found>,
  project: Project | undefined,
  vars: Record<string, Maybe>,
): Generator<Uint8Array> {
  for (const f of found) yield project ? encodeDoc(project(f.doc, vars)) : f.bytes;
}

const find: Command = {
  writes: false,
  fields: [
    "filter",
    "sort",
    "projection",
    "hint",
    "skip",
    "limit",
    "batchSize",
    "singleBatch",
    "let",
    "collation",
    "noCursorTimeout",
    "allowPartialResults",
    "allowDiskUse",
  ],
  run(context) {
    const { body, storage, db } = context;
    const name = collectionName(context, "find");
    const c = storage.catalog.get(db, name);
    const vars = letVars(body.get("let"));
    const found = run(storage, c, {
      filter: document(body.get("filter"), "filter"),
      sort: parseSort(body.get("sort")),
      skip: natural(body.get("skip"), "skip") ?? 0,
      limit: natural(body.get("limit"), "limit") ?? 0,
      hint: hintOf(c, body.get("hint")),
      vars,
    });
    const project = compileProjection(body.get("projection"), true);
    return context.cursors.start(
      `${db}.${name}`,
      projected(found, project, vars),
      natural(body.get("batchSize"), "batchSize"),
      bool(body.get("singleBatch")),
    );
  },
};

function cursorId(v: Maybe): bigint {
  if (typeof v !== "bigint" && !isNumber(v)) throw typeMismatch("a cursor id must be a long");
  return BigInt(String(v));
}

const getMore: Command = {
  writes: false,
  fields: ["collection", "batchSize", "term", "lastKnownCommittedOpTime"],
  run({ body, cursors, db }) {
    return cursors.more(
      cursorId(body.get("getMore")),
      `${db}.${text(body, "collection")}`,
      natural(body.get("batchSize"), "batchSize"),
    );
  },
};

const killCursors: Command = {
  writes: false,
  fields: ["cursors"],
  run({ body, cursors }) {
    const ids = body.get("cursors");
    if (!isArray(ids)) throw typeMismatch("BSON field 'cursors' must be an array");
    const killed: Value[] = [];
    const unknown: Value[] = [];
    for (const id of ids) (cursors.kill(cursorId(id)) ? killed : unknown).push(id);
    return doc({ cursorsKilled: killed, cursorsNotFound: unknown, cursorsAlive: [], cursorsUnknown: [], ok: 1 });
  },
};

const aggregateCommand: Command = {
  writes: false,
  fields: ["pipeline", "cursor", "hint", "let", "collation", "allowDiskUse", "bypassDocumentValidation"],
  run(context) {
    const { body, storage, db } = context;
    const target = body.get("aggregate");
    if (typeof target !== "string")
      throw new StoreError("CommandNotSupported", "aggregations over a whole database are not supported");
    const pipeline = body.get("pipeline");
    if (!isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
    const cursor = document(body.get("cursor"), "cursor");
    if (!body.has("cursor"))
      throw new StoreError(
        "FailedToParse",
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    const docs = aggregate({ storage, db, vars: letVars(body.get("let")) }, storage.catalog.get(db, target), pipeline);
    return context.cursors.start(`${db}.${target}`, encoded(docs), natural(cursor.get("batchSize"), "batchSize"));
  },
};

const count: Command = {
  writes: false,
  fields: ["query", "limit", "skip", "hint", "collation", "fields"],
  run(context) {
    const { body, storage } = context;
    const c = collectionOf(context, "count");
    const filter = document(body.get("query"), "query");
    const skip = natural(body.get("skip"), "skip") ?? 0;
    const limit = natural(body.get("limit"), "limit") ?? 0;
    if (filter.size === 0 && skip === 0 && limit === 0) return doc({ n: c ? storage.count(c) : 0, ok: 1 });
    let n = 0;
    for (const _ of run(storage, c, { filter, skip, limit, hint: hintOf(c, body.get("hint")) })) n++;
    return doc({ n, ok: 1 });
  },
};

const distinct: Command = {
  writes: false,
  fields: ["key", "query", "hint", "collation"],
  run(context) {
    const { body, storage } = context;
    const c = collectionOf(context, "distinct");
    const key = text(body, "key");
    const path = splitPath(key);
    if (path.includes("")) throw badValue(`'${key}' is not a valid field path`);
    const values: Value[] = [];
    for (const f of run(storage, c, {
      filter: document(body.get("query"), "query"),
      hint: hintOf(c, body.get("hint")),
    }))
      for (const v of keysAtPath(f.doc, path))
        if (v !== EMPTY_ARRAY && (v !== null || present(f.doc, path))) values.push(v);
    return doc({ values: distinctValues(values), ok: 1 });
  },
};

/** Tells a null that is there from a field that is missing, which distinct leaves out. */
function present(v: Maybe, path: readonly string[], at = 0): boolean {
  if (at === path.length) return v === null || (isArray(v) && v.includes(null));
  if (isArray(v)) return v.some((x) => present(x, path, at));
  return isDoc(v) && present(v.get(path[at]!), path, at + 1);
}

function describe(a: Access): Doc {
  if (a.kind === "table") return doc({ stage: "COLLSCAN", direction: "forward" });
  if (a.kind === "union") return doc({ stage: "OR", inputStages: a.parts.map(describe) });
  const scan = doc({
    stage: "IXSCAN",
    indexName: a.index.name,
    keyPattern: a.index.spec.get("key") as Doc,
    isMultiKey: a.index.multikey,
    direction: a.reverse ? "backward" : "forward",
    ranges: a.ranges.length,
  });
  return doc({ stage: "FETCH", inputStage: scan });
}

const explain: Command = {
  writes: false,
  fields: ["verbosity"],
  run({ body, storage, db }) {
    const inner = document(body.get("explain"), "explain");
    const name = inner.get("find");
    if (typeof name !== "string") throw new StoreError("CommandNotSupported", "only find can be explained");
    const c: Collection | undefined = storage.catalog.get(db, name);
    const sort = parseSort(inner.get("sort"));
    const p = c && plan(c, document(inner.get("filter"), "filter"), sort, hintOf(c, inner.get("hint")));
    const access = p ? describe(p.access) : doc({ stage: "EOF" });
    const winningPlan = p && sort.length > 0 && !p.sorted ? doc({ stage: "SORT", inputStage: access }) : access;
    return doc({ queryPlanner: doc({ namespace: `${db}.${name}`, winningPlan, rejectedPlans: [] }), ok: 1 });
  },
};

export const readCommands: Record<string, Command> = {
  find,
  getMore,
  killCursors,
  aggregate: aggregateCommand,
  count,
  distinct,
  explain,
};
