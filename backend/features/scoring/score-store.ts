import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";

export interface ScoreFields {
  /** The scorecard version's own id, and what it says of itself. */
  scorecardId: string;
  cardId: string;
  cardVersion: number;
  digest: string;
  owner: { id: string; name: string };
  kind: "own" | "read";
  uscc: string;
  /** Who read, and which snapshot under which consent; of scores of kind "read". */
  reader?: { id: string; name: string } | undefined;
  snapshot?: { id: string; consentId: string; takenAt: Date } | undefined;
  asOf: Date;
  scoredAt: Date;
  inputDigest: string;
  resultDigest: string;
  previousId?: string | undefined;
  /** Canonical JSON: what went in, what came out to the byte, and where the values came from. Gone with the copy. */
  inputs?: string | undefined;
  result?: string | undefined;
  facts?: string | undefined;
  salt: string;
  commitment: string;
  /** Unique: a snapshot is scored once by a scorecard; of own scores each has one successor. */
  once: string;
}
export type ScoreDocument = ScoreFields & AggregateFields;

export interface ScoreFilter {
  uscc?: string | undefined;
  readerId?: string | undefined;
}

export interface ScoreStore {
  /** False when the score is there already. */
  insert(id: string, fields: ScoreFields, effects: readonly Effect[]): Promise<boolean>;
  find(id: string): Promise<ScoreDocument | null>;
  byOnce(once: string): Promise<ScoreDocument | null>;
  latestOwn(uscc: string, scorecardId: string): Promise<ScoreDocument | null>;
  /** Newest first. */
  list(filter: ScoreFilter, page: number, size: number): Promise<{ items: ScoreDocument[]; total: number }>;
  /** The last one of this scorecard that was given at or before a time. */
  before(scorecardId: string, uscc: string, at: Date): Promise<ScoreDocument | null>;
  /** Enterprises that have a score of their own, in order of their codes. */
  subjectsAfter(uscc: string, limit: number): Promise<string[]>;
  /** What was scored is deleted: so is what the score tells of it. Digests and salt stay. */
  deleteContentOf(snapshotId: string): Promise<void>;
}

export function createScoreStore(connection: Connection): ScoreStore {
  const schema = aggregateSchema<ScoreDocument>({
    scorecardId: { type: String, required: true },
    cardId: { type: String, required: true },
    cardVersion: { type: Number, required: true },
    digest: { type: String, required: true },
    owner: { type: { id: String, name: String }, required: true, _id: false },
    kind: { type: String, required: true },
    uscc: { type: String, required: true },
    reader: { type: { id: String, name: String }, _id: false },
    snapshot: { type: { id: String, consentId: String, takenAt: Date }, _id: false },
    asOf: { type: Date, required: true },
    scoredAt: { type: Date, required: true },
    inputDigest: { type: String, required: true },
    resultDigest: { type: String, required: true },
    previousId: String,
    inputs: String,
    result: String,
    facts: String,
    salt: { type: String, required: true },
    commitment: { type: String, required: true },
    once: { type: String, required: true },
  });
  schema.index({ once: 1 }, { unique: true });
  schema.index({ uscc: 1, scoredAt: -1 });
  schema.index({ "reader.id": 1, scoredAt: -1 }, { sparse: true });
  schema.index({ "snapshot.id": 1 }, { sparse: true });
  schema.index({ kind: 1, uscc: 1 });
  schema.set("collection", "scores");
  const model = connection.model("Score", schema) as unknown as Model<ScoreDocument>;
  return {
    async insert(id, fields, effects) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects(effects) });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    find: (id) => model.findById(id).lean<ScoreDocument>(),
    byOnce: (once) => model.findOne({ once }).lean<ScoreDocument>(),
    // Ids sort by time, to the millisecond and within it.
    latestOwn: (uscc, scorecardId) =>
      model.findOne({ uscc, scorecardId, kind: "own" }).sort({ _id: -1 }).lean<ScoreDocument>(),
    async list({ uscc, readerId }, page, size) {
      const filter = { ...(uscc ? { uscc } : {}), ...(readerId ? { "reader.id": readerId } : {}) };
      const items = await model
        .find(filter)
        .sort({ scoredAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<ScoreDocument[]>();
      return { items, total: await model.countDocuments(filter) };
    },
    before: (scorecardId, uscc, at) =>
      model
        .findOne({ uscc, scorecardId, scoredAt: { $lte: at } })
        .sort({ scoredAt: -1 })
        .lean<ScoreDocument>(),
    async subjectsAfter(uscc, limit) {
      const found: string[] = [];
      let last = uscc;
      while (found.length < limit) {
        const next = await model
          .findOne({ kind: "own", uscc: { $gt: last } }, { uscc: 1 })
          .sort({ uscc: 1 })
          .lean<{ uscc: string }>();
        if (!next) break;
        last = next.uscc;
        found.push(last);
      }
      return found;
    },
    async deleteContentOf(snapshotId) {
      await model.updateMany(
        { "snapshot.id": snapshotId },
        { $unset: { inputs: 1, result: 1, facts: 1 }, $inc: { version: 1 } },
      );
    },
  };
}
