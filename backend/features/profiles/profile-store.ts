import { type Connection, type Model, mongo, Schema } from "mongoose";

/** A profile as it was worked out last: all of it can be made again from the records. */
export interface KeptProfile {
  _id: string;
  /** What it was worked out of: the day, the rules and the batches that were there. */
  stamp: string;
  digest: string;
  content: Buffer;
}

/** A pass over all enterprises, in the order of their codes. */
export interface RunDocument {
  _id: string;
  state: "running" | "done";
  stamp: string;
  /** The last enterprise that is done: a restart goes on after it. */
  after: string;
  done: number;
  changed: number;
  /** Enterprises that were known when it began. */
  total?: number | undefined;
  startedBy?: "operator" | "daily" | undefined;
  startedAt: Date;
  finishedAt?: Date | undefined;
}

export interface ProfileStore {
  find(uscc: string): Promise<{ stamp: string; content: Uint8Array } | null>;
  /** Changed ones are written, others get the stamp alone. */
  keep(changed: readonly KeptProfile[], confirmed: readonly { _id: string; stamp: string }[]): Promise<void>;
  /** From one code to another, both included. */
  between(first: string, last: string): Promise<Map<string, { stamp: string; digest: string }>>;
  drop(uscc: string): Promise<void>;
  count(): Promise<number>;
  /** The pass under way, else the newest. */
  run(): Promise<RunDocument | null>;
  /** The same first, then those before it. */
  runs(most: number): Promise<RunDocument[]>;
  startRun(run: RunDocument): Promise<void>;
  /** False when another process has taken it further: `after` is where this one began. */
  advance(
    run: RunDocument,
    to: Pick<RunDocument, "after" | "done" | "changed" | "state" | "finishedAt">,
  ): Promise<boolean>;
}

/** What nobody has read or worked out again for so long is dropped: what was erased since must not stay in it. */
const KEPT_DAYS = 2;

/** "running" comes after "done": a pass under way is never passed over, whatever a clock said when it began. */
const UNDER_WAY_FIRST = { state: -1, startedAt: -1, _id: -1 } as const;

export function createProfileStore(connection: Connection): ProfileStore {
  const profileSchema = new Schema(
    {
      _id: { type: String, required: true },
      stamp: { type: String, required: true },
      digest: { type: String, required: true },
      content: { type: Buffer, required: true },
      keptAt: { type: Date, required: true },
    },
    { strict: "throw", versionKey: false, collection: "profiles" },
  );
  profileSchema.index({ keptAt: 1 }, { expireAfterSeconds: KEPT_DAYS * 86_400 });
  const runSchema = new Schema<RunDocument>(
    {
      _id: { type: String, required: true },
      state: { type: String, required: true },
      stamp: { type: String, required: true },
      after: { type: String, default: "" },
      done: { type: Number, required: true },
      changed: { type: Number, required: true },
      total: Number,
      startedBy: String,
      startedAt: { type: Date, required: true },
      finishedAt: Date,
    },
    { strict: "throw", versionKey: false, collection: "profileRuns" },
  );
  runSchema.index(UNDER_WAY_FIRST);
  const profiles = connection.model("Profile", profileSchema);
  const runs = connection.model("ProfileRun", runSchema) as unknown as Model<RunDocument>;
  // Through the driver: mongoose would copy and check every byte of every profile.
  type Raw = { _id: string; stamp: string; digest: string; content: mongo.Binary; keptAt: Date };
  const raw = () => profiles.collection as unknown as mongo.Collection<Raw>;
  return {
    async find(uscc) {
      const found = await raw().findOne({ _id: uscc }, { projection: { stamp: 1, content: 1 } });
      return found && { stamp: found.stamp, content: found.content.buffer };
    },
    async keep(changed, confirmed) {
      if (changed.length + confirmed.length === 0) return;
      const keptAt = new Date();
      await raw().bulkWrite(
        [
          ...changed.map(({ _id, stamp, digest, content }) => ({
            replaceOne: {
              filter: { _id },
              replacement: { stamp, digest, content: new mongo.Binary(content), keptAt },
              upsert: true,
            },
          })),
          ...confirmed.map(({ _id, stamp }) => ({
            updateOne: { filter: { _id }, update: { $set: { stamp, keptAt } } },
          })),
        ],
        { ordered: false },
      );
    },
    async between(first, last) {
      const found = raw().find({ _id: { $gte: first, $lte: last } }, { projection: { stamp: 1, digest: 1 } });
      return new Map((await found.toArray()).map(({ _id, stamp, digest }) => [_id, { stamp, digest }]));
    },
    async drop(uscc) {
      await raw().deleteOne({ _id: uscc });
    },
    count: () => raw().countDocuments(),
    run: () => runs.findOne().sort(UNDER_WAY_FIRST).lean<RunDocument>(),
    runs: (most) => runs.find().sort(UNDER_WAY_FIRST).limit(most).lean<RunDocument[]>(),
    async startRun(run) {
      await runs.create(run);
    },
    async advance({ _id, after }, to) {
      const { matchedCount } = await runs.updateOne({ _id, state: "running", after }, { $set: to });
      return matchedCount === 1;
    },
  };
}
