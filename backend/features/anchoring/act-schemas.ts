import { z } from "zod";
import { hex32, isoTime } from "../../lib/schemas.ts";

export const failedAct = z
  .object({
    id: hex32,
    kind: z.string(),
    reason: z.string().openapi({ description: "The contract's error with its arguments, or why no node took it" }),
    askedAt: isoTime,
    failedAt: isoTime,
    transactionHash: hex32.optional(),
  })
  .openapi("FailedAct");
export type FailedAct = z.infer<typeof failedAct>;
export const failedActList = z.object({ items: z.array(failedAct), total: z.int() });
export const failedActQuery = z.object({ before: isoTime.optional() });
