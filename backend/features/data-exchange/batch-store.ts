import type { Connection, Model } from "mongoose";
import { type AggregateFields, aggregateSchema, withEffects } from "../../platform/mongo/aggregate.ts";

export interface BatchFields {
  catalogId: string;
  departmentCode: string;
  fileName: string;
  path: string;
  bytes: number;
  sha256: string;
  /** Secret: each record's salt is derived from it. */
  salt: string;
  state: "received" | "stored" | "rejected";
  rows: number;
  stored: number;
  duplicates: number;
  quarantined: number;
  headings: string[];
  /** How many Merkle batches its records were cut into. */
  chunks: number;
  fault?: { code: string; message: string } | undefined;
  leaseUntil: Date;
  receivedAt: Date;
  finishedAt?: Date | undefined;
}
export type BatchDocument = BatchFields & AggregateFields;

export interface BatchStore {
  insert(id: string, fields: BatchFields): Promise<BatchDocument>;
  find(id: string): Promise<BatchDocument | null>;
  /** The batch that the same file of the same catalog made before, unless it was rejected. */
  sameFile(catalogId: string, sha256: string): Promise<BatchDocument | null>;
  /** A received batch that nobody works on, for `ms`. */
  claim(ms: number): Promise<BatchDocument | null>;
  progress(id: string, counts: Partial<BatchFields>): Promise<void>;
  list(
    filter: { catalogId?: string | undefined; departmentCode?: string | undefined },
    page: number,
    size: number,
  ): Promise<{ items: BatchDocument[]; total: number }>;
  /** Of these, the batches whose records may be read. */
  visible(ids: readonly string[]): Promise<Map<string, BatchDocument>>;
  summary(): Promise<Map<string, { records: number; lastBatchAt: Date }>>;
}

export function createBatchStore(connection: Connection): BatchStore {
  const schema = aggregateSchema<BatchDocument>({
    catalogId: { type: String, required: true },
    departmentCode: { type: String, required: true },
    fileName: { type: String, required: true },
    path: { type: String, required: true },
    bytes: { type: Number, required: true },
    sha256: { type: String, required: true },
    salt: { type: String, required: true },
    state: { type: String, required: true },
    rows: { type: Number, required: true },
    stored: { type: Number, required: true },
    duplicates: { type: Number, required: true },
    quarantined: { type: Number, required: true },
    headings: [String],
    chunks: { type: Number, required: true },
    fault: { type: { code: String, message: String }, _id: false },
    leaseUntil: { type: Date, required: true },
    receivedAt: { type: Date, required: true },
    finishedAt: Date,
  });
  schema.index({ state: 1, leaseUntil: 1 });
  schema.index({ catalogId: 1, sha256: 1 });
  schema.index({ catalogId: 1, receivedAt: -1 });
  schema.index({ receivedAt: -1 });
  schema.set("collection", "batches");
  const model = connection.model("Batch", schema) as unknown as Model<BatchDocument>;
  return {
    async insert(id, fields) {
      const created = await model.create({ ...fields, _id: id, ...withEffects([]) });
      return created.toObject() as BatchDocument;
    },
    find: (id) => model.findById(id).lean<BatchDocument>(),
    sameFile: (catalogId, sha256) =>
      model.findOne({ catalogId, sha256, state: { $in: ["received", "stored"] } }).lean<BatchDocument>(),
    claim: (ms) =>
      model
        .findOneAndUpdate(
          { state: "received", leaseUntil: { $lt: new Date() } },
          { $set: { leaseUntil: new Date(Date.now() + ms) } },
          { sort: { leaseUntil: 1 }, returnDocument: "after" },
        )
        .lean<BatchDocument>(),
    async progress(id, counts) {
      await model.updateOne({ _id: id }, { $set: counts });
    },
    async list({ catalogId, departmentCode }, page, size) {
      const filter = { ...(catalogId ? { catalogId } : {}), ...(departmentCode ? { departmentCode } : {}) };
      const items = await model
        .find(filter)
        .sort({ receivedAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<BatchDocument[]>();
      return { items, total: await model.countDocuments(filter) };
    },
    async visible(ids) {
      const found = await model.find({ _id: { $in: [...new Set(ids)] }, state: "stored" }).lean<BatchDocument[]>();
      return new Map(found.map((batch) => [batch._id, batch]));
    },
    async summary() {
      const found = await model
        .find({ state: "stored" }, { catalogId: 1, stored: 1, receivedAt: 1 })
        .lean<BatchDocument[]>();
      const totals = new Map<string, { records: number; lastBatchAt: Date }>();
      for (const { catalogId, stored, receivedAt } of found) {
        const before = totals.get(catalogId);
        totals.set(catalogId, {
          records: (before?.records ?? 0) + stored,
          lastBatchAt: before && before.lastBatchAt > receivedAt ? before.lastBatchAt : receivedAt,
        });
      }
      return totals;
    },
  };
}
