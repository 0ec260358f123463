import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";

export interface SnapshotFields {
  consentId: string;
  institutionId: string;
  uscc: string;
  /** The profile as it was read, canonical JSON. Absent once it is deleted. */
  content?: string | undefined;
  salt: string;
  digest: string;
  takenAt: Date;
}
export type SnapshotDocument = SnapshotFields & AggregateFields;

export interface SnapshotStore {
  insert(id: string, fields: SnapshotFields, effects: readonly Effect[]): Promise<void>;
  find(id: string): Promise<SnapshotDocument | null>;
  /** Digest and salt stay: they prove what was read to who still has it. */
  deleteContent(id: string): Promise<void>;
}

/** What institutions have read, frozen. */
export function createSnapshotStore(connection: Connection): SnapshotStore {
  const schema = aggregateSchema<SnapshotDocument>({
    consentId: { type: String, required: true },
    institutionId: { type: String, required: true },
    uscc: { type: String, required: true },
    content: String,
    salt: { type: String, required: true },
    digest: { type: String, required: true },
    takenAt: { type: Date, required: true },
  });
  schema.index({ uscc: 1, takenAt: -1 });
  schema.set("collection", "snapshots");
  const model = connection.model("Snapshot", schema) as unknown as Model<SnapshotDocument>;
  return {
    async insert(id, fields, effects) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects(effects) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    find: (id) => model.findById(id).lean<SnapshotDocument>(),
    async deleteContent(_id) {
      await model.updateOne({ _id }, { $unset: { content: 1 } });
    },
  };
}
