import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";
import { recordObjection } from "../objections/objection-schemas.ts";

export const catalogView = z
  .object({
    id: z.string(),
    name: localizedText,
    departmentCode: z.string(),
    departmentName: localizedText,
    sensitivity: z.enum(["public", "internal", "sensitive"]),
    shareType: z.enum(["open", "conditional", "closed"]),
    updateFrequency: z.string(),
    legalBasis: z.string(),
    fields: z.array(
      z.object({
        name: z.string(),
        label: localizedText,
        headings: z.array(z.string()),
        type: z.string(),
        required: z.boolean(),
      }),
    ),
    recordCount: z.int(),
    lastBatchAt: isoTime.optional(),
  })
  .openapi("Catalog");
export const catalogList = z.object({ items: z.array(catalogView) });

export const batchUpload = z.object({
  fileName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .openapi({ description: "The file's name; its ending tells the format (csv, tsv, xlsx, ndjson)" }),
});

export const batchView = z
  .object({
    id: z.string(),
    catalogId: z.string(),
    fileName: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    state: z.enum(["received", "validated", "stored", "anchored", "rejected"]),
    rows: z.int(),
    stored: z.int(),
    duplicates: z.int(),
    quarantined: z.int(),
    fault: z.object({ code: z.string(), message: z.string() }).optional(),
    receivedAt: isoTime,
    finishedAt: isoTime.optional(),
    anchor: anchorState,
  })
  .openapi("Batch");
export type BatchView = z.infer<typeof batchView>;
export const batchList = z.object({ items: z.array(batchView), total: z.int() });
export const batchQuery = z.object({
  catalogId: z.string().max(60).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

export const quarantinedRow = z.object({
  fileName: z.string(),
  row: z.int().openapi({ description: "Row of the file, its heading is row 1" }),
  cells: z.array(z.string()),
  faults: z.array(z.object({ column: z.string(), value: z.string(), reason: z.string(), message: localizedText })),
});
export const quarantineList = z.object({
  items: z.array(quarantinedRow),
  total: z.int(),
  headings: z.array(z.string()),
});
export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });

export const recordView = z
  .object({
    id: z.string(),
    catalogId: z.string(),
    catalogName: localizedText,
    departmentName: localizedText,
    uscc: z.string(),
    fields: z.array(
      z.object({
        name: z.string(),
        label: localizedText,
        type: z.string(),
        value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
      }),
    ),
    source: z.object({ batchId: z.string(), fileName: z.string(), row: z.int(), receivedAt: isoTime }),
    commitment: hex32,
    anchor: anchorState,
    /** What was objected to it, newest first. */
    objections: z.array(recordObjection).optional(),
  })
  .openapi("Record");
