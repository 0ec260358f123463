import { z } from "zod";
import { isoTime, localizedText, positiveFenText, rateBps } from "../../lib/schemas.ts";
import { repaymentMethod } from "../requests/request-schemas.ts";

const scalar = z.union([z.string().max(60), z.number(), z.boolean()]);
export const condition = z.object({
  indicator: z.string().max(60),
  op: z.enum(["eq", "ne", "lt", "lte", "gt", "gte", "in", "between"]),
  value: z.union([scalar, z.array(scalar).max(50)]),
});
export type Condition = z.infer<typeof condition>;
export type EligibilityRule =
  | Condition
  | { all: EligibilityRule[] }
  | { any: EligibilityRule[] }
  | { not: EligibilityRule };
export const eligibilityRule: z.ZodType<EligibilityRule> = z
  .lazy(() =>
    z.union([
      condition,
      z.object({ all: z.array(eligibilityRule).min(1).max(30) }),
      z.object({ any: z.array(eligibilityRule).min(1).max(30) }),
      z.object({ not: eligibilityRule }),
    ]),
  )
  .openapi("EligibilityRule", { type: "object" });

export const productInput = z.object({
  code: z.string().trim().min(2).max(40),
  name: localizedText,
  amountMinFen: positiveFenText,
  amountMaxFen: positiveFenText,
  termMonthsMin: z.int().min(1).max(360),
  termMonthsMax: z.int().min(1).max(360),
  annualRateBps: rateBps,
  repaymentMethods: z.array(repaymentMethod).min(1),
  purposes: z.array(z.string().max(40)).max(20),
  eligibility: eligibilityRule,
});
export const product = productInput
  .extend({ id: z.string(), institution: z.object({ id: z.string(), name: z.string() }), publishedAt: isoTime })
  .openapi("Product");
export type ProductView = z.infer<typeof product>;
export const productList = z.object({ items: z.array(product) });
