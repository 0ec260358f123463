import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import {
  type AggregateFields,
  aggregateSchema,
  batchedInsert,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import { batchedFind } from "../../platform/mongo/batched-find.ts";
import type { StoredRequestState } from "./domain/request-states.ts";
import type { requestTerms } from "./request-schemas.ts";

export interface RequestFields {
  enterpriseId: string;
  enterpriseAddress: string;
  state: StoredRequestState;
  requestKey: string;
  keyIndex: number;
  terms: z.infer<typeof requestTerms>;
  salt: string;
  termsCommitment: string;
  endorsement: string;
  signature: string;
  district: string;
  industry: string;
  closesAt: Date;
  expiresAt: Date;
  createdAt: Date;
  actId: string;
  /** Sum of grants so far, fen. */
  grantedFen: string;
  award?:
    | {
        bidId: string;
        bidHash: string;
        institutionId: string;
        amountFen: string;
        actId: string;
        signature: string;
        awardedAt: Date;
      }
    | undefined;
}
export type RequestDocument = RequestFields & AggregateFields;

export interface RequestFilter {
  enterpriseId?: string;
  /** Open ones of anybody, and those awarded to this institution. */
  forInstitution?: string;
  state?: StoredRequestState | "expired" | undefined;
}

export interface RequestStore {
  insert(id: string, fields: RequestFields, effects: readonly Effect[]): Promise<RequestDocument>;
  find(id: string): Promise<RequestDocument | null>;
  /** Null when the version has moved on. */
  change(
    request: RequestDocument,
    set: Partial<RequestFields>,
    effects: readonly Effect[],
  ): Promise<RequestDocument | null>;
  list(
    filter: RequestFilter,
    now: Date,
    page: number,
    size: number,
  ): Promise<{ items: RequestDocument[]; total: number }>;
  totals(): Promise<{ requests: number; requestedFen: string }>;
}

export function createRequestStore(connection: Connection): RequestStore {
  const schema = aggregateSchema<RequestDocument>({
    enterpriseId: { type: String, required: true },
    enterpriseAddress: { type: String, required: true },
    state: { type: String, required: true },
    requestKey: { type: String, required: true },
    keyIndex: { type: Number, required: true },
    terms: { type: Schema.Types.Mixed, required: true },
    salt: { type: String, required: true },
    termsCommitment: { type: String, required: true },
    endorsement: { type: String, required: true },
    signature: { type: String, required: true },
    district: { type: String, default: "" },
    industry: { type: String, default: "" },
    closesAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    actId: { type: String, required: true },
    grantedFen: { type: String, required: true },
    award: {
      type: {
        bidId: String,
        bidHash: String,
        institutionId: String,
        amountFen: String,
        actId: String,
        signature: String,
        awardedAt: Date,
      },
      _id: false,
    },
  });
  schema.index({ requestKey: 1 }, { unique: true });
  schema.index({ enterpriseId: 1, createdAt: -1 });
  schema.index({ state: 1, createdAt: -1 });
  schema.index({ "award.institutionId": 1, createdAt: -1 }, { sparse: true });
  schema.set("collection", "requests");
  const model = connection.model("FinancingRequest", schema) as unknown as Model<RequestDocument>;
  const insert = batchedInsert(model);
  return {
    async insert(id, fields, effects) {
      try {
        const document = { ...fields, _id: id, ...withEffects(effects) };
        // As it is: what comes here is checked, and casting it anew is most of the work of an insert.
        await insert(document);
        return document;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw new DomainError("request.keyUsed", "this request key has been used", {
          field: "requestKey",
          fix: "take a key with another index",
        });
      }
    },
    find: batchedFind(model),
    change: ({ _id, version }, set, effects) =>
      model
        .findOneAndUpdate({ _id, version }, changeWithEffects(set, effects), { returnDocument: "after" })
        .lean<RequestDocument>(),
    async list({ enterpriseId, forInstitution, state }, now, page, size) {
      const filter: Record<string, unknown> = {
        ...(enterpriseId ? { enterpriseId } : {}),
        ...(forInstitution
          ? { $or: [{ state: "open", expiresAt: { $gt: now } }, { "award.institutionId": forInstitution }] }
          : {}),
        ...(state === "expired" ? { state: "open", expiresAt: { $lte: now } } : {}),
        ...(state === "open" ? { state, expiresAt: { $gt: now } } : {}),
        ...(state && state !== "expired" && state !== "open" ? { state } : {}),
      };
      const items = await model
        .find(filter)
        .sort({ createdAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<RequestDocument[]>();
      return { items, total: await model.countDocuments(filter) };
    },
    async totals() {
      const found = await model.find({}, { "terms.amountFen": 1 }).lean<{ terms: { amountFen: string } }[]>();
      return {
        requests: found.length,
        requestedFen: found.reduce((sum, { terms }) => sum + BigInt(terms.amountFen), 0n).toString(),
      };
    },
  };
}
