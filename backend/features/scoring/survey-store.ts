import type { Connection, Model } from "mongoose";
import { Schema } from "mongoose";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";

/** One pass over all enterprises, counted for some scorecards at once. */
export interface SurveyDocument {
  _id: string;
  month: string;
  scorecardIds: string[];
  /** The last enterprise that is counted. */
  after: string;
  scored: number;
  /** JSON: the counts by scorecard. */
  progress: string;
  startedAt: Date;
  finishedAt?: Date;
  /** Unique while it goes on: one at a time. */
  running?: boolean;
}

/** What a month's survey found about one scorecard. */
export interface ReportDocument {
  _id: string;
  scorecardId: string;
  ownerId: string;
  month: string;
  finishedAt: Date;
  alert: boolean;
  /** Those who have seen the alert. */
  seenBy: string[];
  /** JSON of the figures. */
  content: string;
}

export interface SurveyStore {
  /** False when a survey is going on. */
  start(survey: Omit<SurveyDocument, "running">): Promise<boolean>;
  running(): Promise<SurveyDocument | null>;
  /** Keeps a slice's counts; false when somebody else went on from the same place. */
  advance(id: string, from: string, to: { after: string; scored: number; progress: string }): Promise<boolean>;
  finish(id: string, at: Date): Promise<void>;
  /** A repeated report changes nothing. */
  addReport(report: ReportDocument): Promise<void>;
  /** Newest first. */
  reports(scorecardIds: readonly string[], limit: number): Promise<ReportDocument[]>;
  /** The scorecards that a survey of the month has counted to its end. */
  surveyed(month: string): Promise<Set<string>>;
  alerts(ownerIds: readonly string[], limit: number): Promise<ReportDocument[]>;
  markSeen(ids: readonly string[], by: string): Promise<void>;
}

export function createSurveyStore(connection: Connection): SurveyStore {
  const options = { strict: "throw", versionKey: false, minimize: false } as const;
  const surveySchema = new Schema<SurveyDocument>(
    {
      _id: { type: String, required: true },
      month: { type: String, required: true },
      scorecardIds: { type: [String], required: true },
      after: { type: String, default: "" },
      scored: { type: Number, required: true },
      progress: { type: String, required: true },
      startedAt: { type: Date, required: true },
      finishedAt: Date,
      running: Boolean,
    },
    { ...options, collection: "scorecardSurveys" },
  );
  surveySchema.index({ running: 1 }, { unique: true, sparse: true });
  surveySchema.index({ month: 1 });
  const reportSchema = new Schema<ReportDocument>(
    {
      _id: { type: String, required: true },
      scorecardId: { type: String, required: true },
      ownerId: { type: String, required: true },
      month: { type: String, required: true },
      finishedAt: { type: Date, required: true },
      alert: { type: Boolean, required: true },
      seenBy: { type: [String], required: true },
      content: { type: String, required: true },
    },
    { ...options, collection: "scorecardReports" },
  );
  reportSchema.index({ scorecardId: 1, finishedAt: -1 });
  reportSchema.index({ ownerId: 1, alert: 1, finishedAt: -1 });
  const surveys = connection.model("ScorecardSurvey", surveySchema) as unknown as Model<SurveyDocument>;
  const reports = connection.model("ScorecardReport", reportSchema) as unknown as Model<ReportDocument>;
  return {
    async start(survey) {
      try {
        await surveys.create({ ...survey, running: true });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    running: () => surveys.findOne({ running: true }).lean<SurveyDocument>(),
    async advance(_id, from, to) {
      const { matchedCount } = await surveys.updateOne({ _id, after: from, running: true }, { $set: to });
      return matchedCount > 0;
    },
    async finish(_id, at) {
      await surveys.updateOne({ _id, running: true }, { $set: { finishedAt: at }, $unset: { running: 1 } });
    },
    async addReport(report) {
      try {
        await reports.create(report);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    reports: (scorecardIds, limit) =>
      reports
        .find({ scorecardId: { $in: [...scorecardIds] } })
        .sort({ finishedAt: -1, _id: -1 })
        .limit(limit)
        .lean<ReportDocument[]>(),
    async surveyed(month) {
      const found = await surveys
        .find({ month, finishedAt: { $exists: true } }, { scorecardIds: 1 })
        .lean<SurveyDocument[]>();
      return new Set(found.flatMap(({ scorecardIds }) => scorecardIds));
    },
    alerts: (ownerIds, limit) =>
      reports
        .find({ ownerId: { $in: [...ownerIds] }, alert: true })
        .sort({ finishedAt: -1, _id: -1 })
        .limit(limit)
        .lean<ReportDocument[]>(),
    async markSeen(ids, by) {
      await reports.updateMany({ _id: { $in: [...ids] } }, { $addToSet: { seenBy: by } });
    },
  };
}
