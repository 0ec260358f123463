import { type Connection, type Model, Schema } from "mongoose";

/** Where the fetching of one resource stands. One document a resource, written by who holds its lease. */
export interface FetchState {
  _id: string;
  /** When it is to be worked on next; absent while it is not to be. */
  dueAt?: Date | undefined;
  /** The time of the schedule that `dueAt` was derived from: a back-off doesn't shift the schedule. */
  scheduledAt?: Date | undefined;
  leaseUntil: Date;
  /** Counts up with each claim: who was overtaken finds out by it. */
  epoch: number;
  /** Where the next page starts; null for the beginning. */
  cursor: string | null;
  /** Number of the next page, over all runs. */
  sequence: number;
  /** Under way. */
  runId?: string | undefined;
  /** What the run under way has brought so far. */
  pages: number;
  rows: number;
  attempts: number;
  /** The next run was asked for by hand. */
  manual: boolean;
}

/** One fetching from its start to its end, or one delivery that was pushed. */
export interface RunDocument {
  _id: string;
  resourceId: string;
  trigger: "schedule" | "manual" | "push";
  state: "running" | "waiting" | "done" | "failed";
  startedAt: Date;
  finishedAt?: Date | undefined;
  pages: number;
  rows: number;
  batchIds: string[];
  attempts: number;
  nextAttemptAt?: Date | undefined;
  fault?: { code: string; message: string } | undefined;
}

export interface RunStore {
  state(resourceId: string): Promise<FetchState | null>;
  states(resourceIds: readonly string[]): Promise<Map<string, FetchState>>;
  /** Sets when it is due, and takes away what is undefined. A run under way is worked on sooner or later than it was. */
  schedule(resourceId: string, set: Partial<Pick<FetchState, "dueAt" | "scheduledAt" | "manual">>): Promise<void>;
  /** The most overdue resource that nobody works on, for `ms`. */
  claim(now: Date, ms: number): Promise<FetchState | null>;
  /** Of who claimed it. False when another has claimed it since. */
  advance(claimed: FetchState, set: Partial<Omit<FetchState, "_id" | "epoch">>): Promise<boolean>;
  /** Starts at the beginning again; a page under way is not taken. */
  rewind(resourceId: string): Promise<void>;
  putRun(run: RunDocument): Promise<void>;
  findRun(id: string): Promise<RunDocument | null>;
  runs(resourceId: string, page: number, size: number): Promise<{ items: RunDocument[]; total: number }>;
  lastRuns(resourceIds: readonly string[]): Promise<Map<string, RunDocument>>;
}

export function createRunStore(connection: Connection): RunStore {
  const options = (collection: string) => ({
    strict: "throw" as const,
    versionKey: false as const,
    collection,
    minimize: false,
  });
  const stateSchema = new Schema<FetchState>(
    {
      _id: { type: String, required: true },
      dueAt: Date,
      scheduledAt: Date,
      leaseUntil: { type: Date, required: true },
      epoch: { type: Number, required: true },
      cursor: String,
      sequence: { type: Number, required: true },
      runId: String,
      pages: { type: Number, required: true },
      rows: { type: Number, required: true },
      attempts: { type: Number, required: true },
      manual: { type: Boolean, required: true },
    } as never,
    options("fetchStates"),
  );
  stateSchema.index({ dueAt: 1 }, { sparse: true });
  const runSchema = new Schema<RunDocument>(
    {
      _id: { type: String, required: true },
      resourceId: { type: String, required: true },
      trigger: { type: String, required: true },
      state: { type: String, required: true },
      startedAt: { type: Date, required: true },
      finishedAt: Date,
      pages: { type: Number, required: true },
      rows: { type: Number, required: true },
      batchIds: [String],
      attempts: { type: Number, required: true },
      nextAttemptAt: Date,
      fault: { type: { code: String, message: String }, _id: false },
    } as never,
    options("sourceRuns"),
  );
  runSchema.index({ resourceId: 1, startedAt: -1 });
  const states = connection.model("FetchState", stateSchema) as unknown as Model<FetchState>;
  const runs = connection.model("SourceRun", runSchema) as unknown as Model<RunDocument>;

  const split = (fields: object) => {
    const entries = Object.entries(fields);
    const set = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    const gone = entries.filter(([, value]) => value === undefined).map(([key]) => [key, 1] as const);
    return {
      ...(Object.keys(set).length > 0 ? { $set: set } : {}),
      ...(gone.length > 0 ? { $unset: Object.fromEntries(gone) } : {}),
    };
  };
  return {
    state: (id) => states.findById(id).lean<FetchState>(),
    async states(ids) {
      const found = await states.find({ _id: { $in: [...ids] } }).lean<FetchState[]>();
      return new Map(found.map((state) => [state._id, state]));
    },
    async schedule(_id, set) {
      const fresh = {
        leaseUntil: new Date(0),
        ...{ epoch: 0, cursor: null, sequence: 0, attempts: 0, pages: 0, rows: 0 },
        ...("manual" in set ? {} : { manual: false }),
      };
      await states.updateOne({ _id }, { ...split(set), $setOnInsert: fresh }, { upsert: true });
    },
    claim: (now, ms) =>
      states
        .findOneAndUpdate(
          { dueAt: { $lte: now }, leaseUntil: { $lt: now } },
          { $set: { leaseUntil: new Date(now.getTime() + ms) }, $inc: { epoch: 1 } },
          { sort: { dueAt: 1 }, returnDocument: "after" },
        )
        .lean<FetchState>(),
    async advance({ _id, epoch }, set) {
      return (await states.updateOne({ _id, epoch }, split(set))).matchedCount > 0;
    },
    async rewind(_id) {
      await states.updateOne({ _id }, { $set: { cursor: null }, $inc: { sequence: 1, epoch: 1 } });
    },
    async putRun({ _id, ...fields }) {
      await runs.updateOne({ _id }, split(fields), { upsert: true });
    },
    findRun: (id) => runs.findById(id).lean<RunDocument>(),
    async runs(resourceId, page, size) {
      const items = await runs
        .find({ resourceId })
        .sort({ startedAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<RunDocument[]>();
      return { items, total: await runs.countDocuments({ resourceId }) };
    },
    async lastRuns(ids) {
      const found = await Promise.all(
        ids.map((resourceId) => runs.findOne({ resourceId }).sort({ startedAt: -1, _id: -1 }).lean<RunDocument>()),
      );
      return new Map(found.flatMap((run) => (run ? [[run.resourceId, run]] : [])));
    },
  };
}
