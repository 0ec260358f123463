import { encodeDoc } from "../bson/codec.ts";
import { type Doc, doc, isArray, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { type Found, run } from "../executor.ts";
import { PAUSE, type Stream } from "../pause.ts";
import { compileProjection, type Project } from "../query/projection.ts";
import { aggregate } from "./aggregate.ts";
import { bool, type Command, collectionName, natural, sessionOf, text } from "./context.ts";
import { count, distinct } from "./counting.ts";
import { explain } from "./explain.ts";
import { queryOf } from "./search.ts";

function* projected(
  found: Stream<Found>,
  project: Project | undefined,
  vars: Record<string, Maybe>,
): Generator<Uint8Array | typeof PAUSE> {
  for (const f of found) yield f === PAUSE ? PAUSE : project ? encodeDoc(project(f.doc, vars)) : f.bytes;
}

export const FIND_FIELDS = [
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
  "returnKey",
  "showRecordId",
  "min",
  "max",
  "tailable",
  "awaitData",
  "oplogReplay",
];
const REFUSED = ["returnKey", "showRecordId", "min", "max"];

export function checkFind(body: Doc): void {
  if (bool(body.get("tailable")) || bool(body.get("awaitData")))
    throw badValue("error processing query: tailable cursor requested on non capped collection");
  for (const k of REFUSED) {
    const v = body.get(k);
    if (v !== undefined && v !== false)
      throw new StoreError("CommandNotSupported", `find's option '${k}' is not supported`);
  }
}

const find: Command = {
  writes: false,
  fields: FIND_FIELDS,
  run(context) {
    const { body, storage, db, cursors } = context;
    collectionName(context, "find");
    checkFind(body);
    const { name, query } = queryOf(context, body, "filter");
    const project = compileProjection(body.get("projection"), true, { filter: query.filter, vars: query.vars });
    const found = run(storage, storage.catalog.get(db, name), query);
    return cursors.start(`${db}.${name}`, projected(found, project, query.vars ?? {}), {
      batchSize: natural(body.get("batchSize"), "batchSize"),
      singleBatch: bool(body.get("singleBatch")),
      noTimeout: bool(body.get("noCursorTimeout")),
      session: sessionOf(body),
    });
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

export const readCommands: Record<string, Command> = {
  find,
  getMore,
  killCursors,
  aggregate,
  count,
  distinct,
  explain,
};
