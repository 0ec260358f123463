import { z } from "zod";
import { gradeName, scorecard } from "./scorecard-schemas.ts";

/* What training writes beside a scorecard: who made it for whom, and how well it does. Uploaded as one JSON file. */

const decimal = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^-?\\d{1,9}\\.\\d{${digits}}$`), `a decimal number with ${digits} digits after the point`);
const count = z.int().min(0).max(1_000_000_000);
const ppm = z.int().min(0).max(1_000_000);
const name = z.string().min(1).max(100);

const samplePerformance = z.strictObject({
  rows: count,
  bads: count,
  auc: decimal(4),
  /** 95 % confidence interval. */
  aucLow: decimal(4),
  aucHigh: decimal(4),
  gini: decimal(4),
  ks: decimal(4),
  ksScore: z.int(),
});

export const impactGroup = z.strictObject({
  group: z.string().max(100),
  total: count,
  favourable: count,
  rateBps: z.int(),
  ratioBps: z.int().nullable(),
  verdict: z.enum(["reference", "fair", "adverse", "tooFew"]),
});

export const trainingReport = z
  .strictObject({
    train: samplePerformance,
    /** What was kept out of training: the figures to trust. */
    holdout: samplePerformance,
    /** Kept out, by score: shares of goods and of bads with at most this score. */
    curve: z.array(z.strictObject({ score: z.int(), goodsPpm: ppm, badsPpm: ppm })).max(120),
    calibration: z.strictObject({
      statistic: decimal(3),
      degrees: count,
      pValue: decimal(4),
      groups: z.array(z.strictObject({ rows: count, bads: count, expectedBads: decimal(2) })).max(20),
    }),
    grades: z.array(z.strictObject({ grade: gradeName, rows: count, bads: count, expectedRate: decimal(6) })).length(5),
    stability: z.strictObject({
      psi: decimal(4),
      characteristics: z.array(z.strictObject({ indicatorId: name, psi: decimal(4) })).max(60),
    }),
    impact: z.array(z.strictObject({ indicatorId: name, groups: z.array(impactGroup).max(500) })).max(20),
    leftOut: z.array(z.strictObject({ id: name, reason: z.string().max(300) })).max(500),
  })
  .openapi("TrainingReport");
export type TrainingReport = z.infer<typeof trainingReport>;

export const scorecardPackage = z
  .strictObject({
    scorecard,
    about: z.strictObject({
      author: z.string().trim().min(1).max(100),
      /** Whose outcomes it was fitted to: where, when, how many. */
      population: z.string().trim().min(1).max(500),
    }),
    report: trainingReport,
  })
  .openapi("ScorecardPackage");
export type ScorecardPackage = z.infer<typeof scorecardPackage>;
