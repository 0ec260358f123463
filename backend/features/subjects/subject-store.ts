import { type Connection, type Model, Schema } from "mongoose";
import type { PersonRole, SubjectFact } from "./domain/facts.ts";

export interface SubjectDocument {
  /** The USCC. */
  _id: string;
  version: number;
  name: string;
  formerNames: string[];
  registrationNumbers: string[];
  people: { role: PersonRole; hash: string }[];
  /** What it is found by: code, old numbers, names. */
  keys: string[];
  /** The hashes of `people`, for the index. */
  persons: string[];
  facts: SubjectFact[];
}

/** How far a batch was read. */
interface ReadBatchDocument {
  _id: string;
  /** The last record taken; absent before the first. */
  after?: string | undefined;
  done: boolean;
  form?: number;
}

/** Rises when enterprises are found by other keys than before: every batch is then read again. */
const FORM = 2;

export interface SettlementDocument {
  /** catalog|words */
  _id: string;
  catalogId: string;
  words: string;
  uscc: string;
  by: string;
  at: Date;
}

type Found = Omit<SubjectDocument, "facts" | "version" | "keys" | "persons">;

export interface SubjectStore {
  /** All that is known under any of these keys. */
  underKeys(keys: readonly string[]): Promise<(Found & { keys: string[] })[]>;
  withPersons(hashes: readonly string[], limit: number): Promise<Found[]>;
  /** Of enterprises other than this one. */
  countOthers(uscc: string, hashes: readonly string[]): Promise<number>;
  find(uscc: string): Promise<SubjectDocument | null>;
  findMany(usccs: readonly string[]): Promise<Map<string, SubjectDocument>>;
  /** Writes all of them; false when one was changed by another process meanwhile: read them again and repeat. */
  replace(documents: readonly SubjectDocument[]): Promise<boolean>;
  count(): Promise<number>;
  clear(): Promise<void>;

  readBatches(): Promise<Map<string, ReadBatchDocument>>;
  countRead(): Promise<number>;
  noteRead(batch: ReadBatchDocument): Promise<void>;

  settlements(catalogId: string, words: readonly string[]): Promise<Map<string, string>>;
  settle(settlement: SettlementDocument): Promise<void>;
}

const FOUND = { name: 1, formerNames: 1, registrationNumbers: 1, people: 1 } as const;

export function createSubjectStore(connection: Connection): SubjectStore {
  const schema = new Schema<SubjectDocument>(
    {
      _id: { type: String, required: true },
      version: { type: Number, required: true },
      name: { type: String, required: true },
      formerNames: [String],
      registrationNumbers: [String],
      people: { type: Schema.Types.Mixed, required: true },
      keys: [String],
      persons: [String],
      facts: { type: Schema.Types.Mixed, required: true },
    } as never,
    { strict: "throw", versionKey: false, minimize: false, collection: "subjects" },
  );
  schema.index({ keys: 1 });
  schema.index({ persons: 1 });
  const batchSchema = new Schema<ReadBatchDocument>(
    { _id: { type: String, required: true }, after: String, done: { type: Boolean, required: true }, form: Number },
    { strict: "throw", versionKey: false, collection: "subjectBatches" },
  );
  const settlementSchema = new Schema<SettlementDocument>(
    {
      _id: { type: String, required: true },
      catalogId: { type: String, required: true },
      words: { type: String, required: true },
      uscc: { type: String, required: true },
      by: { type: String, required: true },
      at: { type: Date, required: true },
    },
    { strict: "throw", versionKey: false, collection: "subjectSettlements" },
  );
  settlementSchema.index({ catalogId: 1, words: 1 });
  const subjects = connection.model("Subject", schema) as unknown as Model<SubjectDocument>;
  const batches = connection.model("SubjectBatch", batchSchema) as unknown as Model<ReadBatchDocument>;
  const settlements = connection.model("SubjectSettlement", settlementSchema) as unknown as Model<SettlementDocument>;

  return {
    async underKeys(keys) {
      if (keys.length === 0) return [];
      // Through the driver: a thousand rows are one query, and mongoose would look at every document again.
      return (await subjects.collection
        .find({ keys: { $in: [...keys] } } as object, { projection: { ...FOUND, keys: 1 } })
        .toArray()) as unknown as (Found & { keys: string[] })[];
    },
    withPersons: (hashes, limit) =>
      subjects.collection
        .find({ persons: { $in: [...hashes] } } as object, { projection: FOUND })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray() as unknown as Promise<Found[]>,
    countOthers: (uscc, hashes) => subjects.countDocuments({ persons: { $in: [...hashes] }, _id: { $ne: uscc } }),
    find: (uscc) => subjects.findById(uscc).lean<SubjectDocument>(),
    async findMany(usccs) {
      const found = await subjects.collection.find({ _id: { $in: [...usccs] } } as object).toArray();
      return new Map((found as unknown as SubjectDocument[]).map((document) => [document._id, document]));
    },
    async replace(documents) {
      if (documents.length === 0) return true;
      const fresh = documents.filter(({ version }) => version === 0);
      const known = documents.filter(({ version }) => version > 0);
      try {
        if (fresh.length > 0) await subjects.collection.insertMany(fresh as never, { ordered: false });
        if (known.length === 0) return true;
        const { matchedCount } = await subjects.collection.bulkWrite(
          known.map((document) => ({
            replaceOne: {
              filter: { _id: document._id as never, version: document.version - 1 },
              replacement: document as never,
            },
          })),
          { ordered: false },
        );
        return matchedCount === known.length;
      } catch (error) {
        if ((error as { code?: number }).code === 11000) return false;
        throw error;
      }
    },
    count: () => subjects.estimatedDocumentCount(),
    async clear() {
      // What was read first: cut off in between, everything is read again.
      await batches.deleteMany({});
      await subjects.deleteMany({});
    },
    async readBatches() {
      const found = await batches.find({ form: FORM }).lean<ReadBatchDocument[]>();
      return new Map(found.map((batch) => [batch._id, batch]));
    },
    countRead: () => batches.countDocuments({ done: true, form: FORM }),
    async noteRead({ _id, after, done }) {
      await batches.replaceOne(
        { _id },
        { done, form: FORM, ...(after === undefined ? {} : { after }) },
        { upsert: true },
      );
    },
    async settlements(catalogId, words) {
      if (words.length === 0) return new Map();
      const found = await settlements
        .find({ _id: { $in: words.map((word) => `${catalogId}|${word}`) } })
        .lean<SettlementDocument[]>();
      return new Map(found.map((one) => [one.words, one.uscc]));
    },
    async settle(settlement) {
      const { _id, ...fields } = settlement;
      await settlements.updateOne({ _id }, { $set: fields }, { upsert: true });
    },
  };
}
