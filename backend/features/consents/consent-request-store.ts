import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { consentRequestInput } from "./consent-schemas.ts";
import type { AskedState } from "./domain/consent-states.ts";
import { type OfParty, pageOfParty } from "./party-list-store.ts";

export interface ConsentRequestFields {
  state: AskedState;
  institution: { id: string; name: string };
  holder: { id: string; name: string; uscc: string };
  /** How the institution named the enterprise. */
  askedBy: "uscc" | "requestId";
  wish: Omit<z.output<typeof consentRequestInput>, "uscc">;
  requestedAt: Date;
  lapsesAt: Date;
  decidedAt?: Date | undefined;
  reason?: string | undefined;
  consentId?: string | undefined;
  /**
   * "institution|enterprise|purpose", unique: held while the request waits, and after a rejection for the quiet time, so
   * that nobody asks twice or again too soon, however the requests race.
   */
  place?: string | undefined;
  placeUntil?: Date | undefined;
}
export type ConsentRequestDocument = ConsentRequestFields & AggregateFields;

interface QuotaDocument {
  /** "institution|purpose" */
  _id: string;
  recent: Date[];
  open: { id: string; until: Date }[];
}

export interface ConsentRequestStore {
  /** Null when the place is held. */
  insert(
    id: string,
    fields: ConsentRequestFields,
    now: Date,
    effects: readonly Effect[],
  ): Promise<ConsentRequestDocument | null>;
  find(id: string): Promise<ConsentRequestDocument | null>;
  byPlace(place: string): Promise<ConsentRequestDocument | null>;
  list(party: OfParty, page: number, size: number): Promise<{ items: ConsentRequestDocument[]; total: number }>;
  /** Null when it doesn't wait any more. */
  reject(
    id: string,
    decision: { reason: string; at: Date; quietUntil: Date },
    effects: readonly Effect[],
  ): Promise<ConsentRequestDocument | null>;
  markGiven(id: string, consentId: string, at: Date): Promise<void>;
  /** Takes one of the institution's requests of the day and of those that may wait. False when there is none left. */
  takeQuota(
    key: string,
    limits: { open: number; perDay: number },
    request: { id: string; until: Date },
    now: Date,
    dayStart: Date,
  ): Promise<boolean>;
  freeQuota(key: string, id: string): Promise<void>;
}

export function createConsentRequestStore(connection: Connection): ConsentRequestStore {
  const schema = aggregateSchema<ConsentRequestDocument>({
    state: { type: String, required: true },
    institution: { type: { id: String, name: String }, required: true, _id: false },
    holder: { type: { id: String, name: String, uscc: String }, required: true, _id: false },
    askedBy: { type: String, required: true },
    wish: { type: Schema.Types.Mixed, required: true },
    requestedAt: { type: Date, required: true },
    lapsesAt: { type: Date, required: true },
    decidedAt: Date,
    reason: String,
    consentId: String,
    place: String,
    placeUntil: Date,
  });
  schema.index({ place: 1 }, { unique: true, sparse: true });
  schema.index({ "holder.id": 1, requestedAt: -1 });
  schema.index({ "institution.id": 1, requestedAt: -1 });
  schema.set("collection", "consentRequests");
  const quotaSchema = new Schema<QuotaDocument>(
    {
      _id: { type: String, required: true },
      recent: [Date],
      open: [new Schema({ id: String, until: Date }, { _id: false, id: false, strict: "throw" })],
    },
    { strict: "throw", versionKey: false, collection: "consentRequestQuotas" },
  );
  const requests = connection.model("ConsentRequest", schema) as unknown as Model<ConsentRequestDocument>;
  const quotas = connection.model("ConsentRequestQuota", quotaSchema) as unknown as Model<QuotaDocument>;
  return {
    async insert(id, fields, now, effects) {
      await requests.updateMany(
        { place: fields.place!, placeUntil: { $lte: now } },
        { $unset: { place: 1, placeUntil: 1 } },
      );
      try {
        const created = await requests.create({ ...fields, _id: id, ...withEffects(effects) });
        return created.toObject() as ConsentRequestDocument;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return null;
      }
    },
    find: (id) => requests.findById(id).lean<ConsentRequestDocument>(),
    byPlace: (place) => requests.findOne({ place }).lean<ConsentRequestDocument>(),
    list: (party, page, size) => pageOfParty(requests, party, "requestedAt", page, size),
    reject: (_id, { reason, at, quietUntil }, effects) =>
      requests
        .findOneAndUpdate(
          { _id, state: "requested", lapsesAt: { $gt: at } },
          changeWithEffects({ state: "rejected", reason, decidedAt: at, placeUntil: quietUntil }, effects),
          { returnDocument: "after" },
        )
        .lean<ConsentRequestDocument>(),
    async markGiven(_id, consentId, at) {
      await requests.updateOne(
        { _id, consentId: { $exists: false } },
        { $set: { state: "active", consentId, decidedAt: at }, $unset: { place: 1, placeUntil: 1, reason: 1 } },
      );
    },
    async takeQuota(_id, { open, perDay }, request, now, dayStart) {
      await quotas.updateOne({ _id }, { $pull: { open: { until: { $lte: now } } } }, { upsert: true });
      const taken = await quotas.updateOne(
        {
          _id,
          [`open.${open - 1}`]: { $exists: false },
          $or: [{ [`recent.${perDay - 1}`]: { $exists: false } }, { "recent.0": { $lte: dayStart } }],
        },
        { $push: { open: request, recent: { $each: [now], $sort: 1, $slice: -perDay } } },
      );
      return taken.modifiedCount === 1;
    },
    async freeQuota(_id, id) {
      await quotas.updateOne({ _id }, { $pull: { open: { id } } });
    },
  };
}
