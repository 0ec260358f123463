import { type Connection, type Model, Schema } from "mongoose";
import { insertNew } from "../../platform/mongo/aggregate.ts";
import type { FieldValue } from "./domain/catalog.ts";

/** One version of a record: one row of one batch, never changed. Versions stay; the newest is read. */
export interface RecordDocument {
  _id: string;
  catalogId: string;
  key: string;
  uscc: string;
  period?: string | undefined;
  /** The time that the source gave the row itself; the batch's own otherwise. */
  asOf?: string | undefined;
  fields: Record<string, FieldValue>;
  batchId: string;
  /** Of the file that it stands in; 0 for a record that was missing from a whole state. */
  row: number;
  /** That file's name, inside an archive. */
  entry?: string | undefined;
  chunk: number;
  /** The record is there no longer. */
  deleted?: boolean | undefined;
  /** No version of its own, but a mark for the enterprise that had the record before: it is another's now. */
  moved?: boolean | undefined;
}

export interface RecordStore {
  /** Rows that are there already stay as they are: a repeated batch changes nothing. */
  insertRecords(records: readonly RecordDocument[]): Promise<void>;
  find(id: string): Promise<RecordDocument | null>;
  /** All versions that name the enterprise, in batches that may be read or not. */
  ofEnterprise(uscc: string): Promise<RecordDocument[]>;
  /** All versions of these records. */
  versions(catalogId: string, keys: readonly string[]): Promise<RecordDocument[]>;
  registrations(query: string, limit: number): Promise<RecordDocument[]>;
  /** A batch's records in the order of its rows, up to this row of the whole file. */
  ofBatch(batchId: string, upTo: number): AsyncIterable<RecordDocument>;
  /** Takes away what was written of a batch beyond this row of the whole file. */
  removeAfter(batchId: string, row: number): Promise<void>;
}

/** Sorts by row within a batch. */
export const rowId = (batchId: string, row: number): string => `${batchId}:${String(row).padStart(9, "0")}`;

/** Ids of a batch's rows: above the first, below the second. "; " comes after ":". */
export const idsOfBatch = (batchId: string, after = -1) => ({
  $gt: after < 0 ? `${batchId}:` : `${rowId(batchId, after)}~`,
  $lt: `${batchId};`,
});

export function createRecordStore(connection: Connection): RecordStore {
  const recordSchema = new Schema<RecordDocument>(
    {
      _id: { type: String, required: true },
      catalogId: { type: String, required: true },
      key: { type: String, required: true },
      uscc: { type: String, required: true },
      period: String,
      asOf: String,
      fields: { type: Schema.Types.Mixed, required: true },
      batchId: { type: String, required: true },
      row: { type: Number, required: true },
      entry: String,
      chunk: { type: Number, required: true },
      deleted: Boolean,
      moved: Boolean,
    },
    { strict: "throw", versionKey: false, minimize: false, collection: "records" },
  );
  recordSchema.index({ uscc: 1, catalogId: 1 });
  recordSchema.index({ catalogId: 1, key: 1 });
  recordSchema.index(
    { catalogId: 1, "fields.name": 1 },
    { partialFilterExpression: { catalogId: "business-registration" } },
  );
  const records = connection.model("Record", recordSchema) as unknown as Model<RecordDocument>;
  return {
    // Through the driver: checking each of millions of rows again in mongoose costs four times the time.
    insertRecords: (documents) => insertNew(records, documents),
    find: (id) => records.findById(id).lean<RecordDocument>(),
    ofEnterprise: (uscc) => records.find({ uscc }).lean<RecordDocument[]>(),
    versions: (catalogId, keys) => records.find({ catalogId, key: { $in: [...keys] } }).lean<RecordDocument[]>(),
    async registrations(query, limit) {
      const pattern = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
      return records
        .find({ catalogId: "business-registration", $or: [{ "fields.name": pattern }, { uscc: query.toUpperCase() }] })
        .limit(limit)
        .lean<RecordDocument[]>();
    },
    ofBatch: (batchId, upTo) =>
      records.collection
        .find({ _id: { $gt: `${batchId}:`, $lt: `${rowId(batchId, upTo)}~` } } as never)
        .sort({ _id: 1 }) as unknown as AsyncIterable<RecordDocument>,
    async removeAfter(batchId, row) {
      await records.deleteMany({ _id: idsOfBatch(batchId, row) });
    },
  };
}
