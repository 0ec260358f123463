import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import { type ErasureRule, lastDayKeptNoMore, PERSONAL_FROM, PERSONAL_TO } from "./domain/erasure.ts";

/** What stays of an erased record. */
export interface ErasureFields {
  catalogId: string;
  batchId: string;
  digest: string;
  endedOn: string;
  erasedAt: Date;
  /** Of the erasure's own leaf. */
  salt: string;
}
export type ErasureDocument = ErasureFields & AggregateFields;

export interface StoredVersion {
  _id: string;
  catalogId: string;
  key: string;
  uscc: string;
  batchId: string;
  fields: Record<string, string | number | boolean>;
}

export interface ErasureStore {
  /** Businesses of persons, in the order of their codes, with a record in any version that is to be erased. */
  candidates(rule: ErasureRule, today: string, after: string, limit: number): Promise<string[]>;
  /** Every version of a record, visible or not. */
  versions(record: { uscc: string; catalogId: string; key: string }): Promise<StoredVersion[]>;
  /** The erasure first, then the record: cut off between the two, the next round does the rest. */
  erase(recordId: string, fields: ErasureFields, effects: readonly Effect[]): Promise<void>;
  find(recordId: string): Promise<ErasureDocument | null>;
  list(page: number, size: number): Promise<{ items: ErasureDocument[]; total: number }>;
}

/** Reaches into the stored records past their service, which never changes a row. */
export function createErasureStore(connection: Connection): ErasureStore {
  const schema = aggregateSchema<ErasureDocument>({
    catalogId: { type: String, required: true },
    batchId: { type: String, required: true },
    digest: { type: String, required: true },
    endedOn: { type: String, required: true },
    erasedAt: { type: Date, required: true },
    salt: { type: String, required: true },
  });
  schema.index({ erasedAt: -1, _id: -1 });
  schema.set("collection", "erasures");
  const model = connection.model("Erasure", schema) as unknown as Model<ErasureDocument>;
  const records = () => connection.collection<StoredVersion>("records");
  return {
    async candidates({ catalogId, years, endedField }, today, after, limit) {
      const found = await records()
        .find(
          {
            uscc: after > PERSONAL_FROM ? { $gt: after, $lt: PERSONAL_TO } : { $gte: PERSONAL_FROM, $lt: PERSONAL_TO },
            catalogId,
            [`fields.${endedField}`]: { $lte: lastDayKeptNoMore(today, years) },
          },
          { projection: { uscc: 1 } },
        )
        .sort({ uscc: 1 })
        .limit(limit)
        .toArray();
      return [...new Set(found.map(({ uscc }) => uscc))];
    },
    versions: ({ uscc, catalogId, key }) => records().find({ uscc, catalogId, key }).toArray(),
    async erase(recordId, fields, effects) {
      try {
        await model.create({ ...fields, _id: recordId, ...withEffects(effects) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      await records().deleteOne({ _id: recordId });
    },
    find: (recordId) => model.findById(recordId).lean<ErasureDocument>(),
    async list(page, size) {
      const items = await model
        .find()
        .sort({ erasedAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<ErasureDocument[]>();
      return { items, total: await model.countDocuments() };
    },
  };
}
