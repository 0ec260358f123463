import { z } from "zod";
import { address, anchorState, hex32, isoTime, receipt, signature } from "../../lib/schemas.ts";

export const consentPurpose = z.enum(["creditReview", "postLoan", "productMatching"]);
/** What the consent's terms commitment hides: commitment(salt, terms). */
export const consentTerms = z.object({
  holder: z.object({ id: z.string(), uscc: z.string() }),
  recipient: z.object({ id: z.string(), name: z.string() }),
  requestId: z.string().optional(),
  purpose: consentPurpose,
  catalogs: z.array(z.string()).min(1).max(200),
  mode: z.enum(["once", "periodic"]),
});
/**
 * The enterprise's main key signs ConsentGrant{holder(address), commitment, startsAt, expiresAt}, where the commitment is
 * commitment(salt, terms). The consent's id is the struct hash of what was signed.
 */
export const consentInput = z.object({
  terms: consentTerms,
  salt: hex32,
  startsAt: isoTime,
  expiresAt: isoTime,
  signature,
});
/** The enterprise's main key signs ConsentChange{consentId, state, nonce}; states: 1 active, 2 paused, 3 revoked. */
export const consentChangeInput = z.object({
  state: z.enum(["active", "paused", "revoked"]),
  nonce: z.int().min(0).describe("the consent's nonce of the moment, counted up by each change"),
  signature,
});

export const consent = z
  .object({
    id: hex32,
    state: z.enum(["active", "paused", "revoked", "expired", "used"]),
    nonce: z.int(),
    terms: consentTerms,
    holder: z.object({ id: z.string(), name: z.string(), uscc: z.string(), address }),
    recipient: z.object({ id: z.string(), name: z.string(), address }),
    startsAt: isoTime,
    expiresAt: isoTime,
    revokedAt: isoTime.optional(),
    reads: z.int(),
    receipt: receipt.describe("of the latest act: the giving, or the last change"),
  })
  .openapi("Consent");
export type ConsentView = z.infer<typeof consent>;
export const consentList = z.object({ items: z.array(consent) });

export const accessEntry = z
  .object({
    id: z.string(),
    at: isoTime,
    reader: z.object({ id: z.string(), name: z.string() }),
    what: z.string(),
    purpose: z.string(),
    consentId: z.string().optional(),
    allowed: z.boolean(),
    anchor: anchorState,
  })
  .openapi("AccessEntry");
export const accessLog = z.object({ items: z.array(accessEntry), total: z.int() });
