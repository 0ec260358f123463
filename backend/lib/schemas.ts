import { extendZodWithOpenApi } from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { usccFault } from "./uscc.ts";

extendZodWithOpenApi(z);

export const fenText = z
  .string()
  .regex(/^\d{1,18}$/, "an amount in fen: digits only, such as 100000000 for 1,000,000 yuan")
  .openapi({ description: "Amount in fen (分)", example: "100000000" });
export const positiveFenText = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, "an amount in fen above zero: digits only, such as 100000000 for 1,000,000 yuan")
  .openapi({ description: "Amount in fen (分), above zero", example: "100000000" });
export const isoTime = z.iso.datetime({ message: "a UTC time such as 2026-03-05T08:00:00Z" });
export const hex32 = z.string().regex(/^0x[0-9a-f]{64}$/, "32 bytes as 0x and 64 lower-case hex digits");
export const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hex digits");
export const signature = z.string().regex(/^0x([0-9a-fA-F]{2}){1,2048}$/, "a signature as 0x and hex digits");
export const rateBps = z
  .int()
  .min(0)
  .max(10_000)
  .openapi({ description: "Annual rate in basis points: 435 is 4.35 %" });
export const usccText = z
  .string()
  .trim()
  .toUpperCase()
  .superRefine((code, context) => {
    const fault = usccFault(code);
    if (fault)
      context.addIssue({
        code: "custom",
        message: `not a unified social credit code (${fault}); check all 18 characters`,
      });
  });
export const localizedText = z.object({ zh: z.string(), en: z.string() });
export const idParam = z.object({ id: z.string().min(1).max(100) });

/** Where a signed act stands on its way to the chain. */
export const receipt = z
  .object({
    id: hex32,
    kind: z.string(),
    state: z.enum(["pending", "sent", "confirmed", "failed"]),
    createdAt: isoTime,
    transactionHash: hex32.optional(),
    blockNumber: z.int().optional(),
    blockHash: hex32.optional(),
    confirmedAt: isoTime.optional(),
    reason: z.string().optional(),
  })
  .openapi("Receipt");
export type Receipt = z.infer<typeof receipt>;

/** Where a leaf of a Merkle batch stands: no root until its batch is built. */
export const anchorState = z
  .object({
    state: z.enum(["waiting", "pending", "confirmed", "failed"]),
    root: hex32.optional(),
    transactionHash: hex32.optional(),
    blockNumber: z.int().optional(),
    anchoredAt: isoTime.optional(),
  })
  .openapi("AnchorState");
export type AnchorState = z.infer<typeof anchorState>;

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    fix: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), reason: z.string(), fix: z.string().optional() })).optional(),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof problem>;
