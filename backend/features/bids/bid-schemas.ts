import { z } from "zod";
import { anchorState, fenText, hex32, isoTime, positiveFenText, rateBps, signature } from "../../lib/schemas.ts";
import { repaymentMethod } from "../requests/request-schemas.ts";

/** One line of the itemised cost list (融资成本清单) beside the interest. */
export const feeItem = z.object({
  name: z.string().trim().min(1).max(60),
  payee: z.string().trim().min(1).max(120),
  timing: z.enum(["upfront", "perPeriod"]),
  amountFen: fenText,
});
/** What the bid's terms commitment hides: commitment(termsSalt, terms). */
export const bidTerms = z.object({
  requestId: z.string(),
  institution: z.object({ id: z.string(), name: z.string() }),
  amountFen: positiveFenText,
  termMonths: z.int().min(1).max(360),
  annualRateBps: rateBps,
  repaymentMethod,
  fees: z.array(feeItem).max(20),
  conditions: z.string().max(1000),
});
/** The institution signs Bid{requestKey, institution(address), termsCommitment, amountFen, validUntil, salt}. */
export const bidInput = z.object({
  terms: bidTerms,
  termsSalt: hex32,
  salt: hex32,
  validUntil: isoTime,
  signature,
});
export const bidState = z.enum(["submitted", "accepted", "declined", "withdrawn", "expired", "lapsed"]);
export const bid = z
  .object({
    id: z.string(),
    requestId: z.string(),
    state: bidState,
    institution: z.object({ id: z.string(), name: z.string(), address: z.string() }),
    terms: bidTerms,
    termsSalt: hex32,
    termsCommitment: hex32,
    salt: hex32,
    bidHash: hex32,
    validUntil: isoTime,
    createdAt: isoTime,
    signature,
    /** All-in annual rate 综合年化成本: monthly IRR of the money in hand × 12, in millionths (78861 is 7.8861 %). */
    allInRateE6: z.int(),
    effectiveRateE6: z.int(),
    firstPaymentFen: fenText,
    totalCostFen: fenText,
    anchor: anchorState,
  })
  .openapi("Bid");
export type BidView = z.infer<typeof bid>;
export const bidList = z.object({ items: z.array(bid) });
