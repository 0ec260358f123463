import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import { DomainError } from "../../lib/errors.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import type { ProductView } from "./product-schemas.ts";

export type ProductFields = Omit<ProductView, "id" | "institution" | "publishedAt"> & {
  institutionId: string;
  institutionName: string;
  publishedAt: Date;
};
export type ProductDocument = ProductFields & AggregateFields;

export interface ProductStore {
  insert(id: string, fields: ProductFields): Promise<void>;
  list(): Promise<ProductView[]>;
}

export function createProductStore(connection: Connection): ProductStore {
  const schema = aggregateSchema<ProductDocument>({
    code: { type: String, required: true },
    name: { type: { zh: String, en: String }, required: true, _id: false },
    amountMinFen: { type: String, required: true },
    amountMaxFen: { type: String, required: true },
    termMonthsMin: { type: Number, required: true },
    termMonthsMax: { type: Number, required: true },
    annualRateBps: { type: Number, required: true },
    repaymentMethods: [String],
    purposes: [String],
    eligibility: { type: Schema.Types.Mixed, required: true },
    institutionId: { type: String, required: true },
    institutionName: { type: String, required: true },
    publishedAt: { type: Date, required: true },
  });
  schema.index({ institutionId: 1, code: 1 }, { unique: true });
  schema.set("collection", "products");
  const model = connection.model("Product", schema) as unknown as Model<ProductDocument>;
  return {
    async insert(id, fields) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects([]) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw new DomainError("product.exists", `you have published a product with the code ${fields.code} already`, {
          field: "code",
          fix: "give it another code",
        });
      }
    },
    async list() {
      const found = await model.find().sort({ annualRateBps: 1, _id: 1 }).limit(2_000).lean<ProductDocument[]>();
      return found.map(
        ({ _id, institutionId, institutionName, publishedAt, version: _, outbox: __, outboxSince: ___, ...rest }) => ({
          ...rest,
          id: _id,
          institution: { id: institutionId, name: institutionName },
          publishedAt: publishedAt.toISOString(),
        }),
      );
    },
  };
}
