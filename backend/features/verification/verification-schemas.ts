import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText, positiveFenText, usccText } from "../../lib/schemas.ts";
import { consentPurpose } from "../consents/consent-schemas.ts";
import { CHECK_KINDS } from "./domain/check-kinds.ts";
import type { Param } from "./domain/check-params.ts";
import { LEGAL_BASES, type LegalBasisCode } from "./domain/legal-bases.ts";

/** Control characters, and what turns text around, have no place in a name or number. */
const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u, "control characters are not allowed");

const personNumber = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[1-9]\d{14}(\d{2}[\dX])?$/, "not a resident identity number of 18 characters (or 15 of old)")
  .openapi({ description: "Compared by its keyed hash; neither kept nor logged", example: "11010519491231002X" });

function paramSchema(param: Param): z.ZodType {
  switch (param.type) {
    case "text":
      return plainText(param.maxLength);
    case "integer":
      return z.int().min(param.min).max(param.max);
    case "choice":
      return z.enum(param.options.map(({ value }) => value) as [string, ...string[]]);
    case "amount":
      return positiveFenText;
    case "month":
      return z.string().regex(/^(19|20)\d{2}-(0[1-9]|1[0-2])$/, "a month such as 2026-03");
    case "person":
      return personNumber;
  }
}

/** The parameters of a kind; whatever else is sent is refused. */
export const paramsSchema = (params: readonly Param[]) =>
  z.strictObject(
    Object.fromEntries(
      params.map((param) => [
        param.name,
        (param.optional ? paramSchema(param).optional() : paramSchema(param)).describe(
          `${param.label.zh} · ${param.label.en}`,
        ),
      ]),
    ),
  );

const basisCodes = LEGAL_BASES.map(({ code }) => code) as [LegalBasisCode, ...LegalBasisCode[]];

/** Of an authority: the law, the case, who acts. */
export const legalUse = z.strictObject({
  code: z.enum(basisCodes),
  caseNo: plainText(100).describe("number of the case or file"),
  officer: plainText(60).describe("name or badge number of the officer in charge"),
  withhold: z
    .strictObject({
      days: z.int().min(1).max(365).describe("for so long the enterprise is not told"),
      reason: plainText(300),
    })
    .optional()
    .describe("only where the law lets it be kept from the enterprise for a time"),
});

const grounds = {
  purpose: consentPurpose
    .optional()
    .describe("institutions: what the consent was given for; credit review where absent"),
  legalBasis: legalUse.optional().describe("departments and courts: why they may without a consent"),
};

const checkOf = (kind: (typeof CHECK_KINDS)[number]) =>
  z
    .strictObject({
      kind: z.literal(kind.code).describe(`${kind.question.zh} · ${kind.question.en}`),
      uscc: usccText,
      params: paramsSchema(kind.params).default({}),
      ...grounds,
    })
    .openapi(`Check_${kind.code}`);

const checks = CHECK_KINDS.map(checkOf);
export const checkInput = z.discriminatedUnion(
  "kind",
  checks as unknown as [(typeof checks)[number], ...(typeof checks)[number][]],
);
export type CheckInput = z.output<typeof checkInput>;

export const kindCode = z.enum(CHECK_KINDS.map(({ code }) => code) as [string, ...string[]]);
const MAX_BATCH = 500;
/** Each subject stands for itself: what is wrong with one, or refused, doesn't touch the others. */
export const batchInput = z.strictObject({
  kind: kindCode,
  params: z
    .record(z.string().max(60), z.union([z.string().max(300), z.number()]))
    .default({})
    .describe("of all subjects"),
  subjects: z
    .array(
      z.strictObject({
        uscc: z.string().max(40),
        params: z.record(z.string().max(60), z.union([z.string().max(300), z.number()])).default({}),
      }),
    )
    .min(1)
    .max(MAX_BATCH),
  ...grounds,
});
export type BatchInput = z.output<typeof batchInput>;
export const batchQuery = z.object({
  kind: kindCode,
  purpose: consentPurpose.optional(),
  basis: z.enum(basisCodes).optional(),
  caseNo: plainText(100).optional(),
  officer: plainText(60).optional(),
});

export const queryInput = z.strictObject({ uscc: usccText, ...grounds });
export type Grounds = Pick<z.output<typeof queryInput>, "purpose" | "legalBasis">;

export const paramView = z.object({
  name: z.string(),
  label: localizedText,
  type: z.enum(["text", "integer", "choice", "amount", "month", "person"]),
  optional: z.boolean(),
  options: z.array(z.object({ value: z.string(), label: localizedText })).optional(),
});
export const kindList = z.object({
  items: z.array(
    z
      .object({
        code: z.string(),
        question: localizedText,
        params: z.array(paramView),
        catalogs: z.array(z.object({ id: z.string(), name: localizedText, departmentName: localizedText })),
      })
      .openapi("CheckKind"),
  ),
  legalBases: z
    .array(
      z.object({
        code: z.enum(basisCodes),
        name: localizedText,
        provision: z.string(),
        sensitive: z.boolean(),
        withholdDays: z.int(),
      }),
    )
    .describe("those that the reader may use"),
});
export type KindList = z.infer<typeof kindList>;
export type KindView = KindList["items"][number];

