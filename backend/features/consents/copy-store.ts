import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  insertOnce,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { CopyView } from "./consent-schemas.ts";
import { type OfParty, pageOfParty } from "./party-list-store.ts";

export interface CopyDeletion {
  at: Date;
  why: NonNullable<CopyView["deletion"]>["why"];
  salt: string;
}

export interface CopyFields {
  /** Absent in copies of old: of a profile. */
  kind?: CopyView["kind"] | undefined;
  consentId: string;
  holder: { id: string; name: string };
  institution: { id: string; name: string };
  purpose: CopyView["purpose"];
  digest: string;
  records: number;
  takenAt: Date;
  keepUntil: Date;
  state: "kept" | "deleted";
  deletion?: CopyDeletion | undefined;
}
export type CopyDocument = CopyFields & AggregateFields;

export interface CopyStore {
  add(id: string, fields: CopyFields): Promise<boolean>;
  find(id: string): Promise<CopyDocument | null>;
  list(party: OfParty, page: number, size: number): Promise<{ items: CopyDocument[]; total: number }>;
  /** The copies of this consent end now at the latest. */
  end(consentId: string, at: Date): Promise<void>;
  due(now: Date, limit: number): Promise<CopyDocument[]>;
  markDeleted(id: string, deletion: CopyDeletion, effects: readonly Effect[]): Promise<void>;
}

/** Which copies there are, until when, and what became of them. Their content is elsewhere. */
export function createCopyStore(connection: Connection): CopyStore {
  const schema = aggregateSchema<CopyDocument>({
    kind: String,
    consentId: { type: String, required: true },
    holder: { type: { id: String, name: String }, required: true, _id: false },
    institution: { type: { id: String, name: String }, required: true, _id: false },
    purpose: { type: String, required: true },
    digest: { type: String, required: true },
    records: { type: Number, required: true },
    takenAt: { type: Date, required: true },
    keepUntil: { type: Date, required: true },
    state: { type: String, required: true },
    deletion: new Schema({ at: Date, why: String, salt: String }, { _id: false, strict: "throw" }),
  });
  schema.index({ "holder.id": 1, takenAt: -1 });
  schema.index({ "institution.id": 1, takenAt: -1 });
  schema.index({ consentId: 1 });
  schema.index({ keepUntil: 1 }, { partialFilterExpression: { state: "kept" } });
  schema.set("collection", "copies");
  const copies = connection.model("Copy", schema) as unknown as Model<CopyDocument>;
  return {
    add: (id, fields) => insertOnce(copies, { ...fields, _id: id, ...withEffects([]) }),
    find: (id) => copies.findById(id).lean<CopyDocument>(),
    list: (party, page, size) => pageOfParty(copies, party, "takenAt", page, size),
    async end(consentId, at) {
      await copies.updateMany({ consentId, state: "kept" }, { $min: { keepUntil: at } });
    },
    due: (now, limit) =>
      copies
        .find({ state: "kept", keepUntil: { $lte: now } })
        .sort({ keepUntil: 1 })
        .limit(limit)
        .lean<CopyDocument[]>(),
    async markDeleted(_id, deletion, effects) {
      await copies.updateOne({ _id, state: "kept" }, changeWithEffects({ state: "deleted", deletion }, effects));
    },
  };
}
