import { z } from "zod";
import { isoTime, localizedText } from "../../lib/schemas.ts";

const part = z.number().min(0).max(1).nullable();
const measures = {
  batches: z.int(),
  rejected: z.int(),
  rows: z.int(),
  quarantined: z.int(),
  errorRate: part.openapi({ description: "Quarantined rows of all rows" }),
  reasons: z.array(z.object({ reason: z.string(), count: z.int() })),
  completeness: z
    .object({ required: part, optional: part })
    .openapi({ description: "Fields with a value, of stored rows" }),
  latency: z
    .object({ meanMs: z.int(), lastMs: z.int(), maxMs: z.int() })
    .nullable()
    .openapi({ description: "From the source's time, or the receipt, to visible" }),
  freshness: z.object({
    state: z.enum(["fresh", "due", "overdue", "none"]),
    lastBatchAt: isoTime.optional(),
    ageDays: z.number().nullable(),
    allowedDays: z.int(),
  }),
  use: z.object({
    reads: z.int(),
    refused: z.int(),
    byPurpose: z.array(z.object({ purpose: z.string(), count: z.int() })),
  }),
  objections: z.object({ open: z.int(), late: z.int() }),
  /** 0 to 100, see docs/data-sources.md. */
  score: z.int().min(0).max(100).nullable(),
};
export const trendDay = z.object({
  day: z.string(),
  rows: z.int(),
  quarantined: z.int(),
  reads: z.int(),
  latencyMs: z.int().nullable(),
});
export const catalogScore = z
  .object({ catalogId: z.string(), name: localizedText, departmentCode: z.string(), resources: z.int(), ...measures })
  .openapi("CatalogScore");
export const departmentScore = z
  .object({
    departmentCode: z.string(),
    name: localizedText,
    rank: z.int().nullable(),
    catalogs: z.int(),
    fresh: z.int(),
    batches: z.int(),
    rows: z.int(),
    quarantined: z.int(),
    errorRate: part,
    completeness: part,
    meanLatencyMs: z.int().nullable(),
    reads: z.int(),
    objections: z.object({ open: z.int(), late: z.int() }),
    score: z.int().min(0).max(100).nullable(),
  })
  .openapi("DepartmentScore");
export const scoreboard = z
  .object({
    at: isoTime,
    days: z.int(),
    departments: z.array(departmentScore),
    catalogs: z.array(catalogScore),
    trend: z.array(trendDay),
  })
  .openapi("Scoreboard");
export type Scoreboard = z.infer<typeof scoreboard>;
export type CatalogScore = z.infer<typeof catalogScore>;
export type DepartmentScore = z.infer<typeof departmentScore>;
export const scoreboardQuery = z.object({
  departmentCode: z.string().max(60).optional(),
  catalogId: z.string().max(100).optional(),
  days: z.coerce.number().int().min(1).max(366).default(30),
});
