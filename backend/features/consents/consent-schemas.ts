import { z } from "zod";
import { address, anchorState, hex32, isoTime, receipt, signature } from "../../lib/schemas.ts";
import { profile } from "../profiles/profile-schemas.ts";
import { consentPurposes } from "./domain/consent-purposes.ts";

export const consentPurpose = z.enum(consentPurposes);
export type ConsentPurpose = z.infer<typeof consentPurpose>;
/** Of a read that says no purpose. */
export const readPurpose = z.object({ purpose: consentPurpose.default("creditReview") });
const frequency = z
  .object({ count: z.int().min(1).max(10_000), per: z.enum(["day", "week", "month"]) })
  .describe("reads in a rolling day, week (7 days) or month (30 days)");

const scope = {
  purpose: consentPurpose,
  catalogs: z.array(z.string()).min(1).max(200),
  mode: z.enum(["once", "periodic"]),
  dataFrom: z.iso.date().optional().describe("first day of the data that may be seen"),
  dataTo: z.iso.date().optional().describe("last day of the data that may be seen"),
  frequency: frequency.optional().describe("of periodic consents; the purpose's limit where absent"),
  dataLifeDays: z
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe("how long a copy that was read may be kept; the purpose's limit where absent"),
};
/** What the consent's terms commitment hides: commitment(salt, terms). */
export const consentTerms = z.object({
  holder: z.object({ id: z.string(), uscc: z.string() }),
  recipient: z.object({ id: z.string(), name: z.string() }),
  requestId: z.string().optional(),
  consentRequestId: z.string().optional().describe("the institution's request that this consent answers"),
  ...scope,
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
    limits: z
      .object({ frequency: frequency.optional(), dataLifeDays: z.int() })
      .describe("what holds: the terms' own limits, or the purpose's"),
    holder: z.object({ id: z.string(), name: z.string(), uscc: z.string(), address }),
    recipient: z.object({ id: z.string(), name: z.string(), address }),
    startsAt: isoTime,
    expiresAt: isoTime,
    revokedAt: isoTime.optional(),
    reads: z.int(),
    readsInWindow: z.int().describe("of the frequency's day, week or month until now"),
    receipt: receipt.describe("of the latest act: the giving, or the last change"),
  })
  .openapi("Consent");
export type ConsentView = z.infer<typeof consent>;
export const consentList = z.object({ items: z.array(consent) });

export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });
const party = z.object({ id: z.string(), name: z.string() });

export const consentRequestInput = z.object({
  uscc: z.string().optional().describe("whom to ask; or name its financing request"),
  requestId: z.string().optional(),
  ...scope,
  days: z.int().min(1).max(3_650).describe("how long the consent would last"),
  message: z.string().trim().max(500).default(""),
});
export const consentRejection = z.object({ reason: z.string().trim().min(1).max(500) });
export const consentRequest = z
  .object({
    id: z.string(),
    state: z.enum(["requested", "active", "rejected", "lapsed"]),
    institution: party,
    holder: z
      .object({ id: z.string(), name: z.string(), uscc: z.string() })
      .optional()
      .describe("not shown to an institution that asked by a financing request, until the consent is given"),
    requestId: z.string().optional(),
    ...scope,
    days: z.int(),
    message: z.string(),
    requestedAt: isoTime,
    lapsesAt: isoTime,
    decidedAt: isoTime.optional(),
    reason: z.string().optional(),
    askAgainFrom: isoTime.optional().describe("after a rejection"),
    consentId: hex32.optional(),
  })
  .openapi("ConsentRequest");
export type ConsentRequestView = z.infer<typeof consentRequest>;
export const consentRequestList = z.object({ items: z.array(consentRequest), total: z.int() });

export const accessEntry = z
  .object({
    id: z.string(),
    at: isoTime,
    reader: party,
    what: z.string().describe('"profile", "copy", "record:<catalog>", "verification:<kind>", "query:<section>"'),
    purpose: z.string(),
    consentId: z.string().optional(),
    recordId: z.string().optional(),
    copyId: z.string().optional(),
    records: z.int().optional().describe("how many records the answer was made of"),
    legalBasis: z.string().optional().describe("of an authority's read, which needs no consent"),
    withheldUntil: isoTime.optional().describe("the law let it be kept from the enterprise until then"),
    allowed: z.boolean(),
    reason: z.enum(["noConsent", "tooOften"]).optional().describe("of a refusal"),
    anchor: anchorState,
  })
  .openapi("AccessEntry");
export const accessLog = z.object({ items: z.array(accessEntry), total: z.int() });

export const noticeKind = z.enum([
  "read",
  "refused",
  "consentRequested",
  "consentRejected",
  "consentGiven",
  "consentChanged",
  "copyDeleted",
]);
export const notice = z
  .object({
    id: z.string(),
    at: isoTime,
    kind: noticeKind,
    who: z.string().describe("the other party's name"),
    what: z.string().optional(),
    purpose: z.string().optional(),
    about: z.string().optional().describe("id of the log entry, consent, request or copy"),
    seen: z.boolean(),
  })
  .openapi("Notice");
export type NoticeView = z.infer<typeof notice>;
export const noticeList = z.object({ items: z.array(notice), total: z.int(), unread: z.int() });
export const noticesSeen = z.object({ ids: z.array(z.string()).max(500).optional().describe("all where absent") });
export const unreadCount = z.object({ unread: z.int() });

export const deletion = z.object({
  at: isoTime,
  why: z.enum(["revoked", "consentEnded", "dataLifeOver"]),
  anchor: anchorState,
});
export const copyKind = z.enum(["profile", "check", "query"]);
/** What an institution has read, kept as it was read. After its end the content is deleted; this and the proof stay. */
export const copy = z
  .object({
    id: z.string(),
    state: z.enum(["kept", "ended", "deleted"]),
    kind: copyKind,
    consentId: hex32,
    holder: party,
    institution: party,
    purpose: consentPurpose,
    digest: hex32,
    records: z.int(),
    takenAt: isoTime,
    keepUntil: isoTime,
    deletion: deletion.optional(),
  })
  .openapi("Copy");
export type CopyView = z.infer<typeof copy>;
export const copyList = z.object({ items: z.array(copy), total: z.int() });
export const copyContent = z.object({
  copy,
  content: z.union([profile, z.record(z.string(), z.unknown())]).describe("a profile, an answered check or a query"),
});
