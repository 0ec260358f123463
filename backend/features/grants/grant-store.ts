import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import type { grantTerms } from "./grant-schemas.ts";

export interface GrantFields {
  grantId: string;
  requestId: string;
  bidId: string;
  requestKey: string;
  state: "granted";
  enterprise: { id: string; name: string; uscc: string };
  institution: { id: string; name: string; address: string };
  amountFen: string;
  terms: z.infer<typeof grantTerms>;
  termsSalt: string;
  termsCommitment: string;
  bidHash: string;
  salt: string;
  expiresAt: Date;
  grantedAt: Date;
  signature: string;
  actId: string;
}
export type GrantDocument = GrantFields & AggregateFields;

export interface GrantStore {
  /** The same grant again changes nothing. */
  insert(id: string, fields: GrantFields): Promise<void>;
  find(id: string): Promise<GrantDocument | null>;
  byGrantId(grantId: string): Promise<GrantDocument | null>;
  list(
    filter: { enterpriseId?: string; institutionId?: string },
    page: number,
    size: number,
  ): Promise<{ items: GrantDocument[]; total: number }>;
  totals(): Promise<{ grants: number; grantedFen: string }>;
}

export function createGrantStore(connection: Connection): GrantStore {
  const schema = aggregateSchema<GrantDocument>({
    grantId: { type: String, required: true },
    requestId: { type: String, required: true },
    bidId: { type: String, required: true },
    requestKey: { type: String, required: true },
    state: { type: String, required: true },
    enterprise: { type: { id: String, name: String, uscc: String }, required: true, _id: false },
    institution: { type: { id: String, name: String, address: String }, required: true, _id: false },
    amountFen: { type: String, required: true },
    terms: { type: Schema.Types.Mixed, required: true },
    termsSalt: { type: String, required: true },
    termsCommitment: { type: String, required: true },
    bidHash: { type: String, required: true },
    salt: { type: String, required: true },
    expiresAt: { type: Date, required: true },
    grantedAt: { type: Date, required: true },
    signature: { type: String, required: true },
    actId: { type: String, required: true },
  });
  schema.index({ grantId: 1 }, { unique: true });
  schema.index({ requestId: 1 });
  schema.index({ "enterprise.id": 1, grantedAt: -1 });
  schema.index({ "institution.id": 1, grantedAt: -1 });
  schema.index({ grantedAt: -1 });
  schema.set("collection", "grants");
  const model = connection.model("CreditGrant", schema) as unknown as Model<GrantDocument>;
  return {
    async insert(id, fields) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects([]) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    find: (id) => model.findById(id).lean<GrantDocument>(),
    byGrantId: (grantId) => model.findOne({ grantId }).lean<GrantDocument>(),
    async list({ enterpriseId, institutionId }, page, size) {
      const filter = {
        ...(enterpriseId ? { "enterprise.id": enterpriseId } : {}),
        ...(institutionId ? { "institution.id": institutionId } : {}),
      };
      const items = await model
        .find(filter)
        .sort({ grantedAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<GrantDocument[]>();
      return { items, total: await model.countDocuments(filter) };
    },
    async totals() {
      const found = await model.find({}, { amountFen: 1 }).lean<{ amountFen: string }[]>();
      return {
        grants: found.length,
        grantedFen: found.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n).toString(),
      };
    },
  };
}
