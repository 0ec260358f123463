import { type Connection, type Model, Schema } from "mongoose";
import { aggregateSchema, withEffects } from "../../platform/mongo/aggregate.ts";
import type { BatchDocument, BatchFields, CatalogSummary } from "./batch-types.ts";

export type { BatchDocument, BatchFields, BatchOptions, BatchOrigin, CatalogSummary } from "./batch-types.ts";

/** Of the newest batches, so many are remembered as counted: far more than one crash leaves in doubt. */
const REMEMBERED = 200;

/** Looked at for the next to be read. */
const MOST_WAITING = 1_000;

export interface BatchStore {
  insert(id: string, fields: BatchFields): Promise<BatchDocument>;
  find(id: string): Promise<BatchDocument | null>;
  /** The batch that the same file of the same catalog made before, unless it was rejected. */
  sameFile(
    catalogId: string,
    sha256: string,
    options: Pick<BatchFields, "options" | "origin">,
  ): Promise<BatchDocument | null>;
  /**
   * The oldest received batch that nobody works on, of at most so many bytes, for `ms`. A catalog's batches go one after the
   * other, in the order in which they came; `behind` names further catalogs whose earlier batches come first.
   */
  claim(
    ms: number,
    maxBytes?: number,
    behind?: (catalogId: string) => readonly string[] | Promise<readonly string[]>,
  ): Promise<BatchDocument | null>;
  /** How many are not yet read to their end. */
  waiting(): Promise<number>;
  /** Writes how far a claimed batch is, or how it ended. False when another has claimed it since. */
  progress(id: string, attempt: number, change: Partial<BatchFields>): Promise<boolean>;
  /** Ended batches whose counts are not yet in their catalog's summary. */
  unsummed(): Promise<BatchDocument[]>;
  /** Puts an ended batch's counts into its catalog's summary, once. */
  sum(batch: BatchDocument): Promise<void>;
  setReplayed(id: string, replayed: number): Promise<void>;
  list(
    filter: { catalogId?: string | undefined; departmentCode?: string | undefined },
    page: number,
    size: number,
  ): Promise<{ items: BatchDocument[]; total: number }>;
  /** Of these, the batches whose records may be read. */
  visible(ids: readonly string[]): Promise<Map<string, BatchDocument>>;
  /** The stored batches of a catalog, in the order in which they came. */
  ofCatalog(catalogId: string): Promise<BatchDocument[]>;
  /** By catalog; see CatalogSummary. A hundred small documents: cheap to read at any time. */
  summaries(): Promise<Map<string, CatalogSummary>>;
}

