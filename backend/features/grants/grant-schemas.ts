import { z } from "zod";
import { address, hex32, isoTime, positiveFenText, receipt, signature } from "../../lib/schemas.ts";
import { bidTerms } from "../bids/bid-schemas.ts";

/** What the grant's terms commitment hides: commitment(termsSalt, terms). */
export const grantTerms = bidTerms.extend({ bidId: z.string(), contractNumber: z.string().trim().min(1).max(60) });
/** The institution signs Grant{requestKey, bidHash, termsCommitment, amountFen, expiresAt, salt}. */
export const grantInput = z.object({
  terms: grantTerms,
  termsSalt: hex32,
  salt: hex32,
  expiresAt: isoTime,
  signature,
});
export const grant = z
  .object({
    id: z.string(),
    grantId: hex32.openapi({ description: "The grant's id on chain: the EIP-712 struct hash of the signed Grant" }),
    requestId: z.string(),
    bidId: z.string(),
    requestKey: address,
    state: z.enum(["granted", "active", "settled", "cancelled", "expired"]),
    enterprise: z.object({ id: z.string(), name: z.string(), uscc: z.string() }),
    institution: z.object({ id: z.string(), name: z.string(), address }),
    amountFen: positiveFenText,
    terms: grantTerms,
    termsSalt: hex32,
    termsCommitment: hex32,
    bidHash: hex32,
    salt: hex32,
    expiresAt: isoTime,
    grantedAt: isoTime,
    signature,
    receipt,
  })
  .openapi("CreditGrant");
export type GrantView = z.infer<typeof grant>;
export const grantList = z.object({ items: z.array(grant), total: z.int() });
