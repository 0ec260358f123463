import { z } from "zod";
import { address, anchorState, hex32, isoTime, signature } from "../../lib/schemas.ts";

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
/** The enterprise's main key signs Consent{id, holder(address), recipient(address), termsCommitment, startsAt, expiresAt}; id is 32 random bytes. */
export const consentInput = z.object({
  id: hex32,
  terms: consentTerms,
  salt: hex32,
  startsAt: isoTime,
  expiresAt: isoTime,
  signature,
});
/** The enterprise's main key signs ConsentRevocation{id, holder, revokedAt}. */
export const revocationInput = z.object({ revokedAt: isoTime, signature });

export const consent = z
  .object({
    id: hex32,
    state: z.enum(["active", "revoked", "expired", "used"]),
    terms: consentTerms,
    holder: z.object({ id: z.string(), name: z.string(), uscc: z.string(), address }),
    recipient: z.object({ id: z.string(), name: z.string(), address }),
    startsAt: isoTime,
    expiresAt: isoTime,
    revokedAt: isoTime.optional(),
    reads: z.int(),
    anchor: anchorState,
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
