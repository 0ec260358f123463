import { z } from "zod";
import { leafPack } from "../../lib/proof/pack.ts";
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
const unknownWhy = z.enum(["notReceived", "stale", "noRecord", "notStated", "outsideConsent"]);
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
    why: unknownWhy.optional(),
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
const tiedRole = z.enum(["legalRepresentative", "shareholder"]);

export const related = z
  .object({
    /** What the shared person is in this enterprise. The person is never named. */
    role: tiedRole,
    /** How many other enterprises the persons in this role lead or own. null is unknown, which is never zero. */
    value: z.int().nullable(),
    why: z
      .enum([...unknownWhy.options, "notLinked"])
      .optional()
      .openapi({ description: "notLinked: rows just received aren't yet held against each other" }),
    asOf: z.string().optional(),
    freshUntil: z.string().optional(),
    atLeast: z.literal(true).optional().openapi({ description: "There is a person whose number isn't known" }),
    /** The first of them; names and codes are in the public register of enterprises. */
    enterprises: z.array(
      z.object({
        uscc: z.string(),
        name: z.string().optional().openapi({ description: "Absent where no registration is known" }),
        /** What the shared persons are there. */
        roles: z.array(tiedRole),
      }),
    ),
    source: z.object({ catalogId: z.string(), catalogName: localizedText, departmentName: localizedText }),
    /** The enterprise's own records that name the persons. */
    recordIds: z.array(z.string()),
    recordCount: z.int(),
    disputed: z.string().optional(),
  })
  .openapi("RelatedEnterprises");
export type RelatedView = z.infer<typeof related>;

const fact = { catalogId: z.string(), recordId: z.string() };

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const periodOfConsent = { dataFrom: day.optional(), dataTo: day.optional() };

/** All that a profile was worked out of but what its records say: with those, anybody can work it out again. */
export const profileBasis = z
  .object({
    rules: z.string().openapi({ description: "Names the indicators' rules, whatever the records say" }),
    asOf: day,
    /** Of a profile that was read under a consent: what of the records it let see. */
    scope: z.object({ catalogs: z.array(z.string()), ...periodOfConsent }).optional(),
    catalogs: z.record(
      z.string(),
      z.object({
        /** Of its newest batch, whomever that was about; absent where there was none. */
        receivedAt: isoTime.optional(),
        updateFrequency: z.enum(["daily", "weekly", "monthly", "quarterly", "yearly"]),
        periodField: z.string().optional(),
        /** The fields that make its records licences. */
        licence: z
          .object({
            numberField: z.string(),
            nameField: z.string().optional(),
            issuedField: z.string().optional(),
            validUntilField: z.string().optional(),
            statusField: z.string().optional(),
            validStatus: z.string().optional(),
          })
          .optional(),
      }),
    ),
    /** Every record that was there, whether a figure names it or not. */
    records: z.array(z.object({ id: z.string(), catalogId: z.string(), key: z.string(), receivedAt: isoTime })),
  })
  .openapi("ProfileBasis");
export type ProfileBasis = z.infer<typeof profileBasis>;

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
    /** Enterprises tied to this one by a natural person, by role; without what a consent doesn't cover. */
    related: z.array(related).optional(),
    /** The records that all this rests on, with the way to each one's proof. */
    evidence: z.array(evidence),
    /** Of a profile that can be worked out again by others: a copy or an export. */
    basis: profileBasis.optional(),
    /** Set when an institution reads: the frozen, anchored copy. */
    snapshot: z.object({ id: z.string(), digest: hex32, consentId: z.string(), anchor: anchorState }).optional(),
  })
  .openapi("Profile");
export type ProfileView = z.infer<typeof profile>;

/** What the leaf pack of a record that is there opens; a deleted one says more. */
export const provedRecord = z.strictObject({
  catalogId: z.string(),
  key: z.string(),
  uscc: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export const PROFILE_FORMAT = "rongqiao-profile/2";

export const profilePack = z
  .strictObject({
    format: z.literal(PROFILE_FORMAT),
    exportedAt: isoTime,
    profile: profile.omit({ snapshot: true }).required({ basis: true }).strict(),
    /** Every record of the basis. */
    records: z.array(
      z.strictObject({
        id: z.string(),
        proof: leafPack.optional(),
        document: z
          .unknown()
          .optional()
          .openapi({ description: "Of a record whose batch isn't on the chain yet: what it says" }),
      }),
    ),
    /** Of a copy that an institution made: its own proof, whose document is `profile`. */
    snapshot: leafPack.omit({ document: true, file: true }).optional(),
  })
  .openapi("ProfilePack");
export type ProfilePack = z.infer<typeof profilePack>;

export const recomputeRun = z
  .object({
    id: z.string(),
    state: z.enum(["running", "done"]),
    startedAt: isoTime,
    finishedAt: isoTime.optional(),
    startedBy: z.enum(["operator", "daily"]),
    /** Enterprises gone through, and how many of them had changed. */
    done: z.int(),
    changed: z.int(),
    total: z.int().optional().openapi({ description: "Enterprises that were known when it began: done ends near it" }),
  })
  .openapi("RecomputeRun");
export type RecomputeRun = z.infer<typeof recomputeRun>;
export const recomputeState = z
  .object({
    run: recomputeRun.optional(),
    earlier: z.array(recomputeRun).openapi({ description: "Those before it, the newest first" }),
    nextDaily: isoTime.openapi({ description: "From then on a pass starts by itself, once none is under way" }),
  })
  .openapi("RecomputeState");
export type RecomputeState = z.infer<typeof recomputeState>;
