import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";
import { gradeName, scorecard } from "./scorecard-schemas.ts";
import { impactGroup, trainingReport } from "./training-schemas.ts";

const owner = z.object({ id: z.string(), name: z.string(), kind: z.enum(["platform", "institution"]) });
export const scorecardState = z.enum(["draft", "published", "retired"]);
export const scorecardSummary = z
  .object({
    id: z.string(),
    cardId: z.string(),
    version: z.int(),
    state: scorecardState,
    digest: hex32.describe("keccak256 of the scorecard's RFC 8785 JSON"),
    reportDigest: hex32,
    owner,
    author: z.string(),
    population: z.string(),
    target: z.string(),
    trainedAt: isoTime,
    grades: scorecard.shape.grades,
    indicators: z.array(z.object({ id: z.string(), name: localizedText, unit: z.string() })),
    createdAt: isoTime,
    publishedAt: isoTime.optional(),
    retiredAt: isoTime.optional(),
    anchor: anchorState.optional(),
  })
  .openapi("ScorecardSummary");
export type ScorecardSummary = z.infer<typeof scorecardSummary>;
export const scorecardList = z.object({ items: z.array(scorecardSummary) });
export const scorecardDetail = scorecardSummary
  .extend({ scorecard, report: trainingReport })
  .openapi("ScorecardVersion");
export type ScorecardDetail = z.infer<typeof scorecardDetail>;

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["raiseTo", "lowerBelow"]), bound: z.string() }),
  z.object({ kind: z.literal("becomeOneOf"), values: z.array(z.string()) }),
  z.object({ kind: z.literal("provide") }),
]);

/** One indicator that counts: its value, where it comes from, the bin it falls into and what that is worth. */
export const scoredIndicator = z.object({
  indicatorId: z.string(),
  name: localizedText,
  unit: z.string(),
  /** null is unknown, which has points of its own: it isn't zero. */
  value,
  state: z.enum(["known", "unknown", "unseen"]),
  bin: localizedText,
  points: z.int(),
  bestPoints: z.int(),
  worstPoints: z.int(),
  asOf: z.string().optional(),
  catalogId: z.string().optional(),
  departmentName: localizedText.optional(),
  recordIds: z.array(z.string()),
  disputed: z.string().optional(),
});
export const scoreContent = z.object({
  total: z.int(),
  grade: gradeName,
  defaultRate: z.string().describe("mean default rate that the scorecard expects of this grade"),
  basePoints: z.int(),
  lowest: z.int().describe("the lowest score that this scorecard can give"),
  highest: z.int(),
  grades: scorecard.shape.grades,
  indicators: z.array(scoredIndicator),
  /** What costs most first. */
  reasons: z.array(z.object({ indicatorId: z.string(), pointsLost: z.int(), text: localizedText })),
  /** The smallest changes that the enterprise can make, what gains most first. */
  improvements: z.array(
    z.object({ indicatorId: z.string(), change, pointsGained: z.int(), grade: gradeName, text: localizedText }),
  ),
  nextGrade: z
    .object({
      grade: gradeName,
      from: z.int(),
      pointsMissing: z.int(),
      indicatorIds: z.array(z.string()).nullable(),
      text: localizedText,
    })
    .nullable(),
});
export type ScoreContent = z.infer<typeof scoreContent>;

export const scoreSummary = z
  .object({
    id: z.string(),
    kind: z.enum(["own", "read"]).describe("of the enterprise's own profile, or of a snapshot that was read"),
    uscc: z.string(),
    scorecard: z.object({ id: z.string(), cardId: z.string(), version: z.int(), digest: hex32, owner }),
    reader: z.object({ id: z.string(), name: z.string() }).optional(),
    snapshotId: z.string().optional(),
    consentId: z.string().optional().describe("of the reading that was scored"),
    asOf: isoTime.describe("the moment of the profile that was scored"),
    scoredAt: isoTime,
    inputDigest: hex32,
    resultDigest: hex32,
    previousId: z.string().optional(),
    anchor: anchorState,
    /** Of those whose content the reader may see in a list. */
    total: z.int().optional(),
    grade: gradeName.optional(),
    /** The copy that was scored is over: what it said is deleted, digests and proof stay. */
    deleted: z.boolean(),
  })
  .openapi("ScoreSummary");
