import type { Connection } from "mongoose";

export interface SourceRecord {
  readonly _id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly uscc: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly asOf?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly moved?: boolean | undefined;
}

/** The records of the data exchange that say who is who, batch by batch; only what is visible to everybody. */
export interface SubjectSourceStore {
  /** Batches of these catalogs whose records may be read, the oldest first, with the time that their source gave or they came at. */
  visibleBatches(catalogIds: readonly string[]): Promise<{ id: string; at: string }[]>;
  countVisible(catalogIds: readonly string[]): Promise<number>;
  /** Records of a batch after one of them, in the order of their ids. */
  recordsOf(batchId: string, after: string | undefined, limit: number): Promise<SourceRecord[]>;
}

interface SourceBatch {
  _id: string;
  origin?: { sourceTime?: string | undefined } | undefined;
  receivedAt: Date;
}

export function createSubjectSourceStore(connection: Connection): SubjectSourceStore {
  return {
    async visibleBatches(catalogIds) {
      const found = await connection
        .collection("batches")
        .find({ catalogId: { $in: [...catalogIds] }, state: "stored" }, { projection: { origin: 1, receivedAt: 1 } })
        .toArray();
      return (found as unknown as SourceBatch[])
        .map(({ _id, origin, receivedAt }) => ({ id: _id, at: origin?.sourceTime ?? receivedAt.toISOString() }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    countVisible: (catalogIds) =>
      connection.collection("batches").countDocuments({ catalogId: { $in: [...catalogIds] }, state: "stored" }),
    async recordsOf(batchId, after, limit) {
      // A record's id begins with its batch's.
      const from = after === undefined ? { $gte: `${batchId}:` } : { $gt: after };
      const found = await connection
        .collection("records")
        .find({ _id: { ...from, $lt: `${batchId};` } } as object)
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found as unknown as SourceRecord[];
    },
  };
}
