import type { BatchStore } from "./batch-store.ts";
import type { BatchDocument } from "./batch-types.ts";
import { compareVersions } from "./domain/record-versions.ts";
import type { RecordDocument } from "./record-store.ts";

export interface VisibleRecord extends RecordDocument {
  readonly receivedAt: Date;
}

export interface VisibleVersion {
  readonly record: RecordDocument;
  readonly batch: BatchDocument;
}

/** Of these versions, those in batches that may be read, the newest first. */
export async function visibleVersions(
  batches: Pick<BatchStore, "visible">,
  found: readonly RecordDocument[],
): Promise<VisibleVersion[]> {
  const visible = await batches.visible(found.map(({ batchId }) => batchId));
  return found
    .flatMap((record) => {
      const batch = visible.get(record.batchId);
      return batch ? [{ record, batch }] : [];
    })
    .toSorted((a, b) => compareVersions(b.record, b.batch, a.record, a.batch));
}

/** The newest version of each record that may be read; not of those that were deleted, or are another enterprise's now. */
export async function newestRecords(
  batches: Pick<BatchStore, "visible">,
  found: readonly RecordDocument[],
): Promise<VisibleRecord[]> {
  const newest = new Map<string, VisibleVersion>();
  for (const version of await visibleVersions(batches, found)) {
    const name = `${version.record.catalogId}|${version.record.key}`;
    if (!newest.has(name)) newest.set(name, version);
  }
  return [...newest.values()].flatMap(({ record, batch }) =>
    record.deleted ? [] : [{ ...record, receivedAt: batch.receivedAt }],
  );
}
