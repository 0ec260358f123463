import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";

export const indicator = z
  .object({
    id: z.string().openapi({ example: "tax.paid12mFen" }),
    group: z.enum(["identity", "operation", "tax", "people", "assets", "justice", "innovation", "supply", "licences"]),
    name: localizedText,
    unit: z.enum(["fen", "count", "months", "kwh", "sqm", "bps", "code", "text", "date", "flag"]),
    /** null is unknown: no data, or data too old. Never zero for unknown. */
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
    asOf: z.string().optional().openapi({ description: "Date of the newest fact behind the value" }),
    source: z.object({ catalogId: z.string(), catalogName: localizedText, departmentName: localizedText }),
    recordIds: z.array(z.string()),
    recordCount: z.int(),
    /** The open objection to one of its records. */
    disputed: z.string().optional(),
    /** What the enterprise stated beside records that were upheld. */
    statements: z.array(z.object({ objectionId: z.string(), text: z.string() })).optional(),
  })
  .openapi("Indicator");
export type IndicatorView = z.infer<typeof indicator>;

export const seriesPoint = z.object({ period: z.string(), value: z.string() });
export const profile = z
  .object({
    enterprise: z.object({ uscc: z.string(), name: z.string(), district: z.string(), industry: z.string() }),
    computedAt: isoTime,
    indicators: z.array(indicator),
    series: z.array(
      z.object({
        id: z.string(),
        name: localizedText,
        unit: z.enum(["fen", "count", "kwh"]),
        points: z.array(seriesPoint),
      }),
    ),
    /** Set when an institution reads: the frozen, anchored copy. */
    snapshot: z.object({ id: z.string(), digest: hex32, anchor: anchorState }).optional(),
  })
  .openapi("Profile");
export type ProfileView = z.infer<typeof profile>;
