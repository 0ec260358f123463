import { z } from "zod";
import { leafPack } from "../../lib/proof/pack.ts";
import { address, hex32, isoTime, localizedText } from "../../lib/schemas.ts";

export const licenceStatus = z.enum(["valid", "expired", "suspended", "revoked"]);

export const licence = z
  .object({
    id: z.string().describe("the department's record: GET /records/{id} and its proof"),
    kind: z.string().describe("the catalog"),
    kindName: localizedText,
    title: localizedText.optional(),
    number: z.string(),
    issuer: z.string().optional(),
    departmentName: localizedText,
    issuedOn: z.string().optional(),
    validUntil: z.string().optional().describe("absent: without an end"),
    status: licenceStatus.describe("of this moment"),
    receivedAt: isoTime,
  })
  .openapi("Licence");
export type LicenceView = z.infer<typeof licence>;
export const licenceList = z.object({ items: z.array(licence) });

export const licenceKind = z
  .object({
    kind: z.string(),
    name: localizedText,
    departmentName: localizedText,
    records: z.int().optional().describe("of all enterprises; for the department whose kind it is"),
  })
  .openapi("LicenceKind");
export const licenceKindList = z.object({ items: z.array(licenceKind) });

export const departmentLicenceQuery = z.object({
  enterprise: z.string().trim().min(2).max(200).describe("its code or its registered name"),
});
export const departmentLicences = z.object({
  enterprise: z.object({ uscc: z.string(), name: z.string().optional() }).optional().describe("absent: none is known"),
  items: z.array(licence),
});

export const codeItem = z.object({
  id: z.string(),
  name: localizedText,
  departmentName: localizedText,
  kind: z.enum(["licence", "fact"]),
});
export const codeItemList = z.object({ items: z.array(codeItem) });

/** The code's text as in its QR code, or the whole link. */
export const codeInput = z.object({ code: z.string().trim().min(1).max(2_000) });
const reader = z.object({ id: z.string(), name: z.string() });

const shownRecord = z.object({
  id: z.string(),
  licence: licence.optional().describe("of licences: with its status of this moment"),
  fields: z.array(
    z.object({
      name: z.string(),
      label: localizedText,
      type: z.string(),
      value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
    }),
  ),
  proof: leafPack.optional().describe("absent while the record is being anchored"),
});

export const codeContent = z
  .object({
    codeId: z.string(),
    issuedAt: isoTime,
    expiresAt: isoTime,
    viewsLeft: z.int(),
    enterprise: z.object({
      uscc: z.string(),
      name: z.string(),
      address: address.describe("of the key that signed the code"),
      /** What the participant registry's commitment for this address hides: the key is this enterprise's. */
      identity: z.object({ document: z.unknown(), salt: hex32, commitment: hex32 }),
    }),
    items: z.array(
      z.object({
        id: z.string(),
        name: localizedText,
        departmentName: localizedText,
        kind: z.enum(["licence", "fact"]),
        records: z.array(shownRecord),
      }),
    ),
  })
  .openapi("EnterpriseCodeContent");
export type CodeContent = z.infer<typeof codeContent>;

export const codeUse = z
  .object({
    codeId: z.string(),
    items: z.array(z.string()),
    audience: z.string(),
    views: z.int(),
    expiresAt: isoTime,
    looks: z.array(
      z.object({
        at: isoTime,
        reader,
        allowed: z.boolean(),
        reason: z.enum(["early", "expired", "audience", "used"]).optional(),
      }),
    ),
  })
  .openapi("EnterpriseCodeUse");
export type CodeUse = z.infer<typeof codeUse>;
export const codeUseList = z.object({ items: z.array(codeUse) });
export const codeParams = z.object({ id: z.string().regex(/^0x[0-9a-f]{32}$/, "16 bytes as 0x and hex digits") });

/** What the check of a record's proof asks of a node; nothing else is passed on. */
export const chainQuestion = z.object({
  jsonrpc: z.literal("2.0").default("2.0"),
  id: z.union([z.number(), z.string()]).default(1),
  method: z.enum(["eth_chainId", "eth_call", "eth_getBlockByNumber", "eth_getTransactionReceipt", "eth_getCode"]),
  params: z.array(z.unknown()).max(3).default([]),
});
export const chainAnswer = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string()]),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