export function createBatchStore(connection: Connection): BatchStore {
  const number = { type: Number, required: true } as const;
  const text = { type: String, required: true } as const;
  const mixed = { type: Schema.Types.Mixed, required: true } as const;
  const schema = aggregateSchema<BatchDocument>({
    catalogId: text,
    departmentCode: text,
    fileName: text,
    path: text,
    bytes: number,
    sha256: text,
    salt: text,
    state: text,
    origin: mixed,
    options: mixed,
    rows: number,
    stored: number,
    duplicates: number,
    quarantined: number,
    corrected: number,
    late: number,
    deleted: number,
    net: number,
    chunks: number,
    bytesRead: number,
    reasons: mixed,
    filled: mixed,
    headings: [String],
    unit: String,
    checkpoint: number,
    attempt: number,
    replayed: number,
    fault: { type: { code: String, message: String }, _id: false },
    leaseUntil: { type: Date, required: true },
    receivedAt: { type: Date, required: true },
    startedAt: Date,
    finishedAt: Date,
    summed: { type: Boolean, required: true },
  });
  schema.index({ state: 1, _id: 1 });
  schema.index({ catalogId: 1, sha256: 1 });
  schema.index({ catalogId: 1, receivedAt: -1 });
  schema.index({ receivedAt: -1 });
  schema.index({ summed: 1 }, { partialFilterExpression: { summed: false } });
  schema.set("collection", "batches");
  const model = connection.model("Batch", schema) as unknown as Model<BatchDocument>;
  const summarySchema = new Schema<CatalogSummary>(
    { _id: text } as never,
    // Its fields are counters, made by $inc.
    { strict: false, versionKey: false, collection: "catalogSummaries" },
  );
  const summaries = connection.model("CatalogSummary", summarySchema) as unknown as Model<CatalogSummary>;

  async function addToSummary(batch: BatchDocument): Promise<void> {
    const stored = batch.state === "stored";
    const from = batch.origin.sourceTime ? new Date(batch.origin.sourceTime) : batch.receivedAt;
    const latency = Math.max(0, (batch.finishedAt ?? batch.receivedAt).getTime() - from.getTime());
    const inc: Record<string, number> = stored ? { batches: 1, latencyMs: latency } : { rejected: 1 };
    if (stored) {
      for (const name of [
        "rows",
        "stored",
        "duplicates",
        "quarantined",
        "corrected",
        "late",
        "deleted",
        "net",
      ] as const) {
        inc[name] = batch[name];
      }
      for (const [reason, count] of Object.entries(batch.reasons)) inc[`reasons.${reason}`] = count;
      for (const [field, count] of Object.entries(batch.filled)) inc[`filled.${field}`] = count;
      if (batch.origin.kind === "replay") inc.replayed = batch.stored + batch.duplicates;
    }
    const change = {
      $inc: inc,
      ...(stored
        ? {
            $set: { lastLatencyMs: latency },
            $max: { maxLatencyMs: latency, lastBatchAt: batch.receivedAt, lastSourceTime: from },
          }
        : {}),
      $push: { applied: { $each: [batch._id], $slice: -REMEMBERED } },
    };
    const id = { _id: batch.catalogId };
    const done = await summaries.collection.updateOne({ ...id, applied: { $ne: batch._id } } as never, change as never);
    if (done.matchedCount > 0) return;
    const first = { ...id, applied: [] };
    await summaries.collection.updateOne(id as never, { $setOnInsert: first } as never, { upsert: true });
    await summaries.collection.updateOne({ ...id, applied: { $ne: batch._id } } as never, change as never);
  }

  return {
    async insert(id, fields) {
      const created = await model.create({ ...fields, _id: id, ...withEffects([]) });
      return created.toObject() as BatchDocument;
    },
    find: (id) => model.findById(id).lean<BatchDocument>(),
    async sameFile(catalogId, sha256, { options, origin }) {
      const same = await model
        .find({ catalogId, sha256, state: { $in: ["received", "stored"] } })
        .lean<BatchDocument[]>();
      const manner = (batch: Pick<BatchFields, "options" | "origin">) =>
        JSON.stringify([batch.options.mode, batch.origin.replayOf ?? null]);
      // A replay that left rows open may be sent again: what they mean may have been settled since.
      const closed = same.filter((batch) => !(batch.origin.replayOf && batch.finishedAt && batch.quarantined > 0));
      return closed.find((batch) => manner(batch) === manner({ options, origin })) ?? null;
    },
    async claim(ms, maxBytes = Number.POSITIVE_INFINITY, behind = () => []) {
      const waiting = await model
        .find({ state: "received" }, { catalogId: 1, bytes: 1, leaseUntil: 1, attempt: 1 })
        .sort({ _id: 1 })
        .limit(MOST_WAITING)
        .lean<BatchDocument[]>();
      const catalogs = new Set<string>();
      for (const { _id, catalogId, bytes, leaseUntil, attempt } of waiting) {
        if (catalogs.has(catalogId)) continue;
        const first = (await behind(catalogId)).some((other) => catalogs.has(other));
        catalogs.add(catalogId);
        if (first) continue;
        if (leaseUntil > new Date() || bytes > maxBytes) continue;
        const claimed = await model
          .findOneAndUpdate(
            { _id, state: "received", attempt },
            { $set: { leaseUntil: new Date(Date.now() + ms) }, $min: { startedAt: new Date() }, $inc: { attempt: 1 } },
            { returnDocument: "after" },
          )
          .lean<BatchDocument>();
        if (claimed) return claimed;
      }
      return null;
    },
    waiting: () => model.countDocuments({ state: "received" }),
    async progress(id, attempt, change) {
      const { matchedCount } = await model.updateOne({ _id: id, attempt, state: "received" }, { $set: change });
      return matchedCount > 0;
    },
    unsummed: () => model.find({ summed: false, state: { $in: ["stored", "rejected"] } }).lean<BatchDocument[]>(),
    async sum(batch) {
      await addToSummary(batch);
      await model.updateOne({ _id: batch._id }, { $set: { summed: true } });
    },
    async setReplayed(id, replayed) {
      await model.updateOne({ _id: id }, { $set: { replayed } });
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
    ofCatalog: (catalogId) =>
      model.find({ catalogId, state: "stored" }).sort({ receivedAt: 1, _id: 1 }).lean<BatchDocument[]>(),
    async summaries() {
      const found = await summaries.find({}, { applied: 0 }).lean<CatalogSummary[]>();
      return new Map(found.map((summary) => [summary._id, summary]));
    },
  };
}
