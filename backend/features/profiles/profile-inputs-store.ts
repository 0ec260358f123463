import { type Connection, type mongo, Schema } from "mongoose";
import type { StoredRecord } from "./profile-content.ts";

/*
 * What profiles are worked out of, read where it lies and in bulk: the records in the order of their enterprises, and
 * which batches they may be read of.
 */

/** What of the batches is there now. */
export interface ExchangeState {
  /** Other batches, another version. */
  readonly version: string;
  /** Catalog → ISO time of its newest batch. */
  readonly received: ReadonlyMap<string, string>;
}

/** One version of a record as it lies there. */
export type RecordVersion = Omit<StoredRecord, "receivedAt"> & {
  readonly asOf?: string;
  readonly deleted?: boolean;
  readonly moved?: boolean;
};

/** What of a visible batch decides between versions. */
export interface VisibleBatch {
  readonly receivedAt: Date;
  readonly origin?: { readonly sourceTime?: string } | undefined;
}

/** One enterprise's records, all versions of them. */
export interface EnterpriseRecords {
  readonly uscc: string;
  readonly records: RecordVersion[];
}

export interface ProfileInputsStore {
  state(): Promise<ExchangeState>;
  /** A batch that may be read, as of the last `state()`; undefined for others. */
  batch(id: string): VisibleBatch | undefined;
  registration(uscc: string): Promise<RecordVersion[]>;
  /** Whole enterprises after a code, in order; those of about so many records. None at the end. */
  page(after: string, records: number): Promise<EnterpriseRecords[]>;
}

interface RawBatch extends VisibleBatch {
  _id: string;
  catalogId: string;
  finishedAt?: Date;
}

/** A batch is looked for so long after the newest known one: clocks of several processes differ. */
const OVERLAP_MS = 120_000;
/** All of them are read again so often, whatever their clocks said. */
const WHOLE_MS = 600_000;

export function createProfileInputsStore(connection: Connection): ProfileInputsStore {
  // For its index alone: the batches themselves are the exchange's.
  const visible = new Schema(
    { _id: String, state: String, finishedAt: Date },
    { strict: "throw", versionKey: false, collection: "batches" },
  );
  visible.index({ state: 1, finishedAt: 1 });
  connection.model("VisibleBatch", visible);
  const batches = () => connection.collection("batches") as unknown as mongo.Collection<RawBatch & { state: string }>;
  const records = () => connection.collection("records") as unknown as mongo.Collection<RecordVersion>;

  /** Every visible batch. A batch never goes back, so what is known stays true. */
  const known = new Map<string, VisibleBatch>();
  const received = new Map<string, string>();
  let newest = 0;
  let wholeAt = 0;

  async function catchUp(): Promise<void> {
    const whole = Date.now() >= wholeAt;
    const since = whole ? {} : { finishedAt: { $gte: new Date(newest - OVERLAP_MS) } };
    const found = batches().find({ state: "stored", ...since } as never, {
      projection: { catalogId: 1, receivedAt: 1, finishedAt: 1, origin: 1 },
    });
    for (const { _id, catalogId, receivedAt, finishedAt, origin } of await found.toArray()) {
      known.set(_id, { receivedAt, origin });
      newest = Math.max(newest, finishedAt?.getTime() ?? 0);
      const at = receivedAt.toISOString();
      if (at > (received.get(catalogId) ?? "")) received.set(catalogId, at);
    }
    if (whole) wholeAt = Date.now() + WHOLE_MS;
  }

  return {
    async state() {
      await catchUp();
      return { version: `${known.size}-${newest}`, received: new Map(received) };
    },
    batch: (id) => known.get(id),
    registration: (uscc) => records().find({ uscc, catalogId: "business-registration" }).toArray(),
    async page(after, wanted) {
      for (let limit = wanted; ; limit *= 2) {
        const found = await records()
          .find({ uscc: { $gt: after } })
          .sort({ uscc: 1 })
          .limit(limit)
          .toArray();
        const groups = new Map<string, RecordVersion[]>();
        for (const record of found) {
          const group = groups.get(record.uscc);
          if (group) group.push(record);
          else groups.set(record.uscc, [record]);
        }
        const whole = [...groups].map(([uscc, own]) => ({ uscc, records: own }));
        // The last one may go on behind the limit.
        if (found.length === limit) whole.pop();
        if (whole.length > 0 || found.length < limit) return whole;
      }
    },
  };
}
