import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import { batched } from "../../platform/mongo/batched-find.ts";
import type { bidTerms } from "./bid-schemas.ts";

export interface BidFields {
  requestId: string;
  requestKey: string;
  institution: { id: string; name: string; address: string };
  state: "submitted" | "accepted" | "declined";
  terms: z.infer<typeof bidTerms>;
  termsSalt: string;
  termsCommitment: string;
  salt: string;
  bidHash: string;
  validUntil: Date;
  signature: string;
  createdAt: Date;
}
export type BidDocument = BidFields & AggregateFields;

export interface BidStore {
  insert(id: string, fields: BidFields, effects: readonly Effect[]): Promise<BidDocument>;
  find(id: string): Promise<BidDocument | null>;
  ofRequest(requestId: string): Promise<BidDocument[]>;
  ofRequests(requestIds: readonly string[]): Promise<BidDocument[]>;
  /** The accepted one and, of the same request, all others. */
  decide(requestId: string, acceptedBidId: string): Promise<void>;
}

export function createBidStore(connection: Connection): BidStore {
  const schema = aggregateSchema<BidDocument>({
    requestId: { type: String, required: true },
    requestKey: { type: String, required: true },
    institution: { type: { id: String, name: String, address: String }, required: true, _id: false },
    state: { type: String, required: true },
    terms: { type: Schema.Types.Mixed, required: true },
    termsSalt: { type: String, required: true },
    termsCommitment: { type: String, required: true },
    salt: { type: String, required: true },
    bidHash: { type: String, required: true },
    validUntil: { type: Date, required: true },
    signature: { type: String, required: true },
    createdAt: { type: Date, required: true },
  });
  schema.index({ requestId: 1, "institution.id": 1 }, { unique: true });
  schema.index({ bidHash: 1 }, { unique: true });
  schema.set("collection", "bids");
  const model = connection.model("Bid", schema) as unknown as Model<BidDocument>;
  const ofRequest = batched(async (ids) => {
    const found = await model.find({ requestId: { $in: ids } }, { requestId: 1, institution: 1 }).lean<BidDocument[]>();
    return Map.groupBy(found, ({ requestId }) => requestId);
  });
  return {
    async insert(id, fields, effects) {
      try {
        const created = await model.create({ ...fields, _id: id, ...withEffects(effects) });
        return created.toObject() as BidDocument;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw new DomainError("bid.exists", "you have bid for this request already", {
          fix: "a sealed bid is final; see it at GET /requests/{id}/bids",
        });
      }
    },
    find: (id) => model.findById(id).lean<BidDocument>(),
    ofRequest: (requestId) => model.find({ requestId }).lean<BidDocument[]>(),
    ofRequests: async (ids) => (await Promise.all([...new Set(ids)].map(ofRequest))).flatMap((found) => found ?? []),
    async decide(requestId, acceptedBidId) {
      await model.updateOne(
        { _id: acceptedBidId, state: "submitted" },
        { $set: { state: "accepted" }, $inc: { version: 1 } },
      );
      await model.updateMany(
        { requestId, _id: { $ne: acceptedBidId }, state: "submitted" },
        { $set: { state: "declined" }, $inc: { version: 1 } },
      );
    },
  };
}
