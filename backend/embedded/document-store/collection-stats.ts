import { toDouble } from "./bson/numbers.ts";
import { type Doc, doc, isDoc, isNumber } from "./bson/types.ts";
import type { Collection } from "./catalog.ts";
import { StoreError, typeMismatch } from "./errors.ts";
import type { Steps } from "./pause.ts";
import { documentsSize, indexSize, type Size } from "./sizes.ts";
import type { Storage } from "./storage.ts";

export const NOTHING: Size = { count: 0, bytes: 0, stored: 0 };

interface Sizes {
  documents: Size;
  indexes: Map<string, number>;
}

export function* sizesOf(storage: Storage, c: Collection | undefined): Steps<Sizes> {
  const indexes = new Map<string, number>();
  if (!c) return { documents: NOTHING, indexes };
  const documents = yield* documentsSize(storage, c);
  for (const index of [c.idIndex, ...c.indexes]) indexes.set(index.name, (yield* indexSize(storage, c, index)).stored);
  return { documents, indexes };
}

export const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
/** int32 when it fits and int64 when not, as MongoDB gives sizes. */
export const size = (n: number, scale = 1): number | bigint => {
  const scaled = Math.floor(n / scale);
  return scaled > 0x7fffffff ? BigInt(scaled) : scaled;
};

/** What `collStats` and the stage `$collStats` (storageStats) say of a collection. */
export function* storageStats(storage: Storage, c: Collection | undefined, scale: number): Steps<Doc> {
  const { documents, indexes } = yield* sizesOf(storage, c);
  const totalIndexSize = sum(indexes.values());
  return doc({
    size: size(documents.bytes, scale),
    count: size(documents.count),
    ...(documents.count > 0 ? { avgObjSize: Math.floor(documents.bytes / documents.count) } : {}),
    numOrphanDocs: 0,
    storageSize: size(documents.stored, scale),
    freeStorageSize: 0,
    capped: false,
    nindexes: indexes.size,
    indexDetails: {},
    indexBuilds: (c?.indexes ?? []).filter((i) => i.building).map((i) => i.name),
    totalIndexSize: size(totalIndexSize, scale),
    totalSize: size(documents.stored + totalIndexSize, scale),
    indexSizes: Object.fromEntries([...indexes].map(([name, n]) => [name, size(n, scale)])),
    scaleFactor: scale,
  });
}

/** The one document of the stage `$collStats`. */
export function* collStatsStage(
  storage: Storage,
  ns: { db: string; name: string },
  spec: Doc,
  host: string,
): Steps<Doc> {
  const c = storage.catalog.get(ns.db, ns.name);
  const out = doc({ ns: `${ns.db}.${ns.name}`, host, localTime: new Date() });
  for (const [k, v] of spec) {
    if (!isDoc(v)) throw typeMismatch(`BSON field '$collStats.${k}' must be an object`);
    if (k === "storageStats") out.set("storageStats", yield* storageStats(storage, c, scaleIn(v)));
    else if (k === "count") {
      if (!c)
        throw new StoreError(
          "NamespaceNotFound",
          `Unable to retrieve count in $collStats stage :: caused by :: Collection [${ns.db}.${ns.name}] not found.`,
        );
      out.set("count", doc({ n: size(storage.count(c)) }).get("n")!);
    } else if (k === "latencyStats" || k === "queryExecStats" || k === "operationStats" || k === "targetAllNodes")
      throw new StoreError("CommandNotSupported", `$collStats with '${k}' is not supported`);
    else throw new StoreError("IDLUnknownField", `BSON field '$collStats.${k}' is an unknown field.`);
  }
  return out;
}

function scaleIn(v: Doc): number {
  const scale = v.get("scale");
  if (scale === undefined) return 1;
  if (!isNumber(scale) || Math.trunc(toDouble(scale)) < 1)
    throw typeMismatch("BSON field '$collStats.storageStats.scale' must be a number of at least 1");
  return Math.trunc(toDouble(scale));
}
