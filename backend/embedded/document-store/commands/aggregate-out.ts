import { randomUUID } from "node:crypto";
import { equalValues } from "../bson/compare.ts";
import type { Doc, Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import { renameCollection } from "../catalog-changes.ts";
import { errorReply, StoreError } from "../errors.ts";
import { checkNamespace } from "../namespaces.ts";
import { PAUSE, type Steps, type Stream } from "../pause.ts";
import { located } from "../query/expression-support.ts";
import type { AggregateContext, Pipeline } from "../query/pipeline.ts";
import { parseOut, type Target } from "../query/stage-writes.ts";
import { checkDepth } from "../query/storable.ts";
import { withId } from "../query/update.ts";
import { stampZeros } from "../query/update-operators.ts";
import type { Storage } from "../storage.ts";

const PREFIX = "tmp.agg_out.";
/** Temporary collections that are being filled. */
const underWay = new Set<Collection>();

/** Drops the temporary collections of commands that ended before their end: by a crash, a lost client, a time limit. */
export function dropAbandonedOutputs({ catalog }: Storage): void {
  for (const c of catalog.list()) if (c.name.startsWith(PREFIX) && !underWay.has(c)) catalog.drop(c);
}

/** The document as it is stored. */
export function storable(d: Doc): Doc {
  const made = stampZeros(withId(d));
  checkDepth(made);
  return made;
}

/**
 * Does work with a new temporary collection, which is dropped when it fails. An exception would take back the drop
 * with the rest of its slice, so a failure is returned as an answer.
 */
export function* withTemporary(
  storage: Storage,
  db: string,
  work: (temporary: Collection) => Steps<void>,
): Steps<Doc | undefined> {
  dropAbandonedOutputs(storage);
  const temporary = storage.catalog.create(db, `${PREFIX}${randomUUID()}`, new Map());
  underWay.add(temporary);
  try {
    yield* work(temporary);
    return undefined;
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    if (!temporary.dropped && temporary.name.startsWith(PREFIX)) storage.catalog.drop(temporary);
    return errorReply(e);
  } finally {
    underWay.delete(temporary);
  }
}

/** Puts documents into a collection, one after the other. */
export function* fill(storage: Storage, c: Collection, docs: Stream<Doc>): Steps<void> {
  for (const d of docs) {
    if (d === PAUSE || storage.slice.over) yield PAUSE;
    if (d === PAUSE) continue;
    storage.checkAlive(c);
    storage.insert(c, storable(d));
  }
}

/** $out: the results take the place of the target, all at once at the end. */
export function* outTo(context: AggregateContext, spec: Value, pipeline: Pipeline): Steps<Doc | undefined> {
  const { storage, name } = context;
  const target = parseOut(spec, context.db);
  const old = storage.catalog.get(target.db, target.name);
  if (!old) checkNamespace(storage.catalog, target.db, target.name);
  const before = old && specsOf(old);
  return yield* withTemporary(storage, target.db, function* (temporary) {
    for (const index of before ?? []) storage.catalog.markBuilt(storage.catalog.addIndex(temporary, index));
    const source = name === undefined ? undefined : storage.catalog.get(context.db, name);
    yield* fill(storage, temporary, pipeline.run(source));
    swap(storage, temporary, target, old, before);
  });
}

const specsOf = (c: Collection): Doc[] => c.indexes.filter((i) => !i.building).map((i) => i.spec);

function swap(storage: Storage, c: Collection, target: Target, old: Collection | undefined, before?: Doc[]): void {
  storage.checkAlive(c);
  const now = storage.catalog.get(target.db, target.name);
  if (now !== old || (now && !equalValues(specsOf(now), before!)))
    throw located(
      125,
      `collection or its indexes changed while $out was writing to it: ${target.db}.${target.name}`,
      "CommandFailed",
    );
  if (now) storage.catalog.drop(now);
  renameCollection(storage, c, target.db, target.name);
}
