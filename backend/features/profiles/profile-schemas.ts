import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";

export const INDICATOR_GROUPS = [
  "identity",
  "operation",
  "tax",
  "people",
  "assets",
  "justice",
  "innovation",
  "supply-chain",
  "environment",
] as const;

const indicatorId = z.string().openapi({ example: "tax.paid12mFen" });
const indicatorUnit = z.enum(["fen", "count", "months", "kwh", "sqm", "bps", "code", "text", "date", "flag"]);
const group = z.enum(INDICATOR_GROUPS);
const figure = z.union([z.string(), z.number()]);

export const indicator = z
  .object({
    id: indicatorId,
    group,
    name: localizedText,
    unit: indicatorUnit,
    /** null is unknown: no data, or data too old. Never zero for unknown. */
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
    /** Of an unknown value. */
    why: z.enum(["notReceived", "stale", "noRecord", "notStated", "outsideConsent"]).optional(),
    asOf: z.string().optional().openapi({ description: "Date of the newest fact behind the value" }),
    freshUntil: z.string().optional().openapi({ description: "The last day on which this value is still told" }),
    trend: z
      .object({
        before: figure,
        beforeAsOf: z.string(),
        changeBps: z
          .int()
          .optional()
          .openapi({ description: "Basis points of the figure before; absent when that is 0" }),
      })
      .optional()
      .openapi({ description: "The same figure a year before" }),
    periods: z.int().optional().openapi({ description: "How many months or quarters a sum is made of" }),
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

export const indicatorList = z.object({
  items: z.array(
    z
      .object({
        id: indicatorId,
        group,
        name: localizedText,
        unit: indicatorUnit,
        description: localizedText.openapi({ description: "How it is worked out, and when it is unknown" }),
        source: z.object({ catalogId: z.string(), catalogName: localizedText, departmentName: localizedText }),
        freshDays: z.int().openapi({ description: "Days after its date until it is unknown" }),
      })
      .openapi("IndicatorDefinition"),
  ),
});

export const evidence = z
  .object({
    recordId: z.string(),
    catalogId: z.string(),
    catalogName: localizedText,
    departmentName: localizedText,
    period: z.string().optional(),
    batchId: z.string(),
    row: z.int(),
    receivedAt: isoTime,
    proof: z.string().openapi({ description: "Path of its proof pack" }),
    /** Where its batch stands on the chain. */
    anchor: anchorState,
    disputed: z.string().optional(),
  })
  .openapi("Evidence");
export type EvidenceView = z.infer<typeof evidence>;

export const seriesPoint = z.object({ period: z.string(), value: z.string() });
const fact = { catalogId: z.string(), recordId: z.string() };

export const profile = z
  .object({
    enterprise: z.object({ uscc: z.string(), name: z.string(), district: z.string(), industry: z.string() }),
    computedAt: isoTime,
    indicators: z.array(indicator),
    series: z.array(
      z.object({
        id: z.string(),
        group,
        name: localizedText,
        unit: z.enum(["fen", "count", "kwh"]),
        catalogId: z.string(),
        points: z.array(seriesPoint),
      }),
    ),
    /** Of all indicators that the reader may see, by group: how many are known. */
    completeness: z.array(z.object({ group, known: z.int(), total: z.int() })),
    events: z.array(
      z.object({
        ...fact,
        date: z.string(),
        kind: z.enum([
          "registered",
          "changed",
          "licensed",
          "granted",
          "acquired",
          "pledged",
          "sued",
          "penalised",
          "listed",
          "awarded",
        ]),
        field: z.string().optional(),
        text: z.string().optional(),
      }),
    ),
    ties: z.array(
      z.object({
        ...fact,
        kind: z.enum(["representative", "shareholder", "position", "partner"]),
        name: z.string(),
        role: z.string().optional(),
        roleField: z.string().optional(),
        amountFen: z.string().optional(),
      }),
    ),
    licences: z.array(
      z.object({
        ...fact,
        kind: z.string().optional(),
        kindField: z.string().optional(),
        number: z.string(),
        validFrom: z.string().optional(),
        validTo: z.string().optional(),
        inForce: z.boolean(),
      }),
    ),
    /** The records that all this rests on, with the way to each one's proof. */
    evidence: z.array(evidence),
    /** Set when an institution reads: the frozen, anchored copy. */
    snapshot: z.object({ id: z.string(), digest: hex32, consentId: z.string(), anchor: anchorState }).optional(),
  })
  .openapi("Profile");
export type ProfileView = z.infer<typeof profile>;

export const profilePack = z
  .object({
    format: z.literal("rongqiao-profile/1"),
    exportedAt: isoTime,
    profile,
    /** One leaf proof pack for each record whose batch is on the chain: each can be checked by itself. */
    proofs: z.array(z.unknown()),
    /** Records whose batch isn't on the chain yet. */
    waiting: z.array(z.string()),
  })
  .openapi("ProfilePack");
export type ProfilePack = z.infer<typeof profilePack>;

export const recomputeRun = z
  .object({
    id: z.string(),
    state: z.enum(["running", "done"]),
    startedAt: isoTime,
    finishedAt: isoTime.optional(),
    /** Enterprises gone through, and how many of them had changed. */
    done: z.int(),
    changed: z.int(),
  })
  .openapi("RecomputeRun");
export type RecomputeRun = z.infer<typeof recomputeRun>;
export const recomputeState = z.object({ run: recomputeRun.optional() });