export type ScoreSummary = z.infer<typeof scoreSummary>;
export const scoreView = scoreSummary.extend({ content: scoreContent.optional() }).openapi("Score");
export type ScoreView = z.infer<typeof scoreView>;
export const scoreList = z.object({ items: z.array(scoreSummary), total: z.int() });
export const scoreViews = z.object({ items: z.array(scoreView) });
export const scoreQuery = z.object({
  uscc: z.string().trim().toUpperCase().max(30).optional().describe("for the regulator: whose scores"),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

/** Inputs that somebody kept, for a score whose own are deleted. */
export const replayInput = z.strictObject({
  inputs: z.record(z.string().max(80), value).optional(),
});
export const replayResult = z
  .object({
    same: z.boolean().describe("whether the same bytes came out"),
    text: z.string().describe("the result of now, RFC 8785 JSON"),
    storedDigest: hex32,
    digest: hex32,
    scorecardDigest: hex32,
    inputDigest: hex32,
    inputs: z.record(z.string(), value),
  })
  .openapi("ScoreReplay");
export type ReplayView = z.infer<typeof replayResult>;

const drift = z.enum(["stable", "shift", "action"]);
const driftFigure = {
  psi: z.string().describe("empty where nobody could be scored"),
  /** What the index reaches by chance in one of a hundred samples that did not drift. */
  byChance: z.string(),
  drift,
};
const groups = z.object({
  by: z.enum(["district", "industry", "size"]),
  groups: z.array(impactGroup),
  adverse: z.boolean(),
});
export const monitoringReport = z
  .object({
    id: z.string(),
    scorecardId: z.string(),
    cardId: z.string(),
    version: z.int(),
    owner,
    month: z.string(),
    startedAt: isoTime,
    finishedAt: isoTime,
    /** Enterprises that were scored, and those with a value that the scorecard can't read. */
    scores: z.int(),
    refused: z.int(),
    drift,
    score: z.object(driftFigure),
    bands: z.array(
      z.object({
        from: z.int().nullable(),
        below: z.int().nullable(),
        expectedPpm: z.int(),
        actualPpm: z.int(),
      }),
    ),
    grades: z.array(z.object({ grade: gradeName, count: z.int() })),
    characteristics: z.array(
      z.object({
        indicatorId: z.string(),
        name: localizedText,
        ...driftFigure,
        pointsShift: z.string(),
        bins: z.array(z.object({ text: localizedText, expectedPpm: z.int(), actualPpm: z.int() })),
      }),
    ),
    /** Good grades (A, B) by group, by the four-fifths rule. */
    fairness: z.array(groups),
    /** Requests for financing that were decided, by group: credit granted is favourable. */
    decisions: z.array(groups),
    outcomes: z.object({
      goods: z.int(),
      bads: z.int(),
      /** Known outcomes without a score of this version from before the decision. */
      unscored: z.int(),
      /** Fewest of each for the figures below to say anything. */
      fewest: z.int(),
      figures: z
        .object({
          auc: z.string(),
          ks: z.string(),
          ksScore: z.int(),
          grades: z.array(z.object({ grade: gradeName, rows: z.int(), bads: z.int(), expectedRate: z.string() })),
        })
        .optional()
        .describe("absent while there are too few"),
    }),
    alert: z.boolean(),
    seen: z.boolean(),
  })
  .openapi("ScorecardMonitoring");
export type MonitoringReport = z.infer<typeof monitoringReport>;
export const monitoringList = z.object({
  items: z.array(monitoringReport),
  running: z.object({ month: z.string(), scored: z.int(), startedAt: isoTime }).optional(),
});
export type MonitoringList = z.infer<typeof monitoringList>;
export const surveyStarted = z.object({ month: z.string(), startedAt: isoTime });
export const alertList = z.object({ items: z.array(monitoringReport), unseen: z.int() });
