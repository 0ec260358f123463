import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Doc, doc, isDoc } from "../bson/types.ts";
import { NOTHING, size, sizesOf, storageStats, sum } from "../collection-stats.ts";
import { StoreError } from "../errors.ts";
import { splitNamespace } from "../namespaces.ts";
import type { Steps } from "../pause.ts";
import { compileMatch } from "../query/matcher.ts";
import { documentsSize } from "../sizes.ts";
import type { Storage } from "../storage.ts";
import { bool, type Command, type Context, collectionName, collectionOf, document, text } from "./context.ts";
import { scaleOf } from "./fields.ts";

const MB = 1024 * 1024;
function* collStats(context: Context): Steps<Doc> {
  const name = collectionName(context, "collStats");
  const scale = scaleOf(context);
  const stats = yield* storageStats(context.storage, collectionOf(context, "collStats"), scale);
  return new Map([...doc({ ns: `${context.db}.${name}` }), ...stats, ...doc({ ok: 1 })]);
}

function* dbStats(context: Context): Steps<Doc> {
  const { storage, db } = context;
  const scale = scaleOf(context);
  const collections = storage.catalog.list(db);
  let documents = NOTHING;
  let indexBytes = 0;
  let indexes = 0;
  for (const c of collections) {
    const found = yield* sizesOf(storage, c);
    documents = {
      count: documents.count + found.documents.count,
      bytes: documents.bytes + found.documents.bytes,
      stored: documents.stored + found.documents.stored,
    };
    indexBytes += sum(found.indexes.values());
    indexes += found.indexes.size;
  }
  const disk = statfsSync(dirname(fileOf(storage)));
  return doc({
    db,
    collections: BigInt(collections.length),
    views: 0n,
    objects: BigInt(documents.count),
    avgObjSize: documents.count > 0 ? documents.bytes / documents.count : 0,
    dataSize: documents.bytes / scale,
    storageSize: documents.stored / scale,
    indexes: BigInt(indexes),
    indexSize: indexBytes / scale,
    totalSize: (documents.stored + indexBytes) / scale,
    scaleFactor: BigInt(scale),
    fsUsedSize: ((disk.blocks - disk.bfree) * disk.bsize) / scale,
    fsTotalSize: (disk.blocks * disk.bsize) / scale,
    ok: 1,
  });
}

const fileOf = (storage: Storage): string =>
  String((storage.sqlite.prepare("PRAGMA database_list").get() as { file: string }).file);

function* dataSize({ storage, body }: Context): Steps<Doc> {
  const started = Date.now();
  const ns = splitNamespace(text(body, "dataSize"));
  if (["keyPattern", "min", "max"].some((f) => isDoc(body.get(f)) && (body.get(f) as Doc).size > 0))
    throw new StoreError("CommandNotSupported", "dataSize of a range of keys is not supported");
  const c = storage.catalog.get(ns.db, ns.name);
  const found = c ? yield* documentsSize(storage, c) : NOTHING;
  return doc({
    estimate: bool(body.get("estimate")),
    size: size(found.bytes),
    numObjects: size(found.count),
    millis: Date.now() - started,
    ok: 1,
  });
}

function* listDatabases({ body, storage }: Context): Steps<Doc> {
  const match = compileMatch(document(body.get("filter"), "filter"));
  const nameOnly = bool(body.get("nameOnly"));
  const names = [...new Set(storage.catalog.list().map((c) => c.db))].sort();
  const databases: Doc[] = [];
  let total = 0;
  for (const name of names) {
    if (nameOnly) {
      const entry = doc({ name });
      if (match(entry)) databases.push(entry);
      continue;
    }
    let bytes = 0;
    let count = 0;
    for (const c of storage.catalog.list(name)) {
      const { documents, indexes } = yield* sizesOf(storage, c);
      bytes += documents.stored + sum(indexes.values());
      count += documents.count;
    }
    const entry = doc({ name, sizeOnDisk: BigInt(bytes), empty: count === 0 });
    if (!match(entry)) continue;
    total += bytes;
    databases.push(entry);
  }
  const totals = nameOnly ? {} : { totalSize: BigInt(total), totalSizeMb: BigInt(Math.floor(total / MB)) };
  return doc({ databases, ...totals, ok: 1 });
}

export const statsCommands: Record<string, Command> = {
  collStats: { writes: false, fields: ["scale"], run: collStats },
  collstats: { writes: false, fields: ["scale"], run: collStats },
  dbStats: { writes: false, fields: ["scale", "freeStorage"], run: dbStats },
  dbstats: { writes: false, fields: ["scale", "freeStorage"], run: dbStats },
  dataSize: { writes: false, fields: ["keyPattern", "min", "max", "estimate"], run: dataSize },
  datasize: { writes: false, fields: ["keyPattern", "min", "max", "estimate"], run: dataSize },
  listDatabases: { writes: false, fields: ["filter", "nameOnly", "authorizedDatabases"], run: listDatabases },
};
