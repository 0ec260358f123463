import { type Connection, type Model, Schema } from "mongoose";
import { insertNew } from "../../platform/mongo/aggregate.ts";

/** What came in of one catalog on one day (Beijing time). */
export interface BatchDay {
  readonly day: string;
  readonly catalogId: string;
  readonly rows: number;
  readonly quarantined: number;
  readonly latencyMs: number;
  readonly batches: number;
}

/** What was read on one day: by a record's catalog, or under a consent. */
export interface ReadDay {
  readonly what: string;
  readonly purpose: string;
  readonly consentId?: string | undefined;
  readonly allowed: boolean;
  readonly count: number;
}

export interface ScoreboardStore {
  batchDays(since: Date): Promise<BatchDay[]>;
  /** Days are "YYYY-MM-DD". Days that are over are counted once and kept. */
  readDays(days: readonly string[], closedBefore: string): Promise<Map<string, ReadDay[]>>;
  objections(now: Date): Promise<Map<string, { open: number; late: number }>>;
  /** The catalogs that each consent covers. */
  consentCatalogs(ids: readonly string[]): Promise<Map<string, readonly string[]>>;
}

interface ReadDayDocument {
  _id: string;
  reads: ReadDay[];
}

const BEIJING = "+08:00";
export const dayStart = (day: string): Date => new Date(`${day}T00:00:00${BEIJING}`);

/**
 * Counts over what other features keep, for the scoreboard alone: it reads, and writes nothing but its own sums. The indexes
 * on receivedAt and at make a day cheap however long the history is.
 */
export function createScoreboardStore(connection: Connection): ScoreboardStore {
  const model = connection.model(
    "ReadDay",
    new Schema<ReadDayDocument>(
      { _id: { type: String, required: true }, reads: { type: Schema.Types.Mixed, required: true } } as never,
      { strict: "throw", versionKey: false, collection: "readDays", minimize: false },
    ),
  ) as unknown as Model<ReadDayDocument>;

  /** All in one go: the first look at a quarter would else ask ninety times. */
  async function countReads(days: readonly string[]): Promise<Map<string, ReadDay[]>> {
    const counted = new Map<string, ReadDay[]>(days.map((day) => [day, []]));
    const sorted = days.toSorted();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return counted;
    const end = new Date(dayStart(last).getTime() + 86_400_000);
    const found = (await connection
      .collection("accessLog")
      .aggregate([
        { $match: { at: { $gte: dayStart(first), $lt: end } } },
        {
          $group: {
            _id: {
              day: { $dateToString: { format: "%Y-%m-%d", date: "$at", timezone: BEIJING } },
              ...{ what: "$what", purpose: "$purpose", consentId: "$consentId", allowed: "$allowed" },
            },
            count: { $sum: 1 },
          },
        },
      ])
      .toArray()) as unknown as { _id: Omit<ReadDay, "count"> & { day: string }; count: number }[];
    for (const { _id, count } of found) {
      const { day, ...read } = _id;
      counted.get(day)?.push({ ...read, count: Number(count) });
    }
    return counted;
  }

  return {
    async batchDays(since) {
      const latency = { $subtract: ["$finishedAt", { $ifNull: [{ $toDate: "$origin.sourceTime" }, "$receivedAt"] }] };
      const found = (await connection
        .collection("batches")
        .aggregate([
          { $match: { receivedAt: { $gte: since }, state: "stored" } },
          {
            $group: {
              _id: {
                day: { $dateToString: { format: "%Y-%m-%d", date: "$receivedAt", timezone: BEIJING } },
                catalogId: "$catalogId",
              },
              rows: { $sum: "$rows" },
              quarantined: { $sum: "$quarantined" },
              latencyMs: { $sum: { $max: [0, latency] } },
              batches: { $sum: 1 },
            },
          },
        ])
        .toArray()) as unknown as { _id: { day: string; catalogId: string }; [sum: string]: unknown }[];
      return found.map(({ _id, ...sums }) => ({
        ..._id,
        rows: Number(sums.rows),
        quarantined: Number(sums.quarantined),
        latencyMs: Number(sums.latencyMs),
        batches: Number(sums.batches),
      }));
    },

    async readDays(days, closedBefore) {
      const kept = await model
        .find({ _id: { $in: days.filter((day) => day < closedBefore) } })
        .lean<ReadDayDocument[]>();
      const known = new Map(kept.map(({ _id, reads }) => [_id, reads]));
      const missing = days.filter((day) => !known.has(day));
      const closed: ReadDayDocument[] = [];
      for (const [day, reads] of await countReads(missing)) {
        known.set(day, reads);
        if (day < closedBefore) closed.push({ _id: day, reads });
      }
      await insertNew(model, closed);
      return known;
    },

    async objections(now) {
      const isOne = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
      const found = (await connection
        .collection("objections")
        .aggregate([
          { $match: { state: { $in: ["raised", "correcting"] } } },
          {
            $group: {
              _id: "$catalogId",
              open: { $sum: 1 },
              late: isOne({ $and: [{ $eq: ["$state", "raised"] }, { $lt: ["$dueAt", now] }] }),
            },
          },
        ])
        .toArray()) as unknown as { _id: string; open: number; late: number }[];
      return new Map(found.map(({ _id, open, late }) => [_id, { open: Number(open), late: Number(late) }]));
    },

    async consentCatalogs(ids) {
      const found = (await connection
        .collection("consents")
        .find({ _id: { $in: [...ids] as never[] } }, { projection: { "terms.catalogs": 1 } })
        .toArray()) as unknown as { _id: string; terms: { catalogs: string[] } }[];
      return new Map(found.map(({ _id, terms }) => [_id, terms.catalogs]));
    },
  };
}
