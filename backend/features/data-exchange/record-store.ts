import { type Connection, type Model, Schema } from "mongoose";
import type { FieldValue } from "./domain/catalog.ts";
import type { Fault } from "./domain/faults.ts";

/** One row of one batch, never changed: a later batch's row with the same key takes its place when read. */
export interface RecordDocument {
  _id: string;
  catalogId: string;
  key: string;
  uscc: string;
  period?: string | undefined;
  fields: Record<string, FieldValue>;
  batchId: string;
  row: number;
  chunk: number;
}

export interface QuarantinedRowDocument {
  _id: string;
  batchId: string;
  row: number;
  cells: string[];
  faults: Fault[];
}

export interface RecordStore {
  /** Rows that are there already stay as they are: a repeated batch changes nothing. */
  insertRecords(records: readonly RecordDocument[]): Promise<void>;
  insertQuarantined(rows: readonly QuarantinedRowDocument[]): Promise<void>;
  find(id: string): Promise<RecordDocument | null>;
  ofEnterprise(uscc: string): Promise<RecordDocument[]>;
  registrations(query: string, limit: number): Promise<RecordDocument[]>;
  quarantined(batchId: string, page: number, size: number): Promise<QuarantinedRowDocument[]>;
}

/** Sorts by row within a batch. */
export const rowId = (batchId: string, row: number): string => `${batchId}:${String(row).padStart(9, "0")}`;

async function insertNew<T>(model: Model<T>, documents: readonly T[]): Promise<void> {
  if (documents.length === 0) return;
  try {
    // Through the driver: checking each of millions of rows again in mongoose costs four times the time.
    await model.collection.insertMany(documents as never, { ordered: false });
  } catch (error) {
    const failed = error as { code?: number; writeErrors?: { code: number }[] };
    const errors = failed.writeErrors ?? [];
    if (failed.code !== 11000 || errors.some(({ code }) => code !== 11000)) throw error;
  }
}

export function createRecordStore(connection: Connection): RecordStore {
  const recordSchema = new Schema<RecordDocument>(
    {
      _id: { type: String, required: true },
      catalogId: { type: String, required: true },
      key: { type: String, required: true },
      uscc: { type: String, required: true },
      period: String,
      fields: { type: Schema.Types.Mixed, required: true },
      batchId: { type: String, required: true },
      row: { type: Number, required: true },
      chunk: { type: Number, required: true },
    },
    { strict: "throw", versionKey: false, minimize: false, collection: "records" },
  );
  recordSchema.index({ uscc: 1, catalogId: 1 });
  recordSchema.index(
    { catalogId: 1, "fields.name": 1 },
    { partialFilterExpression: { catalogId: "business-registration" } },
  );
  const quarantineSchema = new Schema<QuarantinedRowDocument>(
    {
      _id: { type: String, required: true },
      batchId: { type: String, required: true },
      row: { type: Number, required: true },
      cells: [String],
      faults: { type: Schema.Types.Mixed, required: true },
    } as never,
    { strict: "throw", versionKey: false, collection: "quarantine" },
  );
  quarantineSchema.index({ batchId: 1, row: 1 });
  const records = connection.model("Record", recordSchema) as unknown as Model<RecordDocument>;
  const quarantine = connection.model("QuarantinedRow", quarantineSchema) as unknown as Model<QuarantinedRowDocument>;
  return {
    insertRecords: (documents) => insertNew(records, documents),
    insertQuarantined: (documents) => insertNew(quarantine, documents),
    find: (id) => records.findById(id).lean<RecordDocument>(),
    ofEnterprise: (uscc) => records.find({ uscc }).lean<RecordDocument[]>(),
    async registrations(query, limit) {
      const pattern = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
      return records
        .find({ catalogId: "business-registration", $or: [{ "fields.name": pattern }, { uscc: query.toUpperCase() }] })
        .limit(limit)
        .lean<RecordDocument[]>();
    },
    quarantined: (batchId, page, size) =>
      quarantine
        .find({ batchId })
        .sort({ row: 1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<QuarantinedRowDocument[]>(),
  };
}
