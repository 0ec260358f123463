import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import type { noticeKind } from "./consent-schemas.ts";

export interface AccessEntryDocument extends AggregateFields {
  at: Date;
  /** The enterprise's id, or its code while it isn't a participant. */
  holderId: string;
  reader: { id: string; name: string };
  what: string;
  purpose: string;
  consentId?: string | undefined;
  recordId?: string | undefined;
  copyId?: string | undefined;
  records?: number | undefined;
  legalBasis?: string | undefined;
  allowed: boolean;
  reason?: "noConsent" | "tooOften" | undefined;
  salt: string;
}

export interface NoticeDocument {
  _id: string;
  partyId: string;
  at: Date;
  kind: z.infer<typeof noticeKind>;
  who: string;
  what?: string | undefined;
  purpose?: string | undefined;
  about?: string | undefined;
  seenAt?: Date | undefined;
}

/** Nothing here takes an entry away: access logs are kept for good, so at least the six months that they must be. */
export interface AccessStore {
  add(entry: Omit<AccessEntryDocument, keyof AggregateFields>, id: string, effects: readonly Effect[]): Promise<void>;
  list(
    holderIds: readonly string[],
    page: number,
    size: number,
  ): Promise<{ items: AccessEntryDocument[]; total: number }>;
  find(id: string): Promise<AccessEntryDocument | null>;
  /** One notice a (party, id); again changes nothing. */
  addNotice(notice: NoticeDocument): Promise<void>;
  notices(partyId: string, page: number, size: number): Promise<{ items: NoticeDocument[]; total: number }>;
  unread(partyId: string): Promise<number>;
  markSeen(partyId: string, ids: readonly string[] | undefined, at: Date): Promise<void>;
}

export function createAccessStore(connection: Connection): AccessStore {
  const accessSchema = aggregateSchema<AccessEntryDocument>({
    at: { type: Date, required: true },
    holderId: { type: String, required: true },
    reader: { type: { id: String, name: String }, required: true, _id: false },
    what: { type: String, required: true },
    purpose: { type: String, required: true },
    consentId: String,
    recordId: String,
    copyId: String,
    records: Number,
    legalBasis: String,
    allowed: { type: Boolean, required: true },
    reason: String,
    salt: { type: String, required: true },
  });
  accessSchema.index({ holderId: 1, at: -1 });
  accessSchema.set("collection", "accessLog");
  const noticeSchema = new Schema<NoticeDocument>(
    {
      _id: { type: String, required: true },
      partyId: { type: String, required: true },
      at: { type: Date, required: true },
      kind: { type: String, required: true },
      who: { type: String, required: true },
      what: String,
      purpose: String,
      about: String,
      seenAt: Date,
    },
    { strict: "throw", versionKey: false, collection: "notices" },
  );
  noticeSchema.index({ partyId: 1, at: -1 });
  const accesses = connection.model("AccessEntry", accessSchema) as unknown as Model<AccessEntryDocument>;
  const notices = connection.model("Notice", noticeSchema) as unknown as Model<NoticeDocument>;
  return {
    async add(entry, id, effects) {
      try {
        await accesses.create({ ...entry, _id: id, ...withEffects(effects) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    find: (id) => accesses.findById(id).lean<AccessEntryDocument>(),
    async list(holderIds, page, size) {
      const filter = { holderId: { $in: [...holderIds] } };
      const items = await accesses
        .find(filter)
        .sort({ at: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<AccessEntryDocument[]>();
      return { items, total: await accesses.countDocuments(filter) };
    },
    async addNotice(notice) {
      try {
        await notices.create(notice);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async notices(partyId, page, size) {
      const items = await notices
        .find({ partyId })
        .sort({ at: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<NoticeDocument[]>();
      return { items, total: await notices.countDocuments({ partyId }) };
    },
    unread: (partyId) => notices.countDocuments({ partyId, seenAt: { $exists: false } }),
    async markSeen(partyId, ids, at) {
      await notices.updateMany(
        { partyId, seenAt: { $exists: false }, ...(ids ? { _id: { $in: [...ids] } } : {}) },
        { $set: { seenAt: at } },
      );
    },
  };
}
