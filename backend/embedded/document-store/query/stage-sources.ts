import { createHash } from "node:crypto";
import { Binary } from "bson";
import { type Doc, doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { collStatsStage } from "../collection-stats.ts";
import { failedToParse, StoreError, typeMismatch } from "../errors.ts";
import type { Stream } from "../pause.ts";
import { located } from "./expression-support.ts";
import { compileExpression } from "./expressions.ts";
import type { AggregateContext } from "./pipeline.ts";
import { show } from "./show.ts";
import { usesOf } from "./stage-index-uses.ts";
import { declared, paced } from "./stage-support.ts";

/** A stage that needs no input: the first of its pipeline. */
export interface Source {
  /** It belongs to no collection. */
  collectionless: boolean;
  read(): Stream<Doc>;
}

function documentsSource(spec: Value, { vars, storage }: AggregateContext): Source {
  const list = compileExpression(spec, vars);
  return {
    collectionless: true,
    read: () => paced(documentsOf(list(undefined, vars) ?? null), storage.slice),
  };
}

function* documentsOf(found: Value): Generator<Doc> {
  if (!isArray(found)) throw located(5858203, "an array is expected");
  for (const d of found) {
    if (!isDoc(d))
      throw located(
        40228,
        `'newRoot' expression  must evaluate to an object, but resulting value was: ${show(d)}. Type of resulting value: '${typeName(d)}'. Input document: {}`,
      );
    yield d;
  }
}

function collStats(spec: Value, { storage, db, name, host }: AggregateContext): Source {
  if (!isDoc(spec)) throw located(5447000, `$collStats must take a nested object but found a ${typeName(spec)}`);
  return {
    collectionless: false,
    *read() {
      yield yield* collStatsStage(storage, { db, name: name ?? "" }, spec, host ?? "");
    },
  };
}

function indexStats(spec: Value, { storage, db, name, host }: AggregateContext): Source {
  if (!isDoc(spec) || spec.size > 0)
    throw located(28803, "The $indexStats stage specification must be an empty object");
  return {
    collectionless: false,
    *read() {
      const c = storage.catalog.get(db, name ?? "");
      for (const index of c ? [c.idIndex, ...c.indexes] : [])
        yield doc({
          name: index.name,
          key: index.spec.get("key")!,
          accesses: usesOf(index),
          host: host ?? "",
          spec: index.spec,
          ...(index.building ? { building: true } : {}),
        });
    },
  };
}

/** The user of a session, as MongoDB tells it: a digest of the name, empty without a login. */
const userDigest = (user: string): Binary => new Binary(createHash("sha256").update(user).digest());

/** Sessions are not kept here while nothing runs in them, so those in use are all there are. */
function listLocalSessions(spec: Value, { sessions, user }: AggregateContext): Source {
  if (!isDoc(spec))
    throw typeMismatch(`$listLocalSessions options must be specified in an object, but found: ${typeName(spec)}`);
  declared("$listLocalSessions", spec, { users: "array", allUsers: "bool" });
  if (spec.has("users") && spec.get("allUsers") === true)
    throw failedToParse("$listLocalSessions may not specify {allUsers:true} and {users:[...]} at the same time");
  const named = spec.get("users");
  const ours = !isArray(named) || named.some((u) => isDoc(u) && u.get("user") === user && u.get("db") === "admin");
  return {
    collectionless: true,
    *read() {
      const uid = userDigest(user === undefined ? "" : `${user}@admin`);
      for (const id of ours ? (sessions?.() ?? []) : [])
        yield new Map<string, Value>([
          [
            "_id",
            new Map<string, Value>([
              ["id", id],
              ["uid", uid],
            ]),
          ],
          ["lastUse", new Date()],
        ]);
    },
  };
}

const noSearch = (): never => {
  throw located(
    31082,
    "Using Atlas Search Database Commands and the $search aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.",
    "SearchNotEnabled",
  );
};

function geoNear(spec: Value): never {
  if (!isDoc(spec)) throw located(10065, "invalid parameter: expected an object ($geoNear)");
  if (!spec.has("near")) throw located(5860400, "$geoNear requires a 'near' argument");
  throw new StoreError("IndexNotFound", "$geoNear requires a 2d or 2dsphere index, but none were found");
}

function changeStream(): never {
  throw new StoreError("Location40573", "The $changeStream stage is only supported on replica sets with an oplog");
}

/** The stages that can only be the first, by name; those without a maker are refused in MongoDB's words. */
export const SOURCES: Record<string, (spec: Value, context: AggregateContext) => Source> = {
  $documents: documentsSource,
  $collStats: collStats,
  $indexStats: indexStats,
  $listLocalSessions: listLocalSessions,
  $geoNear: geoNear,
  $changeStream: changeStream,
  $search: noSearch,
  $searchMeta: noSearch,
  $vectorSearch: noSearch,
  $listSearchIndexes: noSearch,
};
