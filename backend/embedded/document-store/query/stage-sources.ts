import { type Doc, doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import type { Index } from "../catalog.ts";
import { collStatsStage } from "../collection-stats.ts";
import { StoreError } from "../errors.ts";
import type { Stream } from "../pause.ts";
import type { AggregateContext } from "./aggregate.ts";
import { located } from "./expression-support.ts";
import { compileExpression } from "./expressions.ts";
import { show } from "./show.ts";
import { paced } from "./stage-support.ts";

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

const uses = new WeakMap<Index, bigint>();
const since = new Date();

/** Counts the use of an index by a query, for $indexStats. */
export const countUse = (index: Index): void => void uses.set(index, (uses.get(index) ?? 0n) + 1n);

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
          accesses: doc({ ops: uses.get(index) ?? 0n, since }),
          host: host ?? "",
          spec: index.spec,
          ...(index.building ? { building: true } : {}),
        });
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
  $geoNear: geoNear,
  $changeStream: changeStream,
  $search: noSearch,
  $searchMeta: noSearch,
  $vectorSearch: noSearch,
  $listSearchIndexes: noSearch,
};
