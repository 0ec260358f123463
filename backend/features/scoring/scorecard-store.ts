import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { ScorecardState } from "./domain/scorecard-states.ts";

export interface ScorecardFields {
  ownerId: string;
  ownerName: string;
  cardId: string;
  cardVersion: number;
  digest: string;
  reportDigest: string;
  /** The package as it was uploaded, canonical JSON. */
  content: string;
  state: ScorecardState;
  createdAt: Date;
  publishedAt?: Date;
  retiredAt?: Date;
  /** Of the published version's commitment. */
  salt?: string;
}
export type ScorecardDocument = ScorecardFields & AggregateFields;

export interface ScorecardStore {
  /** False when this owner has this version already. */
  insert(id: string, fields: ScorecardFields, effects?: readonly Effect[]): Promise<boolean>;
  find(id: string): Promise<ScorecardDocument | null>;
  byVersion(ownerId: string, cardId: string, cardVersion: number): Promise<ScorecardDocument | null>;
  /** The published one that was published last. */
  current(ownerId: string): Promise<ScorecardDocument | null>;
  /** Newest first. */
  list(filter: { ownerIds?: readonly string[]; states?: readonly ScorecardState[] }): Promise<ScorecardDocument[]>;
  /** Null when it was changed meanwhile. */
  change(
    card: ScorecardDocument,
    set: Partial<ScorecardFields>,
    effects?: readonly Effect[],
  ): Promise<ScorecardDocument | null>;
}

/** Versions of scorecards: the platform's and the institutions' own. */
export function createScorecardStore(connection: Connection): ScorecardStore {
  const schema = aggregateSchema<ScorecardDocument>({
    ownerId: { type: String, required: true },
    ownerName: { type: String, required: true },
    cardId: { type: String, required: true },
    cardVersion: { type: Number, required: true },
    digest: { type: String, required: true },
    reportDigest: { type: String, required: true },
    content: { type: String, required: true },
    state: { type: String, required: true },
    createdAt: { type: Date, required: true },
    publishedAt: Date,
    retiredAt: Date,
    salt: String,
  });
  schema.index({ ownerId: 1, cardId: 1, cardVersion: 1 }, { unique: true });
  schema.index({ ownerId: 1, state: 1, publishedAt: -1 });
  schema.set("collection", "scorecards");
  const model = connection.model("Scorecard", schema) as unknown as Model<ScorecardDocument>;
  return {
    async insert(id, fields, effects = []) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects(effects) });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    find: (id) => model.findById(id).lean<ScorecardDocument>(),
    byVersion: (ownerId, cardId, cardVersion) =>
      model.findOne({ ownerId, cardId, cardVersion }).lean<ScorecardDocument>(),
    current: (ownerId) =>
      model.findOne({ ownerId, state: "published" }).sort({ publishedAt: -1, _id: -1 }).lean<ScorecardDocument>(),
    list: ({ ownerIds, states }) =>
      model
        .find({
          ...(ownerIds ? { ownerId: { $in: [...ownerIds] } } : {}),
          ...(states ? { state: { $in: [...states] } } : {}),
        })
        .sort({ publishedAt: -1, createdAt: -1, _id: -1 })
        .limit(500)
        .lean<ScorecardDocument[]>(),
    change: ({ _id, version }, set, effects = []) =>
      model
        .findOneAndUpdate({ _id, version }, changeWithEffects(set, effects), { returnDocument: "after" })
        .lean<ScorecardDocument>(),
  };
}
