import { z } from "zod";
import { isoTime } from "../../lib/schemas.ts";

export const pushQuery = z.object({
  run: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,100}$/, "a name of your own for the delivery: letters, digits and _ . : -")
    .openapi({ description: "Names the delivery; its pages become one batch" }),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  last: z.enum(["true", "false"]).default("true").openapi({ description: "Whether this is the delivery's last page" }),
  sourceTime: isoTime.optional().openapi({ description: "When the rows were so at the source" }),
});
export type PushQuery = z.output<typeof pushQuery>;

export const pushReceipt = z
  .object({
    resourceId: z.string(),
    run: z.string(),
    page: z.int(),
    last: z.boolean(),
    rows: z.int(),
    contentDigest: z.string().openapi({ description: "As it was sent and checked" }),
    receivedAt: isoTime,
  })
  .openapi("PushReceipt");
export type PushReceipt = z.infer<typeof pushReceipt>;

export const pushRun = z
  .object({
    run: z.string(),
    state: z.enum(["open", "complete", "received"]),
    pages: z.array(z.int()),
    missing: z.array(z.int()).openapi({ description: "Pages before the last one that did not come yet, at most 100" }),
    rows: z.int(),
    batch: z
      .object({ id: z.string(), state: z.string(), rows: z.int(), stored: z.int(), quarantined: z.int() })
      .optional(),
  })
  .openapi("PushRun");
export type PushRun = z.infer<typeof pushRun>;
export const runParams = z.object({ id: z.string().min(1).max(100), run: z.string().min(1).max(100) });
