import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { consentTerms } from "./consent-schemas.ts";
import { limitsOf, windowStart } from "./domain/consent-rules.ts";
import type { SignedConsentState } from "./domain/consent-states.ts";

export interface ConsentChangeRecord {
  actId: string;
  state: SignedConsentState;
  nonce: number;
  at: Date;
  signature: string;
}

export interface ConsentFields {
  terms: z.infer<typeof consentTerms>;
  salt: string;
  holder: { id: string; name: string; uscc: string; address: string };
  recipient: { id: string; name: string; address: string };
  startsAt: Date;
  expiresAt: Date;
  givenAt: Date;
  signature: string;
  state: SignedConsentState;
  /** Of the next change. */
  nonce: number;
  changes: ConsentChangeRecord[];
  revokedAt?: Date | undefined;
  reads: number;
  /** The latest ones, oldest first, as many as the frequency allows in its window. Absent in consents of old. */
  recentReads?: Date[] | undefined;
}
export type ConsentDocument = ConsentFields & AggregateFields;

export interface ConsentStore {
  insert(id: string, fields: ConsentFields, effects: readonly Effect[]): Promise<ConsentDocument>;
  find(id: string): Promise<ConsentDocument | null>;
  /** Null when the consent was changed meanwhile. */
  change(
    consent: ConsentDocument,
    change: ConsentChangeRecord,
    effects: readonly Effect[],
  ): Promise<ConsentDocument | null>;
  /** Live now, newest first: neither paused nor revoked, begun, not expired. */
  live(filter: { recipientId: string; holderId?: string; requestId?: string }, now: Date): Promise<ConsentDocument[]>;
  /** Counts one read of a consent that is live, and not read too often, at this very write; null when it isn't so. */
  countRead(consent: ConsentDocument, now: Date, effects: readonly Effect[]): Promise<ConsentDocument | null>;
  list(party: { holderId: string } | { recipientId: string }): Promise<ConsentDocument[]>;
}

export function createConsentStore(connection: Connection): ConsentStore {
  const consentSchema = aggregateSchema<ConsentDocument>({
    terms: { type: Schema.Types.Mixed, required: true },
    salt: { type: String, required: true },
    holder: { type: { id: String, name: String, uscc: String, address: String }, required: true, _id: false },
    recipient: { type: { id: String, name: String, address: String }, required: true, _id: false },
    startsAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    givenAt: { type: Date, required: true },
    signature: { type: String, required: true },
    state: { type: String, required: true },
    nonce: { type: Number, required: true },
    changes: [
      new Schema<ConsentChangeRecord>(
        { actId: String, state: String, nonce: Number, at: Date, signature: String },
        { _id: false, strict: "throw" },
      ),
    ],
    revokedAt: Date,
    reads: { type: Number, required: true },
    recentReads: [Date],
  });
  consentSchema.index({ "holder.id": 1, _id: 1 });
  consentSchema.index({ "recipient.id": 1, "holder.id": 1 });
  // A request for consent is answered by one consent, however the answers race.
  consentSchema.index({ "terms.consentRequestId": 1 }, { unique: true, sparse: true });
  consentSchema.set("collection", "consents");
  const consents = connection.model("Consent", consentSchema) as unknown as Model<ConsentDocument>;
  const liveAt = (now: Date) => ({ state: "active" as const, startsAt: { $lte: now }, expiresAt: { $gt: now } });
  return {
    async insert(id, fields, effects) {
      try {
        const created = await consents.create({ ...fields, _id: id, ...withEffects(effects) });
        return created.toObject() as ConsentDocument;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        if (fields.terms.consentRequestId && !(await consents.exists({ _id: id })))
          throw new DomainError("consent.answered", "a consent was given for this request before");
        throw new DomainError("consent.exists", "this consent was given before", {
          field: "salt",
          fix: "draw a new salt and sign again",
        });
      }
    },
    find: (id) => consents.findById(id).lean<ConsentDocument>(),
    change: ({ _id, nonce }, change, effects) => {
      const set = {
        state: change.state,
        nonce: nonce + 1,
        ...(change.state === "revoked" ? { revokedAt: change.at } : {}),
      };
      const update = changeWithEffects(set, effects);
      return consents
        .findOneAndUpdate(
          { _id, nonce },
          { ...update, $push: { ...update.$push, changes: change } },
          { returnDocument: "after" },
        )
        .lean<ConsentDocument>();
    },
    live: ({ recipientId, holderId, requestId }, now) =>
      consents
        .find({
          "recipient.id": recipientId,
          ...(holderId ? { "holder.id": holderId } : {}),
          ...(requestId ? { "terms.requestId": requestId } : {}),
          ...liveAt(now),
        })
        .sort({ startsAt: -1 })
        .limit(1_000)
        .lean<ConsentDocument[]>(),
    countRead({ _id, terms }, now, effects) {
      const { frequency } = limitsOf(terms);
      const update = changeWithEffects({}, effects, { reads: 1 });
      const within = frequency && {
        $or: [
          { [`recentReads.${frequency.count - 1}`]: { $exists: false } },
          { "recentReads.0": { $lte: windowStart(frequency, now) } },
        ],
      };
      const recent = frequency && { recentReads: { $each: [now], $sort: 1 as const, $slice: -frequency.count } };
      return consents
        .findOneAndUpdate(
          { _id, ...liveAt(now), ...(terms.mode === "once" ? { reads: 0 } : {}), ...within },
          { ...update, $push: { ...update.$push, ...recent } },
          { returnDocument: "after" },
        )
        .lean<ConsentDocument>();
    },
    list: (party) =>
      consents
        .find("holderId" in party ? { "holder.id": party.holderId } : { "recipient.id": party.recipientId })
        .sort({ startsAt: -1 })
        .limit(500)
        .lean<ConsentDocument[]>(),
  };
}
