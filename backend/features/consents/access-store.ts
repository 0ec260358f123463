import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, insertOnce, withEffects } from "../../platform/mongo/aggregate.ts";
import type { noticeKind } from "./consent-schemas.ts";

/** What one read was, whatever carries it. */
export interface AccessFields {
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
  /** ISO time until which the law keeps it from the enterprise. */
  withheldUntil?: string | undefined;
  allowed: boolean;
  reason?: "noConsent" | "tooOften" | undefined;
}

export interface AccessEntryDocument extends AccessFields, AggregateFields {
  at: Date;
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

export interface AccessStore {
  add(
    entry: Omit<AccessEntryDocument, keyof AggregateFields>,
    id: string,
    effects: readonly Effect[],
  ): Promise<boolean>;
  /** Without what is withheld from the holder at this time. */
  list(
    holderIds: readonly string[],
    now: Date,
    page: number,
    size: number,
  ): Promise<{ items: AccessEntryDocument[]; total: number }>;
  find(id: string): Promise<AccessEntryDocument | null>;
  /** Entries and notices of before this time. */
  deleteBefore(time: Date): Promise<void>;
  /** One notice a (party, id); again changes nothing. A notice of later isn't there before. */
  addNotice(notice: NoticeDocument): Promise<boolean>;
  notices(partyId: string, now: Date, page: number, size: number): Promise<{ items: NoticeDocument[]; total: number }>;
  unread(partyId: string, now: Date): Promise<number>;
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
    withheldUntil: String,
    allowed: { type: Boolean, required: true },
    reason: String,
    salt: { type: String, required: true },
  });
  accessSchema.index({ holderId: 1, at: -1 });
  accessSchema.index({ at: 1 });
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
  noticeSchema.index({ at: 1 });
  const accesses = connection.model("AccessEntry", accessSchema) as unknown as Model<AccessEntryDocument>;
  const notices = connection.model("Notice", noticeSchema) as unknown as Model<NoticeDocument>;
  const unreadOf = (partyId: string, now: Date) => ({ partyId, at: { $lte: now }, seenAt: { $exists: false } });
  return {
    add: (entry, id, effects) => insertOnce(accesses, { ...entry, _id: id, ...withEffects(effects) }),
    find: (id) => accesses.findById(id).lean<AccessEntryDocument>(),
    async list(holderIds, now, page, size) {
      const filter = {
        holderId: { $in: [...holderIds] },
        $or: [{ withheldUntil: { $exists: false } }, { withheldUntil: { $lte: now.toISOString() } }],
      };
      const items = await accesses
        .find(filter)
        .sort({ at: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<AccessEntryDocument[]>();
      return { items, total: await accesses.countDocuments(filter) };
    },
    async deleteBefore(time) {
      await accesses.deleteMany({ at: { $lt: time }, outboxSince: { $exists: false } });
      await notices.deleteMany({ at: { $lt: time } });
    },
    addNotice: (notice) => insertOnce(notices, notice),
    async notices(partyId, now, page, size) {
      const filter = { partyId, at: { $lte: now } };
      const items = await notices
        .find(filter)
        .sort({ at: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<NoticeDocument[]>();
      return { items, total: await notices.countDocuments(filter) };
    },
    unread: (partyId, now) => notices.countDocuments(unreadOf(partyId, now)),
    async markSeen(partyId, ids, at) {
      await notices.updateMany(
        { ...unreadOf(partyId, at), ...(ids ? { _id: { $in: [...ids] } } : {}) },
        { $set: { seenAt: at } },
      );
    },
  };
}
