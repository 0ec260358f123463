import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { LegalBasisCode } from "./domain/legal-bases.ts";

export type StoredBasis =
  | { kind: "consent"; consentId: string; purpose: ConsentPurpose }
  | {
      kind: "law";
      code: LegalBasisCode;
      caseNo: string;
      officer: string;
      withheldUntil?: Date | undefined;
      withheldWhy?: string | undefined;
    };

export interface AnswerFields {
  number: string;
  /** A kind of check, or "query". */
  kind: string;
  asker: { id: string; name: string; role: "institution" | "department" };
  subject: { uscc: string; holderId?: string | undefined; name?: string | undefined };
  basis: StoredBasis;
  records: number;
  at: Date;
  /** What was answered, canonical JSON. Absent once it is deleted. */
  content?: string | undefined;
  salt: string;
  digest: string;
  /** Of an authority: until when the content is kept. A consent's own terms say it of the others. */
  contentUntil?: Date | undefined;
  /** "asker|idempotency key", and a digest of what was asked with it. */
  askedKey?: string | undefined;
  askedDigest?: string | undefined;
  review?: { verdict: "inOrder" | "objected"; note: string; at: Date; by: string } | undefined;
}
export type AnswerDocument = AnswerFields & AggregateFields;

export interface AnswerFilter {
  askerId?: string;
  /** The subject; without what is withheld from it at this time. */
  about?: { uscc: string; now: Date };
  what?: "checks" | "queries" | undefined;
  basis?: "consent" | "law" | undefined;
  review?: "open" | "inOrder" | "objected" | undefined;
}

export interface AnswerStore {
  /** False when the same key was used before. */
  insert(id: string, fields: AnswerFields, effects: readonly Effect[]): Promise<boolean>;
  find(id: string): Promise<AnswerDocument | null>;
  byKey(askedKey: string): Promise<AnswerDocument | null>;
  byNumber(number: string): Promise<AnswerDocument | null>;
  list(filter: AnswerFilter, page: number, size: number): Promise<{ items: AnswerDocument[]; total: number }>;
  review(id: string, review: NonNullable<AnswerFields["review"]>): Promise<AnswerDocument | null>;
  /** Digest and salt stay: they prove what was answered to who still has it. */
  deleteContent(id: string): Promise<void>;
  /** Contents of authorities whose time is over. */
  deleteDue(now: Date): Promise<void>;
}

export function createAnswerStore(connection: Connection): AnswerStore {
  const part = (fields: Record<string, unknown>) => new Schema(fields, { _id: false, strict: "throw" });
  const schema = aggregateSchema<AnswerDocument>({
    number: { type: String, required: true },
    kind: { type: String, required: true },
    asker: { type: part({ id: String, name: String, role: String }), required: true },
    subject: { type: part({ uscc: String, holderId: String, name: String }), required: true },
    basis: {
      type: part({
        kind: String,
        consentId: String,
        purpose: String,
        code: String,
        caseNo: String,
        officer: String,
        withheldUntil: Date,
        withheldWhy: String,
      }),
      required: true,
    },
    records: { type: Number, required: true },
    at: { type: Date, required: true },
    content: String,
    salt: { type: String, required: true },
    digest: { type: String, required: true },
    contentUntil: Date,
    askedKey: String,
    askedDigest: String,
    review: part({ verdict: String, note: String, at: Date, by: String }),
  });
  schema.index({ number: 1 }, { unique: true });
  schema.index({ askedKey: 1 }, { unique: true, sparse: true });
  schema.index({ "asker.id": 1, _id: -1 });
  schema.index({ "subject.uscc": 1, _id: -1 });
  schema.index({ "basis.kind": 1, _id: -1 });
  schema.index({ contentUntil: 1 }, { sparse: true });
  schema.set("collection", "answersGiven");
  const answers = connection.model("AnswerGiven", schema) as unknown as Model<AnswerDocument>;

  const conditionOf = ({ askerId, about, what, basis, review }: AnswerFilter): Record<string, unknown> => ({
    ...(askerId ? { "asker.id": askerId } : {}),
    ...(about
      ? {
          "subject.uscc": about.uscc,
          $or: [{ "basis.withheldUntil": { $exists: false } }, { "basis.withheldUntil": { $lte: about.now } }],
        }
      : {}),
    ...(what ? { kind: what === "queries" ? "query" : { $ne: "query" } } : {}),
    ...(basis ? { "basis.kind": basis } : {}),
    ...(review === "open" ? { review: { $exists: false } } : review ? { "review.verdict": review } : {}),
  });

  return {
    async insert(id, fields, effects) {
      try {
        await answers.create({ ...fields, _id: id, ...withEffects(effects) });
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return false;
      }
    },
    find: (id) => answers.findById(id).lean<AnswerDocument>(),
    byKey: (askedKey) => answers.findOne({ askedKey }).lean<AnswerDocument>(),
    byNumber: (number) => answers.findOne({ number }).lean<AnswerDocument>(),
    async list(filter, page, size) {
      const condition = conditionOf(filter);
      const items = await answers
        .find(condition, { content: 0 })
        // Ids are made in the order of time.
        .sort({ _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<AnswerDocument[]>();
      return { items, total: await answers.countDocuments(condition) };
    },
    review: (_id, review) =>
      answers
        .findOneAndUpdate(
          { _id, "basis.kind": "law" },
          { $set: { review }, $inc: { version: 1 } },
          { returnDocument: "after" },
        )
        .lean<AnswerDocument>(),
    async deleteContent(_id) {
      await answers.updateOne({ _id }, { $unset: { content: 1 } });
    },
    async deleteDue(now) {
      await answers.updateMany({ contentUntil: { $lte: now } }, { $unset: { content: 1, contentUntil: 1 } });
    },
  };
}
