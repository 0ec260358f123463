import { z } from "zod";
import { usccText } from "../../lib/schemas.ts";

const words = {
  registrationNumber: z.string().trim().min(1).max(40).optional(),
  name: z.string().trim().min(1).max(200).optional(),
};
const atLeastOne = (row: { registrationNumber?: string | undefined; name?: string | undefined }): boolean =>
  row.registrationNumber !== undefined || row.name !== undefined;
const ONE_NEEDED = "send a name, a registration number, or both";

export const linkedBy = z.enum([
  "uscc",
  "settlement",
  "registrationNumber",
  "name",
  "nameVariant",
  "formerName",
  "similarName",
]);
const certainty = z.int().min(0).max(10_000).describe("basis points");
const linked = z.object({ uscc: z.string(), certainty, by: linkedBy });

export const subjectCandidate = linked.extend({
  name: z.string().optional().describe("absent for a code of which no registration is known"),
});
export const subjectQuery = z.object({ uscc: z.string().trim().max(40).optional(), ...words });
/** One of the three: linked, unknown, or ambiguous with the candidates. */
export const subjectAnswer = z
  .object({
    state: z.enum(["linked", "unknown", "ambiguous"]),
    linked: linked.optional(),
    candidates: z.array(subjectCandidate),
    linkFrom: certainty.describe("what is less certain isn't linked"),
  })
  .openapi("SubjectAnswer");

export const settlementInput = z.object({ ...words, uscc: usccText }).refine(atLeastOne, ONE_NEEDED);
export const settlementAnswer = z.object({ catalogId: z.string(), uscc: z.string(), name: z.string().optional() });

export const relatedEnterprise = z
  .object({
    uscc: z.string(),
    name: z.string(),
    shared: z.array(
      z.object({
        /** What the person is in the enterprise asked about, and in this one. */
        role: z.enum(["legalRepresentative", "shareholder"]),
        roleThere: z.enum(["legalRepresentative", "shareholder"]),
      }),
    ),
  })
  .openapi("RelatedEnterprise");
export type RelatedEnterprise = z.infer<typeof relatedEnterprise>;
export const relatedList = z.object({ items: z.array(relatedEnterprise) });

export const subjectIndexState = z
  .object({ subjects: z.int(), batchesRead: z.int(), batchesWaiting: z.int() })
  .openapi("SubjectIndexState");
