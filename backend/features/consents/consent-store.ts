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
}
export type ConsentDocument = ConsentFields & AggregateFields;

export interface AccessEntryDocument extends AggregateFields {
  at: Date;
  holderId: string;
  reader: { id: string; name: string };
  what: string;
  purpose: string;
  consentId?: string | undefined;
  allowed: boolean;
  salt: string;
}

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
  /** Counts one read of a consent that is still live at this very write; null when it isn't any more. */
  countRead(consent: ConsentDocument, now: Date, effects: readonly Effect[]): Promise<ConsentDocument | null>;
  list(party: { holderId: string } | { recipientId: string }): Promise<ConsentDocument[]>;
  addAccess(
    entry: Omit<AccessEntryDocument, keyof AggregateFields>,
    id: string,
    effects: readonly Effect[],
  ): Promise<void>;
  accesses(holderId: string, page: number, size: number): Promise<{ items: AccessEntryDocument[]; total: number }>;
  findAccess(id: string): Promise<AccessEntryDocument | null>;
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
  });
  consentSchema.index({ "holder.id": 1, _id: 1 });
  consentSchema.index({ "recipient.id": 1, "holder.id": 1 });
  consentSchema.set("collection", "consents");
  const accessSchema = aggregateSchema<AccessEntryDocument>({
    at: { type: Date, required: true },
    holderId: { type: String, required: true },
    reader: { type: { id: String, name: String }, required: true, _id: false },
    what: { type: String, required: true },
    purpose: { type: String, required: true },
    consentId: String,
    allowed: { type: Boolean, required: true },
    salt: { type: String, required: true },
  });
  accessSchema.index({ holderId: 1, at: -1 });
  accessSchema.set("collection", "accessLog");
  const consents = connection.model("Consent", consentSchema) as unknown as Model<ConsentDocument>;
  const accesses = connection.model("AccessEntry", accessSchema) as unknown as Model<AccessEntryDocument>;
  const liveAt = (now: Date) => ({ state: "active" as const, startsAt: { $lte: now }, expiresAt: { $gt: now } });
  return {
    async insert(id, fields, effects) {
      try {
        const created = await consents.create({ ...fields, _id: id, ...withEffects(effects) });
        return created.toObject() as ConsentDocument;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
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
    countRead: ({ _id, terms }, now, effects) =>
      consents
        .findOneAndUpdate(
          { _id, ...liveAt(now), ...(terms.mode === "once" ? { reads: 0 } : {}) },
          changeWithEffects({}, effects, { reads: 1 }),
          { returnDocument: "after" },
        )
        .lean<ConsentDocument>(),
    list: (party) =>
      consents
        .find("holderId" in party ? { "holder.id": party.holderId } : { "recipient.id": party.recipientId })
        .sort({ startsAt: -1 })
        .limit(500)
        .lean<ConsentDocument[]>(),
    async addAccess(entry, id, effects) {
      try {
        await accesses.create({ ...entry, _id: id, ...withEffects(effects) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    findAccess: (id) => accesses.findById(id).lean<AccessEntryDocument>(),
    async accesses(holderId, page, size) {
      const items = await accesses
        .find({ holderId })
        .sort({ at: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<AccessEntryDocument[]>();
      return { items, total: await accesses.countDocuments({ holderId }) };
    },
  };
}