/** On what it was given. */
export const basisView = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("consent"), consentId: hex32, purpose: consentPurpose }),
  z.object({
    kind: z.literal("law"),
    code: z.enum(basisCodes),
    provision: z.string(),
    caseNo: z.string(),
    officer: z.string(),
    withheldUntil: isoTime.optional(),
    withheldWhy: z.string().optional(),
  }),
]);
export type BasisView = z.infer<typeof basisView>;
const asker = z.object({ id: z.string(), name: z.string(), role: z.enum(["institution", "department"]) });

/** What was answered, word for word as its commitment hides it. */
export const checkContent = z.object({
  number: z.string(),
  at: isoTime,
  kind: kindCode,
  params: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe("a person's number stands as its keyed hash"),
  subject: z.object({ uscc: z.string() }),
  answer: z.enum(["yes", "no", "unknown"]),
  reason: z
    .enum(["notReceived", "stale", "notReported", "periodNotCovered", "noValue"])
    .optional()
    .describe("of unknown"),
  asOf: z.string().optional().describe("the day up to which the registers behind it speak"),
  disputed: z.boolean().optional().describe("an objection to a record behind it is open"),
  evidence: z.array(
    z.object({
      catalogId: z.string(),
      catalogName: localizedText,
      departmentName: localizedText,
      recordIds: z.array(z.string()),
    }),
  ),
  asker,
  basis: basisView,
});
export type CheckContent = z.infer<typeof checkContent>;

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const queryPart = z.object({
  catalogId: z.string(),
  name: localizedText,
  departmentName: localizedText,
  /** none: the register came and has nothing. The others say nothing of what there may be. */
  state: z.enum(["some", "none", "notReceived", "notCovered", "notLawful"]),
  asOf: z.string().optional(),
  stale: z.boolean().optional(),
  /** Days outside of which nothing may be seen, by the consent. */
  cut: z.object({ from: z.string().optional(), to: z.string().optional() }).optional(),
  count: z.int().optional(),
  columns: z.array(z.object({ name: z.string(), label: localizedText, type: z.string() })),
  rows: z.array(z.object({ recordId: z.string(), disputed: z.boolean().optional(), cells: z.array(cell) })),
});
export type QueryPart = z.infer<typeof queryPart>;
export const queryContent = z.object({
  number: z.string(),
  at: isoTime,
  subject: z.object({ uscc: z.string(), name: z.string() }),
  sections: z.array(z.object({ code: z.string(), name: localizedText, parts: z.array(queryPart) })),
  asker,
  basis: basisView,
});
export type QueryContent = z.infer<typeof queryContent>;

const answerHead = {
  id: z.string(),
  number: z.string().describe("anybody who holds it can look it up"),
  kind: z.string().describe('a kind of check, or "query"'),
  at: isoTime,
  subject: z.object({ uscc: z.string(), name: z.string().optional() }),
  asker,
  basis: basisView,
  records: z.int(),
  digest: hex32,
  anchor: anchorState,
  contentUntil: isoTime.optional().describe("of an authority: until when the content is kept"),
  review: z
    .object({ verdict: z.enum(["inOrder", "objected"]), note: z.string(), at: isoTime })
    .optional()
    .describe("what the regulator found"),
};
export const checkView = z.object({ ...answerHead, content: checkContent.optional() }).openapi("Verification");
export type CheckView = z.infer<typeof checkView>;
export const queryView = z.object({ ...answerHead, content: queryContent.optional() }).openapi("OneClickQuery");
export type QueryView = z.infer<typeof queryView>;
export const answerView = z.object(answerHead).openapi("AnswerGiven");
export type AnswerView = z.infer<typeof answerView>;
export const answerList = z.object({ items: z.array(answerView), total: z.int() });

export const batchItem = z.object({
  row: z.int(),
  uscc: z.string(),
  outcome: z.enum(["answered", "refused", "invalid"]),
  verification: checkView.optional(),
  problem: z.object({ code: z.string(), detail: z.string(), fix: z.string().optional() }).optional(),
});
export type BatchItem = z.infer<typeof batchItem>;
export const batchResult = z
  .object({ kind: kindCode, answered: z.int(), refused: z.int(), invalid: z.int(), items: z.array(batchItem) })
  .openapi("VerificationBatch");
export type BatchResult = z.infer<typeof batchResult>;

export const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  what: z.enum(["checks", "queries"]).optional(),
  basis: z.enum(["consent", "law"]).optional(),
  review: z.enum(["open", "inOrder", "objected"]).optional(),
});
export type ListQuery = z.output<typeof listQuery>;
export const reviewInput = z.strictObject({
  verdict: z.enum(["inOrder", "objected"]),
  note: plainText(500).or(z.literal("")).default(""),
});

/** What the number alone tells: that it was given, when, and what to compare a proof pack with. */
export const numberView = z
  .object({
    number: z.string(),
    kind: z.string(),
    question: localizedText.optional(),
    at: isoTime,
    commitment: hex32,
    anchor: anchorState,
  })
  .openapi("AnswerNumber");
export type NumberView = z.infer<typeof numberView>;
export const numberParam = z.object({ number: z.string().min(1).max(60) });

export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,100}$/, "8 to 100 printable characters without spaces");
