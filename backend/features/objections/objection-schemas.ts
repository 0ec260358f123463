import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";
import { OBJECTION_STATES } from "./domain/objection-states.ts";

/** The longest ground, answer or statement, in characters. */
export const TEXT_LENGTH = 1_000;
const words = (least: number) => z.string().trim().min(least).max(TEXT_LENGTH);

export const objectionGround = z.enum(["wrongValue", "outdated", "incomplete", "notOurs", "settled", "other"]);
export const objectionState = z.enum(OBJECTION_STATES);
const fieldName = z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/, "a field's name as the catalog has it");
const cell = z.string().trim().max(400);

export const objectionInput = z.strictObject({
  ground: objectionGround,
  text: words(5),
  wished: z
    .strictObject({ field: fieldName, value: cell })
    .optional()
    .openapi({ description: "The value that the field should have, written as in a department's file" }),
});
export const correctionInput = z.strictObject({
  reason: words(1),
  fields: z
    .record(fieldName, cell)
    .refine((fields) => Object.keys(fields).length > 0, "name at least one field")
    .openapi({ description: "Field → new value, written as in a file; an empty text takes an optional value away" }),
});
export const refusalInput = z.strictObject({ reason: words(5) });
export const statementInput = z.strictObject({ text: words(1) });

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const objection = z
  .object({
    id: z.string(),
    recordId: z.string().openapi({ description: "The version of the record that it is about" }),
    catalogId: z.string(),
    catalogName: localizedText,
    departmentCode: z.string(),
    departmentName: localizedText,
    enterprise: z.object({ id: z.string(), name: z.string(), uscc: z.string() }),
    ground: objectionGround,
    text: z.string(),
    wished: z.object({ field: z.string(), value: z.string() }).optional(),
    state: objectionState,
    raisedAt: isoTime,
    dueAt: isoTime.openapi({ description: "End of the twentieth day in Shanghai" }),
    /** Negative when overdue. Only while the department hasn't answered. */
    daysLeft: z.int().optional(),
    overdue: z.boolean(),
    answer: z
      .object({
        decision: z.enum(["corrected", "removed", "upheld"]),
        reason: z.string(),
        at: isoTime,
        /** What the department changed: field → text as it was written. */
        changes: z.record(z.string(), z.string()).optional(),
        /** The corrected version. */
        recordId: z.string().optional(),
        anchor: anchorState.optional(),
      })
      .optional(),
    statement: z.object({ text: z.string(), at: isoTime }).optional(),
    /** Its texts were erased together with the record. */
    erasedAt: isoTime.optional(),
  })
  .openapi("Objection");
export type ObjectionView = z.infer<typeof objection>;
export const objectionList = z.object({ items: z.array(objection), total: z.int() });
export const objectionQuery = z.object({
  state: z.enum(["open", "overdue", "answered", "all"]).default("all"),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

/** With the record as it is today, each field also as it would stand in a file. */
export const objectionDetail = objection
  .extend({
    record: z
      .object({
        id: z.string(),
        fields: z.array(
          z.object({
            name: z.string(),
            label: localizedText,
            type: z.string(),
            required: z.boolean(),
            /** False for the key and the subject: they name the record. */
            correctable: z.boolean(),
            codes: z.array(z.object({ code: z.string(), word: z.string() })).optional(),
            value,
            cell: z.string(),
          }),
        ),
      })
      .optional(),
    /** The answer as it is hashed for the anchor, with its salt. */
    opening: z.object({ document: z.unknown(), salt: hex32, commitment: hex32 }).optional(),
  })
  .openapi("ObjectionDetail");
export type ObjectionDetail = z.infer<typeof objectionDetail>;

/** Beside a record, for everybody who reads it. */
export const recordObjection = z
  .object({
    id: z.string(),
    state: objectionState,
    ground: objectionGround,
    /** True while it is open. */
    disputed: z.boolean(),
    raisedAt: isoTime,
    dueAt: isoTime,
    answeredAt: isoTime.optional(),
    statement: z.string().optional(),
    /** The version that took this one's place, or whose place this one took. */
    correctedBy: z.string().optional(),
    corrects: z.string().optional(),
  })
  .openapi("RecordObjection");
export type RecordObjection = z.infer<typeof recordObjection>;

export const objectionNotice = z.object({
  objectionId: z.string(),
  kind: z.enum(["raised", "due10", "due3", "due1", "overdue"]),
  at: isoTime,
  dueAt: isoTime,
  read: z.boolean(),
  catalogName: localizedText,
  enterpriseName: z.string(),
});
export const objectionNotices = z.object({ items: z.array(objectionNotice), unread: z.int() });

export const objectionCounts = z.object({
  items: z.array(
    z.object({
      departmentCode: z.string(),
      departmentName: localizedText,
      open: z.int(),
      overdue: z.int(),
      answered: z.int(),
      /** From raising to answer; null when none was answered. */
      meanAnswerDays: z.number().nullable(),
    }),
  ),
});

export const erasure = z.object({
  recordId: z.string(),
  catalogId: z.string(),
  batchId: z.string(),
  /** The record's commitment, which stays in its anchored batch. */
  digest: hex32,
  endedOn: z.string(),
  erasedAt: isoTime,
  anchor: anchorState,
});
export const erasureList = z.object({ items: z.array(erasure), total: z.int() });
export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });
