import { type Connection, type Model, type QueryFilter, Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { Reminder } from "./domain/answer-clock.ts";
import type { ObjectionState } from "./domain/objection-states.ts";
import type { objectionGround } from "./objection-schemas.ts";

export interface AnswerFields {
  decision: "corrected" | "removed" | "upheld";
  reason: string;
  at: Date;
  accountId: string;
  salt: string;
  changes?: Record<string, string>;
  /** The row that the correction's batch holds. */
  row?: Record<string, string>;
  /** The corrected version, once it is stored. */
  recordId?: string;
}

export interface ObjectionFields {
  recordId: string;
  catalogId: string;
  key: string;
  departmentCode: string;
  enterprise: { id: string; name: string; uscc: string };
  ground: z.infer<typeof objectionGround>;
  text: string;
  wished?: { field: string; value: string } | undefined;
  state: ObjectionState;
  raisedAt: Date;
  dueAt: Date;
  /** Of the next reminder; absent when none is left or the objection is answered. */
  remindAt?: Date | undefined;
  /** Unique while it is open: catalog and key of its record. */
  openKey?: string | undefined;
  notices: { kind: "raised" | Reminder; at: Date; read: boolean }[];
  answer?: AnswerFields | undefined;
  statement?: { text: string; at: Date } | undefined;
  erasedAt?: Date | undefined;
}
export type ObjectionDocument = ObjectionFields & AggregateFields;

export interface ObjectionFilter {
  enterpriseId?: string | undefined;
  departmentCode?: string | undefined;
  state: "open" | "overdue" | "answered" | "all";
}

export interface DepartmentCounts {
  departmentCode: string;
  open: number;
  overdue: number;
  answered: number;
  meanAnswerDays: number | null;
}

export interface ObjectionStore {
  /** False when the record has an open objection already. */
  insert(id: string, fields: ObjectionFields): Promise<boolean>;
  find(id: string): Promise<ObjectionDocument | null>;
  ofSubject(uscc: string): Promise<ObjectionDocument[]>;
  list(
    filter: ObjectionFilter,
    now: Date,
    page: number,
    size: number,
  ): Promise<{ items: ObjectionDocument[]; total: number }>;
  /** Sets, and takes away what is undefined. Null when it was changed meanwhile. */
  change(
    objection: ObjectionDocument,
    set: Partial<ObjectionFields>,
    effects?: readonly Effect[],
  ): Promise<ObjectionDocument | null>;
  remindersDue(now: Date, limit: number): Promise<ObjectionDocument[]>;
  correcting(limit: number): Promise<ObjectionDocument[]>;
  /** Newest notice first. */
  withNotices(departmentCode: string, limit: number): Promise<ObjectionDocument[]>;
  countUnread(departmentCode: string): Promise<number>;
  markRead(departmentCode: string): Promise<void>;
  counts(now: Date): Promise<DepartmentCounts[]>;
  /** Takes the texts of all objections to one record away, and closes the open ones. */
  eraseTexts(uscc: string, catalogId: string, key: string, at: Date): Promise<void>;
}

const ANSWERED: ObjectionState[] = ["corrected", "upheld", "stated"];
const OPEN: ObjectionState[] = ["raised", "correcting"];
const DAY_MS = 86_400_000;

function filterOf({ enterpriseId, departmentCode, state }: ObjectionFilter, now: Date): QueryFilter<ObjectionDocument> {
  return {
    ...(enterpriseId ? { "enterprise.id": enterpriseId } : {}),
    ...(departmentCode ? { departmentCode } : {}),
    ...(state === "open" ? { state: { $in: OPEN } } : {}),
    ...(state === "overdue" ? { state: "raised", dueAt: { $lt: now } } : {}),
    ...(state === "answered" ? { state: { $in: ANSWERED } } : {}),
  };
}

export function createObjectionStore(connection: Connection): ObjectionStore {
  const schema = aggregateSchema<ObjectionDocument>({
    recordId: { type: String, required: true },
    catalogId: { type: String, required: true },
    key: { type: String, required: true },
    departmentCode: { type: String, required: true },
    enterprise: { type: { id: String, name: String, uscc: String }, required: true, _id: false },
    ground: { type: String, required: true },
    text: String,
    wished: Schema.Types.Mixed,
    state: { type: String, required: true },
    raisedAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    remindAt: Date,
    openKey: String,
    notices: [{ type: { kind: String, at: Date, read: Boolean }, _id: false }],
    answer: Schema.Types.Mixed,
    statement: Schema.Types.Mixed,
    erasedAt: Date,
  });
  schema.index({ openKey: 1 }, { unique: true, sparse: true });
  schema.index({ remindAt: 1 }, { sparse: true });
  schema.index({ "enterprise.uscc": 1, catalogId: 1 });
  schema.index({ "enterprise.id": 1, raisedAt: -1 });
  schema.index({ departmentCode: 1, dueAt: 1 });
  schema.index({ state: 1, dueAt: 1 });
  schema.set("collection", "objections");
  const model = connection.model("Objection", schema) as unknown as Model<ObjectionDocument>;
  return {
    async insert(id, fields) {
      try {
        await model.create({ ...fields, _id: id, ...withEffects([]) });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    find: (id) => model.findById(id).lean<ObjectionDocument>(),
    ofSubject: (uscc) => model.find({ "enterprise.uscc": uscc }).sort({ _id: 1 }).lean<ObjectionDocument[]>(),
    async list(filter, now, page, size) {
      const query = filterOf(filter, now);
      const soonestFirst = filter.state === "open" || filter.state === "overdue";
      const items = await model
        .find(query)
        .sort(soonestFirst ? { dueAt: 1, _id: 1 } : { raisedAt: -1, _id: -1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<ObjectionDocument[]>();
      return { items, total: await model.countDocuments(query) };
    },
    async change({ _id, version }, set, effects = []) {
      const gone = Object.keys(set).filter((name) => set[name as keyof ObjectionFields] === undefined);
      const kept = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
      return model
        .findOneAndUpdate(
          { _id, version },
          {
            ...changeWithEffects(kept, effects),
            ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((name) => [name, 1])) } : {}),
          },
          { returnDocument: "after" },
        )
        .lean<ObjectionDocument>();
    },
    remindersDue: (now, limit) =>
      model
        .find({ remindAt: { $lte: now } })
        .sort({ remindAt: 1 })
        .limit(limit)
        .lean<ObjectionDocument[]>(),
    correcting: (limit) =>
      model.find({ state: "correcting" }).sort({ dueAt: 1 }).limit(limit).lean<ObjectionDocument[]>(),
    async withNotices(departmentCode, limit) {
      return model
        .find({ departmentCode, "notices.0": { $exists: true } })
        .sort({ raisedAt: -1 })
        .limit(limit)
        .lean<ObjectionDocument[]>();
    },
    async countUnread(departmentCode) {
      const [found] = await model.aggregate<{ count: number }>([
        { $match: { departmentCode, "notices.read": false } },
        { $unwind: "$notices" },
        { $match: { "notices.read": false } },
        { $count: "count" },
      ]);
      return found?.count ?? 0;
    },
    async markRead(departmentCode) {
      await model.updateMany(
        { departmentCode, "notices.read": false },
        { $set: { "notices.$[].read": true }, $inc: { version: 1 } },
      );
    },
    async counts(now) {
      const isOne = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
      const answered = { $in: ["$state", ANSWERED] };
      const found = await model.aggregate<{
        _id: string;
        open: number;
        overdue: number;
        answered: number;
        answerMs: number;
      }>([
        {
          $group: {
            _id: "$departmentCode",
            open: isOne({ $in: ["$state", OPEN] }),
            overdue: isOne({ $and: [{ $eq: ["$state", "raised"] }, { $lt: ["$dueAt", now] }] }),
            answered: isOne(answered),
            answerMs: { $sum: { $cond: [answered, { $subtract: ["$answer.at", "$raisedAt"] }, 0] } },
          },
        },
        { $sort: { _id: 1 } },
      ]);
      return found.map(({ _id, open, overdue, answered: done, answerMs }) => ({
        departmentCode: _id,
        open,
        overdue,
        answered: done,
        meanAnswerDays: done === 0 ? null : Math.round((Number(answerMs) / done / DAY_MS) * 10) / 10,
      }));
    },
    async eraseTexts(uscc, catalogId, key, at) {
      const about = { "enterprise.uscc": uscc, catalogId, key };
      // Those that are open have nothing left to answer; they are found by the key, so their state goes first.
      await model.updateMany({ ...about, state: { $in: OPEN } }, { $set: { state: "erased" }, $inc: { version: 1 } });
      await model.updateMany(about, {
        $set: { text: "", key: "", erasedAt: at },
        $unset: {
          wished: 1,
          statement: 1,
          "answer.reason": 1,
          "answer.changes": 1,
          "answer.row": 1,
          openKey: 1,
          remindAt: 1,
        },
        $inc: { version: 1 },
      });
    },
  };
}
