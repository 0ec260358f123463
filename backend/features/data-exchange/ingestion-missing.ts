import type { BatchDocument } from "./batch-types.ts";
import type { Catalog } from "./domain/catalog.ts";
import { compareVersions } from "./domain/record-versions.ts";
import type { RepeatWatch } from "./domain/repeats.ts";
import type { IngestionPorts } from "./ingestion-ports.ts";
import type { RecordDocument } from "./record-store.ts";

interface Known {
  readonly _id: string;
  readonly asOf: string | undefined;
  readonly batch: BatchDocument;
  readonly deleted: boolean;
}

const LOOKUP = 1_000;

/** The catalog's current records that a whole state doesn't have, in the order of their keys. */
export async function* missingRecords(
  { batches, records }: IngestionPorts,
  catalog: Catalog,
  inFile: RepeatWatch,
): AsyncGenerator<RecordDocument> {
  const newest = new Map<string, Known>();
  for (const earlier of await batches.ofCatalog(catalog.id)) {
    for await (const record of records.ofBatch(earlier._id, 999_999_999)) {
      const { _id, key, asOf, deleted, moved } = record;
      if (moved || inFile.has(key)) continue;
      const known = newest.get(key);
      if (known && compareVersions(record, earlier, known, known.batch) < 0) continue;
      newest.set(key, { _id, asOf, batch: earlier, deleted: deleted === true });
    }
  }
  const missing = [...newest].filter(([, { deleted }]) => !deleted).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (let at = 0; at < missing.length; at += LOOKUP) {
    const some = missing.slice(at, at + LOOKUP);
    const found = await records.versions(
      catalog.id,
      some.map(([key]) => key),
    );
    const byId = new Map(found.map((record) => [record._id, record]));
    for (const [, { _id }] of some) yield byId.get(_id)!;
  }
}
