import { z } from "zod";
import { MOST_FEN } from "../../../contracts/codes.ts";
import { address, hex32, isoTime, positiveFenText, receipt, signature } from "../../lib/schemas.ts";

export const repaymentMethod = z.enum(["equalInstalment", "equalPrincipal", "interestFirst", "bullet"]);
export type RepaymentMethod = z.infer<typeof repaymentMethod>;
export const purposeCode = z.enum([
  "workingCapital",
  "equipment",
  "rawMaterials",
  "expansion",
  "research",
  "refinancing",
  "other",
]);

/** What the terms commitment on chain hides: commitment(salt, terms). */
export const requestTerms = z.object({
  enterprise: z.object({ uscc: z.string(), name: z.string() }),
  amountFen: positiveFenText.refine(
    (fen) => BigInt(fen) <= MOST_FEN,
    `more than the ledger takes: at most ${MOST_FEN} fen`,
  ),
  termMonths: z.int().min(1).max(360),
  purpose: purposeCode,
  repaymentMethod,
  description: z.string().max(1000),
});

/**
 * The one-time request key signs FinancingRequest{requestKey, termsCommitment, amountFen, closesAt, expiresAt} (times in
 * unix seconds: use whole seconds); the enterprise's main key signs RequestEndorsement{requestKey, termsCommitment}.
 * keyIndex is the HD child index of the request key under the enterprise's main key.
 */
export const requestInput = z.object({
  terms: requestTerms,
  salt: hex32,
  requestKey: address,
  keyIndex: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  closesAt: isoTime,
  expiresAt: isoTime,
  signature,
  endorsement: signature,
});

export const requestState = z.enum(["open", "awarded", "granted", "withdrawn", "expired"]);
/** Institutions without consent see `anonymous` only: terms.enterprise, salt and endorsement are left out. */
export const request = z
  .object({
    id: z.string(),
    state: requestState,
    version: z.int(),
    requestKey: address,
    keyIndex: z.int().optional(),
    amountFen: positiveFenText,
    termMonths: z.int(),
    purpose: purposeCode,
    repaymentMethod,
    description: z.string(),
    district: z.string(),
    industry: z.string(),
    enterprise: z.object({ id: z.string(), uscc: z.string(), name: z.string() }).optional(),
    termsCommitment: hex32,
    salt: hex32.optional(),
    endorsement: signature.optional(),
    closesAt: isoTime,
    expiresAt: isoTime,
    createdAt: isoTime,
    bidCount: z.int().optional().openapi({ description: "Shown to the enterprise and the regulator only" }),
    awardedBidId: z.string().optional(),
    /** An institution: may it read the profile now, and its own bid. */
    mine: z.object({ consentId: z.string().optional(), bidId: z.string().optional() }).optional(),
    receipt,
    awardReceipt: receipt.optional(),
  })
  .openapi("FinancingRequest");
export type RequestView = z.infer<typeof request>;
export const requestList = z.object({ items: z.array(request), total: z.int() });
export const requestQuery = z.object({
  state: requestState.optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});
/** The request key signs Award{requestKey, bidHash}. */
export const awardInput = z.object({ bidId: z.string(), signature });
/** The request key signs Withdrawal{requestKey}. */
export const withdrawalInput = z.object({ signature });
