import { type Connection, type Model, Schema } from "mongoose";
import { DomainError } from "../../lib/errors.ts";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";

/**
 * A page on its way from a source to its batch. It is kept before anything else is done with it, so that a source is never
 * asked twice for the same page, and the same page is never two batches.
 */
export interface PageDocument {
  _id: string;
  resourceId: string;
  /** The delivery that a pushed page belongs to. */
  run?: string | undefined;
  /** Of a pushed page within its delivery; of a fetched one among all of its resource. */
  number: number;
  last: boolean;
  rows: number;
  /** Of a pushed page: the digest of what was sent. */
  digest?: string | undefined;
  /** Lines for the ingestion; taken away once they are in a batch. */
  content?: Buffer | undefined;
  /** Of a fetched page. */
  next?: string | null | undefined;
  sourceTime?: string | undefined;
  receivedAt: Date;
}

/** A pushed delivery: which pages came, and what became of them. */
export interface DeliveryDocument {
  _id: string;
  resourceId: string;
  run: string;
  /** The number of the last page, once it came. */
  lastPage?: number | undefined;
  batchId?: string | undefined;
  startedAt: Date;
}

export interface PageStore {
  /** The page that is kept under this id: this one, or the one that was there before. */
  keep(page: PageDocument): Promise<PageDocument>;
  find(id: string): Promise<PageDocument | null>;
  /** In order, without their contents. */
  ofRun(resourceId: string, run: string): Promise<PageDocument[]>;
  /** Throws conflict when they were taken away meanwhile. */
  contents(resourceId: string, run: string): AsyncIterable<Buffer>;
  /** Takes away the fetched pages before this one: they are in their batches. */
  dropBefore(resourceId: string, number: number): Promise<void>;
  dropContents(resourceId: string, run: string): Promise<void>;
  openDelivery(delivery: DeliveryDocument): Promise<DeliveryDocument>;
  findDelivery(id: string): Promise<DeliveryDocument | null>;
  /** The number of the last page, as whoever told it first told it. */
  endDelivery(id: string, lastPage: number): Promise<number>;
  setBatch(id: string, batchId: string): Promise<void>;
  /** Deliveries begun before this time that are in no batch yet. */
  abandoned(before: Date, limit: number): Promise<DeliveryDocument[]>;
  dropDelivery(delivery: DeliveryDocument): Promise<void>;
  /** Deliveries whose last page came and that are in no batch yet, after an id. */
  unfinished(after: string, limit: number): Promise<DeliveryDocument[]>;
}

export function createPageStore(connection: Connection): PageStore {
  const options = (collection: string) => ({ strict: "throw" as const, versionKey: false as const, collection });
  const pageSchema = new Schema<PageDocument>(
    {
      _id: { type: String, required: true },
      resourceId: { type: String, required: true },
      run: String,
      number: { type: Number, required: true },
      last: { type: Boolean, required: true },
      rows: { type: Number, required: true },
      digest: String,
      content: Buffer,
      next: String,
      sourceTime: String,
      receivedAt: { type: Date, required: true },
    } as never,
    options("sourcePages"),
  );
  pageSchema.index({ resourceId: 1, run: 1, number: 1 });
  const deliverySchema = new Schema<DeliveryDocument>(
    {
      _id: { type: String, required: true },
      resourceId: { type: String, required: true },
      run: { type: String, required: true },
      lastPage: Number,
      batchId: String,
      startedAt: { type: Date, required: true },
    } as never,
    options("pushDeliveries"),
  );
  deliverySchema.index({ lastPage: 1, batchId: 1 }, { sparse: true });
  deliverySchema.index({ batchId: 1, startedAt: 1 });
  const pages = connection.model("SourcePage", pageSchema) as unknown as Model<PageDocument>;
  const deliveries = connection.model("PushDelivery", deliverySchema) as unknown as Model<DeliveryDocument>;

  /** Whoever is first: all get what he wrote. */
  async function first<T extends { _id: string }>(model: Model<T>, document: T): Promise<T> {
    try {
      await model.create(document);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    return (await model.findById(document._id).lean<T>())!;
  }
  const bytesOf = (content: unknown): Buffer =>
    Buffer.isBuffer(content) ? content : Buffer.from((content as { buffer: Uint8Array }).buffer);
  const page = (found: PageDocument | null): PageDocument | null =>
    found && { ...found, ...(found.content ? { content: bytesOf(found.content) } : {}) };

  return {
    keep: async (document) => page(await first(pages, document))!,
    find: async (id) => page(await pages.findById(id).lean<PageDocument>()),
    ofRun: (resourceId, run) =>
      pages.find({ resourceId, run }, { content: 0 }).sort({ number: 1 }).lean<PageDocument[]>(),
    async *contents(resourceId, run) {
      const ids = await pages.find({ resourceId, run }, { _id: 1 }).sort({ number: 1 }).lean<{ _id: string }[]>();
      for (const { _id } of ids) {
        const found = page(await pages.findById(_id).lean<PageDocument>());
        if (!found?.content) throw new DomainError("conflict", "the delivery was finished meanwhile");
        yield found.content;
      }
    },
    async dropBefore(resourceId, number) {
      await pages.deleteMany({ resourceId, run: { $exists: false }, number: { $lt: number } });
    },
    async dropContents(resourceId, run) {
      await pages.updateMany({ resourceId, run }, { $unset: { content: 1 } });
    },
    openDelivery: (delivery) => first(deliveries, delivery),
    findDelivery: (id) => deliveries.findById(id).lean<DeliveryDocument>(),
    async endDelivery(_id, lastPage) {
      await deliveries.updateOne({ _id, lastPage: { $exists: false } }, { $set: { lastPage } });
      return (await deliveries.findById(_id).lean<DeliveryDocument>())!.lastPage!;
    },
    async setBatch(_id, batchId) {
      await deliveries.updateOne({ _id }, { $set: { batchId } });
    },
    abandoned: (before, limit) =>
      deliveries
        // Null is what an index has for those without one.
        .find({ batchId: null, startedAt: { $lt: before } } as never)
        .sort({ startedAt: 1 })
        .limit(limit)
        .lean<DeliveryDocument[]>(),
    async dropDelivery({ _id, resourceId, run }) {
      await pages.deleteMany({ resourceId, run });
      await deliveries.deleteOne({ _id });
    },
    unfinished: (after, limit) =>
      deliveries
        .find({ lastPage: { $gt: 0 }, batchId: { $exists: false }, _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<DeliveryDocument[]>(),
  };
}
