import { z } from "zod";
import { localizedText } from "../../lib/schemas.ts";
import { condition, product } from "../products/product-schemas.ts";

export const verdict = z.enum(["eligible", "notEligible", "unknown"]);
export const matchReason = z.object({
  condition,
  /** True when the condition must not hold. */
  negated: z.boolean(),
  verdict,
  name: localizedText,
  unit: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  asOf: z.string().optional(),
  departmentName: localizedText.optional(),
  recordIds: z.array(z.string()),
  /** The open objection to one of the records. */
  disputed: z.string().optional(),
});
export const match = z
  .object({
    product,
    verdict,
    /** Every condition with the value, source and date behind it; those of the request first (ids `request.amountFen`, `request.termMonths`). */
    reasons: z.array(matchReason),
    /** The conditions that would have to change for this product to fit; empty when it fits. */
    missing: z.array(matchReason),
  })
  .openapi("Match");
export type MatchView = z.infer<typeof match>;
export const matchList = z.object({ items: z.array(match) });
